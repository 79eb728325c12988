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
    DAY_S,
    cohort_in,
    cohort_sums,
    fates,
    started_in,
    started_sums,
    wait_histograms,
)

MEASURE: Final = "measure"
FATES_SCHEMA: Final = pl.Schema(
    {CELL: pl.Int64(), "t_s": pl.Int32(), "fate": pl.Int8(), "n": pl.UInt32()}
)
_NARROW: Final = pl.Schema(
    {MEASURE: pl.UInt8(), **HISTOGRAM_SCHEMA, "bin": pl.Int16(), "n": pl.UInt32()}
)
"""There may be millions of rows, and none counts four billion jobs."""


@dataclass(frozen=True)
class WaitTally:
    """What has been counted of waits.

    `groups` has the distinct values of `by` with their number, `sums` a row a cell with what
    `wait_sums` adds up, `histograms` those of each of its MEASURES (their place, in `MEASURE`),
    `fates` the counts of the cohorts in which a wait was lost from sight within a day.
    """

    groups: pl.DataFrame
    sums: pl.DataFrame
    histograms: pl.DataFrame
    fates: pl.DataFrame


def tally_waits(
    moments: Iterable[pl.LazyFrame], by: Sequence[str], *, calendar: Calendar, lost: pl.DataFrame
) -> WaitTally:
    """Count waits (see `wait_moments`), a batch at a time.

    `lost` are those of the waits that were lost from sight within a day of becoming eligible, in
    the calendar: only their cohorts have to be followed second by second.
    """
    groups = with_new_groups(None, lost, by)
    cut_short = _cells(numbered(lost, groups, by), calendar)
    parts: list[tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]] = []
    for known, jobs in _numbered_batches(moments, by, groups):
        groups = known
        parts.append(_tally_batch(jobs, calendar=calendar, cut_short=cut_short))
    if not parts:
        raise ValueError("a tally needs at least one batch, be it empty")
    sums, histograms, ends = (list(kind) for kind in zip(*parts, strict=True))
    return WaitTally(groups, summed(sums), merged(histograms), _merged_fates(ends))


def tally_fates(
    moments: Iterable[pl.LazyFrame], by: Sequence[str], *, calendar: Calendar, horizon_s: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The groups, and the counts of all cohorts, followed to the horizon."""
    groups: pl.DataFrame | None = None
    parts: list[pl.DataFrame] = []
    for known, jobs in _numbered_batches(moments, by):
        groups = known
        cohort = cohort_in(jobs, dates=nw.from_native(ticks(calendar).lazy()), calendar=calendar)
        ends = fates(cohort, horizon_s=horizon_s).to_native()
        parts.append(ends.cast(FATES_SCHEMA).collect())
    if groups is None:
        raise ValueError("a tally needs at least one batch, be it empty")
    return groups, _merged_fates(parts)


def _cells(jobs: pl.LazyFrame, calendar: Calendar) -> pl.DataFrame:
    dates = nw.from_native(ticks(calendar).lazy())
    cohort = cohort_in(nw.from_native(jobs), dates=dates, calendar=calendar)
    cells: pl.DataFrame = cohort.select(CELL).to_native().unique().collect()
    return cells


def _numbered_batches(
    moments: Iterable[pl.LazyFrame], by: Sequence[str], groups: pl.DataFrame | None = None
) -> Iterator[tuple[pl.DataFrame, Frame]]:
    """All groups known so far, and the jobs of a batch with the number of theirs."""
    for batch in moments:
        jobs = batch.collect(engine="streaming")
        groups = with_new_groups(groups, jobs, by)
        yield groups, nw.from_native(numbered(jobs, groups, by))


def _tally_batch(
    jobs: Frame, *, calendar: Calendar, cut_short: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """`sums`, `histograms` and `fates` of a batch."""
    dates, table = nw.from_native(ticks(calendar).lazy()), nw.from_native(bins().lazy())
    started = started_in(jobs, dates=dates, calendar=calendar)
    cohort = cohort_in(jobs, dates=dates, calendar=calendar)
    followed = cohort.join(nw.from_native(cut_short.lazy()), on=CELL, how="inner")
    histograms = wait_histograms(started, table=table)
    lazy = [*histograms.values(), fates(followed, horizon_s=DAY_S)]
    lazy += [started_sums(started), cohort_sums(cohort)]
    *counted, ends, of_started, of_cohort = pl.collect_all([each.to_native() for each in lazy])
    named = [
        frame.select(pl.lit(place).alias(MEASURE), *HISTOGRAM_SCHEMA).cast(_NARROW)
        for place, frame in enumerate(counted)
    ]
    return summed([of_started, of_cohort]), pl.concat(named), ends.cast(FATES_SCHEMA)


def _merged_fates(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat(parts).group_by(CELL, "t_s", "fate").agg(pl.col("n").sum())
