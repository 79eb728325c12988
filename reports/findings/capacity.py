"""What the capacity registry says, in sentences."""

from datetime import date

import polars as pl

from analytics.capacity_totals import public
from model.countries import HOME, country_name
from reports.charts.capacity import by_country, counted
from reports.units import CapacityUnit
from reports.wording import day, number, plural, ratio_words


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
    if ranked.is_empty():
        return f"The registry knows no public machine in {unit.name}"
    if home.is_empty():
        first = ranked.row(0, named=True)
        return (
            f"The largest public machine listed, {first['machine']}, had "
            f"{number(first[unit.column])} {unit.name}"
        )
    top, ours = ranked.row(0, named=True), home.row(0, named=True)
    held = f"{number(ours[unit.column])} {unit.name}"
    said = f"The largest public UK machine, {ours['machine']}, had {held}"
    if top["id"] == ours["id"]:
        return f"{said}, the most of any public machine listed"
    return f"{said}; {top['machine']} had {number(top[unit.column])}"


def claims_finding(lines: pl.DataFrame) -> str:
    """How many of the sentences that are quoted hold as they stand, from a table of `claims`."""
    counts = dict(lines.group_by("verdict").len().iter_rows())
    other = counts.get("holds in another scope", 0)
    wrong = counts.get("does not hold", 0)
    unseen = counts.get("no data", 0) + counts.get("cannot be checked", 0)
    said = (
        f"Of {plural(lines.height, 'sentence')} that are quoted about capacity, "
        f"{number(counts.get('holds', 0))} hold as they stand and {number(other)} in another scope"
    )
    parts = [f"{number(wrong)} do not hold"] if wrong else []
    parts += [f"for {number(unseen)} nobody published the figures"] if unseen else []
    return "; ".join([said, *parts])


def machines_of_claims(lines: pl.DataFrame) -> list[str]:
    """The registry's ids of the machines that the claims rest on, each once."""
    named = lines["machines"].drop_nulls()
    return list(dict.fromkeys(name for ids in named for name in ids.split(", ")))


def _the(code: str) -> str:
    name = country_name(code)
    return f"the {name}" if name.startswith(("United", "Netherlands")) else name
