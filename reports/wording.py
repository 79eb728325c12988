"""Numbers, dates and shares as British readers write them: "200,000", "78%", "1 May 2026"."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from math import floor, log10
from typing import Final

from reports.quoting import quoted

NO_DATA: Final = "no data"
_MILLION: Final = 1_000_000
_FEW: Final = 10
_MINUTE_S: Final = 60
_HOUR_S: Final = 3600
_DAY_S: Final = 86_400
_DAYS_FROM_S: Final = 2 * _DAY_S
_DIGITS: Final = 3


def number(value: float | None, *, decimals: int | None = None) -> str:
    """A count with thousands separators; small fractions keep one decimal, None is "no data"."""
    if value is None:
        return NO_DATA
    if decimals is None:
        decimals = 0 if abs(value) >= _FEW or float(value).is_integer() else 1
    return quoted(value, f"{value:,.{decimals}f}")


def three_digits(value: float) -> str:
    """Three digits that mean something: 1,230; 45.6; 0.00789."""
    if value == 0:
        return quoted(value, "0")
    places = _DIGITS - 1 - floor(log10(abs(value)))
    return quoted(value, f"{round(value, places):,.{max(0, places)}f}")


def large(value: float | None) -> str:
    """A count for a headline: "5.69 million" from a million up, else as `number`."""
    if value is None:
        return NO_DATA
    if abs(value) >= _MILLION:
        return quoted(value, f"{value / _MILLION:,.2f} million")
    return number(value)


def share(value: float | None, *, decimals: int = 0) -> str:
    """A fraction as a percentage: 0.784 is "78%"; None is "no data"."""
    return NO_DATA if value is None else quoted(value, f"{100 * value:.{decimals}f}%", "share")


def day(value: date | datetime | None) -> str:
    """A date in words: "1 May 2026"."""
    return NO_DATA if value is None else quoted(value, f"{value.day} {value:%B %Y}", "date")


def month(value: date) -> str:
    """A month in words: "May 2026"."""
    return quoted(value, f"{value:%B %Y}", "date")


def dated(text: str | None) -> str:
    """A date as precise as it is known: "5 October 2021", "October 2021", "2018 to 2022"."""
    if text is None:
        return NO_DATA
    begin, dots, end = text.partition("..")
    if dots:
        return f"{dated(begin)} to {dated(end)}"
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        pass
    try:
        return month(date.fromisoformat(f"{text}-01"))
    except ValueError:
        return text


def span(since: date | None, until: date | None, *, as_of: date | datetime | None = None) -> str:
    """A half-open period in words, its last day included: "1 May 2026 to 31 October 2026"."""
    last = until - timedelta(days=1) if until else as_of
    if since and last:
        return f"{day(since)} to {day(last)}"
    if since:
        return f"from {day(since)}"
    return f"all data up to {day(last)}" if last else "all data"


def ratio_words(value: float) -> str:
    """A ratio for "N times": one decimal below ten, none above."""
    return number(value, decimals=1 if value < _FEW else 0)


def sentence(text: str) -> str:
    """Words as a sentence: a capital first, the rest as it is, a full stop last."""
    return f"{text[:1].upper()}{text[1:]}."


def plural(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun: "1 application", "41 applications"."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def duration(seconds: float | None) -> str:
    """A length of time in the unit that suits it: "40 seconds", "1.4 hours", "3 days"."""
    if seconds is None:
        return NO_DATA
    for unit, length_s, below_s in (
        ("second", 1, _MINUTE_S),
        ("minute", _MINUTE_S, _HOUR_S),
        ("hour", _HOUR_S, _DAYS_FROM_S),
    ):
        if seconds < below_s:
            return quoted(seconds, _counted(seconds / length_s, unit), "seconds")
    return quoted(seconds, _counted(seconds / _DAY_S, "day"), "seconds")


def _counted(value: float, unit: str) -> str:
    said = number(value, decimals=1 if value < _FEW and unit in {"hour", "day"} else 0)
    said = said.removesuffix(".0")
    return f"{said} {unit}" if said == "1" else f"{said} {unit}s"


def listed(names: Sequence[str]) -> str:
    """Names as a sentence lists them: "one, another and a third"."""
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def between(low: float | None, high: float | None) -> str:
    """Two bounds: "6,300 to 15,094"; one that is not known is said to be so."""
    if low is None:
        return NO_DATA if high is None else f"at most {large(high)}"
    if high is None:
        return f"{large(low)} or more"
    said = large(low), large(high)
    return said[0] if said[0] == said[1] else " to ".join(said)
