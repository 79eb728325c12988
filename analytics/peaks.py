"""Peaks over time: the level that holds for all but a small part of the time."""

from typing import Final

import polars as pl

PEAK_PERCENT: Final = 95


def peaks(segments: pl.DataFrame, level: str, *, by: tuple[str, ...]) -> pl.DataFrame:
    """The smallest level at or below which a group was for 95 % of its time: `by`, `peak`.

    `segments` have `begin_s` and `end_s` beside the columns of `by` and the integer `level`.
    """
    return peaks_of(spent(segments, level, by=by), level, by=by)


def spent(segments: pl.DataFrame, level: str, *, by: tuple[str, ...]) -> pl.DataFrame:
    """The seconds that a group was at each level: `by`, `level`, `seconds`. They add up."""
    seconds = (pl.col("end_s") - pl.col("begin_s")).sum().alias("seconds")
    return segments.group_by(*by, level).agg(seconds)


def peaks_of(levels: pl.DataFrame, level: str, *, by: tuple[str, ...]) -> pl.DataFrame:
    """`peaks`, from the seconds `spent` at each level."""
    ordered = levels.sort(*by, level)
    so_far, whole = pl.col("seconds").cum_sum().over(by), pl.col("seconds").sum().over(by)
    enough = ordered.filter(so_far * 100 >= whole * PEAK_PERCENT)
    return enough.group_by(by).agg(pl.col(level).min().alias("peak"))
