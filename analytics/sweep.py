"""Sweeps: from intervals that overlap to segments in which nothing changes, in whole seconds."""

from typing import Final

import polars as pl

from analytics.calendar import Calendar

_KEY_APART_S: Final = 1 << 34
"""More than the seconds that any two moments lie apart: one number sorts twice as fast as two."""


def edges(frame: pl.DataFrame, begin_s: int, end_s: int, **counts: pl.Expr) -> pl.DataFrame:
    """What each interval [begin_s, end_s) of `frame` adds to its `key`, and takes away again.

    Intervals are cut to the given span. Columns: `key`, `at_s`, and the given counts as Int32.
    """
    inside = frame.with_columns(
        pl.col("begin_s").clip(begin_s, end_s), pl.col("end_s").clip(begin_s, end_s)
    ).filter(pl.col("begin_s") < pl.col("end_s"))
    adds = {name: count.cast(pl.Int32) for name, count in counts.items()}
    takes = {name: -count for name, count in adds.items()}
    return pl.concat(
        [
            inside.select("key", at_s="begin_s", **adds),
            inside.select("key", at_s="end_s", **takes),
        ]
    )


def steps(segments: pl.DataFrame, **counts: pl.Expr) -> pl.DataFrame:
    """The edges of segments that follow each other: only what changes from one to the next.

    `segments` have `key`, `begin_s`, `end_s`. Where a row begins as the row before it of the same
    key ends, the two are one edge: sorted by what `key` adds up and by time, they lead to the same
    sums as `edges`, with half as many rows or fewer. Columns: `key`, `at_s`, the counts as Int32.
    """
    levels = segments.select(
        "key",
        "begin_s",
        "end_s",
        *(count.cast(pl.Int32).alias(name) for name, count in counts.items()),
        _goes_on=(
            (pl.col("key") == pl.col("key").shift(1))
            & (pl.col("begin_s") == pl.col("end_s").shift(1))
        ).fill_null(value=False),
    )
    before = {name: pl.when("_goes_on").then(pl.col(name).shift(1)).otherwise(0) for name in counts}
    rises = levels.select(
        "key",
        pl.col("begin_s").alias("at_s"),
        *(pl.col(name) - last for name, last in before.items()),
    ).filter(pl.any_horizontal(pl.col(name) != 0 for name in counts))
    ends = levels.filter(~pl.col("_goes_on").shift(-1, fill_value=False))
    falls = ends.select("key", pl.col("end_s").alias("at_s"), *(-pl.col(name) for name in counts))
    return pl.concat([rises, falls])


def cuts(keys: pl.DataFrame, calendar: Calendar) -> pl.DataFrame:
    """An edge that changes nothing, for each `key` at each border of the calendar's periods."""
    borders = [*calendar.bins["begin_s"].to_list(), calendar.end_s]
    return keys.select("key").join(pl.DataFrame({"at_s": borders}), how="cross")


def swept(parts: list[pl.DataFrame], calendar: Calendar) -> pl.DataFrame:
    """Segments of each key with the running sums of all counts, and the calendar's `bin`.

    `bin` is null outside the calendar. Every interval is closed, so that the sums are zero again
    where a key's edges end, and one running sum serves all keys.
    """
    together = pl.concat(parts, how="diagonal").sort(pl.col("key") * _KEY_APART_S + pl.col("at_s"))
    counts = [name for name in together.columns if name not in {"key", "at_s"}]
    segments = together.select(
        "key",
        pl.col("at_s").alias("begin_s"),
        pl.col("at_s").shift(-1).alias("end_s"),
        (pl.col("key") == pl.col("key").shift(-1)).alias("_same"),
        *(pl.col(count).fill_null(0).cum_sum() for count in counts),
    ).filter("_same", pl.col("begin_s") < pl.col("end_s"))
    return _with_bins(segments.drop("_same"), calendar)


def _with_bins(segments: pl.DataFrame, calendar: Calendar) -> pl.DataFrame:
    after = calendar.bins["begin_s"].search_sorted(segments["begin_s"], side="right")
    inside = pl.col("begin_s").is_between(calendar.begin_s, calendar.end_s, closed="left")
    return segments.with_columns(bin=pl.when(inside).then(after.cast(pl.Int64) - 1))
