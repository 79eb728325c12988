"""Periods of a calendar in one time zone, as a complete list of bins in epoch seconds."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from model.question import Period

TICK_S: Final = 900
"""Every period of every time zone in use begins on a quarter of an hour of UTC."""

BINS_SCHEMA: Final = pl.Schema(
    {"bin": pl.Int64(), "period_start": pl.Date(), "begin_s": pl.Int64(), "end_s": pl.Int64()}
)


@dataclass(frozen=True)
class Calendar:
    """The periods between two moments, none left out.

    `bins` has one row a period: its number from 0, `period_start` (the date on which the period
    begins in `timezone`, even where the asked span begins later), and the half-open interval
    [begin_s, end_s) in epoch seconds, clipped to the asked span.
    """

    bins: pl.DataFrame
    period: Period
    timezone: str

    @property
    def begin_s(self) -> int:
        """First second of the calendar."""
        return int(self.bins["begin_s"][0])

    @property
    def end_s(self) -> int:
        """Second after the last of the calendar."""
        return int(self.bins["end_s"][-1])

    @property
    def spans(self) -> pl.DataFrame:
        """`begin_s, end_s` of the periods: all that sums over them depend on, and no names."""
        return self.bins.select("begin_s", "end_s")

    def __len__(self) -> int:
        return self.bins.height


def calendar(begin: datetime, end: datetime, *, period: Period, timezone: str) -> Calendar:
    """The periods that cover [begin, end), two aware moments with begin before end."""
    starts = _period_starts(begin, end, period=period, timezone=timezone)
    moments = [_epoch(day, timezone) for day in starts]
    begin_s, end_s = _floor_s(begin), _ceiling_s(end)
    moments[0] = begin_s
    bins = pl.DataFrame(
        {
            "bin": range(len(starts)),
            "period_start": starts,
            "begin_s": moments,
            "end_s": [*moments[1:], end_s],
        },
        schema=BINS_SCHEMA,
    )
    return Calendar(bins=bins, period=period, timezone=timezone)


def day_span(since: date, until: date, timezone: str) -> tuple[datetime, datetime]:
    """The moments at which two days begin in a time zone: [since, until)."""
    return (
        datetime.fromtimestamp(_epoch(since, timezone), UTC),
        datetime.fromtimestamp(_epoch(until, timezone), UTC),
    )


def next_quarter(moment: datetime) -> date:
    """The first day of the first calendar quarter that begins at or after a local moment."""
    start = _start_of_period(moment.date(), "quarter")
    return start if moment.date() == start and moment.time() == time() else quarter_from(start)


def quarter_from(day: date) -> date:
    """The first day of the calendar quarter after that of `day`."""
    return _next_period(_start_of_period(day, "quarter"), "quarter")


def _period_starts(begin: datetime, end: datetime, *, period: Period, timezone: str) -> list[date]:
    zone = ZoneInfo(timezone)
    first = _start_of_period(begin.astimezone(zone).date(), period)
    starts = [first]
    if period == "total":
        return starts
    while _epoch(following := _next_period(starts[-1], period), timezone) < _ceiling_s(end):
        starts.append(following)
    return starts


def _start_of_period(day: date, period: Period) -> date:
    match period:
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(month=3 * ((day.month - 1) // 3) + 1, day=1)
        case "year":
            return day.replace(month=1, day=1)
        case _:
            return day


def _next_period(start: date, period: Period) -> date:
    match period:
        case "day":
            return start + timedelta(days=1)
        case "week":
            return start + timedelta(days=7)
        case _:
            months = {"month": 1, "quarter": 3}.get(period, 12)
            ahead = start.month - 1 + months
            return date(start.year + ahead // 12, ahead % 12 + 1, 1)


def _epoch(day: date, timezone: str) -> int:
    return int(datetime.combine(day, time(), tzinfo=ZoneInfo(timezone)).timestamp())


def _floor_s(moment: datetime) -> int:
    return int(moment.timestamp() // 1)


def _ceiling_s(moment: datetime) -> int:
    return -int(-moment.timestamp() // 1)
