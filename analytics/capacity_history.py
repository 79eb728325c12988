"""Capacity at the end of each year, retirements included: `plimsoll show capacity_history`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import polars as pl

from analytics.capacity_totals import UNITS, capacity_totals
from analytics.finding import Finding

FIRST_YEAR: Final = 2017
VALUES: Final = ("machines", "gpus", *(name for pair in UNITS.items() for name in pair))


def capacity_history(tables: Mapping[int, pl.DataFrame], *, by: Sequence[str]) -> Finding:
    """A line a year and group of `by`, from the table of `capacity` on each year's last day.

    Columns: `year`, `by`, `machines, gpus`, each unit with the cards of which it is unknown (see
    `capacity_totals`), then `gpus_retired`, the cards of lines that were counted a year before and
    no longer are, and `gpus_added`, so that the cards of a year are those of the year before, plus
    those added, less those retired; null in the first year. A record that another one supersedes
    is retired as well, and its successor added.
    """
    totals = [
        capacity_totals(lines, by=by).with_columns(year=pl.lit(year, pl.Int64))
        for year, lines in tables.items()
    ]
    if not totals:
        return Finding(pl.DataFrame(schema={"year": pl.Int64}))
    frame = _on_every_year(pl.concat(totals), by)
    joined = frame.join(_retired(tables, by), on=["year", *by], how="left", nulls_equal=True)
    filled = joined.sort("year", *by).with_columns(pl.col("gpus_retired").fill_null(0))
    before = pl.col("gpus").shift(1)
    before = before.over(by, order_by="year") if by else before
    later = pl.col("year") > pl.col("year").min()
    history = filled.with_columns(
        gpus_retired=pl.when(later).then("gpus_retired"),
        gpus_added=pl.when(later).then(pl.col("gpus") - before + pl.col("gpus_retired")),
    )
    columns = ["year", *by, *VALUES, "gpus_retired", "gpus_added"]
    return Finding(history.select(columns), tuple(_notes(tables)))


def _on_every_year(totals: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """A line for each group in each year, with none of anything where it has no machine."""
    years = totals.select("year").unique()
    every = years.join(totals.select(by).unique(), how="cross") if by else years
    filled = every.join(totals, on=["year", *by], how="left", nulls_equal=True)
    empty = pl.col("machines").is_null()
    return filled.with_columns(
        pl.when(empty).then(0).otherwise(pl.col(name)).alias(name) for name in VALUES
    )


def _retired(tables: Mapping[int, pl.DataFrame], by: Sequence[str]) -> pl.DataFrame:
    """The cards of lines that were counted at the end of the year before, and no longer are."""
    gone = []
    for year, lines in tables.items():
        if (before := tables.get(year - 1)) is None:
            continue
        still = lines.filter(pl.col("counted") == "yes")
        left = before.filter(pl.col("counted") == "yes").join(still, on="id", how="anti")
        gone.append(left.select(pl.lit(year, pl.Int64).alias("year"), *by, "gpus"))
    empty = pl.DataFrame(
        schema={"year": pl.Int64, **dict.fromkeys(by, pl.String), "gpus": pl.Int64}
    )
    return pl.concat([empty, *gone]).group_by("year", *by).agg(gpus_retired=pl.col("gpus").sum())


def _notes(tables: Mapping[int, pl.DataFrame]) -> Iterator[str]:
    lines = pl.concat(tables.values())
    reasons = {
        "retired, undated": "Retired on an unknown day, and in no year",
        "count unknown": "Without a count, and in no year",
        "start unknown": "Without a first day, and in no year",
    }
    for why, said in reasons.items():
        names = lines.filter(pl.col("why") == why)["machine"].unique().sort()
        if len(names):
            yield f"{said}: {', '.join(names)}."
