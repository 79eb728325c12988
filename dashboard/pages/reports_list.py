"""The reports that were asked for: how far each is, its files, what it says, its command."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from dash import html

from dashboard.aria import aria
from dashboard.report_jobs import ACTIVE, KEPT_FOR, Job, ReportRuns, Standing
from dashboard.report_jobs_downloads import file_address
from dashboard.report_jobs_progress import Progress, read_progress
from model.report_parts import SECTIONS
from reports.capacity_report.order import Order
from reports.wording import day, duration, plural, span
from reports.writers import FORMATS

POLL_MS: Final = 1_000
_THOUSAND: Final = 1_000
_INTERRUPTED: Final = "The server was stopped while this report was made. Make it anew."


def any_active(runs: ReportRuns, jobs: Sequence[Job]) -> bool:
    """Whether a report waits or is being made."""
    return any(runs.standing(job) in ACTIVE for job in jobs)


def fingerprint(runs: ReportRuns, jobs: Sequence[Job]) -> str:
    """Changes whenever the list does."""
    return " ".join(f"{job.id}:{runs.standing(job)}:{_progress(runs, job).words}" for job in jobs)


def said(runs: ReportRuns, jobs: Sequence[Job]) -> str:
    """What goes on, in a sentence that is read out when it changes."""
    for job in jobs:
        if runs.standing(job) == "running":
            return f"{_title(job.order)} is being made: {_progress(runs, job).words}."
    if not jobs:
        return "None yet."
    latest = jobs[0]
    outcome: dict[Standing, str] = {
        "queued": "waits for its turn",
        "done": "is ready",
        "failed": "could not be made",
        "cancelled": "was cancelled",
        "interrupted": "was interrupted",
    }
    return f"{_title(latest.order)} {outcome[runs.standing(latest)]}."


def listing(runs: ReportRuns, jobs: Sequence[Job], *, base: str, zone: str) -> list[Any]:
    """An entry for each report, the latest first; what the latest says stands open."""
    if not jobs:
        return []
    entries = [
        _entry(runs, job, base=base, zone=ZoneInfo(zone), first=not place)
        for place, job in enumerate(jobs)
    ]
    kept = f"Reports are kept on the server for {KEPT_FOR.days} days."
    return [html.Ul(entries, className="pl-runs"), html.P(kept, className="pl-under")]


def _entry(runs: ReportRuns, job: Job, *, base: str, zone: ZoneInfo, first: bool) -> html.Li:
    progress, standing = _progress(runs, job), runs.standing(job)
    parts = [
        html.H3(_title(job.order)),
        html.P(_asked(job, zone), className="pl-under"),
        *_state(job, standing, progress),
        _files(job, base),
        _findings(progress, is_open=first),
        _command(progress),
    ]
    return html.Li([part for part in parts if part is not None], id=f"run-{job.id}")


def _title(order: Order) -> str:
    kind = "Brief" if order.template == "brief" else "Report"
    where = ", ".join(order.clusters) or "all clusters"
    return f"{kind} on {where}, {span(order.since, order.until)}"


def _asked(job: Job, zone: ZoneInfo) -> str:
    by = f" by {job.who}" if job.who else ""
    told = [
        f"Asked for{by} on {_moment(job.asked_at, zone)}",
        ", ".join(FORMATS[name].name for name in job.order.formats if name in FORMATS),
    ]
    if job.order.sections != tuple(SECTIONS):
        told.append(plural(len(job.order.sections), "section"))
    if not job.order.protected:
        told.append("disclosure control off: not to publish")
    return "; ".join(told) + "."


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    return f"{day(local)}, {local:%H:%M} ({zone.key})"


def _state(job: Job, standing: Standing, progress: Progress) -> list[Any]:
    if standing in ACTIVE:
        return [_bar(job, standing, progress), _cancel(job)]
    if standing == "done":
        return [html.P(_made_in(job))]
    if standing == "cancelled":
        return [html.P("Cancelled; nothing was kept.")]
    fault = f"It could not be made: {job.fault}" if job.fault else _INTERRUPTED
    return [html.P(fault, className="pl-report-fault")]


def _made_in(job: Job) -> str:
    if job.started_at is None or job.ended_at is None:
        return "Made."
    return f"Made in {duration((job.ended_at - job.started_at).total_seconds())}."


def _bar(job: Job, standing: Standing, progress: Progress) -> html.P:
    words = progress.words if standing == "running" else "waits for its turn"
    bar = html.Progress(
        max="100",
        value=str(round(100 * progress.share)),
        **aria(label=f"How far it is: {_title(job.order)}"),
    )
    return html.P([bar, f" {words}"], className="pl-run-bar")


def _cancel(job: Job) -> html.Button:
    return html.Button(
        "Cancel",
        id={"cancel-report": job.id},
        type="button",
        className="pl-button pl-plain",
        **aria(label=f"Cancel: {_title(job.order)}"),
    )


def _files(job: Job, base: str) -> html.Ul | None:
    if not job.files:
        return None
    links = [
        html.Li(
            html.A(
                f"{_format(file.name)}, {_size(file.bytes)}",
                href=file_address(base, job, file.name),
                download="",
                **aria(label=f"Download as {_format(file.name)}: {_title(job.order)}"),
            )
        )
        for file in job.files
    ]
    return html.Ul(links, className="pl-run-files")


def _format(name: str) -> str:
    ending = name.rpartition(".")[2]
    return FORMATS[ending].name if ending in FORMATS else ending.upper()


def _size(count: int) -> str:
    if count < _THOUSAND**2:
        return f"{max(1, round(count / _THOUSAND)):,} kB"
    return f"{count / _THOUSAND**2:,.1f} MB"


def _findings(progress: Progress, *, is_open: bool) -> html.Details | None:
    if progress.document is None or not progress.document.findings:
        return None
    points = html.Ul([html.Li(text) for text in progress.document.findings])
    summary = html.Summary("Key findings")
    return html.Details([summary, points], open=is_open, className="pl-definitions")


def _command(progress: Progress) -> html.Details | None:
    if progress.document is None or not progress.document.command:
        return None
    line = html.Pre(html.Code(progress.document.command), tabIndex=0, className="pl-line")
    return html.Details([html.Summary("The same report by command"), line], className="pl-links")


def _progress(runs: ReportRuns, job: Job) -> Progress:
    return read_progress(runs.progress_file(job.id))
