"""What capacity per head, per researcher or per GDP says, in sentences."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from model.countries import HOME, country_name
from reports.charts.densities import said
from reports.units import CapacityUnit, Density
from reports.wording import day, ratio_words, share


def uk_beside(
    frame: pl.DataFrame, unit: CapacityUnit, density: Density, *, peer: str, on: date
) -> str:
    """The UK's density beside that of another country, with how many times it is."""
    home, other = _row(frame, HOME, density), _row(frame, peer, density)
    if home is None:
        return f"On {day(on)} the UK's {unit.name} per {density.name} are not known"
    held = f"Per {density.name} the UK had {said(home, density)} {unit.name} on {day(on)}"
    if peer == HOME:
        return held
    if other is None:
        return f"{held}; of {_the(peer)} it is not known"
    return f"{held} and {_the(peer)} {said(other, density)}{_times(home, other, density)}"


def _row(frame: pl.DataFrame, country: str, density: Density) -> Mapping[str, Any] | None:
    rows = frame.filter(pl.col("country") == country, pl.col(density.low) > 0)
    return rows.row(0, named=True) if rows.height else None


def _times(home: Mapping[str, Any], other: Mapping[str, Any], density: Density) -> str:
    """How many times as many, between bounds; nothing where cards of both are left out."""
    if home["gpus_without"] and other["gpus_without"]:
        return ""
    bound = "at most " if home["gpus_without"] else "at least " if other["gpus_without"] else ""
    low, high = other[density.low] / home[density.high], other[density.high] / home[density.low]
    words, unit = (ratio_words, " times") if high >= 1 else (share, "")
    ends = dict.fromkeys(words(end) for end in (low, high))
    return f", {bound}{' to '.join(ends)}{unit} as many"


def _the(code: str) -> str:
    name = country_name(code)
    return f"the {name}" if name.startswith(("United", "Netherlands")) else name
