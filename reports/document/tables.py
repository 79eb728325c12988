"""A table of a document: a frame in full precision, and how its columns are called and printed."""

from dataclasses import dataclass
from typing import Literal

import polars as pl

from model.metrics import Kind
from model.question import Question
from reports.document.text import Runs

Symbol = Literal["c", "r", "e", "x"]
"""What a cell is marked with: c: withheld to protect the people behind it; r: revised since the
previous edition; e: an estimate; x: not available. A writer prints it in square brackets."""


@dataclass(frozen=True)
class Column:
    """A column of a table: `name` in the frame, `heading` with its unit for readers.

    `decimals` are those that a page prints, None for what is no number, or for numbers of many
    sizes in one column, of which a page prints three digits. `definition`, `formula` and `source`
    are those of `config/metrics.yaml`. `header` columns name the line that they are
    in: their cells are row headers. A column that is not `printed` stands in files of data only.
    """

    name: str
    heading: str
    kind: Kind
    unit: str | None = None
    definition: str | None = None
    formula: str | None = None
    source: str | None = None
    decimals: int | None = None
    header: bool = False
    printed: bool = True

    @property
    def numeric(self) -> bool:
        """Whether its cells are numbers, set to the right."""
        return self.kind not in {"name", "date"}


@dataclass(frozen=True)
class Mark:
    """A symbol beside (or, for what is withheld, in place of) a cell."""

    row: int
    column: str
    symbol: Symbol


@dataclass(frozen=True)
class TableBlock:
    """A table: `frame` has every line; `columns` are those of the frame, in order.

    `key` (lower case, digits, hyphens, at most 31 characters) serves as an anchor, a file name and
    the name of a sheet. `printed` is how many lines a page shows (None: all); files of data hold
    all of them, and the columns that are not printed. `question` and `command` are None for a
    table that no single `plimsoll show` gives.
    """

    key: str
    caption: str
    frame: pl.DataFrame
    columns: tuple[Column, ...]
    notes: tuple[str, ...] = ()
    sources: tuple[Runs, ...] = ()
    question: Question | None = None
    command: str | None = None
    marks: tuple[Mark, ...] = ()
    printed: int | None = None
    synthetic: bool = False

    @property
    def printed_columns(self) -> tuple[Column, ...]:
        """The columns that a page shows, those that name the line first."""
        return tuple(column for column in self.columns if column.printed)

    @property
    def shown(self) -> pl.DataFrame:
        """The lines that a page shows."""
        return self.frame if self.printed is None else self.frame.head(self.printed)

    @property
    def left_out(self) -> int:
        """How many lines a page leaves to the files of data."""
        return self.frame.height - self.shown.height

    def mark(self, row: int, column: str) -> Symbol | None:
        """The symbol of a cell."""
        found = (m.symbol for m in self.marks if (m.row, m.column) == (row, column))
        return next(found, None)
