"""Dates known only to the month, the year or a range of years.

A month begins on its first day; a year, or a range of years, takes its last day, for starts and
for ends. So a machine that came "in 2023" is not counted before the end of 2023, and a slice that
ended "in 2023" hands over to its successor on the same day.
"""

import re
from calendar import monthrange
from datetime import date
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, WithJsonSchema

UNDATED: Final = "unknown"
"""Retired, but nobody wrote down when."""

_FORM: Final = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?(?:\.\.\d{4}(?:-\d{2}(?:-\d{2})?)?)?")


def resolve(text: str) -> date:
    """The day that counts: of "2021-10-05", "2021-10", "2021", "2018..2022", "2021-11..2022-08".

    Raises:
        ValueError: where the text is none of these.
    """
    if not _FORM.fullmatch(text):
        raise ValueError(f"{text!r} is no date. Write 2021, 2021-10, 2021-10-05 or 2018..2022.")
    last = text.rpartition("..")[2]
    year, _, rest = last.partition("-")
    if not rest:
        return date(int(year), 12, 31)
    month, _, day = rest.partition("-")
    return date(int(year), int(month), int(day or 1))


def span(text: str) -> tuple[date, date]:
    """The first and the last day that a date may mean: all of a month, a year, a range.

    Raises:
        ValueError: where the text is no date.
    """
    resolve(text)
    first, _, last = text.partition("..")
    return _days(first)[0], _days(last or first)[1]


def _days(text: str) -> tuple[date, date]:
    year, month, day = (int(part) for part in (*text.split("-"), "0", "0")[:3])
    if day:
        return date(year, month, day), date(year, month, day)
    first, last = (month, month) if month else (1, 12)
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])


def _imprecise(value: Any) -> Any:
    if value is None:
        return None
    text = str(value)
    resolve(text)
    return text


def _imprecise_or_undated(value: Any) -> Any:
    return value if value == UNDATED else _imprecise(value)


# YAML shows an editor a bare year as a number; in a file either is read as text.
_AS_WRITTEN: Final = {
    "anyOf": [
        {"type": "string", "pattern": f"^(?:{_FORM.pattern})$"},
        {"type": "integer", "minimum": 1900, "maximum": 2100},
    ]
}
_AS_WRITTEN_OR_UNDATED: Final = {"anyOf": [*_AS_WRITTEN["anyOf"], {"const": UNDATED}]}

ImpreciseDate = Annotated[str, BeforeValidator(_imprecise), WithJsonSchema(_AS_WRITTEN)]
"""Text that `resolve` understands."""

ImpreciseEnd = Annotated[
    str, BeforeValidator(_imprecise_or_undated), WithJsonSchema(_AS_WRITTEN_OR_UNDATED)
]
"""Text that `resolve` understands, or "unknown": retired, undated."""
