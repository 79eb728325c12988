"""Cells as spreadsheets hold them: numbers, dates and text that both formats can keep whole."""

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, Literal, TypeAlias

import polars as pl

from reports.document import Column, TableBlock
from reports.document.cells import cell_text
from reports.document.tables import Symbol
from reports.writers.zipped import holdable

Kind = Literal["text", "number", "share", "plain", "general", "date", "moment"]

TEXT_UNITS: Final = 32_767
"""How many UTF-16 units of text Excel keeps in a cell."""

_EXACT: Final = 2**53
_FIRST_YEAR: Final = 1900
_CUT: Final = " … [cut: {units:,} characters in all]"
_UNIT_WORDS: Final = {"s": "seconds"}
_UNITS_UNSAID: Final = frozenset({"year", "as in the column unit"})


@dataclass(frozen=True)
class ToSheet:
    """Words that lead to another sheet of the same file."""

    text: str
    sheet: str


@dataclass(frozen=True)
class Marked:
    """A number or a date with a symbol that is shown after it and is no part of the value."""

    value: float | date
    symbol: Symbol


Cell: TypeAlias = str | int | float | date | ToSheet | Marked
"""A cell: a datetime is in UTC and bears no time zone."""


@dataclass(frozen=True)
class Shown:
    """How a column shows its values; the values themselves are whole."""

    kind: Kind
    decimals: int = 0

    @property
    def numeric(self) -> bool:
        """Whether it stands to the right."""
        return self.kind in {"number", "share", "plain", "general"}


def shown_as(column: Column, dtype: pl.DataType) -> Shown:
    """How a column of a frame is shown."""
    if isinstance(dtype, pl.Datetime):
        return Shown("moment")
    if dtype == pl.Date:
        return Shown("date")
    if not dtype.is_numeric():
        return Shown("text")
    if column.kind == "share":
        return Shown("share", 1 if column.decimals is None else column.decimals)
    if column.kind == "date" or column.unit == "year":
        return Shown("plain")
    return Shown("general") if column.decimals is None else Shown("number", column.decimals)


def heading_of(column: Column, dtype: pl.DataType) -> str:
    """A heading with the unit of what the cells hold."""
    unit = "UTC" if isinstance(dtype, pl.Datetime) else column.unit
    unit = _UNIT_WORDS.get(unit or "", unit)
    told = not unit or unit in _UNITS_UNSAID or unit.lower() in column.heading.lower()
    return clean(column.heading if told else f"{column.heading} ({unit})")


def cells_of(table: TableBlock, column: Column) -> list[Cell]:
    """The cells of a column: what is not known is "[x]", what is withheld "[c]"."""
    found: list[Cell] = [cell_of(value, column) for value in table.frame[column.name].to_list()]
    for mark in table.marks:
        if mark.column == column.name:
            unknown = table.frame[mark.row, mark.column] is None
            withheld = unknown and mark.symbol in {"c", "x"}
            found[mark.row] = (
                f"[{mark.symbol}]" if withheld else _marked(found[mark.row], mark.symbol)
            )
    return found


def cell_of(value: Any, column: Column) -> Cell:
    """A value as a cell; a number that a spreadsheet cannot hold whole becomes its digits."""
    match value:
        case None:
            return "[x]"
        case int() if not isinstance(value, bool):
            return value if abs(value) <= _EXACT else str(value)
        case float():
            return _float(value)
        case datetime():
            return _moment(value)
        case date():
            return value if value.year >= _FIRST_YEAR else value.isoformat()
        case _:
            return _text(value, column)


def clean(text: str) -> str:
    """Text that a spreadsheet can hold: no control characters, cut where it is too long.

    A tab is a space: LibreOffice drops it from cells.
    """
    held = holdable(text).replace("\t", " ")
    if 2 * len(held) <= TEXT_UNITS or (units := _units(held)) <= TEXT_UNITS:
        return held
    end = _CUT.format(units=units)
    short = held.encode("utf-16-le")[: 2 * (TEXT_UNITS - _units(end))]
    return short.decode("utf-16-le", errors="ignore") + end


def _float(value: float) -> Cell:
    if math.isnan(value):
        return "[x]"
    if math.isinf(value):
        return "infinity" if value > 0 else "minus infinity"
    return value


def _moment(value: datetime) -> Cell:
    plain = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    return plain if plain.year >= _FIRST_YEAR else plain.isoformat(sep=" ")


def _text(value: Any, column: Column) -> str:
    if isinstance(value, (list, pl.Series)) and not len(value):
        return "[x]"
    return clean(cell_text(value, column)) or "[x]"


def _marked(cell: Cell, symbol: Symbol) -> Cell:
    match cell:
        case int() | float() | date():
            return Marked(cell, symbol)
        case str():
            return clean(f"{cell} [{symbol}]")
        case _:
            return cell


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
