"""Sums over many jobs by group and period: the part of the work that grows with the jobs.

Written once in narwhals, to run on Polars, Dask and Spark alike, with the operations that agree
on all of them: filter, integer arithmetic, equi-join, group_by with sum. Times are integer epoch
seconds, groups are integers. What comes out is as small as groups times periods, and is finished
in Polars.

A load w held over [from, until) is booked as two events: +w at `from`, -w at `until`. Each event
adds w times the seconds left in its own period at once, and w as a level to every later period.
A cumulative sum over the complete calendar then gives the exact load-seconds of each period,
at a cost that does not grow with the length of a job.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import narwhals as nw
import polars as pl

from analytics.calendar import TICK_S, Calendar

Frame = nw.LazyFrame[Any]

GROUP: Final = "_group"
LEFT_S: Final = "_left_s"
CELL: Final = "_cell"
BIN: Final = "_bin"
_BIN_END_S: Final = "_bin_end_s"
_MOMENT_S: Final = "_moment_s"
TICK: Final = "_tick"


def ticks(calendar: Calendar) -> pl.DataFrame:
    """Every quarter of an hour of the calendar, with the period it lies in and where that ends.

    An equi-join with this table finds the period of a moment; on a million moments it took a
    sixth of the time of a binary search, and it runs on every engine.
    """
    first = pl.col("begin_s") // TICK_S
    after = (pl.col("end_s") + TICK_S - 1) // TICK_S
    spans = calendar.bins.select(
        pl.col("bin").alias(BIN),
        pl.col("end_s").alias(_BIN_END_S),
        pl.int_ranges(first, after).alias(TICK),
    )
    return spans.explode(TICK, empty_as_null=False)


def placed(jobs: Frame, moment: nw.Expr, *, dates: Frame, periods: int) -> Frame:
    """The jobs with the cell (group times periods, plus period) that `moment` lies in.

    `jobs` have an integer column `GROUP`; `dates` is what `ticks` gives, on the same engine, of a
    calendar of so many `periods`, within which the moments lie. `LEFT_S` has the seconds from the
    moment to the end of its period.
    """
    at = jobs.with_columns(moment.alias(_MOMENT_S))
    dated = at.with_columns((nw.col(_MOMENT_S) // TICK_S).alias(TICK)).join(
        dates, on=TICK, how="inner"
    )
    return dated.with_columns(
        (nw.col(GROUP) * periods + nw.col(BIN)).alias(CELL),
        (nw.col(_BIN_END_S) - nw.col(_MOMENT_S)).alias(LEFT_S),
    )


def booked(
    jobs: Frame, moment: nw.Expr, *, dates: Frame, periods: int, sums: Mapping[str, nw.Expr]
) -> Frame:
    """Sums by cell: the group of a job and the period of `moment`, see `placed`.

    The expressions of `sums` may use `LEFT_S`. Result: `CELL` and a column a sum; only cells with
    an event.
    """
    terms = placed(jobs, moment, dates=dates, periods=periods).select(CELL, **sums)
    return terms.group_by(CELL).agg(*(nw.col(name).sum() for name in sums))


def load_events(weights: Sequence[str], *, sign: int) -> dict[str, nw.Expr]:
    """The sums that book each weight as an event: `<weight>_level` and `<weight>_part`.

    A weight is an integer column: GPUs, CPUs, nodes, or 1 for the job itself. `sign` is 1 where
    the load begins and -1 where it ends. Unknown weights add nothing.
    """
    events: dict[str, nw.Expr] = {}
    for weight in weights:
        signed = nw.col(weight) * sign
        events[f"{weight}_level"] = signed
        events[f"{weight}_part"] = signed * nw.col(LEFT_S)
    return events


def sums_by(rows: Frame, keys: Sequence[str], sums: Sequence[str]) -> Frame:
    """The sums of columns by other columns: a row for each combination of keys that occurs."""
    return rows.group_by(*keys).agg(*(nw.col(name).sum() for name in sums))


def summed_by(
    rows: pl.DataFrame | pl.LazyFrame, keys: Sequence[str], sums: Sequence[str]
) -> pl.DataFrame:
    """`sums_by` of Polars frames, those of several batches one below the other as well."""
    added: pl.LazyFrame = sums_by(nw.from_native(rows.lazy()), keys, sums).to_native()
    return added.collect()


def summed(parts: Sequence[pl.LazyFrame | pl.DataFrame]) -> pl.DataFrame:
    """The booked sums of several reductions as one frame, a row a cell."""
    frames = pl.collect_all([part.lazy() for part in parts])
    return pl.concat(frames, how="diagonal").group_by(CELL).agg(pl.all().sum())


def complete(sums: pl.DataFrame, groups: pl.DataFrame, *, calendar: Calendar) -> pl.DataFrame:
    """The booked sums on every period of the calendar, for each group.

    `groups` has the column `GROUP`, sorted. Columns: `GROUP`, those of `calendar.bins`, then the
    sums, zero where nothing was booked; sorted by group and period.
    """
    every = groups.join(calendar.bins, how="cross").with_columns(
        (pl.col(GROUP) * len(calendar) + pl.col("bin")).alias(CELL)
    )
    frame = every.join(sums, on=CELL, how="left", maintain_order="left")
    return frame.with_columns(pl.all().exclude(every.columns).fill_null(0))


def level_before(event: str) -> pl.Expr:
    """The sum of an event over all periods before this one, within each group."""
    return level_through(event) - pl.col(event)


def level_through(event: str) -> pl.Expr:
    """The sum of an event over all periods up to and with this one, within each group."""
    return pl.col(event).cum_sum().over(GROUP)


def load_seconds(weight: str) -> pl.Expr:
    """Exact load-seconds of a period from what `load_events` booked."""
    length_s = pl.col("end_s") - pl.col("begin_s")
    return level_before(f"{weight}_level") * length_s + pl.col(f"{weight}_part")


def touching(event: str) -> pl.Expr:
    """How many intervals touch a period: those that reach into it and those that begin in it.

    `<event>_level` is what began less what ended in a period, `<event>_in` what began.
    """
    return level_before(f"{event}_level") + pl.col(f"{event}_in")
