"""Histograms that add up: counts of whole numbers in bins that widen with the number.

A bin is a 32nd of an octave wide or holds one number, so that a quantile read from it is within
1.2 % of the value itself, while ten million waits shrink to some hundred rows a cell. Those of two
batches, clusters or periods are merged by adding their counts. Counting is narwhals, with the
operations that agree on all engines (see `reductions`).
"""

from collections.abc import Sequence
from functools import cache
from math import floor, log2
from typing import Final

import narwhals as nw
import polars as pl

from analytics.reductions import CELL, Frame

BINS_AN_OCTAVE: Final = 32

_MANTISSAS: Final = 1024
"""Numbers below this are told apart; of larger ones the first ten binary digits are looked at."""

_SHIFTS: Final = (16, 8, 4, 2, 1)
_OCTAVES: Final = sum(_SHIFTS) + 1
LARGEST: Final = _MANTISSAS * 2 ** (_OCTAVES - 1) - 1
"""A larger number is counted as this one: 2e12, or 70,000 years in seconds."""

_CODE: Final = "_code"
_NUMBER: Final = "_number"
_SHIFT: Final = "_shift"

HISTOGRAM_SCHEMA: Final = pl.Schema(
    {CELL: pl.Int64(), "bin": pl.Int64(), "n": pl.Int64(), "low": pl.Int64(), "high": pl.Int64()}
)


@cache
def bins() -> pl.DataFrame:
    """The bin of each code of a number, a table of 17,000 rows to be equi-joined."""
    lowest = range(_MANTISSAS // 2, _MANTISSAS)
    numbers = list(range(_MANTISSAS // 2)) + [m << s for s in range(_OCTAVES) for m in lowest]
    codes = list(range(_MANTISSAS // 2)) + [
        s * _MANTISSAS + m for s in range(_OCTAVES) for m in lowest
    ]
    return pl.DataFrame({_CODE: codes, "bin": [_bin(number) for number in numbers]})


def _bin(number: int) -> int:
    return floor(BINS_AN_OCTAVE * log2(number)) if number else -1


def histogram(values: Frame, number: str, *, table: Frame) -> Frame:
    """Counts of a column of whole numbers, 0 or more, by `CELL`; nulls are left out.

    `table` is what `bins` gives, on the same engine. Columns: HISTOGRAM_SCHEMA; `low` and `high`
    are the smallest and the largest number in the bin.
    """
    known = values.filter(~nw.col(number).is_null()).select(CELL, nw.col(number).alias(_NUMBER))
    coded = _coded(known).join(table, on=_CODE, how="inner")
    counted = coded.group_by(CELL, "bin").agg(
        nw.len().alias("n"),
        nw.col(_NUMBER).min().alias("low"),
        nw.col(_NUMBER).max().alias("high"),
    )
    return counted.with_columns(nw.col("n").cast(nw.Int64))


def _coded(values: Frame) -> Frame:
    """The column `_CODE`: the number's leading digits, and how many were cut off.

    Halving until few digits are left, 16, 8, 4, 2 and 1 digits at a time where they can be spared.
    """
    capped = nw.when(nw.col(_NUMBER) > LARGEST).then(nw.lit(LARGEST)).otherwise(nw.col(_NUMBER))
    coded = values.with_columns(capped.alias(_CODE), nw.lit(0).cast(nw.Int64).alias(_SHIFT))
    for digits in _SHIFTS:
        spare = nw.col(_CODE) >= _MANTISSAS // 2 * 2**digits
        coded = coded.with_columns(
            nw.when(spare).then(nw.col(_CODE) // 2**digits).otherwise(nw.col(_CODE)).alias(_CODE),
            (nw.col(_SHIFT) + spare.cast(nw.Int64) * digits).alias(_SHIFT),
        )
    return coded.with_columns((nw.col(_SHIFT) * _MANTISSAS + nw.col(_CODE)).alias(_CODE))


def merged(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """One histogram of several, with any further columns that they are told apart by."""
    every = pl.concat(parts)
    keys = [name for name in every.columns if name not in {"n", "low", "high"}]
    return every.group_by(keys).agg(pl.col("n").sum(), pl.col("low").min(), pl.col("high").max())


def quantile(percent: int, numbers: pl.DataFrame) -> pl.DataFrame:
    """The number at the nearest rank of each cell: `CELL`, `value`.

    At least `percent` of a hundred numbers are at most so large. Within 1.2 % of it: exact where
    its bin holds one number, else where the relative error to either end of the bin is the same.
    """
    n = pl.col("n").cast(pl.Int64)
    ranks = numbers.sort(CELL, "bin").with_columns(
        at=n.cum_sum().over(CELL), wanted=(n.sum().over(CELL) * percent + 99) // 100
    )
    low, high = pl.col("low").cast(pl.Float64), pl.col("high").cast(pl.Float64)
    between = pl.when(low == high).then(low).otherwise(2 * low * high / (low + high))
    reached = ranks.filter(pl.col("at") >= pl.col("wanted"))
    return reached.group_by(CELL, maintain_order=True).agg(value=between.first())
