"""Sentences about capacity, each checked."""

from typing import Final

from dash import html

from dashboard.pages.base import PageRequest
from dashboard.panels import Panel
from dashboard.sources import machine_sources
from model.question import Question
from reports.findings.capacity import claims_finding, machines_of_claims

_COLUMNS: Final = (
    "said", "verdict", "figure_claimed", "figure_found", "unit", "scope", "why", "on", "grade",
)  # fmt: skip


def claims_panel(request: PageRequest) -> Panel:
    """The sentences and their verdicts, with the sources of the machines they rest on."""
    answer = request.reader.ask(Question("claims"))
    return Panel(
        key="claims",
        finding=claims_finding(answer.frame),
        answer=answer,
        columns=_COLUMNS,
        before=(
            html.P(
                "Sentences of a 2023 community report on machine learning for materials science, "
                "and of announcements, each checked on the day of which it speaks.",
                className="pl-lead",
            ),
        ),
        sources=machine_sources(request.reader.registry, machines_of_claims(answer.frame)),
    )
