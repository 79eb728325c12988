"""Capacity per head, per researcher and per GDP, in every unit: `plimsoll show densities`."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

import polars as pl

from analytics.capacity_notes import STALE_YEARS
from analytics.capacity_totals import UNITS, capacity_totals
from analytics.finding import Finding
from model.registry import Country, Yearly

DENSITIES_SCHEMA: Final = pl.Schema(
    {
        "country": pl.String(),
        "unit": pl.String(),
        "machines": pl.Int64(),
        "value": pl.Float64(),
        "gpus_without": pl.Int64(),
        "per_million_people": pl.Float64(),
        "per_1000_researchers_low": pl.Float64(),
        "per_1000_researchers_high": pl.Float64(),
        "per_billion_usd_gdp": pl.Float64(),
        "population_year": pl.Int64(),
        "researchers_year": pl.Int64(),
        "researchers_newer_year": pl.Int64(),
        "gdp_year": pl.Int64(),
        "old_denominators": pl.String(),
    }
)
_WITHOUT: Final[Mapping[str, str | None]] = {"gpus": None, **UNITS}


def densities(lines: pl.DataFrame, countries: Mapping[str, Country], *, on: date) -> Finding:
    """A line a country and unit (DENSITIES_SCHEMA), from the counted lines of `capacity`.

    `value` is the sum in the unit of the line, `gpus_without` the cards of which it is not known:
    then the value and everything divided from it are lower bounds. Where two figures of a
    country's researchers are on record and disagree, the density is a range from the larger
    number of them to the smaller; where there is one, both ends are the same.
    `old_denominators` names what was counted more than STALE_YEARS before `on`.
    """
    totals = capacity_totals(lines, by=["country"])
    found = [
        _line(row, unit, without, countries.get(row["country"]), on)
        for row in totals.iter_rows(named=True)
        for unit, without in _WITHOUT.items()
    ]
    return Finding(pl.DataFrame(found, schema=DENSITIES_SCHEMA), tuple(_notes(found, countries)))


def _line(
    row: Mapping[str, Any], unit: str, without: str | None, country: Country | None, on: date
) -> dict[str, Any]:
    value = None if row[unit] is None else float(row[unit])
    line = {
        "country": row["country"],
        "unit": unit,
        "machines": row["machines"],
        "value": value,
        "gpus_without": row[without] if without else 0,
    }
    return line if country is None else line | _divided(value, country) | _years(country, on)


def _divided(value: float | None, country: Country) -> dict[str, float | None]:
    counts = _researchers(country)
    return {
        "per_million_people": _per(value, country.population.value, 1e6),
        "per_1000_researchers_low": _per(value, max(counts), 1e3) if counts else None,
        "per_1000_researchers_high": _per(value, min(counts), 1e3) if counts else None,
        "per_billion_usd_gdp": _per(value, country.gdp_usd.value, 1e9),
    }


def _researchers(country: Country) -> list[int]:
    return [each.value for each in (country.researchers_fte, country.researchers_fte_newer) if each]


def _per(value: float | None, denominator: int, unit: float) -> float | None:
    return None if value is None else value / denominator * unit


def _years(country: Country, on: date) -> dict[str, Any]:
    counted: dict[str, Yearly | None] = {
        "population": country.population,
        "researchers": country.researchers_fte,
        "researchers, newer": country.researchers_fte_newer,
        "GDP": country.gdp_usd,
    }
    old = [
        f"{name} ({each.year})"
        for name, each in counted.items()
        if each and each.year < on.year - STALE_YEARS
    ]
    return {
        "population_year": country.population.year,
        "researchers_year": _year(country.researchers_fte),
        "researchers_newer_year": _year(country.researchers_fte_newer),
        "gdp_year": country.gdp_usd.year,
        "old_denominators": ", ".join(old) or None,
    }


def _year(figure: Yearly | None) -> int | None:
    return figure.year if figure else None


def _notes(found: list[dict[str, Any]], countries: Mapping[str, Country]) -> Iterator[str]:
    shown = {line["country"] for line in found}
    if not shown:
        return
    yield (
        "Where cards are left out of a value (gpus_without), it and its densities are lower bounds."
    )
    newer = sorted(
        code for code in shown if code in countries and countries[code].researchers_fte_newer
    )
    if newer:
        yield (
            f"Researchers of {', '.join(newer)}: the range has a newer number of general knowledge "
            "(grade E-unverified) at its other end."
        )
    if any(line.get("old_denominators") for line in found):
        yield (
            f"Denominators more than {STALE_YEARS} years older than the day of the comparison are "
            "named in old_denominators."
        )
    unknown = sorted(shown - set(countries))
    if unknown:
        yield f"No denominators are on record for {', '.join(unknown)}."
