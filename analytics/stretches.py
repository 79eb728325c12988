"""A calendar month by month: what adds up over time is reckoned, and kept, for each of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import polars as pl

from analytics.calendar import BINS_SCHEMA, Calendar, calendar

_WHOLE: Final = "_bin_of_whole"


@dataclass(frozen=True)
class Stretch:
    """The part of a calendar that lies in one month, as a calendar of its own.

    Its periods are those of the whole, cut where the month begins and ends, and numbered from 0;
    `numbers` are those that they have in the whole.
    """

    calendar: Calendar
    numbers: tuple[int, ...]

    def numbered_in_whole(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows with the `bin` of the whole calendar in place of that of the stretch."""
        table = pl.DataFrame(
            {"bin": range(len(self.numbers)), _WHOLE: self.numbers},
            schema={"bin": pl.Int64(), _WHOLE: pl.Int64()},
        )
        named = rows.join(table, on="bin", how="left", maintain_order="left")
        return named.with_columns(pl.col(_WHOLE).alias("bin")).drop(_WHOLE)


def by_months(whole: Calendar) -> Stretch:
    """All of a calendar, its periods cut where months begin: what adds up over any of them."""
    months = list(stretches(whole))
    bins = pl.concat([month.calendar.bins for month in months])
    numbered = bins.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("bin"))
    numbers = tuple(number for month in months for number in month.numbers)
    return Stretch(Calendar(numbered, whole.period, whole.timezone), numbers)


def up_to(whole: Calendar, moment_s: int | None) -> Calendar:
    """The periods that begin up to a moment, and the first in any case; all without a moment."""
    if moment_s is None:
        return whole
    begun = whole.bins.filter((pl.col("begin_s") <= moment_s) | (pl.col("bin") == 0))
    return Calendar(begun, whole.period, whole.timezone)


def stretches(whole: Calendar) -> Iterator[Stretch]:
    """The months of a calendar, in order."""
    months = _months(whole)
    for begin_s, end_s in months.select("begin_s", "end_s").iter_rows():
        inside = whole.bins.filter(pl.col("begin_s") < end_s, pl.col("end_s") > begin_s)
        cut = inside.with_columns(
            pl.int_range(pl.len(), dtype=pl.Int64).alias("bin"),
            pl.col("begin_s").clip(lower_bound=begin_s),
            pl.col("end_s").clip(upper_bound=end_s),
        )
        within = Calendar(cut.select(BINS_SCHEMA.names()), whole.period, whole.timezone)
        yield Stretch(within, tuple(inside["bin"]))


def _months(whole: Calendar) -> pl.DataFrame:
    begin, end = (datetime.fromtimestamp(s, UTC) for s in (whole.begin_s, whole.end_s))
    return calendar(begin, end, period="month", timezone=whole.timezone).bins
