"""Free GPU time that could be given to others: long windows, beyond what arrivals need."""

from dataclasses import dataclass
from math import ceil
from typing import Final

import polars as pl

from analytics.calendar import Calendar
from analytics.node_time import Swept
from analytics.queueing import servers_needed
from analytics.sweep import cuts, edges, swept

POOL: Final = ("cluster", "node_role", "gpu_model")
"""Nodes that can stand in for each other: head-room is kept for all of them together."""

_SEGMENT: Final = ("key", "period", "bin", "begin_s", "end_s", "capacity", "free")
_MOMENTS: Final = 1 << 40
"""More than any moment in epoch seconds: number and moment make one sortable integer."""


@dataclass(frozen=True)
class InferenceThresholds:
    """What counts as reclaimable.

    A GPU must be free for `free_window_s` on end. So many GPUs of a pool stay free that no more
    than `late_share` of arrivals wait longer than `target_wait_s`.
    """

    free_window_s: int = 7200
    late_share: float = 0.05
    target_wait_s: int = 600


@dataclass(frozen=True)
class Reclaimable:
    """Reclaimable GPU-seconds, and the head-room that was kept.

    `seconds` by `key`, `period` (of the node's configuration) and `bin`; `headroom` has, for
    each POOL, `headroom_gpus`.
    """

    seconds: pl.DataFrame
    headroom: pl.DataFrame


def reclaimable(
    time: Swept, observed: pl.DataFrame, *, calendar: Calendar, thresholds: InferenceThresholds
) -> Reclaimable:
    """Free windows beyond head-room, in GPU-seconds.

    The jobs of a node are stacked: its k-th GPU is free while fewer than k are held and free
    ones are neither blocked, reserved, down nor unobserved. Windows of at least `free_window_s`
    count, whatever part of them lies in the calendar: `time` must reach that far beyond it. In
    each second a pool's head-room is taken off the number of its GPUs in such windows; what
    remains is shared by its nodes in proportion to theirs.
    """
    pools = _pools(time.labels)
    free = time.segments.filter(pl.col("free") > 0).select(_SEGMENT)
    numbered = free.join(pools.select("key", "period", "pool"), on=["key", "period"])
    in_windows = _in_windows(numbered, thresholds.free_window_s)
    headroom = _headroom(time, pools, observed, calendar=calendar, thresholds=thresholds)
    seconds = _beyond_headroom(in_windows, headroom, calendar)
    return Reclaimable(seconds=seconds, headroom=headroom)


def _pools(labels: pl.DataFrame) -> pl.DataFrame:
    """The number and the name of each configuration's pool."""
    numbers = labels.select(POOL).unique().sort(POOL, nulls_last=True).with_row_index("pool")
    named = labels.join(numbers, on=list(POOL), nulls_equal=True)
    return named.select("key", "period", pl.col("pool").cast(pl.Int64), *POOL)


def _in_windows(free: pl.DataFrame, shortest_s: int) -> pl.DataFrame:
    """The segments with free GPUs in long windows, and their number, `gpus_in_windows`."""
    free = free.sort("key", "begin_s").with_row_index("row")
    most = free["capacity"].max()
    slots = range(1, (most if isinstance(most, int) else 0) + 1)
    rows = [_rows_in_windows(free, slot, shortest_s) for slot in slots]
    counted = pl.concat([free.select("row").clear(), *rows]).group_by("row").len("gpus_in_windows")
    return free.join(counted.cast({"gpus_in_windows": pl.Int64}), on="row").sort("row")


def _rows_in_windows(free: pl.DataFrame, slot: int, shortest_s: int) -> pl.DataFrame:
    """The segments in which the given GPU of a node is free within a long window."""
    idle = free.lazy().filter(
        pl.col("capacity") - pl.col("free") < slot, pl.col("capacity") >= slot
    )
    goes_on = (
        (pl.col("key") == pl.col("key").shift(1))
        & (pl.col("pool") == pl.col("pool").shift(1))
        & (pl.col("begin_s") == pl.col("end_s").shift(1))
    )
    windows = idle.with_columns(window=(~goes_on.fill_null(False)).cum_sum())
    lengths = windows.group_by("window").agg(pl.col("end_s").max() - pl.col("begin_s").min())
    long = lengths.filter(pl.col("end_s") >= shortest_s)
    return windows.join(long, on="window", how="semi").select("row").collect()


def _headroom(
    time: Swept,
    pools: pl.DataFrame,
    observed: pl.DataFrame,
    *,
    calendar: Calendar,
    thresholds: InferenceThresholds,
) -> pl.DataFrame:
    """`pool`, its names and `headroom_gpus`: GPUs needed beside the mean load of its arrivals.

    Each GPU of a job that started in the calendar counts as an arrival of its own, with the
    job's whole held time as its service.
    """
    arrivals = _arrivals(time, pools, observed, calendar)
    named = pools.select("pool", *POOL).unique()
    totals = named.join(arrivals, on="pool", how="left").join(
        _observed_s(observed, calendar), on="cluster", how="left"
    )
    headroom = [
        _spare_gpus(row["gpus"] or 0, row["gpu_s"] or 0, row["observed_s"] or 0, thresholds)
        for row in totals.iter_rows(named=True)
    ]
    kept = totals.select("pool", *POOL)
    return kept.with_columns(pl.Series("headroom_gpus", headroom, dtype=pl.Int64)).sort("pool")


