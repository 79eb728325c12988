"""Periods of published reports: whole months, so that none isolates a few days by subtraction."""

from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from analytics.calendar import calendar, day_span
from model.question import Period
from model.settings import Grain

_BEYOND_A_YEAR: Final = timedelta(days=400)


def whole_periods(
    since: date | None,
    until: date | None,
    *,
    grain: Grain,
    reach: datetime | None,
    timezone: str,
    first: datetime | None = None,
) -> tuple[date | None, date | None]:
    """The asked days, moved outwards to whole periods, as far as these are over.

    The last period of the data is left out until it is over, unless there is no other: a figure
    on a part of it would differ from tomorrow's by a day. The data begin at `first` and end at
    `reach`.
    """
    begin = None if since is None else period_span(since, grain)[0]
    end = None if until is None else _ceiling(until, grain)
    if reach is None:
        return begin, end
    last = period_span(reach.astimezone(ZoneInfo(timezone)).date(), grain)[0]
    is_over = day_span(last, last + timedelta(days=1), timezone)[0] == reach
    known = None if first is None else first.astimezone(ZoneInfo(timezone)).date()
    alone = any(day is not None and day >= last for day in (begin, known))
    keeps = is_over or alone or (end is not None and end <= last)
    return begin, end if keeps else last


def period_span(day: date, period: Period) -> tuple[date, date]:
    """The first day of the period of a day, and of the one after."""
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC)
    bins = calendar(begin, begin + _BEYOND_A_YEAR, period=period, timezone="UTC").bins
    return bins["period_start"][0], bins["period_start"][1]


def _ceiling(day: date, grain: Grain) -> date:
    start, following = period_span(day, grain)
    return day if start == day else following
