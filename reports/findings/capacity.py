"""What the capacity registry says, in sentences."""

from datetime import date
from typing import Final

import polars as pl

from model.countries import HOME, country_name
from reports.charts.capacity import by_country, counted, public
from reports.units import CapacityUnit
from reports.wording import day, number, plural, ratio_words

REPORT_DAY: Final = date(2023, 6, 30)


def uk_against_largest(frame: pl.DataFrame, unit: CapacityUnit, on: date) -> str:
    """The UK's public capacity beside that of the country with the most."""
    rows = by_country(frame, unit)
    home = rows.filter(pl.col("country") == HOME)
    if home.is_empty() or not home["value"][0]:
        return f"On {day(on)} the registry knows no public UK machine in {unit.name}"
    value, top = float(home["value"][0]), rows.row(0, named=True)
    held = f"On {day(on)} the UK's public machines held {number(value)} {unit.name}"
    if top["country"] == HOME:
        return f"{held}, the most of {plural(rows.height, 'country', 'countries')}"
    return (
        f"{held}; those of {_the(top['country'])} held {number(top['value'])}, "
        f"{ratio_words(top['value'] / value)} times as many"
    )


def largest_machines(frame: pl.DataFrame, unit: CapacityUnit) -> str:
    """The UK's largest public machine beside the largest public machine anywhere."""
    ranked = public(counted(frame)).filter(pl.col(unit.column) > 0)
    ranked = ranked.sort(unit.column, descending=True)
    home = ranked.filter(pl.col("country") == HOME)
    if ranked.is_empty() or home.is_empty():
        return f"The registry knows no UK machine in {unit.name}"
    top, ours = ranked.row(0, named=True), home.row(0, named=True)
    held = f"{number(ours[unit.column])} {unit.name}"
    said = f"The largest public UK machine, {ours['machine']}, had {held}"
    if top["id"] == ours["id"]:
        return f"{said}, the most of any public machine listed"
    return f"{said}; {top['machine']} had {number(top[unit.column])}"


def report_finding(compared: pl.DataFrame) -> str:
    """The 2023 report's comparison, with its own scope: two machines against one.

    `compared` is the frame of `report_2023_comparison`.
    """
    uk, pair = compared.row(0, named=True), compared.row(2, named=True)
    if uk["gpus"] is None or pair["gpus"] is None:
        return "The machines that the 2023 report names"
    return (
        f"On {day(REPORT_DAY)} {pair['claim'].replace(' together', '')} together had "
        f"{number(pair['gpus'])} GPUs, {number(pair['times_uk'], decimals=0)} times the "
        f"{number(uk['gpus'])} of the largest UK A100 cluster open to EPSRC researchers"
    )


def compared_ids(compared: pl.DataFrame) -> list[str]:
    """The registry's ids of the machines that the comparison is made of."""
    return [name for ids in compared["ids"].drop_nulls() for name in ids.split(" + ")]


def _the(code: str) -> str:
    name = country_name(code)
    return f"the {name}" if name.startswith(("United", "Netherlands")) else name
