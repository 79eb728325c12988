"""Jobs whose nodes are not known: they hold GPUs of their cluster, but of no node one can name."""

from typing import Final

import polars as pl

from analytics.calendar import Calendar
from analytics.sweep import cuts, edges, swept

IDLE: Final = ("blocked", "free")
_TAKEN_IN_TURN: Final = ("free", "blocked", "reserved", "down")


def unplaced_seconds(
    segments: pl.DataFrame,
    unplaced: pl.DataFrame,
    observed: pl.DataFrame,
    *,
    pool: tuple[str, ...],
    calendar: Calendar,
) -> pl.DataFrame:
    """GPU-seconds that unplaced jobs change in each pool and bin: the sums of `unplaced_moves`.

    Columns: those of `pool`, `bin`, and the changes.
    """
    moves = unplaced_moves(segments, unplaced, observed, pool=pool, calendar=calendar)
    seconds = pl.col("end_s") - pl.col("begin_s")
    values = pl.exclude(*pool, "bin", "begin_s", "end_s")
    return moves.group_by(*pool, "bin").agg((values * seconds).sum())


def unplaced_moves(
    segments: pl.DataFrame,
    unplaced: pl.DataFrame,
    observed: pl.DataFrame,
    *,
    pool: tuple[str, ...],
    calendar: Calendar,
) -> pl.DataFrame:
    """What unplaced jobs change in each pool (`cluster`, or `cluster` and `partition`), and when.

    `segments` are node segments with their states and the pool's columns. In each second the
    unplaced GPUs are taken from the pool's free ones, then from blocked, reserved and down ones;
    what is left lies beyond the pool's capacity. While an unplaced job holds an unknown number of
    GPUs, all that is not known to be allocated is not observed. Time outside the observed
    windows is left alone.

    Segments [begin_s, end_s) with `bin`, the pool's columns, and GPUs to add (taken ones are
    negative): `free, blocked, reserved, down, allocated, not_observed, beyond_capacity,
    unknown_count`, and `unplaced`, all of it.
    """
    keys = unplaced.select(pool).unique().sort(pool).with_row_index("key").cast({"key": pl.Int64})
    begin_s, end_s = calendar.begin_s, calendar.end_s
    within = segments.drop("key").join(keys, on=list(pool)).filter(pl.col("bin").is_not_null())
    parts = [
        edges(within, begin_s, end_s, **{name: pl.col(name) for name in _TAKEN_IN_TURN}),
        edges(
            unplaced.join(keys, on=list(pool)),
            begin_s,
            end_s,
            gpus=pl.col("gpus").fill_null(0),
            unknown=pl.col("gpus").is_null(),
        ),
        edges(keys.join(observed, on="cluster"), begin_s, end_s, observed=pl.lit(1)),
        cuts(keys, calendar),
    ]
    watched = swept(parts, calendar).filter(pl.col("observed") > 0)
    moves = _moves(watched.cast(dict.fromkeys((*_TAKEN_IN_TURN, "gpus"), pl.Int64)))
    return moves.join(keys, on="key").drop("key")


def _moves(segments: pl.DataFrame) -> pl.DataFrame:
    """The GPUs that change their state in each segment."""
    left = pl.col("gpus")
    taken = {}
    for name in _TAKEN_IN_TURN:
        taken[name] = pl.min_horizontal(left, pl.col(name))
        left -= taken[name]
    hidden = pl.col("unknown") > 0
    unseen = pl.sum_horizontal(pl.col(name) - taken[name] for name in _TAKEN_IN_TURN)
    unseen = pl.when(hidden).then(unseen).otherwise(0)
    return segments.select(
        "key",
        "bin",
        "begin_s",
        "end_s",
        *(
            -pl.when(hidden).then(pl.col(name)).otherwise(taken[name]).alias(name)
            for name in _TAKEN_IN_TURN
        ),
        pl.sum_horizontal(taken.values()).alias("allocated"),
        unseen.alias("not_observed"),
        unseen.alias("unknown_count"),
        left.alias("beyond_capacity"),
        pl.col("gpus").alias("unplaced"),
    )
