"""Capacity over years: targets, the UK since 2017, and ten years ahead."""

from datetime import date, timedelta
from typing import Final

import polars as pl
from dash import html

from dashboard.pages.base import PageRequest
from dashboard.pages.capacity_now import PUBLIC, asked_day, asked_model, asked_unit
from dashboard.panels import Panel
from model.countries import HOME, country_name
from model.question import Question
from reports.charts.capacity_years import history_chart, outlook_chart, target_chart
from reports.findings.capacity_years import (
    announced_sentence,
    history_finding,
    outlook_finding,
    purchase_sentence,
    target_finding,
)

_TARGET: Final = (
    "year", "straight_path", "fact", "share_of_path", "cards", "cards_without_rate", "announced",
    "announced_machines", "unit",
)  # fmt: skip
_OUTLOOK: Final = (
    "goal", "year", "machines", "gpus", "a100_equivalents_16bit", "wanted_a100_equivalents",
    "missing_a100_equivalents", "cards_to_buy", "power_mw", "carbon_t_per_year", "retiring",
)  # fmt: skip


def target_panels(request: PageRequest) -> list[Panel]:
    """A panel a target: its straight path, the fact, and apart what is announced."""
    whole = request.reader.ask(Question("targets", on=request.filters.on))
    names = whole.frame["target"].unique(maintain_order=True)
    return [_target(request, name, place) for place, name in enumerate(names)]


def _target(request: PageRequest, name: str, place: int) -> Panel:
    asked = Question("targets", on=request.filters.on, where=(("target", name),))
    answer = request.reader.ask(asked)
    return Panel(
        key=f"target-{place}",
        finding=target_finding(answer.frame),
        answer=answer,
        chart=target_chart(answer.frame),
        columns=_TARGET,
        before=(html.P(announced_sentence(answer.frame), className="pl-lead"),),
    )


def history_panel(request: PageRequest) -> Panel:
    """Public machines of the UK at the end of each year, by tier."""
    on, unit = asked_day(request), asked_unit(request)
    answer = request.reader.ask(
        Question(
            "capacity_history",
            by=("tier",),
            until=date(on.year, 12, 31) + timedelta(days=1),
            on=request.filters.on,
            where=(("country", HOME), *PUBLIC, *asked_model(request)),
            min_grade=request.filters.grade,
        )
    )
    frame = answer.frame
    without = f"gpus_without_{_WITHOUT[unit.column]}" if unit.column in _WITHOUT else None
    columns = ["year", "tier", "machines", unit.column, without, "gpus", "gpus_added"]
    return Panel(
        key="history",
        finding=history_finding(frame, unit, on),
        answer=answer,
        chart=history_chart(frame, unit, on),
        shown=frame.filter(pl.col("machines") > 0) if "machines" in frame.columns else frame,
        columns=tuple(dict.fromkeys(name for name in (*columns, "gpus_retired") if name)),
    )


_WITHOUT: Final = {
    "a100_equivalents_16bit": "16bit",
    "rgu": "rgu",
    "memory_tb": "memory",
    "fp64_pflops": "fp64",
}


def outlook_panel(request: PageRequest) -> Panel:
    """What is left of today's machines, and what must be bought, by goal."""
    answer = request.reader.ask(Question("outlook", on=request.filters.on))
    peer = country_name(request.reader.settings.outlook.peer)
    bought = purchase_sentence(answer.frame, peer=peer)
    said = f"{bought} " if bought else ""
    return Panel(
        key="outlook",
        finding=outlook_finding(answer.frame),
        answer=answer,
        chart=outlook_chart(answer.frame, peer=peer) if answer.frame.height else None,
        columns=_OUTLOOK,
        before=(
            html.P(
                f"{said}Machines without a recorded last day are assumed to serve as long as "
                "retired ones did; the assumptions stand in the Sources tab.",
                className="pl-lead",
            ),
        ),
    )
