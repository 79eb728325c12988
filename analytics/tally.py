"""The sums of all jobs by group and period, some months of submission at a time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import narwhals as nw
import polars as pl

from analytics.calendar import Calendar
from analytics.group_numbers import numbered, with_new_groups
from analytics.job_events import Census, reduce_jobs, take_census
from analytics.parted import Parted, Rows
from analytics.reductions import GROUP, complete, summed, ticks

BATCH_JOBS: Final = 1_000_000
_MONTH: Final = "month"


@dataclass(frozen=True)
class Tally:
    """What has been booked of jobs; those of two batches add up.

    `groups` has the distinct values of `by` with their number (`GROUP`), `census` what was found
    of the jobs' loads, `sums` what `reductions.booked` gives.
    """

    groups: pl.DataFrame
    census: Census
    sums: pl.DataFrame

    def completed(self, calendar: Calendar) -> pl.DataFrame:
        """The sums on every period for each group: see `reductions.complete`."""
        return complete(self.sums, self.groups.select(GROUP), calendar=calendar)


def batches(jobs: Rows) -> Iterator[pl.LazyFrame]:
    """The jobs, some whole months of submission at a time; `month` is what facts lie apart by.

    A batch has about `BATCH_JOBS` jobs, or one month. (Polars's own batches are read ahead without
    bound, so that ten million jobs took 1.5 GB.)
    """
    if isinstance(jobs, Parted):
        yield from _of_parts(jobs)
        return
    counts = jobs.group_by(_MONTH).len().sort(_MONTH).collect(engine="streaming")
    if counts["len"].sum() <= BATCH_JOBS:
        yield jobs
        return
    filled = counts.with_columns(batch=(pl.col("len").cum_sum() - 1) // BATCH_JOBS)
    for months in filled.partition_by("batch", maintain_order=True):
        yield jobs.filter(pl.col(_MONTH).is_in(months[_MONTH].implode(), nulls_equal=True))


def _of_parts(jobs: Parted) -> Iterator[pl.LazyFrame]:
    waiting: list[pl.LazyFrame] = []
    rows = 0
    for part in jobs.parts:
        if waiting and rows + part.rows > BATCH_JOBS:
            yield pl.concat(waiting)
            waiting, rows = [], 0
        waiting.append(part.frame)
        rows += part.rows
    yield pl.concat(waiting) if waiting else jobs.whole.clear()


def tally(moments: Iterable[pl.LazyFrame], by: Sequence[str], *, calendar: Calendar) -> Tally:
    """Book jobs that touch the calendar (see `job_moments`), a batch at a time."""
    booked: Tally | None = None
    for batch in moments:
        booked = _with_batch(booked, batch.collect(engine="streaming"), by, calendar)
    if booked is None:
        raise ValueError("a tally needs at least one batch, be it empty")
    return booked


def _with_batch(
    before: Tally | None, moments: pl.DataFrame, by: Sequence[str], calendar: Calendar
) -> Tally:
    census = take_census(moments)
    groups = with_new_groups(before.groups if before else None, moments, by)
    jobs, dates = numbered(moments, groups, by), ticks(calendar).lazy()
    parts = reduce_jobs(
        nw.from_native(jobs), census, dates=nw.from_native(dates), calendar=calendar
    )
    sums = summed([part.to_native() for part in parts])
    if before is None:
        return Tally(groups, census, sums)
    return Tally(groups, before.census | census, summed([before.sums, sums]))
