"""The sums behind `demand`: what jobs asked for when they started, left the queue, or waited."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from analytics.asks import asks, with_alike
from analytics.calendar import Calendar
from analytics.parted import Rows
from analytics.pending import AFTER, FIRST, at_each_end, with_pending_bins
from analytics.reductions import summed_by
from analytics.resubmissions import DAY_S, HOUR_S, JOB_KEY, WEEK_S
from analytics.tally import batches
from analytics.unmet import added, bounded, unmet_cells
from model.schemas import UNLIMITED_S

AGAIN: Final = "came_again_within_s"
NEVER: Final = WEEK_S + 1
"""Of jobs that were not submitted again within the longest of the windows."""

_WINDOWS: Final = (HOUR_S, DAY_S, WEEK_S)
_STARTED: Final = ("limit_gpu_s", "without_gpus", "without_limit")


@dataclass(frozen=True)
class DemandSums:
    """Sums by dimension and `bin`, a row a cell; cells without a job are left out.

    `started`: `limit_gpu_s` of jobs that started, of known GPUs and limits, and how many are
    `without_gpus` or `without_limit`. `gone` (by `AGAIN` as well) and `pending`: cells of
    `analytics.unmet` with their bounds.
    """

    started: pl.DataFrame
    gone: pl.DataFrame
    pending: pl.DataFrame


def demand_sums(
    jobs: Rows,
    by: Sequence[str],
    *,
    calendar: Calendar,
    last_seen: pl.DataFrame,
    came_again: pl.DataFrame,
    likes: pl.DataFrame,
) -> DemandSums:
    """Sum jobs in batches; see `asks`, `analytics.resubmissions`, `analytics.like_jobs`."""
    parts = [
        _of_batch(asks(batch, by, last_seen=last_seen), by, calendar, came_again)
        for batch in batches(jobs)
    ]
    started = pl.concat(part.started for part in parts)
    return DemandSums(
        started=summed_by(started, [*by, "bin"], _STARTED),
        gone=bounded(added([part.gone for part in parts]), likes),
        pending=bounded(at_each_end(added([part.pending for part in parts])), likes),
    )


def _of_batch(
    asked: pl.LazyFrame, by: Sequence[str], calendar: Calendar, came_again: pl.DataFrame
) -> DemandSums:
    starts, ends = (_within(calendar, name) for name in ("start_s", "end_s"))
    gone = ends & pl.col("start_s").is_null()
    rows = (
        with_pending_bins(asked, calendar)
        .filter(starts | gone | (pl.col(FIRST) < pl.col(AFTER)))
        .collect(engine="streaming")
    )
    keys = with_alike(by)
    left = _with_again(rows.filter(gone).with_columns(_bin_of(calendar, "end_s")), came_again)
    return DemandSums(
        started=_limits(rows.filter(starts).with_columns(_bin_of(calendar, "start_s")), by),
        gone=unmet_cells(left, [*keys, "bin", AGAIN]),
        pending=unmet_cells(rows.filter(pl.col(FIRST) < pl.col(AFTER)), [*keys, FIRST, AFTER]),
    )


def _within(calendar: Calendar, moment: str) -> pl.Expr:
    inside = pl.col(moment).is_between(calendar.begin_s, calendar.end_s, closed="left")
    return inside.fill_null(value=False)


def _bin_of(calendar: Calendar, moment: str) -> pl.Expr:
    ends = pl.lit(calendar.bins["end_s"])
    return ends.search_sorted(pl.col(moment), side="right").cast(pl.Int64).alias("bin")


def _with_again(gone: pl.DataFrame, came_again: pl.DataFrame) -> pl.DataFrame:
    within = pl.lit(NEVER)
    for window_s in reversed(_WINDOWS):
        soon = pl.col("again_after_s") <= window_s
        within = pl.when(soon).then(window_s).otherwise(within)
    known = gone.join(came_again, on=list(JOB_KEY), how="left")
    return known.with_columns(within.cast(pl.Int64).alias(AGAIN))


def _limits(started: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    limited = pl.col("limit_s").is_not_null() & (pl.col("limit_s") != UNLIMITED_S)
    asks_some = (pl.col("gpus") > 0).fill_null(value=True)
    rows = started.select(
        *by,
        "bin",
        limit_gpu_s=pl.when(limited).then(pl.col("gpus") * pl.col("limit_s")),
        without_gpus=pl.col("gpus").is_null().cast(pl.Int64),
        without_limit=(~limited & asks_some).cast(pl.Int64),
    )
    return summed_by(rows, [*by, "bin"], _STARTED)
