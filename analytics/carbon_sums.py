"""Energy and carbon of jobs by group and period: the sums that grow with the number of jobs.

As in `reductions`, each job is two events: its power begins, and it ends. What is left of the
period at an event is told by several clocks: seconds, and those of `grid` (milligrams a kWh times
seconds, seconds of a basis), which the region of the job's cluster has.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import narwhals as nw
import polars as pl

from analytics.calendar import TICK_S, Calendar
from analytics.energy import QUALITIES
from analytics.grid import CLOCKS, REGION, Grid
from analytics.group_numbers import numbered, with_new_groups
from analytics.reductions import (
    BIN,
    CELL,
    GROUP,
    LEFT_S,
    TICK,
    Frame,
    complete,
    level_before,
    placed,
    summed,
)
from analytics.reductions import ticks as period_ticks

SECONDS: Final = "seconds"
Booked = Mapping[str, tuple[str, ...]]

BOOKED: Final[Booked] = {
    "mw": (SECONDS, *CLOCKS),
    "gpu_mw": ("carbon",),
    "measured_mw": (SECONDS,),
    "modelled_mw": (SECONDS,),
    "gpus": (SECONDS,),
    "embodied_ug_s": (SECONDS,),
    "power_unknown": (SECONDS,),
    "embodied_unknown": (SECONDS,),
}
"""The loads that jobs bear, and the clocks by which each is reckoned."""

_WIDE: Final = nw.Int128
"""A year of a national service is more milliwatts times milligrams than 64 bits hold."""

_MOMENT: Final = "_moment"


@dataclass(frozen=True)
class CarbonSums:
    """What has been booked of jobs; those of two batches add up.

    `groups` has the distinct values of `by` and of the region (`REGION`) with their number.
    """

    groups: pl.DataFrame
    sums: pl.DataFrame

    @classmethod
    def of(cls, rows: pl.DataFrame, by: Sequence[str], calendar: Calendar) -> "CarbonSums":
        """The sums of rows by `by`, `REGION` and `bin` (see `rows`), those of several parts too."""
        groups = with_new_groups(None, rows, (*by, REGION))
        cells = numbered(rows, groups, (*by, REGION)).with_columns(
            (pl.col(GROUP) * len(calendar) + pl.col("bin")).alias(CELL)
        )
        return cls(groups, summed([cells.drop(GROUP, "bin")]))

    def rows(self, calendar: Calendar) -> pl.DataFrame:
        """The sums by `by`, `REGION` and `bin`: they need no numbers to be added to others."""
        placed_in = self.sums.with_columns(
            (pl.col(CELL) // len(calendar)).alias(GROUP),
            (pl.col(CELL) % len(calendar)).alias("bin"),
        )
        named = placed_in.join(self.groups, on=GROUP, maintain_order="left")
        return named.drop(CELL, GROUP)

    def by_period(self, grid: Grid, calendar: Calendar) -> pl.DataFrame:
        """`<load>_<clock>` of each period and group (`by`, `REGION`), exact integers."""
        every = complete(self.sums, self.groups.select(GROUP), calendar=calendar)
        named = every.join(self.groups, on=GROUP).join(grid.periods, on=["bin", REGION])
        totals = {
            f"{load}_{clock}": self._total(load, clock)
            for load, clocks in BOOKED.items()
            for clock in clocks
        }
        keys = [name for name in self.groups.columns if name != GROUP]
        ordered = named.sort(GROUP, "bin")
        return ordered.select("bin", *keys, *(each.alias(name) for name, each in totals.items()))

    def _total(self, load: str, clock: str) -> pl.Expr:
        """What a load ran up in a period; nothing where no job bears it or its clock stands."""
        part = f"{load}_{clock}_part"
        if part not in self.sums.columns:
            return pl.lit(0, pl.Int128)
        return level_before(f"{load}_level") * _length(clock) + pl.col(part)


def loads(powered: pl.LazyFrame, by: Sequence[str], region: pl.Expr) -> pl.LazyFrame:
    """The loads of jobs that went through `with_power`, as integers beside the columns `by`."""
    mw, quality = pl.col("mw").fill_null(0), pl.col("quality")
    of_quality = {
        f"{name}_mw": pl.when(quality == name).then(mw).otherwise(0) for name in QUALITIES[:2]
    }
    return powered.select(
        *by,
        "start_s",
        "until_s",
        region.alias(REGION),
        mw=mw,
        gpu_mw=pl.when(pl.col("gpus") > 0).then(mw).otherwise(0),
        **of_quality,
        gpus=pl.col("gpus").fill_null(0),
        embodied_ug_s=pl.col("embodied_ug_s").fill_null(0),
        power_unknown=pl.col("mw").is_null().cast(pl.Int64),
        embodied_unknown=pl.col("embodied_ug_s").is_null().cast(pl.Int64),
    )


def add_jobs(
    before: CarbonSums | None,
    jobs: pl.DataFrame,
    by: Sequence[str],
    *,
    grid: Grid,
    calendar: Calendar,
) -> CarbonSums:
    """Book a batch of jobs (see `loads`) that touch the calendar."""
    keys = (*by, REGION)
    groups = with_new_groups(before.groups if before else None, jobs, keys)
    grouped = numbered(jobs.with_columns(pl.col(REGION).alias("_of")), groups, keys)
    parts = reduce_loads(
        nw.from_native(grouped.rename({"_of": REGION})),
        _in_use(jobs, grid),
        dates=nw.from_native(period_ticks(calendar).lazy()),
        ticks=nw.from_native(_left_at(grid, calendar).lazy()),
        calendar=calendar,
    )
    sums = [part.to_native() for part in parts]
    return CarbonSums(groups, summed(sums if before is None else [before.sums, *sums]))


def reduce_loads(
    jobs: Frame, booked: Booked, *, dates: Frame, ticks: Frame, calendar: Calendar
) -> list[Frame]:
    """The loads booked by cell: at their start, or the calendar's, and at their end within it."""
    begin_s, end_s = calendar.begin_s, calendar.end_s
    touching = jobs.filter(nw.col("start_s") < end_s, nw.col("until_s") > begin_s)
    started = nw.col("start_s")
    start = nw.when(started >= begin_s).then(started).otherwise(nw.lit(begin_s))
    within = touching.filter(nw.col("until_s") < end_s)
    periods = len(calendar)
    return [
        _summed(_told(touching, start, dates, ticks, periods), _events(booked, sign=1)),
        _summed(_told(within, nw.col("until_s"), dates, ticks, periods), _events(booked, sign=-1)),
    ]