def _spare_gpus(gpus: int, gpu_s: int, observed_s: int, thresholds: InferenceThresholds) -> int:
    if not gpu_s or not observed_s:
        return 0
    load = gpu_s / observed_s
    needed = servers_needed(
        load,
        service_s=gpu_s / gpus,
        target_wait_s=thresholds.target_wait_s,
        late=thresholds.late_share,
    )
    return max(0, ceil(needed - load))


def _arrivals(
    time: Swept, pools: pl.DataFrame, observed: pl.DataFrame, calendar: Calendar
) -> pl.DataFrame:
    """GPUs and GPU-seconds of the jobs that started in each pool while it was observed."""
    starts = pl.col("begin_s").is_between(calendar.begin_s, calendar.end_s, closed="left")
    placed = time.line.jobs.placed.filter(starts, pl.col("gpus") > 0).sort("begin_s")
    keyed = placed.join(time.line.jobs.keys, on="key", maintain_order="left")
    windows = observed.select("cluster", "begin_s", window_end_s="end_s").sort("begin_s")
    periods = time.line.periods.join(pools, on=["key", "period"])
    periods = periods.select("key", "pool", "begin_s", period_end_s="end_s").sort("begin_s")
    return (
        keyed.join_asof(windows, on="begin_s", by="cluster", check_sortedness=False)
        .join_asof(periods, on="begin_s", by="key", check_sortedness=False)
        .filter(
            pl.col("begin_s") < pl.col("window_end_s"), pl.col("begin_s") < pl.col("period_end_s")
        )
        .group_by("pool")
        .agg(
            pl.col("gpus").sum(),
            (pl.col("gpus") * (pl.col("end_s") - pl.col("begin_s"))).sum().alias("gpu_s"),
        )
    )


def _observed_s(observed: pl.DataFrame, calendar: Calendar) -> pl.DataFrame:
    begin = pl.col("begin_s").clip(calendar.begin_s, calendar.end_s)
    end = pl.col("end_s").clip(calendar.begin_s, calendar.end_s)
    return observed.group_by("cluster").agg((end - begin).sum().alias("observed_s"))


def _beyond_headroom(
    in_windows: pl.DataFrame, headroom: pl.DataFrame, calendar: Calendar
) -> pl.DataFrame:
    """Reclaimable GPU-seconds by configuration and bin."""
    inside = in_windows.filter(pl.col("bin").is_not_null())
    shares = _share_beyond(inside, headroom, calendar)
    share_s = _looked_up(shares, inside, "end_s") - _looked_up(shares, inside, "begin_s")
    return (
        inside.select("key", "period", "bin", "gpus_in_windows", share_s=share_s)
        .group_by("key", "period", "bin", maintain_order=True)
        .agg((pl.col("gpus_in_windows") * pl.col("share_s")).sum().round(3).alias("reclaimable"))
    )


def _share_beyond(inside: pl.DataFrame, headroom: pl.DataFrame, calendar: Calendar) -> pl.DataFrame:
    """Up to each moment `at_s`, the seconds that a GPU in a window could be lent for, `share_s`.

    In a second in which a pool has F GPUs in windows and keeps h, each counts (F - h) / F.
    """
    pooled = inside.select(pl.col("pool").alias("key"), "begin_s", "end_s", "gpus_in_windows")
    windows = edges(pooled, calendar.begin_s, calendar.end_s, gpus=pl.col("gpus_in_windows"))
    together = swept([windows, cuts(pooled.select("key").unique(), calendar)], calendar)
    kept = headroom.select(pl.col("pool").alias("key"), "headroom_gpus")
    gpus = pl.col("gpus").cast(pl.Int64)
    beyond = (gpus - pl.col("headroom_gpus")).clip(lower_bound=0)
    share = pl.when(gpus > 0).then(beyond / gpus).otherwise(0.0)
    seconds = share * (pl.col("end_s") - pl.col("begin_s"))
    sums = together.join(kept, on="key", maintain_order="left").select(
        "key", at_s="end_s", share_s=seconds.cum_sum().over("key")
    )
    start = sums.select("key", at_s=pl.lit(calendar.begin_s, pl.Int64), share_s=pl.lit(0.0))
    return pl.concat([start.unique(), sums]).sort("key", "at_s")


def _looked_up(shares: pl.DataFrame, inside: pl.DataFrame, moment: str) -> pl.Series:
    """`share_s` of each segment's pool at the segment's begin or end: an edge of its pool."""
    moments = shares.select(pl.col("key") * _MOMENTS + pl.col("at_s")).to_series()
    wanted = inside.select(pl.col("pool") * _MOMENTS + pl.col(moment)).to_series()
    return shares["share_s"].gather(moments.search_sorted(wanted))
