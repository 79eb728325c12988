"""Charts of capacity per head, per researcher or per GDP."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import polars as pl

from model.countries import HOME, country_name
from reports.charts.description import Chart, Series
from reports.palette import Role
from reports.units import CapacityUnit, Density
from reports.wording import between, day, number

OLD: Final = "†"
_BY_LARGER: Final = "By the larger number of researchers on record"
_BY_SMALLER: Final = "By the smaller number"


def ranked(frame: pl.DataFrame, density: Density) -> pl.DataFrame:
    """The lines of `densities` that have a figure, the largest first."""
    return frame.filter(pl.col(density.low) > 0).sort(
        density.high, "country", descending=[True, False]
    )


def densities_chart(
    frame: pl.DataFrame, unit: CapacityUnit, density: Density, *, peer: str, on: date
) -> Chart | None:
    """Countries as lying bars, the UK and its peer standing out.

    Ranges where two denominators disagree. None where no country has a figure in this unit.
    """
    rows = ranked(frame, density)
    if rows.is_empty():
        return None
    low, high = rows[density.low].to_list(), rows[density.high].to_list()
    lines = list(rows.iter_rows(named=True))
    labels = tuple(said(row, density) for row in lines)
    names = tuple(_name(row, density) for row in lines)
    title = f"Publicly funded capacity, {unit.label}, per {density.name}, on {day(on)}"
    if any(OLD in name for name in names):
        title += f"; {OLD} divided by figures more than five years old"
    listed = "; ".join(f"{name} {label}" for name, label in zip(names, labels, strict=True))
    near: dict[str, Role] = {peer: "second", HOME: "main"}
    far: dict[str, Role] = {HOME: "pale"}
    series: tuple[Series, ...] = (_series(unit.label, low, labels, rows, near, "quiet"),)
    if density.low != density.high:
        series = (
            _series(_BY_LARGER, low, labels, rows, near, "quiet"),
            _series(_BY_SMALLER, high, labels, rows, far, "faint"),
        )
    return Chart(
        kind="bars" if len(series) == 1 else "ranges",
        title=title,
        summary=f"Bars by country, largest first, {unit.name} per {density.name}: {listed}.",
        categories=names,
        series=series,
    )


def said(row: Mapping[str, Any], density: Density) -> str:
    """A density in words: "355", "1,018 or more", "184 to 235 or more"."""
    text = between(row[density.low], row[density.high])
    if density.low == density.high:
        text = number(row[density.low])
    return f"{text} or more" if row["gpus_without"] else text


def is_old(row: Mapping[str, Any], density: Density) -> bool:
    """Whether a line was divided by a figure that is flagged as old."""
    named = (row["old_denominators"] or "").split("), ")
    return any(name.startswith(density.old) for name in named)


def _name(row: Mapping[str, Any], density: Density) -> str:
    name = country_name(row["country"])
    return f"{name} {OLD}" if is_old(row, density) else name


def _series(
    name: str,
    values: list[float],
    labels: tuple[str, ...],
    rows: pl.DataFrame,
    named: Mapping[str, Role],
    others: Role,
) -> Series:
    roles = tuple(named.get(code, others) for code in rows["country"])
    return Series(name, tuple(values), named[HOME], labels=labels, roles=roles)
