"""What the Reports page does: takes an order, shows how far it is, cancels it."""

from typing import Any, Final

import flask
from dash import ALL, Dash, Input, Output, State, ctx, no_update
from dash.exceptions import PreventUpdate

from dashboard.filters import Filters, chosen_clusters, read_filters
from dashboard.pages.reports_form import OPEN, PROTECTED
from dashboard.pages.reports_list import any_active, fingerprint, listing, said
from dashboard.reader import Reader
from dashboard.report_impact_page import add_impact_statement
from dashboard.report_jobs_downloads import add_report_downloads
from dashboard.report_jobs_run import Runner
from model.errors import InputError
from model.report_parts import TEMPLATES
from reports.capacity_report.order import Order
from reports.capacity_report.selection import chosen_sections
from reports.writers import FORMATS

_LONGEST_NAME: Final = 120


def add_report_jobs(app: Dash, reader: Reader, *, base: str) -> None:
    """Wire the Reports page to processes that make reports, and serve their files."""
    runner = Runner(reader)
    add_report_downloads(app.server, runner.runs, prefix=base)
    add_impact_statement(app, reader)

    @app.callback(
        Output("report-fault", "children"),
        Output("report-said", "children"),
        Output("report-list", "children"),
        Output("report-clock", "disabled"),
        Output("report-seen", "data"),
        Input("report-make", "n_clicks"),
        Input({"cancel-report": ALL}, "n_clicks"),
        Input("report-clock", "n_intervals"),
        State("query", "data"),
        State("report-template", "value"),
        State("report-formats", "value"),
        State("report-sections", "value"),
        State("report-organisation", "value"),
        State("report-protected", "checked"),
        State("report-seen", "data"),
        prevent_initial_call=True,
    )
    def attend(
        _make: int | None,
        _cancel: list[int | None],
        _clock: int | None,
        query: str,
        template: str,
        formats: list[str],
        sections: list[str],
        organisation: str,
        protected: bool,  # noqa: FBT001
        seen: str,
    ) -> tuple[Any, ...]:
        if not ctx.triggered or not ctx.triggered[0]["value"]:
            raise PreventUpdate
        fault: Any = no_update
        if ctx.triggered_id == "report-make":
            parts = (template, formats, sections, organisation)
            fault = _submit(runner, reader, read_filters(query), *parts, protected=protected)
        elif isinstance(ctx.triggered_id, dict):
            runner.runs.ask_to_cancel(ctx.triggered_id["cancel-report"])
        return fault, *_shown(runner, reader, base, seen)

    @app.callback(
        Output("report-disclosure", "children"),
        Output("report-disclosure", "className"),
        Input("report-protected", "checked"),
        prevent_initial_call=True,
    )
    def say_what_is_withheld(protected: bool) -> tuple[str, str]:  # noqa: FBT001
        return (PROTECTED, "pl-under") if protected else (OPEN, "pl-report-fault")


def _submit(runner: Runner, reader: Reader, filters: Filters, *parts: Any, protected: bool) -> str:
    """Takes an order; says in one line why it does not, "" if it does."""
    try:
        order = order_of(reader, filters, *parts, protected=protected)
        runner.submit(order, who=flask.request.remote_user)
    except InputError as fault:
        return f"{fault}"
    return ""


def order_of(
    reader: Reader,
    filters: Filters,
    template: str,
    formats: list[str],
    sections: list[str],
    organisation: str | None,
    *,
    protected: bool,
) -> Order:
    """What the form asks for.

    Raises:
        InputError: where nothing is chosen, or something that there is not.
    """
    wanted = tuple(name for name in FORMATS if name in (formats or ()))
    if not wanted:
        raise InputError("no file is chosen", hint="tick one of the formats.")
    if not sections:
        raise InputError("no section is chosen", hint="tick one of the sections.")
    if filters.faults:
        raise InputError(" ".join(filters.faults))
    named = " ".join((organisation or "").split())[:_LONGEST_NAME]
    return Order(
        since=filters.since,
        until=filters.until,
        clusters=_clusters(reader, filters),
        sections=chosen_sections(sections),
        template=next((known for known in TEMPLATES if known == template), "full"),
        organisation=named or None,
        protected=protected is not False,
        formats=wanted,
    )


def _clusters(reader: Reader, filters: Filters) -> tuple[str, ...]:
    known = [(cluster.name, cluster.tier) for cluster in reader.clusters()]
    chosen = chosen_clusters(filters, known)
    if chosen == ():
        raise InputError("no cluster fits the filters", hint="choose others above.")
    return chosen or ()


def _shown(runner: Runner, reader: Reader, base: str, seen: str) -> tuple[Any, ...]:
    """The sentence, the list, whether the clock rests, and what of the list was seen."""
    runs = runner.runs
    jobs = runs.jobs()
    now = fingerprint(runs, jobs)
    rests = not any_active(runs, jobs)
    if now == seen:
        return no_update, no_update, rests, no_update
    return said(runs, jobs), listing(runs, jobs, base=base, zone=reader.timezone), rests, now
