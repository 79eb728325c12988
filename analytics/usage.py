"""What jobs held, period by period: `plimsoll show usage`, exact to the GPU-second."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from analytics.calendar import Calendar
from analytics.gpu_counts import PhysicalGpus, ShareOf, physical_gpus
from analytics.job_events import (
    EXECUTING,
    JOB,
    PHYSICAL,
    SUSPENDED,
    Census,
)
from analytics.parted import Rows
from analytics.reductions import (
    GROUP,
    level_before,
    level_through,
    load_seconds,
    touching,
)
from analytics.tracking import with_gpu_tracking
from analytics.usage_notes import usage_notes
from analytics.usage_sums import usage_sums
from model.errors import InputError
from model.suggestions import did_you_mean

__all__ = ["USAGE_COLUMNS", "usage", "usage_notes"]

USAGE_COLUMNS: Final = (
    "jobs_submitted",
    "jobs_started",
    "jobs_ended",
    "jobs_running",
    "jobs_never_started",
    "jobs_pending",
    "gpu_hours",
    "executing_gpu_hours",
    "gpu_hours_physical",
    "cpu_hours",
    "node_hours",
    "wall_hours",
    "wait_hours",
    "gpu_jobs",
    "gpu_untracked_jobs",
)
_HOUR_S: Final = 3600


def usage(
    jobs: Rows,
    *,
    calendar: Calendar,
    by: Sequence[str] = (),
    gpu_partitions: pl.LazyFrame | None = None,
    share_of: ShareOf | None = None,
) -> pl.DataFrame:
    """Jobs and the hours they held, by period and group.

    Args:
        jobs: The JOBS facts, with a column for each dimension of `by`.
        calendar: The periods; each is printed for each group, zeros where nothing happened.
        by: Dimensions, columns of `jobs`.
        gpu_partitions: `cluster, partition` of the partitions with GPUs, for jobs that were not
            yet through `with_gpu_tracking`; without it they are told by what jobs asked for.
        share_of: What share of a card one GPU of a Slurm type is: `GpuCatalogue.share`. Without
            it `gpu_hours_physical` is unknown.

    Returns:
        `period_start` (unless the period is the total), `by`, then `USAGE_COLUMNS`. Hours are
        Float64, reckoned in whole seconds. Null is unknown: no job that ran in the period has
        the figure; where only some lack it, the sum is of the known ones: see `usage_notes`.

    Raises:
        InputError: for a `by` that is no column of the jobs.
    """
    present = jobs.collect_schema().names()
    for name in by:
        if name not in present:
            raise InputError(f"jobs have no column {name!r}", hint=did_you_mean(name, present))
    if "gpu_untracked" not in present:
        jobs = with_gpu_tracking(jobs, gpu_partitions=gpu_partitions)
    physical = physical_gpus(jobs, share_of)
    booked = usage_sums(jobs, by, calendar=calendar, physical=physical.expr)
    figures = booked.completed(calendar).select(
        GROUP, "period_start", **_counts(booked.census), **_hours(booked.census, physical)
    )
    dated = () if calendar.period == "total" else ("period_start",)
    return (
        figures.join(booked.groups, on=GROUP)
        .sort("period_start", *by)
        .select(*dated, *by, *USAGE_COLUMNS)
    )


def _counts(census: Census) -> dict[str, pl.Expr]:
    gpu_jobs = pl.col("gpu_jobs")
    if "gpus" in census.unknown:
        told = pl.col("started").eq(0) | (pl.col("gpus_untold") < pl.col("started"))
        gpu_jobs = pl.when(told).then(gpu_jobs)
    return {
        "jobs_submitted": pl.col("submitted"),
        "jobs_started": pl.col("started"),
        "jobs_ended": pl.col("ended"),
        "jobs_running": touching(JOB),
        "jobs_never_started": pl.col("never_started"),
        "jobs_pending": _pending(),
        "gpu_jobs": gpu_jobs,
        "gpu_untracked_jobs": pl.col("untracked"),
    }


def _pending() -> pl.Expr:
    """In the queue at the period's end; a job that still waits, as far as it was observed."""
    joined, left = level_through("queue_joined"), level_through("queue_left")
    return joined - left - level_before("queue_unseen")


def _hours(census: Census, physical: PhysicalGpus) -> dict[str, pl.Expr]:
    gpu_s = load_seconds("gpus")
    executing_s = gpu_s - load_seconds(SUSPENDED) if census.suspended else gpu_s
    whole_cards = physical.expr is None
    cards_s = gpu_s if whole_cards else load_seconds(PHYSICAL) / physical.units_a_card
    seconds = {
        "gpu_hours": ("gpus", gpu_s),
        "executing_gpu_hours": (EXECUTING, executing_s),
        "gpu_hours_physical": ("gpus" if whole_cards else PHYSICAL, cards_s),
        "cpu_hours": ("cpus", load_seconds("cpus")),
        "node_hours": ("nodes", load_seconds("nodes")),
        "wall_hours": (JOB, load_seconds(JOB)),
    }
    hours = {name: _if_known(load, s / _HOUR_S, census) for name, (load, s) in seconds.items()}
    if not physical.known:
        hours["gpu_hours_physical"] = pl.lit(None, pl.Float64)
    return {**hours, "wait_hours": pl.col("wait_s") / _HOUR_S}


def _if_known(load: str, hours: pl.Expr, census: Census) -> pl.Expr:
    """The hours, unless jobs ran in the period and the load of none of them is known."""
    if load not in census.unknown:
        return hours
    running = touching(JOB)
    known = running.eq(0) | (touching(f"{load}_unknown") < running)
    return pl.when(known).then(hours)
