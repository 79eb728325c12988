"""A chart of how jobs ended."""

from typing import Final

import polars as pl

from analytics.outcomes import NODE_FAILURES
from reports.charts.description import Chart, Series
from reports.palette import Role
from reports.wording import large, share

_STATES: Final = {
    "COMPLETED": "Completed",
    "TIMEOUT": "Reached the time limit",
    "FAILED": "Failed",
    "CANCELLED": "Cancelled while running",
    "OUT_OF_MEMORY": "Out of memory",
    "NODE_FAIL": "Node failed",
    "BOOT_FAIL": "Node failed to boot",
    "PREEMPTED": "Preempted",
    "REQUEUED": "Requeued",
    "DEADLINE": "Deadline missed",
}


def state_name(state: str | None) -> str:
    """How a job ended, in words: "Reached the time limit"."""
    if state is None:
        return "State not on record"
    return _STATES.get(state, state.capitalize().replace("_", " "))


def outcomes_chart(outcomes: pl.DataFrame, *, period: str, synthetic: bool = False) -> Chart | None:
    """GPU-hours of ended jobs by how they ended, node failures standing out."""
    rows = outcomes.filter(pl.col("gpu_hours") > 0).sort(
        "gpu_hours", "job_state", descending=[True, False]
    )
    if rows.is_empty():
        return None
    names = tuple(state_name(state) for state in rows["job_state"])
    labels = tuple(
        f"{large(row['gpu_hours'])} ({share(row['gpu_hours_share'], decimals=1)})"
        if row["gpu_hours_share"] is not None
        else large(row["gpu_hours"])
        for row in rows.iter_rows(named=True)
    )
    said = "; ".join(f"{name} {label}" for name, label in zip(names, labels, strict=True))
    return Chart(
        kind="bars",
        title=f"GPU-hours of jobs that ended, by how they ended, {period}",
        summary=f"Bars, largest first: {said}.",
        categories=names,
        series=(
            Series(
                name="GPU-hours",
                values=tuple(rows["gpu_hours"].to_list()),
                labels=labels,
                roles=tuple(_role(state) for state in rows["job_state"]),
            ),
        ),
        axis="GPU-hours",
        synthetic=synthetic,
    )


def _role(state: str | None) -> Role:
    return "second" if state in NODE_FAILURES else "main"
