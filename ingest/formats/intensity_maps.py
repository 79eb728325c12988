"""Electricity Maps: intensities of zones all over the world, by the hour, day, month or year."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from ingest.formats.base import Reject
from ingest.formats.intensity_base import TOLD_SCHEMA, Told
from ingest.formats.intensity_table import LINE, IntensityTable
from model.grid_carbon import load_grid_carbon

_DATETIME: Final = "datetime (utc)"
_SUFFIXES: Final = {
    "electricity-maps-direct": ("(direct)",),
    "electricity-maps-life-cycle": ("(life cycle)", "(lca)"),
}
_TICK_S: Final = 900
_HOUR_S: Final = 3600
_DAY_S: Final = 86_400
_MONTH_S: Final = 28 * _DAY_S
_YEAR_S: Final = 365 * _DAY_S
_ESTIMATED: Final = "estimated"


@dataclass(frozen=True)
class ElectricityMaps:
    """CSV of its data portal, of older and newer headers."""

    name: str = "electricity-maps"

    def recognises(self, table: IntensityTable) -> bool:
        """Whether the columns are its own."""
        return table.has(_DATETIME) and bool(_values(table)) and _zone(table) is not None

    def read(self, table: IntensityTable) -> Told:
        """Two rows a line, direct and of the life cycle; estimates count as forecasts.

        How long a row stands is told by the rows of its zone; a single one is taken for an hour.
        """
        lines = _lines(table)
        rejects = [
            Reject(line, "bad_time", said)
            for line, said in lines.filter(pl.col("begin").is_null()).select(LINE, "text").rows()
        ]
        timed = lines.filter(pl.col("begin").is_not_null())
        regions = {
            zone: region.code
            for zone in timed["zone"].unique().to_list()
            if zone and (region := load_grid_carbon().region(zone))
        }
        named = timed.with_columns(
            region=pl.col("zone").replace_strict(regions, default=None, return_dtype=pl.String)
        )
        left_out = named.filter(pl.col("region").is_null()).height
        known = named.filter(pl.col("region").is_not_null())
        frame = pl.concat([_of(_spans(known), name, at) for name, at in _values(table).items()])
        notes = {"zones of countries without a yearly factor are left out": left_out}
        return Told(frame, rejects, left_out, {k: v for k, v in notes.items() if v})


def _values(table: IntensityTable) -> dict[str, str]:
    """The sources that the table has, with their columns."""
    return {
        source: name
        for source, suffixes in _SUFFIXES.items()
        for name in table.names
        if name.startswith("carbon intensity") and name.endswith(suffixes)
    }


def _zone(table: IntensityTable) -> str | None:
    return table.starting("zone id")


def _lines(table: IntensityTable) -> pl.DataFrame:
    begin = pl.col(_DATETIME).str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=False)
    at = begin.dt.replace_time_zone("UTC")
    aligned = at.dt.epoch("s") % _TICK_S == 0
    estimated = pl.lit(value=False)
    if table.has("data estimated"):
        estimated = pl.col("data estimated").str.to_lowercase().eq("true").fill_null(value=False)
    return table.frame.with_columns(
        pl.concat_str([pl.col(name).fill_null("") for name in table.names], separator=",").alias(
            "text"
        ),
        pl.when(aligned).then(at).alias("begin"),
        pl.col(_zone(table) or "").alias("zone"),
        estimated.alias(_ESTIMATED),
    )


def _spans(lines: pl.DataFrame) -> pl.DataFrame:
    """The rows with `end`, by the shortest step between two of a zone."""
    begin_s = pl.col("begin").dt.epoch("s")
    steps = lines.select("region", begin_s.alias("_s")).unique().sort("region", "_s")
    gaps = steps.group_by("region").agg(pl.col("_s").diff().min().alias("_step_s"))
    end = (
        pl.when(pl.col("_step_s") >= _YEAR_S)
        .then(pl.col("begin").dt.offset_by("1y"))
        .when(pl.col("_step_s") >= _MONTH_S)
        .then(pl.col("begin").dt.offset_by("1mo"))
        .when(pl.col("_step_s") >= _DAY_S)
        .then(pl.col("begin").dt.offset_by("1d"))
        .otherwise(
            pl.col("begin")
            + pl.duration(seconds=pl.col("_step_s").fill_null(_HOUR_S).clip(_TICK_S, _HOUR_S))
        )
    )
    return lines.join(gaps, on="region", how="left").with_columns(end.alias("end"))


def _of(lines: pl.DataFrame, source: str, column: str) -> pl.DataFrame:
    value = pl.col(column).cast(pl.Float64, strict=False)
    return lines.select(
        pl.col(LINE).alias("line"),
        pl.lit(source).alias("source"),
        "region",
        "begin",
        "end",
        pl.when(pl.col(_ESTIMATED)).then(value).alias("forecast"),
        pl.when(~pl.col(_ESTIMATED)).then(value).alias("actual"),
        pl.when(pl.col(_ESTIMATED)).then(pl.lit(_ESTIMATED)).otherwise(pl.lit("")).alias("flags"),
        "text",
    ).cast(TOLD_SCHEMA)
