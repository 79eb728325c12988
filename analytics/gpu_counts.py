"""Slurm's GPU types of a job as numbers: "a100:2,t4:1" and what part of a card each one is."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Final

import polars as pl

from analytics.parted import Rows, distinct

ShareOf = Callable[[str], tuple[str | None, Fraction]]
"""Of a Slurm GPU type: the card's catalogue id, and the share of the card that one GPU is."""

WHOLE_CARD: Final = Fraction(1)


def parse_gpu_types(text: str) -> dict[str, int]:
    """The GPUs by type of a `gpu_types` cell: `{"a100": 2, "t4": 1}`."""
    pairs = (entry.rpartition(":") for entry in text.split(",") if entry)
    return {gpu_type: int(count) for gpu_type, _, count in pairs}


def distinct_gpu_types(jobs: Rows) -> list[str]:
    """The distinct `gpu_types` cells: few, however many the jobs."""
    return [cell for cell in distinct(jobs, "gpu_types")["gpu_types"] if cell]


@dataclass(frozen=True)
class PhysicalGpus:
    """GPUs in parts of a card: `expr` counts parts, `units_a_card` of which make a card.

    Without `expr` each GPU is a whole card; not `known` without a catalogue to ask.
    """

    known: bool
    expr: pl.Expr | None = None
    units_a_card: int = 1


def physical_gpus(jobs: Rows, share_of: ShareOf | None) -> PhysicalGpus:
    """How to count the GPUs of jobs in whole cards, with integers.

    A MIG instance counts as its share of the card's compute slices; GPUs without a type count
    as whole cards.
    """
    if share_of is None:
        return PhysicalGpus(known=False)
    counts = {cell: parse_gpu_types(cell) for cell in distinct_gpu_types(jobs)}
    shares = {name: share_of(name)[1] for types in counts.values() for name in types}
    units = lcm(*(share.denominator for share in shares.values()))
    beyond = {
        cell: sum(count * int((shares[name] - WHOLE_CARD) * units) for name, count in types.items())
        for cell, types in counts.items()
    }
    sliced = {cell: change for cell, change in beyond.items() if change}
    if not sliced:
        return PhysicalGpus(known=True)
    change = pl.col("gpu_types").replace_strict(sliced, default=0, return_dtype=pl.Int64)
    return PhysicalGpus(known=True, expr=pl.col("gpus") * units + change, units_a_card=units)
