"""The sums of all waits by group and period, some months of submission at a time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import narwhals as nw
import polars as pl

from analytics.calendar import Calendar
from analytics.group_numbers import numbered, with_new_groups
from analytics.reductions import CELL, Frame, summed, ticks
from analytics.wait_histogram import HISTOGRAM_SCHEMA, bins, merged
from analytics.wait_sums import (
    cohort_in,
    cohort_sums,
    fates,
    started_in,
    started_sums,
    wait_histograms,
)

MEASURE: Final = "measure"


@dataclass(frozen=True)
class WaitTally:
    """What has been counted of waits; those of two batches add up.

    `groups` has the distinct values of `by` with their number, `sums` a row a cell with what
    `wait_sums` adds up, `histograms` those of each `MEASURE`, `fates` the cohorts' counts.
    """

    groups: pl.DataFrame
    sums: pl.DataFrame
    histograms: pl.DataFrame
    fates: pl.DataFrame


def tally_waits(
    moments: Iterable[pl.LazyFrame], by: Sequence[str], *, calendar: Calendar, horizon_s: int
) -> WaitTally:
    """Count waits (see `wait_moments`), a batch at a time; cohorts are followed to the horizon."""
    whole: WaitTally | None = None
    for groups, jobs in _numbered_batches(moments, by):
        part = _tally_batch(groups, jobs, calendar=calendar, horizon_s=horizon_s)
        whole = part if whole is None else _added(whole, part)
    if whole is None:
        raise ValueError("a tally needs at least one batch, be it empty")
    return whole


def tally_fates(
    moments: Iterable[pl.LazyFrame], by: Sequence[str], *, calendar: Calendar, horizon_s: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The groups, and the cohorts' counts, as in `WaitTally`, and nothing else."""
    whole: list[pl.DataFrame] = []
    groups = pl.DataFrame()
    for known, jobs in _numbered_batches(moments, by):
        cohort = cohort_in(jobs, dates=nw.from_native(ticks(calendar).lazy()), calendar=calendar)
        new = fates(cohort, horizon_s=horizon_s).to_native().collect()
        groups, whole = known, [_merged_fates([*whole, new])]
    return groups, whole[0]


def _numbered_batches(
    moments: Iterable[pl.LazyFrame], by: Sequence[str]
) -> Iterator[tuple[pl.DataFrame, Frame]]:
    """All groups known so far, and the jobs of a batch with the number of theirs."""
    groups: pl.DataFrame | None = None
    for batch in moments:
        jobs = batch.collect(engine="streaming")
        groups = with_new_groups(groups, jobs, by)
        yield groups, nw.from_native(numbered(jobs, groups, by))


def _tally_batch(
    groups: pl.DataFrame, jobs: Frame, *, calendar: Calendar, horizon_s: int
) -> WaitTally:
    dates, table = nw.from_native(ticks(calendar).lazy()), nw.from_native(bins().lazy())
    started = started_in(jobs, dates=dates, calendar=calendar)
    cohort = cohort_in(jobs, dates=dates, calendar=calendar)
    histograms = wait_histograms(started, table=table)
    lazy = [*histograms.values(), fates(cohort, horizon_s=horizon_s)]
    lazy += [started_sums(started), cohort_sums(cohort)]
    *counted, ends, of_started, of_cohort = pl.collect_all([each.to_native() for each in lazy])
    named = [
        frame.select(pl.lit(measure).alias(MEASURE), *HISTOGRAM_SCHEMA)
        for measure, frame in zip(histograms, counted, strict=True)
    ]
    return WaitTally(groups, summed([of_started, of_cohort]), merged(named), ends)


def _added(before: WaitTally, new: WaitTally) -> WaitTally:
    return WaitTally(
        groups=new.groups,
        sums=summed([before.sums, new.sums]),
        histograms=merged([before.histograms, new.histograms]),
        fates=_merged_fates([before.fates, new.fates]),
    )


def _merged_fates(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat(parts).group_by(CELL, "t_s", "fate").agg(pl.col("n").sum())
