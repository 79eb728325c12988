"""Demand of jobs: asked for, held, never run, still waiting: `plimsoll show demand`."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from analytics.activity_of_groups import activity_of_groups
from analytics.calendar import Calendar
from analytics.demand_notes import demand_notes
from analytics.demand_sums import AGAIN, DemandSums, demand_sums
from analytics.finding import Finding
from analytics.job_events import job_moments
from analytics.last_seen import last_seen
from analytics.like_jobs import like_jobs
from analytics.parted import Rows
from analytics.pending import pending_moments
from analytics.recent_rate import recent_rate
from analytics.resubmissions import DAY_S, HOUR_S, WEEK_S, came_again
from analytics.tally import batches
from analytics.unmet import known_sum
from analytics.usage import usage

DEMAND_COLUMNS: Final = (
    "limit_gpu_hours",
    "allocated_gpu_hours",
    "active_gpu_hours",
    "activity_coverage",
    "cancelled_pending_jobs",
    "resubmitted_jobs",
    "cancelled_pending_gpu_hours_low",
    "cancelled_pending_gpu_hours_high",
    "cancelled_pending_gpu_hours_high_1h",
    "cancelled_pending_gpu_hours_high_7d",
    "pending_jobs",
    "pending_gpu_hours_low",
    "pending_gpu_hours_high",
    "backlog_days",
    "backlog_days_high",
)
_HOUR_S: Final = 3600


def demand(
    jobs: Rows,
    *,
    calendar: Calendar,
    observed: pl.DataFrame,
    by: Sequence[str] = (),
    everything: Rows | None = None,
    activity: pl.DataFrame | None = None,
) -> Finding:
    """What jobs asked for, held and did not get, by period and group.

    Args:
        jobs: The JOBS facts with `gpu_untracked` (`analytics.tracking`) and a column for each
            dimension of `by`.
        calendar: The periods; each is printed for each group.
        observed: What was observed of each cluster: OBSERVED_SCHEMA.
        by: Dimensions, columns of `jobs`.
        everything: All jobs of the clusters, where `jobs` are some of them: what like jobs took
            and what came again is told by these.
        activity: What telemetry tells of each job: JOB_ACTIVITY_SCHEMA of the same calendar.

    Returns:
        `period_start` (unless the period is the total), `by`, then `DEMAND_COLUMNS`. Hours are
        Float64; null is unknown. Low bounds are never above high ones.

    Raises:
        InputError: for a `by` that is no column of the jobs.
    """
    whole = jobs if everything is None else everything
    held = _held(jobs, calendar, by)
    seen = last_seen(observed)
    sums = demand_sums(
        jobs,
        by,
        calendar=calendar,
        last_seen=seen,
        came_again=came_again(whole),
        likes=like_jobs(whole),
    )
    cells = [*by, "bin"]
    moments = (job_moments(batch, _with_cluster(by), physical=None) for batch in batches(jobs))
    rates = recent_rate(moments, by, moments=pending_moments(calendar, seen), observed=observed)
    active = activity_of_groups(activity, jobs, by)
    frame = _on_all_periods(held, sums, calendar, by)
    for part in (_started(sums, cells), _gone(sums, cells), _pending(sums, cells)):
        frame = _with_zeros(frame, part, cells)
    for part in (rates, active):
        frame = frame.join(part, on=cells, how="left", nulls_equal=True)
    figures = frame.sort("bin", *by).with_columns(*_backlog(), *_active())
    dated = () if calendar.period == "total" else ("period_start",)
    return Finding(
        figures.select(*dated, *by, *DEMAND_COLUMNS), demand_notes(sums, calendar, seen, activity)
    )


def _with_cluster(by: Sequence[str]) -> list[str]:
    return [*by, *({"cluster"} - set(by))]


def _held(jobs: Rows, calendar: Calendar, by: Sequence[str]) -> pl.DataFrame:
    """`by`, `bin` and the GPU-hours that `usage` has."""
    frame = usage(jobs, calendar=calendar, by=by)
    if calendar.period == "total":
        dated = frame.with_columns(bin=pl.lit(0, pl.Int64))
    else:
        dated = frame.join(calendar.bins.select("period_start", "bin"), on="period_start")
    return dated.select(*by, "bin", allocated_gpu_hours="gpu_hours")


def _on_all_periods(
    held: pl.DataFrame, sums: DemandSums, calendar: Calendar, by: Sequence[str]
) -> pl.DataFrame:
    """Every period for each group of any of the sums, with what was held; none held is zero."""
    if by:
        parts = [held, sums.started, sums.gone, sums.pending]
        groups = pl.concat(part.select(by) for part in parts).unique()
    else:
        groups = pl.DataFrame(height=1)
    grid = groups.join(calendar.bins.select("bin", "period_start"), how="cross")
    return _with_zeros(grid, held, [*by, "bin"])


def _with_zeros(frame: pl.DataFrame, part: pl.DataFrame, cells: list[str]) -> pl.DataFrame:
    """The frame with the figures of a part; zero where it has no row for a cell."""
    figures = [name for name in part.columns if name not in cells]
    there = part.with_columns(_there=pl.lit(value=True))
    joined = frame.join(there, on=cells, how="left", nulls_equal=True)
    absent = pl.col("_there").is_null()
    return joined.with_columns(
        pl.when(absent).then(0).otherwise(pl.col(name)).cast(part.schema[name]).alias(name)
        for name in figures
    ).drop("_there")


def _started(sums: DemandSums, cells: list[str]) -> pl.DataFrame:
    known = (pl.col("without_gpus") == 0) & (pl.col("without_limit") == 0)
    hours = pl.when(known).then(pl.col("limit_gpu_s") / _HOUR_S)
    return sums.started.select(*cells, limit_gpu_hours=hours)


def _gone(sums: DemandSums, cells: list[str]) -> pl.DataFrame:
    once = pl.col(AGAIN) > DAY_S
    prefix = "cancelled_pending_gpu_hours"
    return _grouped(sums.gone, cells).agg(
        pl.col("jobs").filter(once).sum().alias("cancelled_pending_jobs"),
        pl.col("jobs").filter(~once).sum().alias("resubmitted_jobs"),
        _hours("low_s", once).alias(f"{prefix}_low"),
        _hours("high_s", once).alias(f"{prefix}_high"),
        _hours("high_s", pl.col(AGAIN) > HOUR_S).alias(f"{prefix}_high_1h"),
        _hours("high_s", pl.col(AGAIN) > WEEK_S).alias(f"{prefix}_high_7d"),
    )


def _pending(sums: DemandSums, cells: list[str]) -> pl.DataFrame:
    return _grouped(sums.pending, cells).agg(
        pl.col("jobs").sum().alias("pending_jobs"),
        _hours("low_s").alias("pending_gpu_hours_low"),
        _hours("high_s").alias("pending_gpu_hours_high"),
    )


def _grouped(frame: pl.DataFrame, cells: list[str]) -> "pl.dataframe.group_by.GroupBy":
    """In one order whatever the order of the jobs: sums of fractions depend on it."""
    return frame.sort(pl.all()).group_by(cells, maintain_order=True)


def _hours(name: str, those: pl.Expr | None = None) -> pl.Expr:
    return known_sum(pl.col(name) if those is None else pl.col(name).filter(those)) / _HOUR_S


def _backlog() -> list[pl.Expr]:
    """Days in which what pends would be done at the recent rate; null where nothing was held."""
    a_day = pl.col("gpu_hours_a_day")
    return [
        pl.when(a_day > 0).then(pl.col(f"pending_gpu_hours_{end}") / a_day).alias(name)
        for end, name in (("low", "backlog_days"), ("high", "backlog_days_high"))
    ]


def _active() -> list[pl.Expr]:
    """Active hours of the part of held time that telemetry saw, and how large that part is."""
    held, covered_s = pl.col("allocated_gpu_hours"), pl.col("covered_gpu_s").fill_null(0)
    active = pl.col("activity_gpu_s") / _HOUR_S
    return [
        pl.when(covered_s > 0).then(active).alias("active_gpu_hours"),
        pl.when(held > 0).then(covered_s / _HOUR_S / held).alias("activity_coverage"),
    ]
