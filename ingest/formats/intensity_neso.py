"""Files of the data portal of Great Britain's system operator (NESO): times are naive UTC."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from ingest.formats.base import Reject
from ingest.formats.intensity_base import TOLD_SCHEMA, Told
from ingest.formats.intensity_table import LINE, IntensityTable
from model.grid_carbon import GREAT_BRITAIN, load_grid_carbon

_PERIOD: Final = "30m"
_HALF_HOUR_S: Final = 1800


@dataclass(frozen=True)
class NesoNational:
    """Forecast and actual of all of Great Britain: datetime, forecast, actual, index."""

    name: str = "neso-national"

    def recognises(self, table: IntensityTable) -> bool:
        """Whether the columns are its own."""
        return table.has("datetime", "forecast", "actual")

    def read(self, table: IntensityTable) -> Told:
        """A row a half-hour."""
        return _read(table, {GREAT_BRITAIN: ("forecast", "actual")}, source="neso")


@dataclass(frozen=True)
class NesoRegional:
    """Forecasts by region, a column each: datetime and names of regions."""

    name: str = "neso-regional"

    def recognises(self, table: IntensityTable) -> bool:
        """Whether the columns are its own."""
        return table.has("datetime") and bool(_regions(table))

    def read(self, table: IntensityTable) -> Told:
        """A row a half-hour and region."""
        columns = {code: (name, None) for code, name in _regions(table).items()}
        return _read(table, columns, source="neso")


@dataclass(frozen=True)
class NesoGenerationMix:
    """Historic generation since 2009 with the intensity of all of Great Britain."""

    name: str = "neso-generation-mix"

    def recognises(self, table: IntensityTable) -> bool:
        """Whether the columns are its own."""
        return table.has("datetime", "generation", "carbon_intensity")

    def read(self, table: IntensityTable) -> Told:
        """A row a half-hour."""
        return _read(table, {GREAT_BRITAIN: (None, "carbon_intensity")}, source="neso-mix")


def _regions(table: IntensityTable) -> dict[str, str]:
    """Codes of the regions that have a column, with its name."""
    known = load_grid_carbon()
    found = {name: known.region(name) for name in table.names if name != "datetime"}
    return {
        region.code: name
        for name, region in found.items()
        if region and region.api_id and not name.isdigit()
    }


def _read(
    table: IntensityTable,
    columns: Mapping[str, tuple[str | None, str | None]],
    *,
    source: str,
) -> Told:
    """The lines with, for each region, the columns of its forecast and of its actual."""
    begin = _moments("datetime")
    odd = begin.is_null() | (begin.dt.epoch("s") % _HALF_HOUR_S != 0)
    text = pl.concat_str([pl.col(name).fill_null("") for name in table.names], separator=",").alias(
        "text"
    )
    lines = table.frame.with_columns(text, begin.alias("begin"), odd.alias("_odd"))
    rejects = [
        Reject(line, "bad_time", said)
        for line, said in lines.filter("_odd").select(LINE, "text").iter_rows()
    ]
    good = lines.filter(~pl.col("_odd"))
    parts = [
        good.select(
            pl.col(LINE).alias("line"),
            pl.lit(source).alias("source"),
            pl.lit(region).alias("region"),
            "begin",
            pl.col("begin").dt.offset_by(_PERIOD).alias("end"),
            _number(forecast).alias("forecast"),
            _number(actual).alias("actual"),
            pl.lit("").alias("flags"),
            "text",
        )
        for region, (forecast, actual) in columns.items()
    ]
    return Told(pl.concat(parts).select(TOLD_SCHEMA.names()).cast(TOLD_SCHEMA), rejects)


def _moments(column: str) -> pl.Expr:
    plain = pl.col(column).str.replace("T", " ", literal=True).str.strip_suffix("Z")
    return plain.str.to_datetime(
        "%Y-%m-%d %H:%M:%S", time_unit="us", strict=False
    ).dt.replace_time_zone("UTC")


def _number(column: str | None) -> pl.Expr:
    if column is None:
        return pl.lit(None, pl.Float64)
    return pl.col(column).cast(pl.Float64, strict=False)
