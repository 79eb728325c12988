"""Capacity: the UK against the world, from the registry alone."""

from datetime import date
from typing import Any, Final

import polars as pl
from dash import html

from dashboard.aria import aria
from dashboard.controls import choice, date_field
from dashboard.empty import no_machines
from dashboard.filters import DEFAULT_UNIT, Filters
from dashboard.pages.base import Page, PageRequest
from dashboard.panels import Panel, render, stack
from dashboard.reader import Reader, today
from dashboard.sources import machine_sources
from model.countries import country_name
from model.question import Answer, Question
from reports.charts.capacity import (
    by_country,
    counted,
    countries_chart,
    machines_chart,
    ranked_machines,
)
from reports.findings.capacity import (
    claims_finding,
    largest_machines,
    machines_of_claims,
    uk_against_largest,
)
from reports.units import CAPACITY_UNITS, CapacityUnit
from reports.wording import day, plural

_COLUMNS: Final = (
    "machine", "country", "sector", "tier", "status", "gpu_model", "gpus",
    "a100_equivalents_16bit", "rgu", "memory_tb", "fp64_pflops", "grade", "in_service",
    "retired", "scope", "caveat",
)  # fmt: skip
_CLAIM_COLUMNS: Final = (
    "said", "verdict", "figure_claimed", "figure_found", "unit", "scope", "why", "on", "grade",
)  # fmt: skip


def controls(reader: Reader, filters: Filters) -> list[Any]:
    """Date, unit and country."""
    codes = sorted({machine.country for machine in reader.registry.machines})
    named = dict(sorted(((code, country_name(code)) for code in codes), key=lambda pair: pair[1]))
    units = {unit.column: unit.label for unit in CAPACITY_UNITS.values()}
    return [
        date_field("on", "In service on", filters.on, hint=f"today, {day(today())}"),
        choice("unit", "Unit", filters.unit, units, default=DEFAULT_UNIT),
        choice("country", "Country", filters.country, named, everything="All countries"),
    ]


def body(request: PageRequest) -> html.Div:
    """The panels of the page."""
    on = request.filters.on or today()
    unit = CAPACITY_UNITS[request.filters.unit]
    answer = _machines(request, on)
    if counted(answer.frame).is_empty():
        return stack([no_machines(), *_not_counted(answer)])
    panels = [_ranking(request, answer, unit, on), _claims(request)]
    if not request.filters.country:
        panels.insert(0, _countries(answer, unit, on))
    return stack([*(render(p, request.view) for p in panels), *_not_counted(answer)])


def _machines(request: PageRequest, on: date) -> Answer:
    country = request.filters.country
    where = (("country", country),) if country else ()
    return request.reader.ask(Question("capacity", on=on, where=where))


def _countries(answer: Answer, unit: CapacityUnit, on: date) -> Panel:
    return Panel(
        key="countries",
        finding=uk_against_largest(answer.frame, unit, on),
        answer=answer,
        chart=countries_chart(answer.frame, unit, on),
        shown=by_country(answer.frame, unit).with_columns(
            pl.col("country").replace(_names(answer.frame))
        ),
        sources=(_grades(answer), _registry_note()),
    )


def _names(frame: pl.DataFrame) -> dict[str, str]:
    return {code: country_name(code) for code in frame["country"].unique()}


def _ranking(request: PageRequest, answer: Answer, unit: CapacityUnit, on: date) -> Panel:
    shown = ranked_machines(answer.frame, unit)["id"].to_list()
    return Panel(
        key="machines",
        finding=largest_machines(answer.frame, unit),
        answer=answer,
        chart=machines_chart(answer.frame, unit, on),
        columns=_COLUMNS,
        sources=(_grades(answer), *machine_sources(request.reader.registry, shown)),
    )


def _claims(request: PageRequest) -> Panel:
    answer = request.reader.ask(Question("claims"))
    return Panel(
        key="claims",
        finding=claims_finding(answer.frame),
        answer=answer,
        columns=_CLAIM_COLUMNS,
        before=(
            html.P(
                "Sentences of a 2023 community report on machine learning for materials science, "
                "and of announcements, each checked on the day of which it speaks.",
                className="pl-lead",
            ),
        ),
        sources=machine_sources(request.reader.registry, machines_of_claims(answer.frame)),
    )


def _not_counted(answer: Answer) -> list[html.Section]:
    left = answer.frame.filter(pl.col("counted") != "yes")
    if left.is_empty():
        return []
    rows = left.select("machine", "country", "gpus", "why", "caveat").iter_rows(named=True)
    lines = [html.Tr([html.Td(_text(value)) for value in row.values()]) for row in rows]
    heads = ("Machine or claim", "Country", "GPUs stated", "Why not counted", "Caveat")
    return [
        html.Section(
            [
                html.H2(
                    f"{plural(left.height, 'record')} listed here and left out of every sum",
                    id="not-counted",
                ),
                html.P(
                    "Capability claims, roll-ups and components of machines counted already, "
                    "planned machines, and machines whose count or dates are unknown.",
                    className="pl-lead",
                ),
                html.Div(
                    html.Table(
                        [
                            html.Thead(html.Tr([html.Th(name, scope="col") for name in heads])),
                            html.Tbody(lines),
                        ]
                    ),
                    className="pl-scroll",
                    tabIndex=0,
                    role="region",
                    **aria(labelledby="not-counted"),
                ),
            ],
            className="pl-panel",
        )
    ]


def _text(value: Any) -> str:
    if value is None:
        return "no data"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _grades(answer: Answer) -> str:
    rows = counted(answer.frame)
    unverified = rows.filter(pl.col("grade").str.starts_with("E"))
    return (
        f"{plural(rows.height, 'machine')} counted; the cards of {unverified.height} are "
        "unverified (grade E, general knowledge) and marked with a star."
    )


def _registry_note() -> html.Span:
    return html.Span(
        ["Each machine's sources: the panel below, or ", html.Code("plimsoll machines show ID")]
    )


CAPACITY: Final = Page(
    name="Capacity",
    path="capacity",
    heading="GPU capacity: the UK and the world",
    controls=controls,
    body=body,
)
