"""Quality of the data: how far jobs are known, what is doubtful, what was set aside."""

from typing import Final

import polars as pl

from model.question import Answer
from reports.capacity_report.desk import Desk, Exhibit, missing
from reports.charts.health import telemetry_chart
from reports.document import Block
from reports.findings.health import (
    files_finding,
    observed_finding,
    quarantine_finding,
    symptoms_finding,
    telemetry_finding,
)
from reports.missing import no_jobs

_OBSERVED: Final = ("cluster", "observed_from", "observed_to", "days", "gap_days", "assumed")
_ROWS: Final = ("rows_read", "rows_accepted", "rows_steps", "rows_quarantined")
_COVERED: Final = ("cluster", "allocated_gpu_hours", "telemetry_coverage")


def write(desk: Desk) -> list[Block]:
    """The blocks of the section. Lines of logs and paths, which may name people, stay out of it."""
    if not desk.has_store:
        return []
    observed = desk.if_any(desk.overall("observed", where=_clusters(desk)))
    if observed is None:
        return [missing(no_jobs())]
    return [
        *_observed(desk, observed),
        *_symptoms(desk),
        *_telemetry(desk),
        *_files(desk),
        *_quarantine(desk),
    ]


def _clusters(desk: Desk) -> tuple[tuple[str, str], ...]:
    return tuple(("cluster", name) for name in desk.selection.clusters)


def _observed(desk: Desk, answer: Answer) -> list[Block]:
    exhibit = Exhibit(
        key="observed",
        say=lambda: observed_finding(answer.frame),
        answer=answer,
        caption="Spans in which the jobs of each cluster are known",
        columns=_OBSERVED,
        headers=("cluster", "observed_from"),
        lead="What ran outside these spans is unknown, and nowhere counted as zero.",
        method="The spans for which logs were asked, joined where they meet",
        headline=True,
    )
    return desk.show(exhibit)


def _symptoms(desk: Desk) -> list[Block]:
    answer = desk.answer(desk.overall("symptoms", where=_clusters(desk)))
    counted = (
        answer.frame.group_by("severity", "check", maintain_order=True)
        .agg(clusters=pl.col("cluster").drop_nulls().n_unique(), symptoms=pl.len())
        .with_columns(pl.col("clusters", "symptoms").cast(pl.Int64))
    )
    exhibit = Exhibit(
        key="symptoms",
        say=lambda: symptoms_finding(answer.frame),
        answer=answer,
        caption="What is wrong, doubtful, or assumed, by check",
        headers=("severity", "check"),
        shown=counted,
        lead="The command plimsoll doctor tells each, with the line that mends it.",
        method="The checks of plimsoll doctor, counted",
        commandless=True,
    )
    return desk.show(exhibit)


def _telemetry(desk: Desk) -> list[Block]:
    each = desk.if_any(desk.question("utilisation", by=("cluster",)))
    whole = desk.if_any(desk.question("utilisation"))
    if each is None or whole is None:
        return []
    seen, period = whole.frame["telemetry_coverage"][0], desk.period(each)
    exhibit = Exhibit(
        key="telemetry",
        say=lambda: telemetry_finding(seen, each.frame),
        answer=each,
        caption=f"What telemetry saw of the GPU-hours allocated, by cluster, {period}",
        columns=_COVERED,
        chart=lambda: telemetry_chart(each.frame, period=period, synthetic=each.synthetic),
        more={"utilisation-total": whole},
        method="GPU-hours that telemetry covers, over those allocated",
    )
    return desk.show(exhibit)


def _files(desk: Desk) -> list[Block]:
    answer = desk.if_any(desk.overall("files", where=_clusters(desk)))
    if answer is None:
        return []
    summed = (
        answer.frame.group_by("cluster", "kind")
        .agg(pl.len().cast(pl.Int64).alias("files"), *(pl.col(name).sum() for name in _ROWS))
        .sort("cluster", "kind", nulls_last=True)
        .with_columns(pl.col("cluster").fill_null("all"))
    )
    exhibit = Exhibit(
        key="files",
        say=lambda: files_finding(answer.frame),
        answer=answer,
        caption="What became of each row that was read, by cluster and kind of file",
        columns=("cluster", "kind", "files", *_ROWS),
        headers=("cluster", "kind"),
        shown=summed,
        commandless=True,
    )
    return desk.show(exhibit)


def _quarantine(desk: Desk) -> list[Block]:
    answer = desk.if_any(desk.overall("quarantine", where=_clusters(desk)))
    if answer is None:
        return []
    exhibit = Exhibit(
        key="quarantine",
        say=lambda: quarantine_finding(answer.frame),
        answer=answer,
        caption="Rows that were set aside, by reason",
        headers=("cluster", "kind", "reason"),
    )
    return desk.show(exhibit)
