"""GPU time that could be given to others: long windows without work, beyond what arrivals need."""

from dataclasses import dataclass
from math import ceil
from typing import Final

import polars as pl

from analytics.calendar import Calendar
from analytics.device_hours import MILLIONTHS
from analytics.queueing import servers_needed
from analytics.sweep import cuts, edges, swept
from analytics.swept_time import Swept
from model.inference_thresholds import InferenceThresholds

POOL: Final = ("cluster", "node_role", "gpu_model")
"""Nodes that can stand in for each other: head-room is kept for all of them together."""

_SEGMENT: Final = ("key", "period", "begin_s", "end_s", "capacity", "free")
_SPARE: Final = pl.col("free") + pl.col("unused")
_MOMENTS: Final = 1 << 40
"""More than any moment in epoch seconds: number and moment make one sortable integer."""


@dataclass(frozen=True)
class Reclaimable:
    """Reclaimable GPU-seconds, and the head-room that was kept.

    `seconds` by `key`, `period` (of the node's configuration) and `bin`: `reclaimable`, and for
    what part of the allocated time in it the devices were not busy (`unbusy`). `headroom` has,
    for each POOL, `headroom_gpus` and the mean `load_gpus` of its arrivals.
    """

    seconds: pl.DataFrame
    headroom: pl.DataFrame


def reclaimable(
    time: Swept,
    observed: pl.DataFrame,
    *,
    calendar: Calendar,
    thresholds: InferenceThresholds,
    unused: pl.DataFrame | None = None,
) -> Reclaimable:
    """Windows without work beyond head-room, in GPU-seconds.

    The jobs of a node are stacked: its k-th GPU is spare while fewer than k are held and used,
    and free ones are neither blocked, reserved, down nor unobserved. `unused`, of
    `device_time`, tells when allocated ones are not used. Windows of at least `free_window_s`
    count, whatever part of them lies in the calendar: `time` must reach that far beyond it. In
    each second a pool's head-room is taken off the number of its GPUs in such windows; what
    remains is shared by its nodes in proportion to theirs.
    """
    pools = _pools(time.labels)
    spare = _spare(time.segments, unused, calendar)
    numbered = spare.join(pools.select("key", "period", "pool"), on=["key", "period"])
    in_windows = _in_windows(numbered, thresholds.free_window_s)
    headroom = _headroom(time, pools, observed, calendar=calendar, thresholds=thresholds)
    seconds = _beyond_headroom(in_windows, headroom, calendar)
    return Reclaimable(seconds=seconds, headroom=headroom)


def _pools(labels: pl.DataFrame) -> pl.DataFrame:
    """The number and the name of each configuration's pool."""
    numbers = labels.select(POOL).unique().sort(POOL, nulls_last=True).with_row_index("pool")
    named = labels.join(numbers, on=list(POOL), nulls_equal=True)
    return named.select("key", "period", pl.col("pool").cast(pl.Int64), *POOL)


def _spare(segments: pl.DataFrame, unused: pl.DataFrame | None, calendar: Calendar) -> pl.DataFrame:
    """The segments in which a GPU is free, or allocated and `unused`; `spare` counts both."""
    numbered = segments.with_row_index("segment").cast({"segment": pl.Int64, "period": pl.Int64})
    if unused is None or unused.is_empty():
        free = numbered.filter(pl.col("free") > 0).select(*_SEGMENT, "bin", spare="free")
        return free.with_columns(unused=pl.lit(0, pl.Int64), unbusy=pl.lit(0.0))
    held = numbered.select("segment", "key").join(unused, on="segment")
    concerned = (pl.col("free") > 0) | pl.col("segment").is_in(held["segment"].unique().implode())
    frame = numbered.filter(concerned).select(_SEGMENT)
    begin_s, end_s = frame.select(pl.col("begin_s").min(), pl.col("end_s").max()).row(0)
    of_segments = {name: pl.col(name) for name in ("period", "capacity", "free")}
    millionths = (pl.col("unbusy") * MILLIONTHS).round()
    parts = [
        edges(frame, begin_s, end_s, **of_segments),
        edges(held, begin_s, end_s, unused=pl.col("unused"), unbusy=millionths),
    ]
    split = swept(parts, calendar).cast({"period": pl.Int64, "capacity": pl.Int64})
    counts = split.with_columns(pl.col("free", "unused").cast(pl.Int64))
    return counts.filter(pl.col("free") + pl.col("unused") > 0).select(
        *_SEGMENT, "bin", "unused", pl.col("unbusy") / MILLIONTHS, spare=_SPARE
    )


def _in_windows(spare: pl.DataFrame, shortest_s: int) -> pl.DataFrame:
    """The segments with spare GPUs in long windows, and their number, `gpus_in_windows`."""
    spare = spare.sort("key", "begin_s").with_row_index("row")
    most = spare["capacity"].max()
    slots = range(1, (most if isinstance(most, int) else 0) + 1)
    rows = [_rows_in_windows(spare, slot, shortest_s) for slot in slots]
    counted = pl.concat([spare.select("row").clear(), *rows]).group_by("row").len("gpus_in_windows")
    return spare.join(counted.cast({"gpus_in_windows": pl.Int64}), on="row").sort("row")


def _rows_in_windows(spare: pl.DataFrame, slot: int, shortest_s: int) -> pl.DataFrame:
    """The segments in which the given GPU of a node is spare within a long window."""
    idle = spare.lazy().filter(
        pl.col("capacity") - pl.col("spare") < slot, pl.col("capacity") >= slot
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
    """`pool`, its names, `load_gpus` and `headroom_gpus`: GPUs needed beside that mean load.

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
    load = pl.when(pl.col("observed_s") > 0).then(pl.col("gpu_s") / pl.col("observed_s"))
    kept = totals.select("pool", *POOL, load_gpus=load.fill_null(0.0))
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
    held = (pl.col("gpus_in_windows") - pl.col("free")).clip(lower_bound=0)
    each = pl.when(pl.col("unused") > 0).then(pl.col("unbusy") / pl.col("unused")).otherwise(0.0)
    return (
        inside.with_columns(share_s=share_s, unbusy_s=held * each * share_s)
        .group_by("key", "period", "bin", maintain_order=True)
        .agg(
            (pl.col("gpus_in_windows") * pl.col("share_s")).sum().round(3).alias("reclaimable"),
            pl.col("unbusy_s").sum().round(3).alias("unbusy"),
        )
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
