"""Demand that has not run, between two bounds: what jobs like it took, and its time limit."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from analytics.like_jobs import LIKE
from analytics.reductions import summed_by
from model.schemas import UNLIMITED_S

SUMS: Final = ("jobs", "gpus", "without_gpus", "cut")
"""Of a cell: tasks, known GPUs that they asked for, records of unknown GPUs or cut array lists."""

CLASS: Final = ("limit_bin", "limit_s")

_WITHOUT: Final = {
    "without_gpus": "{} jobs that {} have no known request for GPUs: both bounds of their lines "
    "are unknown.",
    "without_limit": "{} jobs that {} have no time limit, or an unknown one: the high bound of "
    "their lines is unknown.",
    "without_like": "No job like {} that {} ever ran: they add nothing to the low bound.",
    "cut": "{} array rows that {} list only some of their tasks: the high bound of their lines is "
    "unknown.",
}


def unmet_cells(asked: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """The sums of what `asks` gives by `keys` and time limit: a column for each of `SUMS`."""
    rows = asked.with_columns(
        jobs=pl.col("tasks"),
        without_gpus=pl.col("gpus").is_null().cast(pl.Int64),
        cut=pl.col("cut").cast(pl.Int64),
    )
    return summed_by(rows, [*keys, *CLASS], SUMS)


def added(cells: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The cells of several batches as one frame."""
    frame = pl.concat(cells)
    return summed_by(frame, [name for name in frame.columns if name not in SUMS], SUMS)


def bounded(cells: pl.DataFrame, likes: pl.DataFrame) -> pl.DataFrame:
    """Cells with `low_s` and `high_s`, GPU-seconds; null where they cannot be known.

    Low is the mean elapsed time of like jobs, at most the time limit, and zero where there is no
    like job; high is the time limit. `without_like` and `without_limit` count the jobs of that
    kind that asked for GPUs.
    """
    limit_s = pl.when(pl.col("limit_s") != UNLIMITED_S).then("limit_s")
    known, asks_some = pl.col("without_gpus") == 0, pl.col("gpus") > 0
    low_s = pl.min_horizontal("mean_elapsed_s", limit_s.cast(pl.Float64))
    unlike = pl.col("mean_elapsed_s").is_null()
    high_s = pl.when(asks_some).then(pl.col("gpus") * limit_s).otherwise(pl.lit(0, pl.Int64))
    rows = cells.join(likes, on=list(LIKE), how="left", nulls_equal=True)
    return rows.with_columns(
        low_s=pl.when(known).then(pl.when(unlike).then(0.0).otherwise(pl.col("gpus") * low_s)),
        high_s=pl.when(known & (pl.col("cut") == 0)).then(high_s),
        without_like=pl.when(unlike & asks_some).then("jobs").otherwise(0),
        without_limit=pl.when(limit_s.is_null() & asks_some).then("jobs").otherwise(0),
    ).drop(*likes.columns[len(LIKE) :])


def known_sum(part: pl.Expr) -> pl.Expr:
    """The sum of a group, null where a part of it is."""
    return pl.when(part.null_count() == 0).then(part.sum())


def unmet_notes(cells: pl.DataFrame, did: str) -> tuple[str, ...]:
    """Sentences on bounded cells whose figures are not known, of jobs that `did` something."""
    found = cells.select(pl.col(name).sum() for name in _WITHOUT).row(0, named=True)
    return tuple(_WITHOUT[name].format(f"{count:,}", did) for name, count in found.items() if count)
