"""What is still unknown after a first ingest, and the line that brings it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from ingest.advice import advice, sacct_line
from reports.doctor.evidence import ClusterEvidence, Evidence
from reports.doctor.symptom import Symptom

_COLUMNS: Final = {
    "req_gpus": ("ReqTRES", "the GPUs that were asked for", None),
    "reason": ("Reason", "why jobs waited", None),
    "node_list": ("NodeList", "which nodes jobs held", "started"),
    "eligible": ("Eligible", "waits from when a job could start", None),
    "limit_s": ("Timelimit", "how much of their time limits jobs used", None),
}
"""Columns of JOBS: the field of sacct, what it is for, and which jobs must have it."""


def missing_columns(cluster: ClusterEvidence) -> Iterator[Symptom]:
    """Fields that not one record has: the logs were asked for without them."""
    lacking = [_COLUMNS[name] for name in _columns_without_values(cluster)]
    if lacking:
        fields = ", ".join(field for field, _, _ in lacking)
        purposes = "; ".join(purpose for _, purpose, _ in lacking)
        yield Symptom(
            "unknown",
            "note",
            cluster.name,
            f"no record has {fields}, so nothing is known of this: {purposes}",
            _again(cluster),
        )


def _columns_without_values(cluster: ClusterEvidence) -> list[str]:
    counts: dict[str, pl.Expr] = {}
    for name, (_, _, which) in _COLUMNS.items():
        rows = pl.lit(value=True) if which is None else pl.col(which)
        counts[f"{name}#"] = pl.len() if which is None else rows.sum()
        counts[name] = (rows & pl.col(name).is_not_null()).sum()
    counted = cluster.jobs.select(**counts)
    row = counted.collect(engine="streaming").row(0, named=True)
    return [name for name in _COLUMNS if row[f"{name}#"] and not row[name]]


def unknown_gpus(cluster: ClusterEvidence) -> Iterator[Symptom]:
    """Started jobs whose GPUs no record tells, though the cluster tracks them."""
    untold = pl.col("started") & pl.col("gpus").is_null() & ~pl.col("gpu_untracked")
    counts = cluster.tracked_jobs.select(untold=untold.sum(), started=pl.col("started").sum())
    jobs, started = counts.collect(engine="streaming").row(0)
    if jobs:
        yield Symptom(
            "unknown",
            "warning",
            cluster.name,
            f"the GPUs of {jobs:,} of {started:,} started jobs are unknown: their GPU-hours are "
            "in no sum",
            _again(cluster),
        )


def _again(cluster: ClusterEvidence) -> str:
    """The line that has every field, over all that was observed."""
    if not cluster.observed:
        return sacct_line()
    zone = ZoneInfo(cluster.timezone)
    since, until = cluster.observed[0].begin, cluster.observed[-1].end
    after = until.astimezone(zone).date() + timedelta(days=1)
    return sacct_line(since=since.astimezone(zone).date(), until=after)


def missing_nodes(cluster: ClusterEvidence) -> Iterator[Symptom]:
    """Without an inventory of nodes nothing can be said of capacity; with one, not of its past."""
    lines = advice(cluster.name)
    if cluster.nodes.is_empty():
        yield Symptom(
            "unknown",
            "warning",
            cluster.name,
            "no node inventory: installed GPUs and utilisation are unknown",
            f"{lines.nodes} ; {lines.ingest_nodes}",
        )
        return
    first = cluster.nodes.select(pl.col("valid_from").min()).item()
    if cluster.observed and cluster.observed[0].begin < first:
        yield Symptom(
            "assumed",
            "note",
            cluster.name,
            f"the first node inventory is of {first:%Y-%m-%d %H:%M}, logs go back to "
            f"{cluster.observed[0].begin:%Y-%m-%d %H:%M}: before it, nodes are assumed to have "
            "been as they were then",
            f"{lines.ingest_nodes} --at 2024-01-31  # with an older inventory, if one was kept",
        )


def missing_events(cluster: ClusterEvidence) -> Iterator[Symptom]:
    """Without events, nodes that were down count as available and idle."""
    if cluster.events.is_empty() and not cluster.nodes.is_empty():
        lines = advice(cluster.name)
        yield Symptom(
            "unknown",
            "note",
            cluster.name,
            "no events of nodes: time down counts as available",
            f"{lines.events} ; {lines.ingest_events}",
        )


def missing_telemetry(cluster: ClusterEvidence) -> Iterator[Symptom]:
    """Without telemetry nobody knows whether an allocated GPU did anything."""
    if not cluster.telemetry_rows and _has_gpus(cluster):
        yield Symptom(
            "unknown",
            "note",
            cluster.name,
            "no GPU telemetry: whether allocated GPUs were active is unknown",
            f"plimsoll ingest telemetry PATH --cluster {cluster.name}",
        )


def _has_gpus(cluster: ClusterEvidence) -> bool:
    if (cluster.nodes["gpus"] > 0).any():
        return True
    held = cluster.jobs.select((pl.col("gpus") > 0).any()).collect(engine="streaming").item()
    return bool(held)


def missing_suspension(cluster: ClusterEvidence) -> Iterator[Symptom]:
    """Suspended time that is on no record."""
    unknown = pl.col("started") & pl.col("suspended_s").is_null()
    jobs = int(cluster.jobs.select(unknown.sum()).collect(engine="streaming").item())
    if jobs:
        yield Symptom(
            "unknown",
            "note",
            cluster.name,
            f"the suspended time of {jobs:,} started jobs is unknown: it counts as executing",
            _again(cluster),
        )


def missing_awards(evidence: Evidence) -> Iterator[Symptom]:
    """Without awards nothing can be said of what was asked for and refused."""
    if not evidence.award_rows:
        template, ingest = advice("any").ingest_awards
        yield Symptom(
            "unknown",
            "note",
            None,
            "no awards: what was applied for, granted and refused is unknown",
            f"{template} ; {ingest}",
        )
