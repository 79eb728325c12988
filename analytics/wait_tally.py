"""The sums of all waits by group and period, some months of submission at a time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import narwhals as nw
import polars as pl

from analytics.calendar import Calendar
from analytics.group_numbers import numbered, with_new_groups
from analytics.parted import Frames, Part, Rows, of_part, parts_of, touching
from analytics.reductions import CELL, GROUP, Frame, summed, ticks
from analytics.stretches import Stretch, by_months, up_to
from analytics.wait_histogram import HISTOGRAM_SCHEMA, bins, merged
from analytics.wait_moments import wait_moments
from analytics.wait_sums import (
    DAY_S,
    cohort_in,
    cohort_sums,
    fates,
    started_in,
    started_sums,
    wait_histograms,
)
from model.wait_reasons import ReasonClass

MEASURE: Final = "measure"
_PERIOD: Final = "_period"
_WIDE: Final = "_wide_period"
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
    jobs: Rows,
    by: Sequence[str],
    *,
    calendar: Calendar,
    reason_classes: Mapping[str, ReasonClass],
    lost: pl.DataFrame,
) -> WaitTally:
    """Count the waits of jobs (see `wait_moments`), month by month of submission, and keep that.

    `lost` are those of the waits that were lost from sight within a day of becoming eligible, in
    the calendar: only their cohorts have to be followed second by second.
    """
    months = by_months(calendar)
    followed = _cut_short(lost, by, months)
    parts: list[Frames] = []
    for part in parts_of(touching(jobs, calendar.begin_s, calendar.end_s)):
        until = up_to(months.calendar, part.last_s)
        cut = followed.filter(pl.col(_PERIOD) < len(until))
        make = partial(
            _of_part, by=by, calendar=until, reason_classes=reason_classes, cut_short=cut
        )
        depends = by, until.spans, reason_classes, cut
        parts.append(of_part(jobs, part, "waits", make, *depends))
    sums, histograms, ends = (pl.concat(kind) for kind in zip(*parts, strict=True))
    groups = with_new_groups(None, sums, by)
    in_cells = partial(_in_cells, groups=groups, by=by, months=months, periods=len(calendar))
    return WaitTally(
        groups=groups,
        sums=summed([in_cells(sums)]),
        histograms=merged([in_cells(histograms)]),
        fates=_merged_fates([in_cells(ends)]),
    )


def _cut_short(lost: pl.DataFrame, by: Sequence[str], months: Stretch) -> pl.DataFrame:
    """`by` and the months (`_PERIOD`) of the cohorts in which a wait was lost from sight."""
    begins = months.calendar.bins["begin_s"]
    at = pl.lit(begins).search_sorted(pl.col("eligible_s"), side="right").cast(pl.Int64) - 1
    numbers = pl.DataFrame(
        {_PERIOD: range(len(months.numbers)), _WIDE: months.numbers},
        schema={_PERIOD: pl.Int64(), _WIDE: pl.Int64()},
    )
    cells = lost.select(*by, at.alias(_PERIOD)).join(numbers, on=_PERIOD)
    whole = cells.select(*by, _WIDE).unique().join(numbers, on=_WIDE)
    return whole.select(*by, _PERIOD).sort(*by, _PERIOD)


def _of_part(
    part: Part,
    *,
    by: Sequence[str],
    calendar: Calendar,
    reason_classes: Mapping[str, ReasonClass],
    cut_short: pl.DataFrame,
) -> Frames:
    """`sums`, `histograms` and `fates` of a part, by `by` and month (`_PERIOD`)."""
    moments = wait_moments(part.frame, by, reason_classes=reason_classes)
    jobs = moments.filter(touches(calendar)).collect(engine="streaming")
    groups = with_new_groups(None, jobs, by)
    place = (pl.col(GROUP) * len(calendar) + pl.col(_PERIOD)).alias(CELL)
    cells = numbered(cut_short, groups, by).drop_nulls(GROUP).select(place).collect()
    counted = _tally_batch(
        nw.from_native(numbered(jobs, groups, by)), calendar=calendar, cut_short=cells
    )
    return [_named(frame, groups, periods=len(calendar)) for frame in counted]


def touches(calendar: Calendar) -> pl.Expr:
    """Whether a job (see `wait_moments`) started or became eligible in the calendar."""
    return within(calendar, "start_s") | within(calendar, "eligible_s")


def within(calendar: Calendar, moment: str) -> pl.Expr:
    """Whether a moment lies in the calendar; an unknown one does not."""
    inside = pl.col(moment).is_between(calendar.begin_s, calendar.end_s, closed="left")
    return inside.fill_null(value=False)


def _named(frame: pl.DataFrame, groups: pl.DataFrame, *, periods: int) -> pl.DataFrame:
    """With the values of `by` and the month in place of the number of their cell."""
    cell = pl.col(CELL)
    told = frame.with_columns((cell // periods).alias(GROUP), (cell % periods).alias(_PERIOD))
    return told.join(groups, on=GROUP, maintain_order="left").drop(CELL, GROUP)


def _in_cells(
    rows: pl.DataFrame,
    *,
    groups: pl.DataFrame,
    by: Sequence[str],
    months: Stretch,
    periods: int,
) -> pl.DataFrame:
    """With the cell of the calendar's own period in place of `by` and the month."""
    wide = pl.col(_PERIOD).replace_strict(dict(enumerate(months.numbers)), return_dtype=pl.Int64)
    placed = numbered(rows.with_columns(wide.alias(_PERIOD)), groups, by).with_columns(
        (pl.col(GROUP) * periods + pl.col(_PERIOD)).alias(CELL)
    )
    return placed.drop(GROUP, _PERIOD).collect()


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
