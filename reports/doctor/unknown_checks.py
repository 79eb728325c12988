"""What is still unknown after a first ingest, and the line that brings it."""

from collections.abc import Iterator
from typing import Final

import polars as pl

from ingest.advice import advice, sacct_line
from reports.doctor.evidence import ClusterEvidence, Evidence
from reports.doctor.symptom import Symptom

_COLUMNS: Final = {
    "req_gpus": ("ReqTRES", "what was asked for and what waits in GPUs", None),
    "reason": ("Reason", "why jobs waited", None),
    "node_list": ("NodeList", "which nodes jobs held: utilisation by node", "started"),
    "eligible": ("Eligible", "waits less the time that a job held itself back", None),
    "limit_s": ("Timelimit", "how much of their time limits jobs used", None),
    "gpus": ("AllocTRES", "GPU-hours", "started"),
}
"""Columns of JOBS: the field of sacct, what it is for, and which jobs must have it."""


def missing_columns(cluster: ClusterEvidence) -> Iterator[Symptom]:
    """Fields that not one record has: the logs were asked for without them."""
    among = {
        name: pl.lit(value=True) if which is None else pl.col(which)
        for name, (_, _, which) in _COLUMNS.items()
    }
    counted = cluster.jobs.select(
        *(rows.sum().alias(f"{name}#") for name, rows in among.items()),
        *((rows & pl.col(name).is_not_null()).sum().alias(name) for name, rows in among.items()),
    )
    row = counted.collect(engine="streaming").row(0, named=True)
    for name, (field, purpose, _) in _COLUMNS.items():
        if row[f"{name}#"] and not row[name]:
            yield Symptom(
                "unknown",
                "warning" if name == "gpus" else "note",
                cluster.name,
                f"no record has {field}, so this is unknown: {purpose}",
                sacct_line(),
            )


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
    if cluster.recorded and cluster.recorded.begin < first:
        yield Symptom(
            "assumed",
            "note",
            cluster.name,
            f"the first node inventory is of {first:%Y-%m-%d}, jobs go back to "
            f"{cluster.recorded.begin:%Y-%m-%d}: before it, nodes are assumed to have been as then",
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
            lines.events,
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
            sacct_line(),
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
