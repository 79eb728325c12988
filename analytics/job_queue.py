"""What waits at one moment, and why: `plimsoll show queue`."""

from typing import Final

import polars as pl

from analytics.asks import ALIKE, asks
from analytics.finding import Finding
from analytics.last_seen import last_seen
from analytics.like_jobs import like_jobs
from analytics.parted import Rows, lazy
from analytics.unmet import bounded, known_sum, unmet_cells, unmet_notes
from model.wait_reasons import WaitReasons, reason_name

QUEUE_COLUMNS: Final = (
    "cluster",
    "reason_class",
    "reason",
    "jobs",
    "gpus",
    "pending_gpu_hours_low",
    "pending_gpu_hours_high",
    "oldest_wait_s",
    "median_wait_s",
)
_LINE: Final = list(QUEUE_COLUMNS[:3])
_HOUR_S: Final = 3600
_EARLIER: Final = (
    "The queue is that of an earlier moment; reasons are those last recorded, for jobs that have "
    "started since mostly None."
)


def queue(
    jobs: Rows,
    *,
    observed: pl.DataFrame,
    reasons: WaitReasons,
    until_s: int | None = None,
    everything: Rows | None = None,
) -> Finding:
    """The jobs that wait at the end of what was observed of their cluster, by Slurm's reason.

    Args:
        jobs: The JOBS facts with `gpu_untracked` (`analytics.tracking`).
        observed: What was observed of each cluster: OBSERVED_SCHEMA.
        reasons: The classes of reasons.
        until_s: An earlier moment to look at, in epoch seconds.
        everything: All jobs of the clusters, where `jobs` are some of them.

    Returns:
        A line a cluster and reason (QUEUE_COLUMNS). An array counts as its tasks. Unknown sums
        are null; a job without a reason has neither reason nor class.
    """
    seen = last_seen(observed)
    waiting = _waiting(jobs, seen, until_s).with_columns(_names(reasons))
    likes = like_jobs(jobs if everything is None else everything)
    cells = bounded(unmet_cells(waiting, [*_LINE, ALIKE[1]]), likes)
    sums = (
        cells.sort(pl.all())
        .group_by(_LINE, maintain_order=True)
        .agg(
            pl.col("jobs").sum(),
            pl.when(pl.col("without_gpus").sum() == 0).then(pl.col("gpus").sum()).alias("gpus"),
            (known_sum(pl.col("low_s")) / _HOUR_S).alias("pending_gpu_hours_low"),
            (known_sum(pl.col("high_s")) / _HOUR_S).alias("pending_gpu_hours_high"),
        )
    )
    lines = sums.join(_waits(waiting), on=_LINE, nulls_equal=True)
    notes = [*unmet_notes(cells, "wait"), *([] if until_s is None else [_EARLIER])]
    return Finding(lines.select(QUEUE_COLUMNS).sort(_LINE, nulls_last=True), tuple(notes))


def _waiting(jobs: Rows, seen: pl.DataFrame, until_s: int | None) -> pl.DataFrame:
    moment_s = pl.min_horizontal("seen_s", pl.lit(until_s, pl.Int64))
    left_s = pl.col("waits_until_s")
    pends = (pl.col("submit_s") < moment_s) & (left_s.is_null() | (left_s >= moment_s))
    asked = asks(lazy(jobs), ["reason"], last_seen=seen).filter(pends)
    return asked.with_columns(wait_s=moment_s - pl.col("submit_s")).collect(engine="streaming")


def _names(reasons: WaitReasons) -> list[pl.Expr]:
    reason = pl.col("reason")
    name = reason.map_elements(reason_name, return_dtype=pl.String)
    kind = reason.map_elements(reasons.class_of, return_dtype=pl.String)
    return [name.alias("reason"), kind.alias("reason_class")]


def _waits(waiting: pl.DataFrame) -> pl.DataFrame:
    """The longest wait, and the smallest that at least half of the jobs do not exceed."""
    ordered = waiting.sort("wait_s").with_columns(
        _before=pl.col("tasks").cum_sum().over(_LINE), _all=pl.col("tasks").sum().over(_LINE)
    )
    half = pl.col("_before") * 2 >= pl.col("_all")
    return ordered.group_by(_LINE).agg(
        oldest_wait_s=pl.col("wait_s").max(), median_wait_s=pl.col("wait_s").filter(half).min()
    )
