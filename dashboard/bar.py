"""The line under the filters: quick periods, what is filtered, and the way back to everything."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from dash import dcc, html

from dashboard.applies import PERIOD
from dashboard.aria import aria
from dashboard.choices import last_day
from dashboard.filters import Filters, write_query
from dashboard.panels import View
from dashboard.reader import Reader
from dashboard.standing import chosen
from reports.wording import span

_MONTHS_OF_A_QUARTER: Final = 3
_RECENT: Final = timedelta(days=28)

Span = tuple[date | None, date | None]


def under_filters(reader: Reader, filters: Filters, view: View) -> html.Div | None:
    """Quick periods where the page has a period, and what is filtered; None for neither."""
    said = chosen(filters)
    parts = [
        _periods(reader, filters, view) if PERIOD in view.offers else None,
        _in_use(said, view) if said else None,
    ]
    shown = [part for part in parts if part is not None]
    return html.Div(shown, className="pl-under-filters") if shown else None


def quick_periods(last: date) -> dict[str, Span]:
    """Names of periods with their first day and the day after their last, by the last known day."""
    quarter = date(last.year, last.month - (last.month - 1) % _MONTHS_OF_A_QUARTER, 1)
    after = last + timedelta(days=1)
    whole = after if _begins_quarter(after) else quarter
    return {
        "Last 28 days": (after - _RECENT, after),
        "Last full quarter": (_a_quarter_before(whole), whole),
        f"{last.year} so far": (date(last.year, 1, 1), after),
        "All data": (None, None),
    }


def _begins_quarter(day: date) -> bool:
    return day.day == 1 and day.month % _MONTHS_OF_A_QUARTER == 1


def _a_quarter_before(begin: date) -> date:
    months = begin.year * 12 + begin.month - 1 - _MONTHS_OF_A_QUARTER
    return date(months // 12, months % 12 + 1, 1)


def _periods(reader: Reader, filters: Filters, view: View) -> html.Nav | None:
    last = last_day(reader)
    if last is None:
        return None
    links = [
        html.Li(_period(name, period, filters, view))
        for name, period in quick_periods(last).items()
    ]
    return html.Nav(
        [html.Span("Period:"), html.Ul(links)],
        className="pl-deeper pl-quick",
        **aria(label="Quick periods"),
    )


def _period(name: str, period: Span, filters: Filters, view: View) -> Any:
    since, until = period
    if (filters.since, filters.until) == period:
        return html.Span(name, tabIndex=-1, **aria(current="true"))
    query = write_query(replace(filters, since=since, until=until))
    said = span(since, until) if since or until else "all data on record"
    return dcc.Link(name, href=f"{view.base}{view.page}{query}", title=said)


def _in_use(said: str, view: View) -> html.P:
    return html.P(
        [
            f"Filters: {said}. ",
            dcc.Link("Reset all filters", href=f"{view.base}{view.page}"),
        ],
        className="pl-in-use",
    )
