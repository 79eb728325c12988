"""Which edition of a report that is made again and again is due, and of what period it speaks."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from model.report_schedule import Every, ReportPeriod, ScheduledReport

_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}
LOOK_BACK: Final = 12
"""So many editions are looked at for the latest one that the data reach."""


@dataclass(frozen=True)
class Edition:
    """One edition: it bears the day after its period closed, and is named by that time.

    `since` is None where it speaks of all data.
    """

    label: str
    since: date | None
    until: date


def editions(report: ScheduledReport, today: date) -> list[Edition]:
    """The editions whose period has closed by a day, the latest first."""
    ends = [floor(report.every, today)]
    while len(ends) < LOOK_BACK:
        ends.append(_before(report.every, ends[-1]))
    return [_edition(report, end) for end in ends]


def floor(unit: Every, day: date) -> date:
    """The first day of the week, month, quarter or year that a day lies in."""
    if unit == "week":
        return day - timedelta(days=day.weekday())
    months = _MONTHS[unit]
    return day.replace(month=day.month - (day.month - 1) % months, day=1)


def _before(unit: Every, first: date) -> date:
    """The first day of the unit before the one that begins on `first`."""
    return floor(unit, first - timedelta(days=1))


def _edition(report: ScheduledReport, end: date) -> Edition:
    since, until = _span(report.asked_period, end)
    return Edition(label=_label(report.every, _before(report.every, end)), since=since, until=until)


def _span(period: ReportPeriod, end: date) -> tuple[date | None, date]:
    match period:
        case "all":
            return None, end
        case "year-to-date":
            return (end - timedelta(days=1)).replace(month=1, day=1), end
    units: dict[ReportPeriod, Every] = {
        "last-week": "week",
        "last-month": "month",
        "last-quarter": "quarter",
        "last-year": "year",
    }
    until = floor(units[period], end)
    return _before(units[period], until), until


def _label(unit: Every, first: date) -> str:
    """The closed time as a file's name has it: 2026-W48, 2026-11, 2026-Q4, 2026."""
    if unit == "week":
        year, week, _ = first.isocalendar()
        return f"{year}-W{week:02}"
    if unit == "quarter":
        return f"{first.year}-Q{(first.month + 2) // 3}"
    return f"{first:%Y-%m}" if unit == "month" else f"{first.year}"
