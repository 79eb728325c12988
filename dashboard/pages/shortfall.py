"""Shortfall: rounds, their applications, how alike the cuts were, and what may be granted next."""

from dataclasses import replace
from typing import Any, Final

import polars as pl
from dash import dcc, html

from dashboard.controls import choice
from dashboard.empty import explain, no_awards, no_store
from dashboard.filters import Filters, write_query
from dashboard.pages.base import Page, PageRequest
from dashboard.pages.shortfall_application import application_parts
from dashboard.pages.shortfall_next import next_panels
from dashboard.panels import Panel, render, stack
from dashboard.reader import Reader
from dashboard.scope import as_of
from model.question import Answer, Question
from reports.charts.shortfall import (
    application_name,
    cuts_chart,
    decided,
    round_name,
    rounds_chart,
)
from reports.findings.shortfall import (
    cut_finding,
    last_round,
    most_cut_finding,
    round_finding,
    unmet_sentence,
)
from reports.wording import number

_ROUNDS: Final = (
    "call", "round", "applications", "decided", "awards", "requested", "recommended", "granted",
    "used", "offered", "unit", "awarded_share", "cut_median", "uniform_cut_of_funded",
    "demand_ratio_requested", "unmet_low", "unmet_high", "used_share",
)  # fmt: skip
_APPLICATIONS: Final = (
    "application_id", "project", "institution", "requested", "recommended", "granted", "used",
    "cut_fraction", "merit_cut", "capacity_cut", "used_share", "run_out_date", "pull_back",
)  # fmt: skip
_LINKED: Final = 200


def round_key(row: dict[str, Any]) -> str:
    """A round as the address names it."""
    return f"{row['call']}|{row['round']}"


def round_where(row: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """The filters that leave the applications of a round; an empty one leaves what has no name."""
    return tuple((name, row[name] or "") for name in ("call", "round"))


def controls(reader: Reader, filters: Filters) -> list[Any]:
    """The round whose applications are shown; none on the page of one application."""
    if filters.application:
        return []
    rounds = reader.ask_if_any(Question("shortfall"))
    if rounds is None:
        return []
    names = {round_key(row): round_name(row) for row in rounds.frame.iter_rows(named=True)}
    return [choice("round", "Round", filters.round, names, everything="The last round")]


def body(request: PageRequest) -> html.Div:
    """The panels of the page."""
    reader = request.reader
    if reader.store is None:
        return stack([no_store()])
    rounds = reader.ask_if_any(Question("shortfall"))
    if rounds is None or rounds.frame.is_empty():
        return stack([no_awards()])
    row = chosen_round(rounds.frame, request.filters)
    if row is None:
        unknown = f"The store holds no round “{request.filters.round}”."
        return stack([explain("No such round", f"{unknown} Choose one of the list.")])
    if request.filters.application:
        return stack(application_parts(request, row))
    return stack(
        [
            html.P(as_of(rounds), className="pl-as-of"),
            render(_rounds(rounds, row), request.view),
            _applications(request, row),
            *(render(panel, request.view) for panel in next_panels(reader)),
        ]
    )


def chosen_round(rounds: pl.DataFrame, filters: Filters) -> dict[str, Any] | None:
    """The line of the chosen round, the last one where none is chosen; None if unknown."""
    if not filters.round:
        return last_round(rounds)
    return next((r for r in rounds.iter_rows(named=True) if round_key(r) == filters.round), None)


def _rounds(answer: Answer, row: dict[str, Any]) -> Panel:
    return Panel(
        key="rounds",
        finding=round_finding(row),
        answer=answer,
        chart=rounds_chart(answer.frame, synthetic=answer.synthetic),
        columns=_ROUNDS,
        before=(html.P(unmet_sentence(row), className="pl-lead"),),
    )


def _applications(request: PageRequest, row: dict[str, Any]) -> html.Section:
    answer = request.reader.ask(Question("applications", where=round_where(row)))
    name = round_name(row)
    if answer.frame.is_empty():
        return explain(
            f"No single applications of {name}",
            "This round is on record as one line for all its applications, so that cuts of "
            "single applications are not known.",
            command="plimsoll ingest awards applications.csv",
        )
    chart = cuts_chart(
        answer.frame, median=row["cut_median"], name=name, synthetic=answer.synthetic
    )
    panel = Panel(
        key="applications",
        finding=cut_finding(row),
        answer=answer,
        chart=chart,
        columns=_APPLICATIONS,
        before=_lead(request, answer),
    )
    return render(panel, request.view)


def _lead(request: PageRequest, answer: Answer) -> tuple[Any, ...]:
    """Which application was cut most, and the way to each."""
    said = most_cut_finding(answer.frame)
    rows = decided(answer.frame).reverse()
    if said is None:
        return ()
    return (html.P(f"{said}.", className="pl-lead"), _one_by_one(request, rows))


def _one_by_one(request: PageRequest, rows: pl.DataFrame) -> html.Details:
    """A link to each application, those that were cut most first."""
    shown = rows.unique("application_id", maintain_order=True).head(_LINKED)
    page = f"{request.view.base}shortfall"
    links = [
        dcc.Link(
            application_name(row),
            href=page + write_query(replace(request.filters, application=row["application_id"])),
        )
        for row in shown.iter_rows(named=True)
    ]
    left = rows.height - shown.height
    rest = [html.P(f"{number(left)} more stand in the table.")] if left > 0 else []
    return html.Details(
        [
            html.Summary("Look into one application, the hardest cut first"),
            html.Ul([html.Li(link) for link in links]),
            *rest,
        ],
        className="pl-links",
    )


SHORTFALL: Final = Page(
    name="Shortfall",
    path="shortfall",
    heading="Shortfall: what was asked for, and what was granted",
    controls=controls,
    body=body,
)
