"""Cells in files of data: in full precision, unknown ones empty, withheld ones by their symbol."""

import csv
import io
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import polars as pl

from reports.document import TableBlock

UNKNOWN: Final = ""
_LIST_OF: Final = "; "
_INSTEAD: Final = {"c", "x"}
"""The symbols that stand in place of a cell, not beside it."""


def exact_text(value: Any) -> str:
    """A cell as programs read it: the shortest decimals that give the same number, ISO 8601."""
    match value:
        case None:
            return UNKNOWN
        case bool():
            return "true" if value else "false"
        case float():
            return _number(value)
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case list() | pl.Series():
            return _LIST_OF.join(exact_text(part) for part in value)
        case _:
            return str(value)


def csv_bytes(table: TableBlock) -> bytes:
    """A table as CSV by RFC 4180 in UTF-8: a header line of names, then every line.

    A line of which nothing is known is left out, such as a total that is unknown: a blank line is
    none to whoever reads the file.
    """
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    names = [column.name for column in table.columns]
    symbols = symbols_instead(table)
    writer.writerow(names)
    for place, row in enumerate(table.frame.select(names).iter_rows()):
        cells = [exact_text(cell) for cell in row]
        if any(cells):
            pairs = zip(cells, names, strict=True)
            writer.writerow([symbols.get((place, name)) or cell for cell, name in pairs])
    return stream.getvalue().encode()


def symbols_instead(table: TableBlock) -> Mapping[tuple[int, str], str]:
    """The cells without a value for which a symbol says why, with the symbol in brackets."""
    return {
        (mark.row, mark.column): f"[{mark.symbol}]"
        for mark in table.marks
        if mark.symbol in _INSTEAD and table.frame[mark.row, mark.column] is None
    }


def missing_values(table: TableBlock) -> list[str]:
    """What stands for an absent value in a table: nothing, and the symbols that it uses."""
    return [UNKNOWN, *sorted(set(symbols_instead(table).values()))]


def _number(value: float) -> str:
    if math.isnan(value):
        return UNKNOWN
    if math.isinf(value):
        return "INF" if value > 0 else "-INF"
    return repr(value)
