"""What may be granted next, which pools bore the cuts, and what was cut beside what lay unused."""

from typing import Any, Final

import polars as pl
from dash import html

from dashboard.panels import Panel
from dashboard.reader import Reader
from model.question import Question
from reports.charts.grantable import grantable_chart
from reports.findings.awards import expected_sentence, grantable_finding, published_finding
from reports.findings.regret import regret_finding, regret_sentence

_GRANTABLE: Final = (
    "resource", "pool", "unit", "period_start", "period_end", "expected_available", "committed",
    "expected_use_of_commitments", "grantable_low", "grantable_high", "used_share_basis",
    "awards_live", "awards_ended", "availability",
)  # fmt: skip
_REGRET: Final = (
    "application_id", "project", "institution", "resource", "class", "requested", "granted",
    "used", "used_share", "elapsed_share", "run_out_date", "end", "movable_low", "movable_high",
)  # fmt: skip
_PUBLISHED: Final = (
    "scheme", "year", "resource", "unit", "requested", "granted", "cut", "demand_ratio",
    "applications", "awards", "grade",
)  # fmt: skip


def next_panels(reader: Reader) -> list[Panel]:
    """The panels, those left out for which the store has nothing."""
    found = (_grantable(reader), _regret(reader), _published(reader))
    return [panel for panel in found if panel is not None]


def _grantable(reader: Reader) -> Panel | None:
    answer = reader.ask_if_any(Question("grantable"))
    if answer is None or answer.frame.is_empty():
        return None
    frame = answer.frame
    return Panel(
        key="grantable",
        finding=grantable_finding(frame),
        answer=answer,
        chart=grantable_chart(frame, synthetic=answer.synthetic),
        columns=_GRANTABLE,
        before=_lead(
            expected_sentence(frame),
            "Capacity less planned downtime, less what live awards are expected to use: by the "
            "better used quarter of ended awards at least, by the less used quarter at most.",
        ),
    )


def _regret(reader: Reader) -> Panel | None:
    answer = reader.ask_if_any(Question("regret"))
    if answer is None or answer.frame.is_empty():
        return None
    return Panel(
        key="regret",
        finding=regret_finding(answer.frame),
        answer=answer,
        columns=_REGRET,
        before=_lead(regret_sentence(answer.frame)),
    )


def _published(reader: Reader) -> Panel:
    answer = reader.ask(Question("published_rounds"))
    return Panel(
        key="published",
        finding=published_finding(answer.frame),
        answer=answer,
        shown=answer.frame.sort(pl.col("year"), descending=True),
        columns=_PUBLISHED,
        before=_lead("Rounds elsewhere, as published, to set one's own beside. They are real."),
    )


def _lead(*sentences: str | None) -> tuple[Any, ...]:
    said = " ".join(filter(None, sentences))
    return (html.P(said, className="pl-lead"),) if said else ()
