"""Rows of an ODS sheet, written as they are read: odfpy's element a cell would take minutes."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, TextIO
from xml.sax.saxutils import escape, quoteattr

from odf.element import Element
from odf.namespaces import TABLENS, nsdict

from reports.writers.sheet_cells import Cell, Marked, Shown, ToSheet
from reports.writers.sheet_sizes import figure

Element.namespaces.update(nsdict)
"""odfpy declares those that it has met so far: with all of them met, each file has the same."""

_SPACES: Final = re.compile(r"^ | {2,}| $")


@dataclass(frozen=True)
class Look:
    """The styles of a column's cells by name: for words, for figures, for those with a symbol."""

    shown: Shown
    plain: str
    value: str
    marked: Mapping[str, str] = field(default_factory=dict)

    def style(self, cell: Cell) -> str:
        """The name of a cell's style."""
        if isinstance(cell, Marked):
            return self.marked[cell.symbol]
        return self.value if isinstance(cell, (int, float, date)) else self.plain


@dataclass(frozen=True)
class Line:
    """A row: its cells, and the look of each."""

    cells: tuple[Cell, ...]
    looks: tuple[Look, ...]


class Rows(Element):  # type: ignore[misc]
    """Any number of rows, as an element of odfpy."""

    qname = (TABLENS, "table-rows")

    def __init__(self, lines: Iterable[Line]) -> None:
        super().__init__(check_grammar=False)
        self._lines = lines

    def toXml(self, level: int, f: TextIO) -> None:  # noqa: ARG002, N802
        """Write the rows."""
        for line in self._lines:
            cells = "".join(map(_cell, line.cells, line.looks))
            f.write(f"<table:table-row>{cells}</table:table-row>")


def _cell(cell: Cell, look: Look) -> str:
    value = cell.value if isinstance(cell, Marked) else cell
    after = f" [{cell.symbol}]" if isinstance(cell, Marked) else ""
    match value:
        case str():
            kind, said = ' office:value-type="string"', _paragraphs(value)
        case ToSheet():
            kind, said = ' office:value-type="string"', _link(value)
        case date():
            kind = f' office:value-type="date" office:date-value="{value.isoformat()}"'
            said = f"<text:p>{_day(value)}{after}</text:p>"
        case _:
            typed = "percentage" if look.shown.kind == "share" else "float"
            kind = f' office:value-type="{typed}" office:value="{value!r}"'
            said = f"<text:p>{figure(value, look.shown)}{after}</text:p>"
    style = f' table:style-name="{look.style(cell)}"'
    return f"<table:table-cell{style}{kind}>{said}</table:table-cell>"


def _day(value: date) -> str:
    told = f"{value.day} {value:%B %Y}"
    return f"{told} {value:%H:%M:%S}" if isinstance(value, datetime) else told


def _paragraphs(text: str) -> str:
    return "".join(f"<text:p>{_spaced(line)}</text:p>" for line in text.split("\n"))


def _spaced(line: str) -> str:
    """A line with its spaces, of which XML would keep one of several."""
    return _SPACES.sub(_space, escape(line))


def _space(found: re.Match[str]) -> str:
    return f'<text:s text:c="{len(found[0])}"/>'


def _link(there: ToSheet) -> str:
    place = quoteattr(f"#'{there.sheet}'.A1")
    return (
        f'<text:p><text:a xlink:type="simple" xlink:href={place}>{_spaced(there.text)}</text:a>'
        "</text:p>"
    )
