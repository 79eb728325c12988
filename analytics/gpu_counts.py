"""Slurm's GPU types of a job as numbers: "a100:2,t4:1" and what part of a card each one is."""

from collections.abc import Callable
from fractions import Fraction
from math import lcm
from typing import Final

import polars as pl

ShareOf = Callable[[str], tuple[str | None, Fraction]]
"""Of a Slurm GPU type: the card's catalogue id, and the share of the card that one GPU is."""

WHOLE_CARD: Final = Fraction(1)


def parse_gpu_types(text: str) -> dict[str, int]:
    """The GPUs by type of a `gpu_types` cell: `{"a100": 2, "t4": 1}`."""
    pairs = (entry.rpartition(":") for entry in text.split(",") if entry)
    return {gpu_type: int(count) for gpu_type, _, count in pairs}


def distinct_gpu_types(jobs: pl.LazyFrame) -> list[str]:
    """The distinct `gpu_types` cells: few, however many the jobs."""
    cells = jobs.select(pl.col("gpu_types").unique()).collect(engine="streaming")["gpu_types"]
    return sorted(cell for cell in cells if cell)


def physical_gpus(jobs: pl.LazyFrame, share_of: ShareOf | None) -> tuple[pl.Expr, int]:
    """GPUs in whole cards, as an integer expression and the units that make one card.

    A MIG instance counts as its share of the card's compute slices; GPUs without a type count
    as whole cards. Null everywhere without a catalogue to ask.
    """
    if share_of is None:
        return pl.lit(None, pl.Int64), 1
    counts = {cell: parse_gpu_types(cell) for cell in distinct_gpu_types(jobs)}
    shares = {name: share_of(name)[1] for types in counts.values() for name in types}
    units = lcm(*(share.denominator for share in shares.values()))
    excess = {
        cell: sum(count * int((shares[name] - WHOLE_CARD) * units) for name, count in types.items())
        for cell, types in counts.items()
    }
    cut = {cell: units_off for cell, units_off in excess.items() if units_off}
    whole = pl.col("gpus") * units
    if not cut:
        return whole, units
    return whole + pl.col("gpu_types").replace_strict(cut, default=0, return_dtype=pl.Int64), units
