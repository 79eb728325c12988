"""Charts of the capacity registry: countries and machines on one day, in one unit."""

from datetime import date
from typing import Final

import polars as pl

from analytics.capacity_totals import UNITS, capacity_totals, public
from model.countries import HOME, country_name
from reports.charts.description import Chart, Series
from reports.palette import Role
from reports.units import CapacityUnit
from reports.wording import day, number

SHOWN_ABROAD: Final = 12
SHOWN_AT_HOME: Final = 8
UNVERIFIED: Final = "E-unverified"


def counted(frame: pl.DataFrame) -> pl.DataFrame:
    """The machines of `show capacity` that enter sums: in service, their cards known."""
    return frame.filter(pl.col("counted") == "yes")


def by_country(frame: pl.DataFrame, unit: CapacityUnit) -> pl.DataFrame:
    """Public capacity by country, largest first: `country, machines, value, unknown`.

    `unknown` counts cards whose value in this unit is not known: they are not in `value`.
    """
    totals = capacity_totals(public(frame), by=["country"])
    without = UNITS.get(unit.column)
    return (
        totals.select(
            "country",
            "machines",
            value=pl.col(unit.column),
            unknown=pl.col(without) if without else pl.lit(0, pl.Int64),
        )
        .filter(pl.col("value").is_not_null())
        .sort("value", "country", descending=[True, False])
    )


def countries_chart(frame: pl.DataFrame, unit: CapacityUnit, on: date) -> Chart:
    """Public capacity of each country as lying bars, the UK standing out."""
    rows = by_country(frame, unit).filter(pl.col("value") > 0)
    return Chart(
        kind="bars",
        title=f"Publicly funded capacity by country, {unit.label}, on {day(on)}",
        summary=_countries_sentence(rows, unit, on),
        categories=tuple(country_name(code) for code in rows["country"]),
        series=(
            Series(
                name=unit.label,
                values=tuple(rows["value"].to_list()),
                labels=tuple(number(value) for value in rows["value"]),
                roles=tuple(_role(code) for code in rows["country"]),
            ),
        ),
        axis="",
    )


def ranked_machines(frame: pl.DataFrame, unit: CapacityUnit) -> pl.DataFrame:
    """The machines that a chart has room for: the largest abroad and the largest at home."""
    whole = counted(frame).filter(pl.col("contained_in").is_null(), pl.col(unit.column) > 0)
    ranked = whole.sort(unit.column, descending=True)
    home = ranked.filter(pl.col("country") == HOME).head(SHOWN_AT_HOME)
    abroad = ranked.filter(pl.col("country") != HOME).head(SHOWN_ABROAD)
    return pl.concat([home, abroad]).sort(unit.column, "machine", descending=[True, False])


def machines_chart(frame: pl.DataFrame, unit: CapacityUnit, on: date) -> Chart:
    """The largest machines as lying bars, those of the UK standing out."""
    rows = ranked_machines(frame, unit)
    return Chart(
        kind="bars",
        title=(
            f"The largest machines in service, {unit.label}, on {day(on)}: up to "
            f"{SHOWN_AT_HOME} of the UK and {SHOWN_ABROAD} of other countries; * unverified"
        ),
        summary=_machines_sentence(rows, unit, on),
        categories=tuple(machine_label(row) for row in rows.iter_rows(named=True)),
        series=(
            Series(
                name=unit.label,
                values=tuple(rows[unit.column].to_list()),
                labels=tuple(number(value) for value in rows[unit.column]),
                roles=tuple(_role(code) for code in rows["country"]),
            ),
        ),
    )


def machine_label(row: dict[str, object]) -> str:
    """A machine's name with its country, starred where its count is not verified."""
    star = " *" if str(row["grade"] or "").startswith("E") else ""
    return f"{row['machine']}, {row['country']}{star}"


def _role(code: str) -> Role:
    return "main" if code == HOME else "quiet"


def _countries_sentence(rows: pl.DataFrame, unit: CapacityUnit, on: date) -> str:
    if rows.is_empty():
        return f"No country has public capacity known in this unit on {day(on)}."
    parts = [
        f"{country_name(row['country'])} {number(row['value'])}"
        for row in rows.head(3).iter_rows(named=True)
    ]
    return f"Bars by country in {unit.name} on {day(on)}, largest first: {'; '.join(parts)}."


def _machines_sentence(rows: pl.DataFrame, unit: CapacityUnit, on: date) -> str:
    if rows.is_empty():
        return f"No machine is known in this unit on {day(on)}."
    top = rows.row(0, named=True)
    return (
        f"Bars by machine in {unit.name} on {day(on)}, largest first, from "
        f"{top['machine']} with {number(top[unit.column])} down."
    )
