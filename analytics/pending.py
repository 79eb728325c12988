"""Which periods' ends a job was still waiting at: the stock of the queue, seen from outside."""

from typing import Final

import polars as pl

from analytics.calendar import Calendar

FIRST: Final = "_first"
AFTER: Final = "_after"


def pending_moments(calendar: Calendar, last_seen: pl.DataFrame) -> pl.DataFrame:
    """When the queue is looked at: `cluster, bin, moment_s`.

    It is the end of the period, or of what was observed of the cluster where that is earlier.
    """
    return last_seen.join(calendar.bins, how="cross").select(
        "cluster", "bin", moment_s=pl.min_horizontal("end_s", "seen_s")
    )


def with_pending_bins(asked: pl.LazyFrame, calendar: Calendar) -> pl.LazyFrame:
    """What `asks` gives with the periods, from `FIRST` to before `AFTER`, that a job pends at.

    It pends at a moment if it was submitted before and neither started before nor ended before
    or at it.
    """
    ends = pl.lit(calendar.bins["end_s"])
    until_s, periods = pl.col("waits_until_s"), pl.lit(len(calendar), pl.Int64)
    on_end = until_s.is_null() | (until_s >= pl.col("seen_s"))
    places = {
        name: ends.search_sorted(moment, side="right").cast(pl.Int64)
        for name, moment in ((FIRST, pl.col("submit_s")), (AFTER, until_s))
    }
    unseen = pl.col("submit_s") >= pl.col("seen_s")
    return asked.with_columns(
        pl.when(unseen).then(periods).otherwise(places[FIRST]).alias(FIRST),
        pl.when(on_end).then(periods).otherwise(places[AFTER]).alias(AFTER),
    )


def at_each_end(cells: pl.DataFrame) -> pl.DataFrame:
    """Cells by `FIRST` and `AFTER`, once for each `bin` between them."""
    spans = pl.int_ranges(FIRST, AFTER).alias("bin")
    return cells.with_columns(spans).explode("bin", empty_as_null=False).drop(FIRST, AFTER)
