"""The carbon intensity of each cluster's grid, quarter hour by quarter hour, as running sums.

A job costs two look-ups: what has run up since the calendar's beginning at its start and at its
end. All is in integers (milligrams per kWh, seconds), so that sums are exact in any order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

import polars as pl

from analytics.calendar import TICK_S, Calendar
from analytics.reductions import TICK
from model.grid_carbon import GridCarbon, GridRegion, YearlySeries

REGION: Final = "_region"
BASES: Final = ("actual", "forecast", "yearly", "unknown")
"""What an intensity is: measured, forecast or estimated, a factor of the year, not known."""

CLOCKS: Final = ("carbon", "actual", "forecast", "unknown")
"""What runs up in the time of a region: milligrams a kWh times seconds, and seconds of a basis."""

_MG_PER_G: Final = 1000


@dataclass(frozen=True)
class Grid:
    """The intensities that a question's clusters are reckoned with.

    `ticks` has a row for each region (`REGION`, its number in `regions`) and `TICK`, from the
    calendar's first to one after its last: `<clock>` is what has run up at its beginning and
    `<clock>_rate` how fast it runs in it. `periods` has, for each region and `bin`, `<clock>` at
    the period's begin and `<clock>_end` at its end. `factors` names the yearly factors in use.
    """

    regions: tuple[str, ...]
    ticks: pl.DataFrame
    periods: pl.DataFrame
    factors: tuple[str, ...]

    def over(self, other: Calendar) -> "Grid":
        """The same clocks, at the begin and the end of other periods of the calendar."""
        return replace(self, periods=_at_periods(self.ticks, other))

    def rates(self, begin_s: int | None, end_s: int) -> pl.DataFrame:
        """How fast the clocks run between two moments: all that sums over that time depend on."""
        tick = pl.col(TICK)
        inside = self.ticks.filter(tick <= end_s // TICK_S)
        if begin_s is not None:
            inside = inside.filter(tick >= begin_s // TICK_S)
        return inside.select(REGION, TICK, *(f"{clock}_rate" for clock in CLOCKS))


def grid(
    regions: Sequence[GridRegion | None],
    intensity: pl.DataFrame,
    *,
    known: GridCarbon,
    sources: Sequence[str],
    yearly: YearlySeries,
    calendar: Calendar,
) -> Grid:
    """The clocks of some regions over a calendar; None stands for a region that is not known.

    At each moment the first of `sources` that knows the region's intensity then is heard: its
    actual figure, else its forecast. Elsewhere the factor of the year counts, or of the latest
    year before it: of the rows of `intensity` whose source is `yearly`, else of `known`.
    """
    distinct = list(dict.fromkeys(regions)) or [None]
    used: dict[str, None] = {}
    frames = []
    for number, region in enumerate(distinct):
        rates = _rates(region, intensity, sources=sources, calendar=calendar)
        factors = _factors(region, intensity, known=known, yearly=yearly)
        rates, named = _with_years(rates, factors)
        used |= dict.fromkeys(f"{_name(region)} {yearly} {each}" for each in named)
        frames.append(_running(rates).with_columns(pl.lit(number, pl.Int64).alias(REGION)))
    ticks = pl.concat(frames)
    return Grid(
        regions=tuple(region.code if region else "" for region in distinct),
        ticks=ticks,
        periods=_at_periods(ticks, calendar),
        factors=tuple(used),
    )


def _name(region: GridRegion | None) -> str:
    return region.country if region else ""


def _rates(
    region: GridRegion | None,
    intensity: pl.DataFrame,
    *,
    sources: Sequence[str],
    calendar: Calendar,
) -> pl.DataFrame:
    """`TICK`, `mg` and `basis`, null where no half-hourly source knows them."""
    first, after = calendar.begin_s // TICK_S, -(-calendar.end_s // TICK_S) + 1
    ticks = pl.DataFrame({TICK: pl.int_range(first, after, eager=True, dtype=pl.Int64)})
    ticks = ticks.with_columns(mg=pl.lit(None, pl.Int64), basis=pl.lit(None, pl.String))
    for source in sources if region else ():
        of_source = pl.col("source").eq(source) & pl.col("region").eq(region.code if region else "")
        ticks = _heard(ticks, intensity.filter(of_source))
    return ticks


def _heard(ticks: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """The ticks, those that nobody spoke for yet filled from the rows of one source."""
    value = pl.coalesce("actual", "forecast")
    spans = rows.filter(value.is_not_null()).select(
        (pl.col("begin").dt.epoch("s") // TICK_S).alias(TICK),
        (pl.col("end").dt.epoch("s") // TICK_S).alias("_until"),
        (value * _MG_PER_G).round().cast(pl.Int64).alias("_mg"),
        pl.when(pl.col("actual").is_not_null())
        .then(pl.lit("actual"))
        .otherwise(pl.lit("forecast"))
        .alias("_basis"),
    )
    found = ticks.join_asof(spans.sort(TICK), on=TICK)
    covered = pl.col("mg").is_null() & (pl.col(TICK) < pl.col("_until"))
    return found.select(
        TICK,
        pl.when(covered).then("_mg").otherwise("mg").alias("mg"),
        pl.when(covered).then("_basis").otherwise("basis").alias("basis"),
    )


def _factors(
    region: GridRegion | None, intensity: pl.DataFrame, *, known: GridCarbon, yearly: YearlySeries
) -> Mapping[int, float]:
    """Yearly factors of a region's country, ingested ones before those of the program."""
    if region is None:
        return {}
    packaged = known.file.series[yearly].factors.get(region.country, {})
    rows = intensity.filter(
        pl.col("source").eq(yearly),
        pl.col("region").is_in([region.country, region.code]),
        pl.col("actual").is_not_null(),
    )
    own_last = rows.sort(pl.col("region").eq(region.code), "begin")
    ingested = own_last.select(pl.col("begin").dt.year().cast(pl.Int64), "actual").iter_rows()
    return {**packaged, **dict(ingested)}