def _in_use(jobs: pl.DataFrame, grid: Grid) -> Booked:
    """The loads that any of the jobs bears, by the clocks that ever run."""
    borne = jobs.select((pl.col(load) != 0).any() for load in BOOKED).row(0, named=True)
    rates = grid.ticks.select((pl.col(f"{clock}_rate") != 0).any() for clock in CLOCKS)
    runs = {clock: rates[f"{clock}_rate"].item() for clock in CLOCKS} | {SECONDS: True}
    return {
        load: tuple(clock for clock in clocks if runs[clock])
        for load, clocks in BOOKED.items()
        if borne[load]
    }


def _told(jobs: Frame, moment: nw.Expr, dates: Frame, ticks: Frame, periods: int) -> Frame:
    """The jobs in their cells, with what of each clock is left at the tick of a moment."""
    at = placed(jobs.with_columns(moment.alias(_MOMENT)), moment, dates=dates, periods=periods)
    return at.join(ticks, on=[REGION, TICK, BIN], how="inner")


def _summed(told: Frame, events: Mapping[str, nw.Expr]) -> Frame:
    terms = told.select(CELL, **events)
    return terms.group_by(CELL).agg(*(nw.col(name).sum() for name in events))


def _events(booked: Booked, *, sign: int) -> dict[str, nw.Expr]:
    events: dict[str, nw.Expr] = {}
    for load, clocks in booked.items():
        wide = nw.col(load).cast(_WIDE) * sign
        events[f"{load}_level"] = wide
        for clock in clocks:
            events[f"{load}_{clock}_part"] = (wide * _left(clock)).cast(_WIDE)
    return events


def _left(clock: str) -> nw.Expr:
    """What of a clock is left at the moment until its period ends."""
    if clock == SECONDS:
        return nw.col(LEFT_S)
    into = nw.col(_MOMENT) % TICK_S
    return nw.col(f"{clock}_left") - nw.col(f"{clock}_rate") * into


def _left_at(grid: Grid, calendar: Calendar) -> pl.DataFrame:
    """Of each tick and period that it lies in, what of each clock is left from its beginning on."""
    spans = period_ticks(calendar).select(BIN, TICK)
    ends = grid.periods.select(
        pl.col("bin").alias(BIN), REGION, *(f"{clock}_end" for clock in CLOCKS)
    )
    at = spans.join(grid.ticks, on=TICK).join(ends, on=[BIN, REGION])
    return at.select(
        BIN,
        TICK,
        REGION,
        *(f"{clock}_rate" for clock in CLOCKS),
        *((pl.col(f"{clock}_end") - pl.col(clock)).alias(f"{clock}_left") for clock in CLOCKS),
    )


def _length(clock: str) -> pl.Expr:
    if clock == SECONDS:
        return pl.col("end_s") - pl.col("begin_s")
    return pl.col(f"{clock}_end") - pl.col(clock)
