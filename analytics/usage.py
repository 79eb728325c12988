"""What jobs held, period by period: `plimsoll show usage`, exact to the GPU-second."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from analytics.calendar import Calendar
from analytics.gpu_counts import ShareOf, physical_gpus
from analytics.job_events import JOB, job_moments, reduce_jobs
from analytics.reductions import complete, level_before, level_through, load_seconds, touching
from analytics.tracking import with_gpu_tracking

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
    jobs: pl.LazyFrame,
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
        the figure; where only some lack it, the sum is of the known ones.
    """
    if "gpu_untracked" not in jobs.collect_schema().names():
        jobs = with_gpu_tracking(jobs, gpu_partitions=gpu_partitions)
    physical, units_a_card = physical_gpus(jobs, share_of)
    moments = job_moments(jobs, by, physical=physical)
    sums = complete(reduce_jobs(moments, calendar=calendar, keys=by), calendar=calendar, keys=by)
    dated = () if calendar.period == "total" else ("period_start",)
    return (
        sums.select("period_start", *by, **_counts(by), **_hours(by, units_a_card))
        .sort("period_start", *by)
        .select(*dated, *by, *USAGE_COLUMNS)
    )


def _counts(by: Sequence[str]) -> dict[str, pl.Expr]:
    gpus_known = pl.col("started").eq(0) | (pl.col("gpus_unknown") < pl.col("started"))
    return {
        "jobs_submitted": pl.col("submitted"),
        "jobs_started": pl.col("started"),
        "jobs_ended": pl.col("ended"),
        "jobs_running": touching(JOB, by),
        "jobs_never_started": pl.col("never_started"),
        "jobs_pending": _pending(by),
        "gpu_jobs": pl.when(gpus_known).then("gpu_jobs"),
        "gpu_untracked_jobs": pl.col("untracked"),
    }


def _pending(by: Sequence[str]) -> pl.Expr:
    """In the queue at the period's end; a job that still waits, as far as it was observed."""
    joined, left = level_through("queue_joined", by), level_through("queue_left", by)
    return joined - left - level_before("queue_unseen", by)


def _hours(by: Sequence[str], units_a_card: int) -> dict[str, pl.Expr]:
    gpu_s, unsuspended_s = load_seconds("gpus", by), load_seconds("suspended", by)
    hours = {
        "gpu_hours": ("gpus", gpu_s, _HOUR_S),
        "executing_gpu_hours": ("executing", gpu_s - unsuspended_s, _HOUR_S),
        "gpu_hours_physical": ("physical", load_seconds("physical", by), _HOUR_S * units_a_card),
        "cpu_hours": ("cpus", load_seconds("cpus", by), _HOUR_S),
        "node_hours": ("nodes", load_seconds("nodes", by), _HOUR_S),
    }
    return {
        **{name: pl.when(_known(load, by)).then(s / per) for name, (load, s, per) in hours.items()},
        "wall_hours": load_seconds(JOB, by) / _HOUR_S,
        "wait_hours": pl.col("wait_s") / _HOUR_S,
    }


def _known(load: str, by: Sequence[str]) -> pl.Expr:
    """Whether no job ran in the period, or one whose load is known did."""
    running = touching(JOB, by)
    return running.eq(0) | (touching(f"{load}_unknown", by) < running)
