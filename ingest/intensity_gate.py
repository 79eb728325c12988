"""Which carbon intensities are believed: bounds, zeros that stand for nothing, small negatives."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from ingest.formats.base import Reject
from model.grid_carbon import GREAT_BRITAIN
from model.schemas import INTENSITY

NATIONAL_LIMIT: Final = 1000.0
"""g/kWh that all of Great Britain never reached; the operator's files have 2,856 in places."""

REGIONAL_LIMIT: Final = 1000.0
CLIPPED_FROM: Final = -50.0
"""Regional forecasts fall a little below zero; those above this are taken for zero."""

ZONE_LIMIT: Final = 1500.0

_COLUMNS: Final = ("forecast", "actual")
_GB_SOURCES: Final = ("neso", "neso-mix")


@dataclass(frozen=True)
class Judged:
    """INTENSITY rows, one a key, the later of a file's; lines set aside; lines that stand.

    `refused` and `clipped` count single values of lines that stand.
    """

    frame: pl.DataFrame
    rejects: Sequence[Reject]
    accepted: int
    refused: int
    clipped: int


def judge(told: pl.DataFrame) -> Judged:
    """Apply the bounds to rows of TOLD_SCHEMA.

    - all of Great Britain: above 0 and under NATIONAL_LIMIT; an actual 0 is a missing one;
    - its regions: under REGIONAL_LIMIT, and from CLIPPED_FROM up to 0 taken for 0;
    - other zones and yearly factors: from 0 to under ZONE_LIMIT.

    A value outside is refused and the rest of its row kept. A line of which no value stands is
    set aside whole.
    """
    checked = told.with_columns(_kind().alias("_kind")).with_columns(
        *(_verdict(name).alias(f"_{name}") for name in _COLUMNS)
    )
    kept = checked.with_columns(
        *(
            pl.when(pl.col(f"_{name}").is_in(["good", "clipped"]))
            .then(pl.col(name).clip(lower_bound=0.0))
            .alias(name)
            for name in _COLUMNS
        ),
        _flags().alias("flags"),
    )
    stands = pl.any_horizontal(pl.col(name).is_not_null() for name in _COLUMNS)
    good, bad = kept.filter(stands), kept.filter(~stands)
    frame = good.select(INTENSITY.schema.names()).unique(
        list(INTENSITY.key), keep="last", maintain_order=True
    )
    said = [pl.col(f"_{name}") for name in _COLUMNS]
    return Judged(
        frame=frame.cast(INTENSITY.schema),
        rejects=_rejects(bad, good["line"]),
        accepted=good["line"].n_unique(),
        refused=_count(good, said, "refused"),
        clipped=_count(good, said, "clipped"),
    )


def _kind() -> pl.Expr:
    of_operator = pl.col("source").is_in(_GB_SOURCES)
    national = of_operator & (pl.col("region") == GREAT_BRITAIN)
    return (
        pl.when(national)
        .then(pl.lit("national"))
        .when(of_operator)
        .then(pl.lit("regional"))
        .otherwise(pl.lit("zone"))
    )


def _verdict(name: str) -> pl.Expr:
    value, kind = pl.col(name), pl.col("_kind")
    absent = value.is_null() | value.is_nan()
    good = (
        pl.when(kind == "national")
        .then((value > 0) & (value < NATIONAL_LIMIT))
        .when(kind == "regional")
        .then((value >= 0) & (value < REGIONAL_LIMIT))
        .otherwise((value >= 0) & (value < ZONE_LIMIT))
    )
    clipped = (kind == "regional") & (value < 0) & (value >= CLIPPED_FROM)
    zero = (kind == "national") & (value == 0)
    return (
        pl.when(absent)
        .then(pl.lit("absent"))
        .when(good)
        .then(pl.lit("good"))
        .when(clipped)
        .then(pl.lit("clipped"))
        .when(zero)
        .then(pl.lit("zero"))
        .otherwise(pl.lit("refused"))
    )


def _flags() -> pl.Expr:
    """What was done to a row, in words that are sorted: `actual_zero,forecast_clipped`."""
    marks = [
        pl.when(pl.col(f"_{name}") == verdict).then(pl.lit(f"{name}_{verdict}"))
        for name in sorted(_COLUMNS)
        for verdict in ("clipped", "refused", "zero")
    ]
    own = pl.when(pl.col("flags") != "").then(pl.col("flags"))
    return pl.concat_str([own, *marks], separator=",", ignore_nulls=True)


def _rejects(bad: pl.DataFrame, standing: pl.Series) -> list[Reject]:
    """A reject for each line of which nothing stands."""
    gone = bad.filter(~pl.col("line").is_in(standing.implode()))
    absent = pl.all_horizontal(pl.col(f"_{name}") == "absent" for name in _COLUMNS)
    lines = gone.group_by("line", maintain_order=True).agg(
        absent.all().alias("empty"), pl.col("text").first()
    )
    return [
        Reject(line, "no_value" if empty else "out_of_range", text or "")
        for line, empty, text in lines.iter_rows()
    ]


def _count(rows: pl.DataFrame, said: list[pl.Expr], verdict: str) -> int:
    words = [verdict, "zero"] if verdict == "refused" else [verdict]
    found = rows.select(pl.sum_horizontal(each.is_in(words).cast(pl.Int64) for each in said).sum())
    return int(found.item() or 0)
