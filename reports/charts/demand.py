"""Charts of what waits and why, what never started, and how much of what was asked was held."""

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from model.question import Period
from reports.charts.description import Chart, Series
from reports.charts.ranges import ranges_chart
from reports.charts.utilisation import period_label
from reports.palette import Role
from reports.wording import between, number, share

ACTIVITY_SHOWN: Final = 0.1
"""A smaller part of the GPU-hours says too little of the rest to be drawn."""

_LADDER: Final[tuple[tuple[str, str, Role], ...]] = (
    ("active", "Active (estimate)", "main"),
    ("unused", "Allocated, beyond the active", "pale"),
    ("never", "Asked for, never held", "faint"),
)
_LADDER_UNTOLD: Final[tuple[tuple[str, str, Role], ...]] = (
    ("unused", "Allocated", "main"),
    ("never", "Asked for, never held", "faint"),
)
_LABELLED: Final = 0.06
_BOUNDS: Final = ("At least: as long as like jobs ran", "At most: to the time limits")
_NONE: Final = "None"
_NONE_KEPT: Final = "no lasting reason"
_CLASSES: Final = {
    "capacity": "Capacity",
    "policy": "Policy",
    "user": "User",
    "outcome": "Outcome",
    "other": "Other",
}


def reason_name(row: Mapping[str, Any]) -> str:
    """A line of `queue` by its class and Slurm's reason: "Capacity: Priority"."""
    if row["reason"] is None:
        return "No reason on record"
    kind = _CLASSES.get(row["reason_class"] or "", "Other")
    return f"{kind}: {_NONE_KEPT if row['reason'] == _NONE else row['reason']}"


def by_reason(queue: pl.DataFrame) -> pl.DataFrame:
    """The lines of `queue` over all clusters, the largest first; unknown sums stay null."""
    sums = ("jobs", "gpus", "pending_gpu_hours_low", "pending_gpu_hours_high")
    known = [
        pl.when(pl.col(name).null_count() == 0).then(pl.col(name).sum()).alias(name)
        for name in sums
    ]
    return (
        queue.group_by("reason_class", "reason")
        .agg(known)
        .sort(
            pl.coalesce("pending_gpu_hours_low", "pending_gpu_hours_high"),
            "jobs",
            "reason",
            descending=[True, True, False],
            nulls_last=True,
        )
    )


def queue_chart(queue: pl.DataFrame, *, on: str, synthetic: bool = False) -> Chart | None:
    """GPU-hours that wait, by reason, between two bounds; None where none are known."""
    rows = by_reason(queue)
    return ranges_chart(
        [reason_name(row) for row in rows.iter_rows(named=True)],
        rows["pending_gpu_hours_low"].to_list(),
        rows["pending_gpu_hours_high"].to_list(),
        title=f"GPU-hours that waited on {on}, by the reason that Slurm gives",
        unit="GPU-hours",
        bounds=_BOUNDS,
        synthetic=synthetic,
    )


def backlog_chart(
    demand: pl.DataFrame, *, dimension: str, on: str, synthetic: bool = False
) -> Chart | None:
    """Days of work that wait, by cluster or partition, the longest first."""
    rows = waiting_groups(demand)
    return ranges_chart(
        [name or "no name on record" for name in rows[dimension]],
        rows["backlog_days"].to_list(),
        rows["backlog_days_high"].to_list(),
        title=f"What waited on {on}, in days of what the {dimension} ran in the 28 days before",
        unit="days",
        bounds=_BOUNDS,
        synthetic=synthetic,
    )


def waiting_groups(demand: pl.DataFrame) -> pl.DataFrame:
    """The lines of `demand` with a known backlog that is not nothing, the longest first."""
    return demand.filter(
        pl.col("backlog_days_high").fill_null(0) + pl.col("backlog_days").fill_null(0) > 0
    ).sort(pl.coalesce("backlog_days", "backlog_days_high"), descending=True)


def _bounds(low: list[float | None], high: list[float | None]) -> tuple[Series, Series]:
    at_least, at_most = _BOUNDS
    return Series(at_least, tuple(low), "main"), Series(at_most, tuple(high), "pale")


def never_started_chart(
    demand: pl.DataFrame, *, granularity: Period, period: str, synthetic: bool = False
) -> Chart | None:
    """GPU-hours of jobs that never started, by period, between two bounds."""
    low = demand["cancelled_pending_gpu_hours_low"].to_list()
    high = demand["cancelled_pending_gpu_hours_high"].to_list()
    if not any(low) and not any(high):
        return None
    names = tuple(period_label(start, granularity) for start in demand["period_start"])
    said = "; ".join(
        f"{name} {between(*bounds)}"
        for name, bounds in zip(names, zip(low, high, strict=True), strict=True)
    )
    return Chart(
        kind="periods",
        title=f"GPU-hours asked for by jobs that never started, by {granularity}, {period}",
        summary=f"Bars between two bounds, GPU-hours: {said}.",
        categories=names,
        series=_bounds(low, high),
        axis="GPU-hours",
        synthetic=synthetic,
    )


def ladder_rows(demand: pl.DataFrame) -> pl.DataFrame:
    """The lines of `demand` whose allocated hours are a known part of what was asked for."""
    return demand.filter(
        pl.col("limit_gpu_hours") > 0,
        pl.col("allocated_gpu_hours") > 0,
        pl.col("allocated_gpu_hours") <= pl.col("limit_gpu_hours"),
    ).sort("limit_gpu_hours", descending=True)


def ladder_chart(
    demand: pl.DataFrame, *, dimension: str, period: str, synthetic: bool = False
) -> Chart | None:
    """Shares of what was asked for, to the time limit: active, allocated, never held."""
    rows = ladder_rows(demand)
    if rows.is_empty():
        return None
    told = pl.col("activity_coverage").fill_null(0) >= ACTIVITY_SHOWN
    asked = pl.col("limit_gpu_hours")
    seen = pl.col("active_gpu_hours") / pl.col("activity_coverage")
    active = pl.when(told).then(seen).fill_null(0)
    parts = rows.select(
        active=active / asked,
        unused=(pl.col("allocated_gpu_hours") - active) / asked,
        never=1 - pl.col("allocated_gpu_hours") / asked,
    )
    names = _LADDER if parts["active"].sum() > 0 else _LADDER_UNTOLD
    return Chart(
        kind="stack",
        title=(
            "GPU-hours as a share of those asked for up to the time limits, "
            f"by {dimension}, {period}"
        ),
        summary="Stacked bars. "
        + " ".join(
            f"{row[dimension]}: {number(row['allocated_gpu_hours'])} of "
            f"{number(row['limit_gpu_hours'])} GPU-hours were held."
            for row in rows.iter_rows(named=True)
        ),
        categories=tuple(name or "no name on record" for name in rows[dimension]),
        series=tuple(
            Series(
                name,
                tuple(parts[column].to_list()),
                role,
                labels=tuple(_share_label(value) for value in parts[column]),
            )
            for column, name, role in names
        ),
        measure="share",
        synthetic=synthetic,
    )


def _share_label(value: float) -> str:
    return share(value) if value >= _LABELLED else ""
