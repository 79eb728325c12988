"""Yearly factors: Ember's files, old and new, and the UK government's conversion factors."""

import re
from dataclasses import dataclass
from typing import Final

import polars as pl

from ingest.formats.intensity_base import TOLD_SCHEMA, Told
from ingest.formats.intensity_table import LINE, IntensityTable
from model.errors import InputError
from model.grid_carbon import GREAT_BRITAIN, load_grid_carbon

_EMBER_WIDE: Final = "emissions intensity (gco2e/kwh)"
_TOTAL: Final = "Total generation"
_FACTOR: Final = "ghg conversion factor"
_G_PER_KG: Final = 1000
_ELECTRICITY: Final = "electricity generated"
_LOSSES: Final = re.compile(r"(?i)t ?& ?d ?- ?uk electricity")


@dataclass(frozen=True)
class EmberWide:
    """Ember's yearly file since July 2026: a row a country, year and kind of generation."""

    name: str = "ember-yearly"

    def recognises(self, table: IntensityTable) -> bool:
        """Whether the columns are its own."""
        return table.has("iso 3 code", "electricity source", _EMBER_WIDE)

    def read(self, table: IntensityTable) -> Told:
        """Of each country and year the row of all of its generation."""
        if not table.has("year"):
            hint = "fetch the yearly file: release_generation_yearly_global.csv."
            raise InputError("this is Ember's monthly file", hint=hint)
        wanted = pl.col("electricity source") == _TOTAL
        return _of_countries(table, wanted, pl.col(_EMBER_WIDE))


@dataclass(frozen=True)
class EmberLong:
    """Ember's yearly file before July 2026: a row a country, year and variable."""

    name: str = "ember-yearly-long"

    def recognises(self, table: IntensityTable) -> bool:
        """Whether the columns are its own."""
        return table.has("iso 3 code", "year", "category", "variable", "unit", "value")

    def read(self, table: IntensityTable) -> Told:
        """Of each country and year the row of CO2 intensity."""
        wanted = (
            (pl.col("category") == "Power sector emissions")
            & (pl.col("variable") == "CO2 intensity")
            & pl.col("unit").str.to_lowercase().str.starts_with("gco2")
        )
        return _of_countries(table, wanted, pl.col("value"))


@dataclass(frozen=True)
class Desnz:
    """The flat file of the UK's conversion factors, XLSX or saved as CSV."""

    name: str = "desnz-factors"

    def recognises(self, table: IntensityTable) -> bool:
        """Whether the columns are its own."""
        return table.has("scope", "level 1", "uom", "ghg/unit") and _factor(table) is not None

    def read(self, table: IntensityTable) -> Told:
        """The factors of electricity generated, and of losses in transmission and distribution.

        Raises:
            InputError: where no year stands at the factors, or no electricity among them.
        """
        column = _factor(table) or ""
        year = re.search(r"\b(20\d\d)\b", column)
        if year is None:
            raise InputError(f"no year in the column '{column}'", hint="is this the flat file?")
        lines = _with_text(table)
        of_co2e = pl.col("ghg/unit").str.to_lowercase().eq("kg co2e") & pl.col("uom").eq("kWh")
        said = pl.concat_str(
            [
                pl.col(name).fill_null("")
                for name in table.names
                if name.startswith(("level", "column"))
            ],
            separator=" / ",
        )
        generated = (
            of_co2e
            & pl.col("scope").eq("Scope 2")
            & said.str.to_lowercase().str.contains(_ELECTRICITY, literal=True)
        )
        losses = of_co2e & pl.col("scope").eq("Scope 3") & said.str.contains(_LOSSES.pattern)
        found = [
            _yearly(
                lines.filter(wanted),
                source=source,
                region=pl.lit(GREAT_BRITAIN),
                year=pl.lit(int(year[1])),
                value=pl.col(column).cast(pl.Float64, strict=False) * _G_PER_KG,
            )
            for source, wanted in (("desnz", generated), ("desnz-losses", losses))
        ]
        if found[0].is_empty():
            raise InputError(
                "no factor of electricity generated in this file",
                hint="the row of Scope 2, UK electricity, Electricity generated, kWh, kg CO2e.",
            )
        frame = pl.concat(found)
        return Told(frame, left_out=lines.height - frame["line"].n_unique())


def _factor(table: IntensityTable) -> str | None:
    return table.starting(_FACTOR)


def _of_countries(table: IntensityTable, wanted: pl.Expr, value: pl.Expr) -> Told:
    areas = dict(load_grid_carbon().country_of_area)
    lines = _with_text(table).with_columns(
        region=pl.col("iso 3 code").replace_strict(areas, default=None, return_dtype=pl.String)
    )
    ours = lines.filter(wanted & pl.col("region").is_not_null())
    frame = _yearly(
        ours,
        source="ember",
        region=pl.col("region"),
        year=pl.col("year").cast(pl.Int32, strict=False),
        value=value.cast(pl.Float64, strict=False),
    )
    return Told(frame, left_out=lines.height - ours.height)


def _with_text(table: IntensityTable) -> pl.DataFrame:
    cells = [pl.col(name).fill_null("") for name in table.names]
    return table.frame.with_columns(pl.concat_str(cells, separator=",").alias("text"))


def _yearly(
    lines: pl.DataFrame, *, source: str, region: pl.Expr, year: pl.Expr, value: pl.Expr
) -> pl.DataFrame:
    begin = pl.datetime(year, 1, 1, time_unit="us", time_zone="UTC")
    return lines.select(
        pl.col(LINE).alias("line"),
        pl.lit(source).alias("source"),
        region.alias("region"),
        begin.alias("begin"),
        begin.dt.offset_by("1y").alias("end"),
        pl.lit(None, pl.Float64).alias("forecast"),
        value.alias("actual"),
        pl.lit("").alias("flags"),
        "text",
    ).cast(TOLD_SCHEMA)
