"""Where the data come from: sources, files, and the rows that were set aside."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

import polars as pl
from dash import dcc, html

from dashboard.aria import aria
from dashboard.empty import explain
from dashboard.filters import Filters, write_query
from dashboard.panels import Panel
from dashboard.scope import Scope
from model.question import Answer
from reports.findings.health import ago, files_finding, quarantine_finding, sources_finding
from reports.wording import number

_SOURCES: Final = (
    "source", "feed", "watermark", "last_run", "last_success", "status", "message", "rows_read",
    "rows_accepted", "rows_steps", "rows_quarantined", "source_kind", "seconds",
)  # fmt: skip
_FILES: Final = (
    "ingested_at", "cluster", "kind", "rows_read", "rows_accepted", "rows_steps",
    "rows_quarantined", "reasons", "window_from", "window_to", "path", "format", "inserted",
    "updated", "unchanged", "assumptions", "run_status",
)  # fmt: skip


def sources_panel(sources: Answer, *, now: datetime) -> Iterator[Panel | html.Section]:
    """What is asked regularly; where nothing is, how that is set up."""
    if sources.frame.is_empty():
        yield explain(
            "Nothing is read by itself",
            "Every file was read by hand: no source was ever asked. Name the clusters' sources in "
            "plimsoll.yaml, and let a timer ask them.",
            command="plimsoll ingest schedule\nplimsoll ingest run",
        )
        return
    ages = [
        html.Li(
            f"{row['source']}: "
            + (f"read up to {ago(reached, now)}" if reached else "never read")
            + (f"; {row['message']}" if row["message"] else "")
        )
        for row in sources.frame.iter_rows(named=True)
        for reached in (row["watermark"] or row["last_success"],)
    ]
    yield Panel(
        key="sources",
        finding=sources_finding(sources.frame),
        answer=sources,
        columns=_SOURCES,
        before=(html.Ul(ages, className="pl-notes"),),
    )


def files_panel(files: Answer) -> Panel:
    """The ledger: what became of each row of each file."""
    lead = html.P(
        "Rows read are the sum of rows accepted, rows that are steps or left out, and rows set "
        "aside. The last file read comes first.",
        className="pl-lead",
    )
    return Panel(
        key="files",
        finding=files_finding(files.frame),
        answer=files,
        shown=files.frame.with_columns(
            pl.col("cluster").fill_null("all"), pl.col("reasons", "assumptions").fill_null("none")
        ),
        columns=_FILES,
        before=(lead,),
    )


def quarantine_panels(scope: Scope, filters: Filters, *, page: str) -> Iterator[Panel]:
    """Rows set aside by reason, and the rows of the chosen reason as they stand in the file."""
    aside = scope.ask("quarantine")
    if aside.frame.is_empty():
        return
    yield Panel(
        key="quarantine",
        finding=quarantine_finding(aside.frame),
        answer=aside,
        before=(_reasons(aside, filters, page),),
    )
    chosen = filters.reason
    if chosen and (aside.frame["reason"] == chosen).any():
        yield _rows(scope, chosen)


def _reasons(aside: Answer, filters: Filters, page: str) -> html.Nav:
    sums = aside.frame.group_by("reason", maintain_order=True).agg(pl.col("rows").sum())
    links = [
        html.Li(
            dcc.Link(
                f"{reason} ({number(rows)})",
                href=page + write_query(replace(filters, reason=reason)),
            )
        )
        for reason, rows in sums.iter_rows()
    ]
    return html.Nav(
        [html.Span("Look at the rows set aside as:"), html.Ul(links)],
        className="pl-deeper",
        **aria(label="Rows set aside, by reason"),
    )


def _rows(scope: Scope, reason: str) -> Panel:
    rows = scope.ask("quarantined_rows", where=(("reason", reason),))
    shown = number(rows.frame.height)
    return Panel(
        key="quarantined-rows",
        finding=f"{shown} rows set aside as {reason}, as they stand in the file"
        if rows.frame.height != 1
        else f"The row set aside as {reason}, as it stands in the file",
        answer=rows,
        columns=("line", "text", "cluster", "kind", "path", "rows"),
    )
