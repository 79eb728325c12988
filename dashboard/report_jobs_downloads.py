"""The files of reports that pages made, for those who ask for them by name."""

from http import HTTPStatus
from typing import Final

import flask

from dashboard.report_jobs import Job, ReportRuns
from dashboard.report_jobs_progress import read_progress
from reports.writers import FORMATS

_UNKNOWN: Final = "application/octet-stream"


def file_address(base: str, job: Job, name: str) -> str:
    """Where a file of a report is had."""
    return f"{base}download/report/{job.id}/{name}"


def saved_name(runs: ReportRuns, job: Job, name: str) -> str:
    """What a file is called once it is saved: `capacity-report-2026-05-01-synthetic.pdf`."""
    stem, dot, ending = name.rpartition(".")
    document = read_progress(runs.progress_file(job.id)).document
    edition = f"-{document.edition}" if document and document.edition else ""
    brief = "-brief" if job.order.template == "brief" else ""
    made_up = "-synthetic" if document and document.synthetic else ""
    return f"{stem}{brief}{edition}{made_up}{dot}{ending}"


def add_report_downloads(server: flask.Flask, runs: ReportRuns, *, prefix: str) -> None:
    """Serve `download/report/ID/NAME`, for reports that are done and names that they list."""

    @server.get(f"{prefix}download/report/<job_id>/<name>")
    def report_file(job_id: str, name: str) -> flask.Response:
        job, path = runs.job(job_id), runs.file(job_id, name)
        if job is None or path is None or not path.is_file():
            flask.abort(HTTPStatus.NOT_FOUND)
        known = FORMATS.get(path.suffix.removeprefix("."))
        return flask.Response(
            path.read_bytes(),
            content_type=known.media_type if known else _UNKNOWN,
            headers={
                "Content-Disposition": f'attachment; filename="{saved_name(runs, job, name)}"',
                "Cache-Control": "private, no-store",
            },
        )
