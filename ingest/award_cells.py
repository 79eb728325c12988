"""Cells of an awards file: text into numbers, dates, units, accounts, or the reason why not."""

import re
from datetime import date, datetime
from typing import Final

from model.units import resolve_unit, unit_hint

_THOUSANDS_SPACE: Final = re.compile(r"(?<=\d)[\s\u00a0\u2009\u202f'\u2019](?=\d{3}(?!\d))")
_PLAIN: Final = re.compile(r"\d+(\.\d*)?([eE][+-]?\d+)?|\.\d+")
_ENGLISH: Final = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")
_CONTINENTAL: Final = re.compile(r"\d{1,3}(\.\d{3})+,\d+|\d{1,3}(\.\d{3}){2,}|\d+,(\d{1,2}|\d{4,})")
_EITHER: Final = re.compile(r"\d{1,3}[.,]\d{3}")
_ISO: Final = re.compile(r"(\d{4}-\d{2}-\d{2})([ T]00:00(:00(\.0+)?)?(Z|\+00:00)?)?")
_NUMERIC_DATE: Final = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")
_NAMED_MONTH: Final = ("%d %B %Y", "%d %b %Y", "%d-%b-%Y", "%d-%B-%Y", "%B %d, %Y", "%b %d, %Y")
_ACCOUNT: Final = re.compile(r"[^\s:;]+:[^\s:;]+")
_DAYS_BEFORE_MONTHS: Final = 12


class CellFault(ValueError):  # noqa: N818  (a reason for quarantine, not an error of the program)
    """Why a cell cannot be read, as the slug that quarantine counts; `hint` says what would do."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


def amount(text: str, *, semicolons: bool = False) -> float | None:
    """An amount of 0 or more; None for an empty cell.

    `semicolons` tells that the file parts its cells by `;`, as programs do where the comma is
    the decimal sign: `1,234` could then be either, and is refused.
    """
    bare = _THOUSANDS_SPACE.sub("", text.strip())
    if not bare:
        return None
    if bare[0] in "-\N{MINUS SIGN}" and len(bare) > 1 and bare[1].isdigit():
        raise CellFault("negative_amount")
    if semicolons and _EITHER.fullmatch(bare):
        raise CellFault("ambiguous_number")
    if _PLAIN.fullmatch(bare):
        return float(bare)
    if _ENGLISH.fullmatch(bare):
        return float(bare.replace(",", ""))
    if _CONTINENTAL.fullmatch(bare):
        return float(bare.replace(".", "").replace(",", "."))
    raise CellFault("bad_number")


def count(text: str, *, semicolons: bool = False) -> int | None:
    """A whole number of 0 or more; None for an empty cell."""
    value = amount(text, semicolons=semicolons)
    if value is not None and not value.is_integer():
        raise CellFault("bad_count")
    return None if value is None else int(value)


def day(text: str) -> date | None:
    """A date in ISO form, with the month's name, or as day and month that cannot be confused."""
    bare = text.strip()
    if not bare:
        return None
    if iso := _ISO.fullmatch(bare):
        return _iso_day(iso[1])
    if numeric := _NUMERIC_DATE.fullmatch(bare):
        return _numeric_day(*(int(part) for part in numeric.groups()))
    for form in _NAMED_MONTH:
        try:
            return datetime.strptime(bare, form).date()  # noqa: DTZ007
        except ValueError:
            continue
    raise CellFault("bad_date")


def unit_name(text: str) -> str:
    """The registry's spelling of a unit."""
    if not text.strip():
        raise CellFault("no_unit")
    unit = resolve_unit(text)
    if unit is None:
        raise CellFault(
            "unknown_unit",
            f"rows in the unknown unit {text.strip()!r} are left out: {unit_hint(text)}",
        )
    return unit.name


def accounts(text: str) -> str | None:
    """`cluster:account;cluster:account`, without blanks and repeats; None for an empty cell."""
    parts = [re.sub(r"\s*:\s*", ":", part.strip()) for part in text.split(";") if part.strip()]
    if any(_ACCOUNT.fullmatch(part) is None for part in parts):
        raise CellFault("bad_accounts")
    return ";".join(dict.fromkeys(parts)) or None


def _iso_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CellFault("bad_date") from None


def _numeric_day(first: int, second: int, year: int) -> date:
    if first != second and max(first, second) <= _DAYS_BEFORE_MONTHS:
        raise CellFault("ambiguous_date")
    day_of_month, month = (first, second) if first >= second else (second, first)
    try:
        return date(year, month, day_of_month)
    except ValueError:
        raise CellFault("bad_date") from None