def _with_years(
    rates: pl.DataFrame, factors: Mapping[int, float]
) -> tuple[pl.DataFrame, list[str]]:
    """The rates with the year's factor where nothing else is known; which years' those are."""
    years = range(_year(rates[TICK][0]), _year(rates[TICK][-1]) + 1)
    of_year = {
        year: max((each for each in factors if each <= year), default=None) for year in years
    }
    mg = {
        year: None if each is None else round(factors[each] * _MG_PER_G)
        for year, each in of_year.items()
    }
    year = pl.from_epoch(pl.col(TICK) * TICK_S, time_unit="s").dt.year()
    factor = year.replace_strict(mg, default=None, return_dtype=pl.Int64)
    filled = rates.with_columns(
        pl.coalesce("mg", factor).alias("mg"),
        pl.when(pl.col("basis").is_not_null())
        .then("basis")
        .when(factor.is_not_null())
        .then(pl.lit("yearly"))
        .otherwise(pl.lit("unknown"))
        .alias("basis"),
        year.alias("_year"),
    )
    within = filled.head(-1)  # the last tick begins where the calendar has ended
    by_factor = within.filter(pl.col("basis") == "yearly")["_year"].unique().sort()
    return filled.drop("_year"), [
        f"{of_year[each]}" + (f" (for {each})" if of_year[each] != each else "")
        for each in by_factor
    ]


def _year(tick: int) -> int:
    return datetime.fromtimestamp(tick * TICK_S, UTC).year


def _running(rates: pl.DataFrame) -> pl.DataFrame:
    """The rates of each clock, and what has run up at each tick's beginning."""
    rate = {
        "carbon": pl.col("mg").fill_null(0),
        **{name: pl.col("basis").eq(name).cast(pl.Int64) for name in CLOCKS[1:]},
    }
    return rates.select(
        TICK,
        *(each.alias(f"{name}_rate") for name, each in rate.items()),
        *(((each * TICK_S).cum_sum() - each * TICK_S).alias(name) for name, each in rate.items()),
    )


def _at_periods(ticks: pl.DataFrame, calendar: Calendar) -> pl.DataFrame:
    """The clocks at the begin and the end of each period."""
    regions = ticks.select(pl.col(REGION).unique().sort())
    spans = calendar.bins.select("bin", "begin_s", "end_s").join(regions, how="cross")
    for moment, suffix in (("begin_s", ""), ("end_s", "_end")):
        at = spans.select(
            "bin",
            REGION,
            (pl.col(moment) // TICK_S).alias(TICK),
            (pl.col(moment) % TICK_S).alias("_into"),
        ).join(ticks, on=[REGION, TICK])
        spans = spans.join(
            at.select("bin", REGION, *(clock_at(name).alias(f"{name}{suffix}") for name in CLOCKS)),
            on=["bin", REGION],
        )
    return spans.drop("begin_s", "end_s").sort(REGION, "bin")


def clock_at(name: str) -> pl.Expr:
    """What has run up at a moment that lies `_into` seconds in its tick."""
    return pl.col(name) + pl.col(f"{name}_rate") * pl.col("_into")
