"""The cells of a table as a page prints them."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import polars as pl

from reports.document.tables import Column, TableBlock
from reports.wording import NO_DATA, day, duration, number, share, three_digits

SYMBOLS: Final = {
    "c": "[c] withheld, so that nobody behind the figure can be made out",
    "r": "[r] revised since the previous edition",
    "e": "[e] an estimate",
    "x": "[x] not available",
}
"""What the symbols in square brackets mean."""

_SMALL: Final = ((10.0, 2), (1000.0, 1))


def printed_rows(table: TableBlock) -> Iterator[list[str]]:
    """The lines that a page shows, a text for each printed column."""
    columns = table.printed_columns
    names = [column.name for column in columns]
    for place, row in enumerate(table.shown.select(names).iter_rows()):
        pairs = zip(row, columns, strict=True)
        yield [marked(value, column, table.mark(place, column.name)) for value, column in pairs]


def marked(value: Any, column: Column, symbol: str | None) -> str:
    """A cell with its symbol; what is withheld shows nothing but that."""
    if symbol in {"c", "x"} and value is None:
        return f"[{symbol}]"
    text = cell_text(value, column)
    return f"{text} [{symbol}]" if symbol else text


def cell_text(value: Any, column: Column) -> str:
    """A cell as British readers write it; what is unknown is "no data"."""
    match value:
        case None:
            return NO_DATA
        case bool():
            return "yes" if value else "no"
        case date():
            return day(value)
        case list() | pl.Series():
            return ", ".join(str(part) for part in value) or NO_DATA
        case int() | float():
            return _figure(value, column)
        case _:
            return str(value)


def _figure(value: float, column: Column) -> str:
    if column.kind == "share":
        return share(value, decimals=1 if column.decimals is None else column.decimals)
    if column.unit == "s":
        return duration(value)
    if column.kind == "date" or column.unit == "year":
        return str(value)
    return (
        three_digits(value) if column.decimals is None else number(value, decimals=column.decimals)
    )


def decimals_of(values: pl.Series, kind: str) -> int | None:
    """How many decimals a column is printed with: all of its cells have as many."""
    if not values.dtype.is_numeric():
        return None
    if kind == "share":
        return 1
    if values.dtype.is_integer():
        return 0
    known = values.drop_nulls().drop_nans().abs()
    largest = known.max()
    if not isinstance(largest, float) or bool((known == known.round(0)).all()):
        return 0
    return next((decimals for bound, decimals in _SMALL if largest < bound), 0)
