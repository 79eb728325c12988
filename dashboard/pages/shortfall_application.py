"""One application: what became of it, what its account ran, and which of its jobs waited."""

from dataclasses import replace
from typing import Any, Final

from dash import dcc, html

from dashboard.aria import aria
from dashboard.empty import explain
from dashboard.filters import write_query
from dashboard.pages.base import PageRequest
from dashboard.panels import Panel, render
from model.question import Answer, Question
from reports.charts.applications import account_chart
from reports.charts.shortfall import round_name
from reports.findings.applications import account_finding, application_facts
from reports.findings.demand import longest_wait_finding
from reports.findings.shortfall import application_finding

_USE: Final = (
    "period_start", "account", "jobs_started", "gpu_hours", "executing_gpu_hours", "wait_hours",
)  # fmt: skip
_JOBS: Final = (
    "cluster", "job_label", "wait_s", "gpus", "partition", "user", "submit", "start", "end",
    "job_state", "gpu_hours",
)  # fmt: skip


def application_parts(request: PageRequest, round_row: dict[str, Any]) -> list[Any]:
    """The way back, the application's lines, its account's use and its jobs."""
    key = request.filters.application or ""
    asked = {name: round_row[name] or "" for name in ("call", "round")} | {"application_id": key}
    answer = request.reader.ask(Question("applications", where=tuple(asked.items())))
    if answer.frame.is_empty():
        what = f"{round_name(round_row)} has no application “{key}”"
        return [_path(request, round_row, key), explain(what, "Choose one of the list.")]
    return [
        _path(request, round_row, key),
        _record(request, answer),
        *_account(request, answer),
    ]


def _path(request: PageRequest, round_row: dict[str, Any], key: str) -> html.Nav:
    page = f"{request.view.base}shortfall"
    whole = replace(request.filters, application=None, round=None)
    one = replace(request.filters, application=None)
    steps = [
        dcc.Link("All rounds", href=page + write_query(whole)),
        dcc.Link(round_name(round_row), href=page + write_query(one)),
        html.Span(key, **aria(current="page")),
    ]
    return html.Nav(
        html.Ol([html.Li(step) for step in steps]),
        className="pl-path",
        **aria(label="From all rounds down to here"),
    )


def _record(request: PageRequest, answer: Answer) -> html.Section:
    row = answer.frame.row(0, named=True)
    facts = [
        part for name, told in application_facts(row) for part in (html.Dt(name), html.Dd(told))
    ]
    panel = Panel(
        key="application",
        finding=application_finding(row),
        answer=answer,
        before=(html.Dl(facts, className="pl-facts"),),
    )
    return render(panel, request.view)


def _account(request: PageRequest, application: Answer) -> list[Any]:
    """What ran under the account of the project's name; nothing where there is none."""
    project = application.frame["project"][0]
    if not project:
        return []
    where = (("account", project),)
    used = request.reader.ask_if_any(
        Question("usage", by=("account",), period="month", where=where)
    )
    if used is None or used.frame["gpu_hours"].fill_null(0).sum() == 0:
        return []
    lead = (
        f"All jobs of the account {project}, whether or not they were charged to this award: "
        "what was charged stands in the application's line."
    )
    panel = Panel(
        key="account",
        finding=account_finding(used.frame, project),
        answer=used,
        chart=account_chart(used.frame, account=project, synthetic=used.synthetic),
        columns=_USE,
        before=(html.P(lead, className="pl-lead"),),
    )
    return [render(panel, request.view), *_jobs(request, where)]


def _jobs(request: PageRequest, where: tuple[tuple[str, str], ...]) -> list[Any]:
    jobs = request.reader.ask_if_any(Question("jobs", where=where))
    if jobs is None or jobs.frame.is_empty():
        return []
    panel = Panel(key="jobs", finding=longest_wait_finding(jobs.frame), answer=jobs, columns=_JOBS)
    return [render(panel, request.view)]
