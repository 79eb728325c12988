"""Energy and carbon of jobs, summed month by month of submission and kept: see `parted`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import polars as pl

from analytics.calendar import Calendar
from analytics.carbon_sums import BOOKED, SECONDS, CarbonSums, add_jobs, loads
from analytics.effective_share import EffectiveShare
from analytics.energy import JOB_GPUS, Facility, Reckoning, bases_of, with_power
from analytics.fingerprint import fingerprint
from analytics.grid import CLOCKS, REGION, Grid
from analytics.job_activity import DeviceRates
from analytics.parted import Frames, Part, Rows, lazy, of_part, parts_of, touching
from analytics.stretches import by_months, up_to
from analytics.tally import batches
from analytics.watts import Hardware

_BOOKED_AT_ONCE: Final = 250_000
"""Jobs whose events are held in memory together, each event some 500 bytes."""


@dataclass(frozen=True)
class Sites:
    """What the jobs of each cluster are reckoned with.

    `region` is the number of a cluster's region in `grid`; `over_all` are the device rates over
    all time, for the power of a job, and `in_periods` those of the calendar; None without
    telemetry.
    """

    hardware: Hardware
    facilities: Mapping[str, Facility]
    grid: Grid
    region: Mapping[str, int]
    over_all: DeviceRates | None = None
    in_periods: DeviceRates | None = None


def carbon_of_jobs(
    jobs: Rows, sites: Sites, *, calendar: Calendar, by: Sequence[str]
) -> CarbonSums:
    """What jobs that held anything in the calendar bear, by `by`, region and period."""
    months, narrow = by_months(calendar), sorted({*by, "cluster"})
    fine = sites.grid.over(months.calendar)
    bases = fingerprint(bases_of(sites.hardware), sites.facilities, sites.region, narrow)
    parts: list[pl.DataFrame] = []
    for part in parts_of(touching(jobs, calendar.begin_s, calendar.end_s)):
        until, rates = up_to(months.calendar, part.last_s), _rates_of(part, sites)
        make = partial(_of_part, sites=sites, rates=rates, grid=fine, calendar=until, by=narrow)
        told = fine.rates(part.first_s, until.end_s), rates.source if rates else None
        parts += of_part(jobs, part, "carbon of jobs", make, until.spans, bases, *told)
    together = _added(pl.concat(parts, how="diagonal").drop({*narrow} - {*by}), by)
    wide = _Ends.of(sites.grid, calendar)
    rows = _in_wider_periods(together, months.numbers, _Ends.of(fine, months.calendar), wide)
    return CarbonSums.of(_added(rows, by), by, calendar)


def effective_of_jobs(jobs: Rows, sites: Sites, *, by: Sequence[str]) -> pl.DataFrame:
    """What part of the jobs' GPU time was effective: see `EffectiveShare.by_period`."""
    shares, rates = EffectiveShare(by), sites.in_periods
    if rates is not None:
        for batch in batches(rates.near(jobs)):
            shares.add(batch, rates.of_jobs(batch))
    return shares.by_period()


def _rates_of(part: Part, sites: Sites) -> DeviceRates | None:
    """The rates over all time, if telemetry may tell anything of the part."""
    rates = sites.over_all
    if rates is None or not part.touches(rates.reach.begin_s, rates.reach.end_s):
        return None
    return rates


def _of_part(
    part: Part,
    *,
    sites: Sites,
    rates: DeviceRates | None,
    grid: Grid,
    calendar: Calendar,
    by: Sequence[str],
) -> Frames:
    region = pl.col("cluster").replace_strict(dict(sites.region), return_dtype=pl.Int64)
    inside = (pl.col("start_s") < calendar.end_s) & (pl.col("until_s") > calendar.begin_s)
    powered = with_power(part.frame, _reckoning(part, sites, rates)).filter(inside)
    jobs = loads(powered, by, region).collect(engine="streaming")
    sums: CarbonSums | None = None
    for some in jobs.iter_slices(_BOOKED_AT_ONCE) if jobs.height else [jobs]:
        sums = add_jobs(sums, some, by, grid=grid, calendar=calendar)
    return [] if sums is None else [sums.rows(calendar)]


def _reckoning(part: Part, sites: Sites, rates: DeviceRates | None) -> Reckoning:
    if rates is None:
        return Reckoning.without_telemetry(sites.hardware, sites.facilities)
    whole_jobs = part.frame.with_columns(gpus=pl.col(JOB_GPUS)).unique(
        ["cluster", "job_id", "submit"]
    )
    near = lazy(rates.near(whole_jobs))
    return Reckoning(sites.hardware, sites.facilities, rates.of_jobs(near))


def _added(rows: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    return rows.group_by(*by, REGION, "bin").agg(pl.all().sum())


@dataclass(frozen=True)
class _Ends:
    """What each clock shows at the end of each period: `bin`, `REGION` and the clocks' names."""

    frame: pl.DataFrame

    @classmethod
    def of(cls, grid: Grid, calendar: Calendar) -> "_Ends":
        clocks = grid.periods.select("bin", REGION, *(pl.col(f"{c}_end").alias(c) for c in CLOCKS))
        seconds = calendar.bins.select("bin", pl.col("end_s").alias(SECONDS))
        return cls(clocks.join(seconds, on="bin"))


def _in_wider_periods(
    rows: pl.DataFrame, numbers: Sequence[int], fine: _Ends, wide: _Ends
) -> pl.DataFrame:
    """Sums of narrow periods as those of the wider ones that they lie in, by the wider `numbers`.

    What a load has left of its period grows by what a clock runs from the end of the narrow one
    to that of the wide one.
    """
    places = {"bin": range(len(numbers)), "_wide": numbers}
    table = pl.DataFrame(places, schema=dict.fromkeys(places, pl.Int64()))
    ends = wide.frame.rename({"bin": "_wide", **{c: f"{c}_wide" for c in (SECONDS, *CLOCKS)}})
    told = (
        rows.join(table, on="bin", how="left")
        .join(fine.frame, on=["bin", REGION], how="left")
        .join(ends, on=["_wide", REGION], how="left")
    )
    grown = {
        f"{load}_{clock}_part": _grown(rows, load, clock)
        for load, clocks in BOOKED.items()
        if f"{load}_level" in rows.columns
        for clock in clocks
    }
    kept = [name for name in rows.columns if name not in grown and name != "bin"]
    return told.select(*kept, pl.col("_wide").alias("bin"), **grown)


def _grown(rows: pl.DataFrame, load: str, clock: str) -> pl.Expr:
    part = f"{load}_{clock}_part"
    before = pl.col(part) if part in rows.columns else pl.lit(0, pl.Int128)
    runs = (pl.col(f"{clock}_wide") - pl.col(clock)).cast(pl.Int128)
    return before + pl.col(f"{load}_level") * runs
