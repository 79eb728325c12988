"""What a reader of the capacity table must know."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

import polars as pl

from analytics.capacity_lines import YES
from model.origin import UNVERIFIED

STALE_YEARS: Final = 5
"""A denominator older than this is flagged."""

SHOWN: Final = 6
"""Names that a note spells out before it counts the rest."""

EPSRC_TIER: Final = "UK Tier-2"
"""The machines that the 2023 report spoke of: open to EPSRC researchers."""

_COUNTED: Final = pl.col("counted") == YES
_CLAIM: Final = pl.col("status") == "capability claim"
_A100_ONLY: Final = pl.col("gpu_model").str.contains(r"^a100[a-z0-9-]*( \+ a100[a-z0-9-]*)*$")


def capacity_notes(frame: pl.DataFrame, on: date) -> list[str]:
    """Sentences on scope and doubt that belong under a table of `capacity` on a date."""
    notes = (
        _uncounted(frame),
        _claims(frame),
        _unverified(frame),
        _largest_uk(frame),
        _cpu_cores(frame),
        _sixteen_bit(frame),
        _reference_units(frame),
        *_old_denominators(frame, on),
    )
    return [note for note in notes if note]


def _largest_epsrc_a100(frame: pl.DataFrame) -> pl.DataFrame:
    return (
        frame.filter(_COUNTED, _A100_ONLY, pl.col("country") == "GB", pl.col("tier") == EPSRC_TIER)
        .sort("gpus", descending=True)
        .head(1)
    )


def _uncounted(frame: pl.DataFrame) -> str | None:
    others = frame.filter(~_COUNTED).group_by("why").agg("machine").sort("why")
    if others.is_empty():
        return None
    reasons = "; ".join(f"{why}: {_names(machines)}" for why, machines in others.rows())
    return f"Listed, and in no sum ({others['machine'].list.len().sum()} lines): {reasons}."


def _claims(frame: pl.DataFrame) -> str | None:
    claims = frame.filter(_CLAIM)
    if claims.is_empty():
        return None
    said = "; ".join(f"{name}, up to {gpus:,}" for name, gpus in _pairs(claims))
    return f"Capability claims are upper bounds of what a provider offers, not machines: {said}."


def _unverified(frame: pl.DataFrame) -> str | None:
    doubtful = frame.filter(_COUNTED, pl.col("grade") == UNVERIFIED, pl.col("gpus") > 0)
    if doubtful.is_empty():
        return None
    cards = doubtful["gpus"].sum()
    return (
        f"{cards:,} of the counted cards rest on general knowledge (grade {UNVERIFIED}): "
        f"{_names(doubtful['machine'])}."
    )


def _largest_uk(frame: pl.DataFrame) -> str | None:
    largest = _largest_epsrc_a100(frame)
    if largest.is_empty():
        return None
    cards = largest["gpus"][0]
    larger = frame.filter(
        _COUNTED,
        pl.col("country") == "GB",
        pl.col("sector") != "commercial",
        pl.col("gpus") > cards,
    ).sort("gpus", descending=True)
    rest = f" Larger, but outside that scope: {_counts(larger)}." if larger.height else ""
    return (
        f"{cards:,} cards ({largest['machine'][0]}) are the largest UK machine of A100s that is "
        f"open to EPSRC researchers on this date.{rest}"
    )


def _cpu_cores(frame: pl.DataFrame) -> str | None:
    with_cores = frame.filter(pl.col("cpu_cores").is_not_null())
    if with_cores.is_empty():
        return None
    said = "; ".join(
        f"{cores:,} of {name}" for name, cores in with_cores.select("machine", "cpu_cores").rows()
    )
    return f"CPU cores, not CPUs: {said}."


def _sixteen_bit(frame: pl.DataFrame) -> str | None:
    counted = frame.filter(_COUNTED)
    by_fp16 = counted.filter(pl.col("sixteen_bit_basis").str.contains("fp16", literal=True))
    unknown = counted.filter(pl.col("a100_equivalents_16bit").is_null())
    parts = []
    if by_fp16.height:
        parts.append(f"rest on FP16 for want of BF16 for {_names(by_fp16['machine'])}")
    if unknown.height:
        parts.append(f"are unknown for {_names(unknown['machine'])}")
    return f"16-bit A100-equivalents {' and '.join(parts)}." if parts else None


def _reference_units(frame: pl.DataFrame) -> str | None:
    formula = frame.filter(_COUNTED, pl.col("rgu_basis").str.contains("formula", literal=True))
    if formula.is_empty():
        return None
    return (
        f"Reference GPU units (RGU) are by the formula, not published, for {formula.height} "
        "lines (rgu_basis)."
    )


def _old_denominators(frame: pl.DataFrame, on: date) -> Iterator[str]:
    for column, what in (
        ("researchers_year", "Researchers"),
        ("population_year", "Population"),
        ("gdp_year", "Gross domestic product"),
    ):
        old = sorted(frame.filter(pl.col(column) < on.year - STALE_YEARS)[column].to_list())
        if old:
            span = f"{old[0]}" if old[0] == old[-1] else f"{old[0]} to {old[-1]}"
            yield (
                f"{what}: figures of {span}, more than {STALE_YEARS} years older than "
                f"{on.isoformat()}."
            )


def _pairs(frame: pl.DataFrame) -> Iterable[tuple[str, int]]:
    return frame.select("machine", "gpus").rows()


def _counts(frame: pl.DataFrame) -> str:
    shown = ", ".join(f"{name} {gpus:,}" for name, gpus in _pairs(frame.head(SHOWN)))
    return shown + _and_more(frame.height)


def _names(machines: Iterable[str]) -> str:
    names = list(machines)
    return ", ".join(names[:SHOWN]) + _and_more(len(names))


def _and_more(count: int) -> str:
    return f" and {count - SHOWN} more" if count > SHOWN else ""
