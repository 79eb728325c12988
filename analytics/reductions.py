"""Sums over many jobs by group and period: the part of the work that grows with the jobs.

Written once in narwhals, to run on Polars, Dask and Spark alike, with the operations that agree
on all of them: filter, integer arithmetic, equi-join, group_by with sum. Times are integer epoch
seconds. What comes out is as small as groups times periods, and is finished in Polars.

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

BIN: Final = "_bin"
LEFT_S: Final = "_left_s"
_TICK: Final = "_tick"
_BIN_END_S: Final = "_bin_end_s"


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
        pl.int_ranges(first, after).alias(_TICK),
    )
    return spans.explode(_TICK, empty_as_null=False)


def booked(
    jobs: Frame,
    moment: nw.Expr,
    *,
    calendar_ticks: Frame,
    keys: Sequence[str],
    sums: Mapping[str, nw.Expr],
) -> Frame:
    """Sums by `keys` and the period of `moment`, which must lie within the calendar.

    The expressions of `sums` may use `LEFT_S`, the seconds from the moment to the end of its
    period. Result: `keys`, `BIN` and a column a sum; only groups and periods with an event.
    """
    at = jobs.with_columns(_moment_s=moment).with_columns(
        (nw.col("_moment_s") // TICK_S).alias(_TICK)
    )
    dated = at.join(calendar_ticks, on=_TICK, how="inner").with_columns(
        (nw.col(_BIN_END_S) - nw.col("_moment_s")).alias(LEFT_S)
    )
    terms = dated.select(*keys, BIN, **sums)
    return terms.group_by(*keys, BIN).agg(*(nw.col(name).sum() for name in sums))


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


def complete(
    parts: Sequence[pl.LazyFrame], *, calendar: Calendar, keys: Sequence[str]
) -> pl.DataFrame:
    """The booked sums of several reductions on every period of the calendar, by group.

    Columns: `keys`, then those of `calendar.bins`, then the sums, zero where nothing was booked;
    sorted by group and period. Without `keys` the calendar is complete even without a job.
    """
    summed = (
        pl.concat(parts, how="diagonal")
        .group_by(*keys, BIN)
        .agg(pl.all().sum())
        .collect(engine="streaming")
    )
    bins = calendar.bins.rename({"bin": BIN})
    groups = summed.select(keys).unique(maintain_order=False) if keys else None
    every = bins if groups is None else groups.sort(keys).join(bins, how="cross")
    sums = [name for name in summed.columns if name not in {*keys, BIN}]
    return (
        every.join(summed, on=[*keys, BIN], how="left", nulls_equal=True)
        .sort(*keys, BIN)
        .with_columns(pl.col(sums).fill_null(0))
    )


def level_before(sum_name: str, keys: Sequence[str]) -> pl.Expr:
    """The sum over all periods before this one, within each group of `complete`'s frame."""
    return level_through(sum_name, keys) - pl.col(sum_name)


def level_through(sum_name: str, keys: Sequence[str]) -> pl.Expr:
    """The sum over all periods up to and with this one, within each group."""
    running = pl.col(sum_name).cum_sum()
    return running.over(*keys) if keys else running


def load_seconds(weight: str, keys: Sequence[str]) -> pl.Expr:
    """Exact load-seconds of a period from what `load_events` booked."""
    length_s = pl.col("end_s") - pl.col("begin_s")
    return level_before(f"{weight}_level", keys) * length_s + pl.col(f"{weight}_part")


def touching(event: str, keys: Sequence[str]) -> pl.Expr:
    """How many intervals touch a period: those that reach into it and those that begin in it.

    `<event>_level` is what began less what ended in a period, `<event>_in` what began.
    """
    return level_before(f"{event}_level", keys) + pl.col(f"{event}_in")
