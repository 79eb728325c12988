"""The columns of a list by name, wherever its header stands and however it is spelt."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ingest.formats.table_file import TableFile
from model.errors import InputError

_LEAST: Final = 3
"""Known columns that make a line a header: titles may stand above it."""

_SEARCHED: Final = 20
_UNIT: Final = re.compile(
    r"\s*[\[(]\s*(?P<unit>[GTP]?Flop[a-z/]*|[kM]W|MHz)\s*[\])]\s*$", re.IGNORECASE
)
_BLANKS: Final = re.compile(r"[\s\u00a0\u2009\u202f'\u2019]+")
_PLAIN: Final = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?")
_FIGURE: Final = re.compile(r"[\d.,]+")
_COMMA_DECIMALS: Final = re.compile(r"\d,(?:\d{1,2}|\d{4,})$")
_POINT_DECIMALS: Final = re.compile(r"\d\.(?:\d{1,2}|\d{4,})$")


@dataclass(frozen=True)
class ListRow:
    """One row: its line in the file and its cells by our names for the columns."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


_LARGEST_COUNT: Final = 2.0**53
"""Beyond it floats skip whole numbers."""


@dataclass(frozen=True)
class ListTable:
    """The rows of a list, the units that its header names, and how its numbers are written."""

    rows: tuple[ListRow, ...]
    units: Mapping[str, str]
    comma_decimals: bool

    def number(self, row: ListRow, column: str) -> float | None:
        """A cell as a number; None where it is empty or no number."""
        text = _BLANKS.sub("", row[column])
        if self.comma_decimals:
            text = text.replace(".", "").replace(",", ".")
        plain = text.replace(",", "")
        number = float(plain) if _PLAIN.fullmatch(plain) else None
        return number if number is None or math.isfinite(number) else None

    def positive(self, row: ListRow, column: str) -> float | None:
        """A cell as a number above zero; None for any other."""
        number = self.number(row, column)
        return number if number and number > 0 else None

    def countable(self, row: ListRow, column: str) -> float | None:
        """A cell as a number above zero that may be a count; None for any other."""
        number = self.positive(row, column)
        return number if number and number <= _LARGEST_COUNT else None


def list_table(
    table: TableFile,
    where: str,
    *,
    names: Mapping[str, Sequence[str]],
    required: Sequence[str],
    hint: str,
) -> ListTable:
    """The rows under the header, by our names of the columns.

    `names` are the headings that each column has had, without their units; case and blanks do
    not matter.

    Raises:
        InputError: where a required column has none of its headings.
    """
    ours = {_plain(heading): column for column, known in names.items() for heading in known}
    position, header = _header(table, ours)
    columns = [ours.get(_plain(heading)) for heading in header]
    if missing := [column for column in required if column not in columns]:
        wanted = ", ".join(f"{names[column][0]!r}" for column in missing)
        raise InputError(f"no column {wanted}", where=where, hint=hint)
    body = table.rows[position:]
    rows = tuple(ListRow(line, _cells(columns, cells)) for line, cells in body)
    units = {
        column: unit["unit"]
        for column, heading in zip(columns, header, strict=True)
        if column and (unit := _UNIT.search(heading))
    }
    return ListTable(rows, units, _comma_decimals(rows, semicolons=table.semicolons))


def _header(table: TableFile, ours: Mapping[str, str]) -> tuple[int, list[str]]:
    """The header and how many data rows stand above what belongs to it."""
    lines = [table.header, *(cells for _, cells in table.rows[:_SEARCHED])]
    for position, cells in enumerate(lines):
        if sum(_plain(cell) in ours for cell in cells) >= _LEAST:
            return position, cells
    return 0, table.header


def _plain(heading: str) -> str:
    return re.sub(r"[\s_-]+", " ", _UNIT.sub("", heading)).strip().casefold()


def _cells(columns: Sequence[str | None], cells: Sequence[str]) -> dict[str, str]:
    named = zip(columns, cells, strict=False)
    return {column: cell.strip() for column, cell in named if column}


def _comma_decimals(rows: Sequence[ListRow], *, semicolons: bool) -> bool:
    """Whether the comma is the decimal sign: by the cells, else by what parts them."""
    cells = list(_figures(rows))
    commas = sum(bool(_COMMA_DECIMALS.search(cell)) for cell in cells)
    points = sum(bool(_POINT_DECIMALS.search(cell)) for cell in cells)
    return commas > points if commas != points else semicolons


def _figures(rows: Sequence[ListRow]) -> Iterator[str]:
    for row in rows:
        cells = (_BLANKS.sub("", cell) for cell in row.cells.values())
        yield from (cell for cell in cells if _FIGURE.fullmatch(cell))
