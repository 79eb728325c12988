"""Reports: what a reader wants of the capacity report, and what became of earlier ones."""

from typing import Any, Final

from dash import dcc, html

from dashboard.controls import date_field, several
from dashboard.empty import explain, notice
from dashboard.filters import Filters
from dashboard.pages.base import Page, PageRequest
from dashboard.pages.reports_form import form
from dashboard.pages.reports_impact import impact_form
from dashboard.pages.reports_list import POLL_MS, any_active, fingerprint, listing, said
from dashboard.panels import stack
from dashboard.reader import Reader
from dashboard.report_jobs_place import runs_of
from reports import missing


def controls(reader: Reader, filters: Filters) -> list[Any]:
    """Period and clusters: what the report speaks of."""
    names = [cluster.name for cluster in reader.clusters()]
    if not names:
        return []
    return [
        date_field("from", "From", filters.since, hint="empty: the first day on record"),
        date_field("to", "Until (not included)", filters.until, hint="empty: the last day"),
        several("cluster", "Clusters", filters.clusters, names, everything="All clusters"),
    ]


def body(request: PageRequest) -> html.Div:
    """The form, and the reports that were asked for."""
    reader = request.reader
    runs = runs_of(reader)
    jobs = runs.jobs()
    active = any_active(runs, jobs)
    return stack(
        [
            notice(missing.no_store()) if reader.store is None else None,
            form(reader.settings.reports.organisation),
            html.Section(
                [
                    html.H2("Reports that were asked for", id="report-runs"),
                    html.P(said(runs, jobs), id="report-said", role="status"),
                    html.Div(
                        listing(runs, jobs, base=request.view.base, zone=reader.timezone),
                        id="report-list",
                    ),
                    dcc.Store(id="report-seen", data=fingerprint(runs, jobs)),
                    dcc.Interval(id="report-clock", interval=POLL_MS, disabled=not active),
                ],
                className="pl-panel",
            ),
            _again_and_again(),
            impact_form(reader),
        ]
    )


def _again_and_again() -> html.Section:
    return explain(
        "The same report every month or quarter",
        "Name it under reports.schedule in plimsoll.yaml; a timer calls this line, which makes "
        "the reports whose period has closed and tells what changed since the last edition.",
        command="plimsoll report due",
    )


REPORTS: Final = Page(
    name="Reports",
    path="reports",
    heading="Reports: the figures as a document to hand on",
    controls=controls,
    body=body,
    is_live=True,
)
