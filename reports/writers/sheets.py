"""A report as sheets of plain values: what an XLSX and an ODS file hold, down to the cell.

The layout is that of gptables, hence of the Analysis Function of the UK's civil service: a cover,
a list of contents, notes, then one table a sheet from A1, its title and what must be known of it
above the headings, nothing merged, nothing reckoned.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from model.errors import InputError
from reports.document import (
    SYMBOLS,
    Document,
    Finding,
    Link,
    Runs,
    TableBlock,
    numbering,
    plain,
)
from reports.document.notes import table_name
from reports.palette import SYNTHETIC
from reports.wording import plural
from reports.writers.sheet_cells import (
    Cell,
    Marked,
    Shown,
    ToSheet,
    cells_of,
    clean,
    heading_of,
    shown_as,
)
from reports.writers.sheet_sizes import width_letters

Manner = Literal["title", "heading", "text"]

MADE_UP: Final = f"{SYNTHETIC}: invented for demonstration."
CONTENTS: Final = "Contents"
NOTES: Final = "Notes"
FINDINGS: Final = "Findings"
SOURCES: Final = "Sources"
COVER_LETTERS: Final = 85
NAME_LETTERS: Final = 31
ROWS: Final = 1_048_576
COLUMNS: Final = 16_384

_RESERVED: Final = frozenset({"cover", "contents", "notes", "findings", "sources", "history"})
"""Names of our own sheets, and the one that Excel keeps for itself."""
_ONE_TABLE: Final = "This worksheet contains one table."
_REFERS: Final = "Notes are on the worksheet “Notes”."
_ROWS_ABOVE: Final = 16
_TEXT: Final = Shown("text")
_HEADING_LETTERS: Final = 250


@dataclass(frozen=True)
class SheetColumn:
    """A column: `letters` is its width, `header` columns name the line."""

    heading: str
    shown: Shown
    letters: int
    header: bool = False


@dataclass(frozen=True)
class Sheet:
    """One table on a sheet: its title in A1, `lines` below, then headings and rows.

    `lines` say what must be known of the table; `notes` are numbers of notes on their sheet.
    """

    name: str
    caption: str
    lines: tuple[str | ToSheet, ...]
    columns: tuple[SheetColumn, ...]
    rows: Sequence[tuple[Cell, ...]]
    notes: tuple[int, ...] = ()
    synthetic: bool = False

    @property
    def title(self) -> str:
        """What stands in A1: the caption and the numbers of its notes."""
        return clean(self.caption + "".join(f" [note {number}]" for number in self.notes))

    @property
    def range_name(self) -> str:
        """The name of the table within the file, for formulas and programs."""
        return f"table_{self.name.lower().replace('-', '_')}"

    @property
    def heading_row(self) -> int:
        """Where the headings stand, from 0."""
        return 1 + len(self.lines)


@dataclass(frozen=True)
class Cover:
    """The words of the first sheet, under the three headings of gptables."""

    title: str
    introduction: tuple[str, ...]
    about: tuple[str, ...]
    contact: tuple[str, ...]

    def paragraphs(self) -> Iterator[tuple[Manner, str]]:
        """Every line of the sheet, in the order in which gptables writes them."""
        yield "title", self.title
        for heading, lines in (
            ("Introductory information", self.introduction),
            ("About these data", self.about),
            ("Contact", self.contact),
        ):
            if lines:
                yield "heading", heading
                yield from (("text", line) for line in lines)


@dataclass(frozen=True)
class Sheets:
    """A whole file."""

    cover: Cover
    tables: tuple[Sheet, ...]


def sheets_of(document: Document) -> Sheets:
    """The sheets of a document: cover, contents, notes, findings, sources, then every table.

    Raises:
        InputError: for a table that no spreadsheet can hold.
    """
    written = list(_Layout(document).sheets())
    return Sheets(_cover(document, len(document.tables)), (_contents(written), *written))


def sheet_names(document: Document) -> dict[str, str]:
    """The name of each table's sheet, by the table's key."""
    return {key: _name(key) for key in document.tables}


class _Layout:
    def __init__(self, document: Document) -> None:
        self._document = document
        self._numbers = numbering(document)
        self._names = sheet_names(document)
        every = (note for table in document.tables.values() for note in table.notes)
        self._notes = {note: place for place, note in enumerate(dict.fromkeys(every), 1)}

    def sheets(self) -> Iterator[Sheet]:
        """Every sheet after the contents; those of words only if there are any."""
        words = (self._notes_sheet(), self._findings(), self._sources())
        yield from (sheet for sheet in words if sheet.rows)
        for table in self._document.tables.values():
            _check(table)
            yield self._table(table)

    def _notes_sheet(self) -> Sheet:
        rows = [(f"note {number}", clean(note)) for note, number in self._notes.items()]
        return _plain_sheet(NOTES, "Notes", ("Note number", "Note text"), rows)

    def _findings(self) -> Sheet:
        each_once = {finding.key: finding for finding in self._document.findings}
        headings = ("Finding", "Table", "Method", "Source", "Command")
        rows = [self._finding(finding) for finding in each_once.values()]
        made_up = self._document.synthetic
        return _plain_sheet(FINDINGS, "Key findings", headings, rows, synthetic=made_up)

    def _finding(self, finding: Finding) -> tuple[Cell, ...]:
        note = finding.footnote
        place = clean(table_name(note.table, self._document, self._numbers))
        name = self._names.get(note.table)
        said = (clean(part) or "[x]" for part in (note.method, note.source, note.command or ""))
        return (clean(plain(finding.runs)), ToSheet(place, name) if name else place, *said)

    def _sources(self) -> Sheet:
        tables = self._document.tables.values()
        rows = [self._source(table, runs) for table in tables for runs in table.sources]
        return _plain_sheet(SOURCES, "Sources of tables", ("Table", "Source", "Address"), rows)

    def _source(self, table: TableBlock, runs: Runs) -> tuple[Cell, ...]:
        addresses = (run.href for run in runs if isinstance(run, Link))
        place = f"Table {self._numbers.tables[table.key]}"
        there = ToSheet(place, self._names[table.key])
        return there, clean(plain(runs)) or "[x]", clean("\n".join(addresses)) or "[x]"

    def _table(self, table: TableBlock) -> Sheet:
        cells = [cells_of(table, column) for column in table.columns]
        rows = list(zip(*cells, strict=True))
        number = self._numbers.tables[table.key]
        return Sheet(
            name=self._names[table.key],
            caption=f"Table {number}. {table.caption}",
            lines=tuple(self._lines(table, cells)),
            columns=tuple(_columns(table, cells)),
            rows=rows,
            notes=tuple(self._notes[note] for note in dict.fromkeys(table.notes)),
            synthetic=table.synthetic,
        )

    def _lines(self, table: TableBlock, cells: Sequence[Sequence[Cell]]) -> Iterator[str | ToSheet]:
        if table.synthetic:
            yield MADE_UP
        yield f"{_ONE_TABLE} {_REFERS}" if table.notes else _ONE_TABLE
        if not table.frame.height:
            yield "The table has no lines: nothing of the kind is on record."
        yield from (f"{SYMBOLS[symbol]}." for symbol in SYMBOLS if symbol in _symbols(cells))
        if table.command:
            yield clean(f"The same figures: {table.command}")
        if table.sources:
            yield ToSheet("Sources are on the worksheet “Sources”.", SOURCES)
        yield ToSheet("To the contents", CONTENTS)


def _cover(document: Document, tables: int) -> Cover:
    held = plural(tables, "table stands on a worksheet of its own", "tables stand on worksheets")
    each = "" if tables == 1 else ", one on each"
    told = (
        document.organisation,
        document.subtitle,
        MADE_UP if document.synthetic else None,
        f"{held}{each}; the worksheet “Contents” leads to them.",
        "Cells hold values in full and show them rounded. Nothing is merged, nothing reckoned.",
        *(f"{meaning}." for meaning in SYMBOLS.values()),
    )
    return Cover(
        title=clean(f"{document.title}, {document.period}"),
        introduction=tuple(clean(each) for each in told if each),
        about=tuple(clean(f"{what}: {said}") for what, said in document.about),
        contact=(clean(document.contact),) if document.contact else (),
    )


def _contents(sheets: Sequence[Sheet]) -> Sheet:
    rows: list[tuple[Cell, ...]] = [
        (ToSheet(sheet.name, sheet.name), clean(sheet.caption), len(sheet.rows)) for sheet in sheets
    ]
    headings = ("Sheet", "Table", "Lines")
    return _plain_sheet(CONTENTS, "Table of contents", headings, rows, back=False)


def _plain_sheet(
    name: str,
    title: str,
    headings: Sequence[str],
    rows: Sequence[tuple[Cell, ...]],
    *,
    synthetic: bool = False,
    back: bool = True,
) -> Sheet:
    """A sheet of words, and of whole numbers."""
    made_up = (MADE_UP,) if synthetic else ()
    link = (ToSheet("To the contents", CONTENTS),) if back else ()
    lines = (*made_up, _ONE_TABLE, *link)
    columns = tuple(
        _plain_column(heading, [row[at] for row in rows], header=at == 0)
        for at, heading in enumerate(headings)
    )
    return Sheet(name, title, lines, columns, rows, synthetic=synthetic)


def _plain_column(heading: str, cells: Sequence[Cell], *, header: bool) -> SheetColumn:
    counts = bool(cells) and all(isinstance(cell, int) for cell in cells)
    shown = Shown("number") if counts else _TEXT
    return SheetColumn(heading, shown, width_letters(heading, cells, shown), header)


def _columns(table: TableBlock, cells: Sequence[Sequence[Cell]]) -> Iterator[SheetColumn]:
    seen: set[str] = set()
    for column, held in zip(table.columns, cells, strict=True):
        dtype = table.frame.schema[column.name]
        shown = shown_as(column, dtype)
        heading = _once(heading_of(column, dtype)[:_HEADING_LETTERS] or column.name, seen)
        yield SheetColumn(heading, shown, width_letters(heading, held, shown), column.header)


def _once(heading: str, seen: set[str]) -> str:
    """A heading that no column before it has: a table of Excel has each once."""
    name, more = heading, 2
    while name.lower() in seen:
        name, more = f"{heading} ({more})", more + 1
    seen.add(name.lower())
    return name


def _symbols(cells: Sequence[Sequence[Cell]]) -> set[str]:
    """Which symbols stand in the cells of a table."""
    found: set[str] = set()
    for column in cells:
        found |= {cell.symbol for cell in column if isinstance(cell, Marked)}
        texts = {cell[-3:] for cell in column if isinstance(cell, str)}
        found |= {symbol for symbol in SYMBOLS if f"[{symbol}]" in texts}
    return found


def _name(key: str) -> str:
    if key.lower() not in _RESERVED:
        return key[:NAME_LETTERS]
    return f"{key}-table"


def _check(table: TableBlock) -> None:
    rows, columns = table.frame.height + _ROWS_ABOVE, table.frame.width
    if rows > ROWS or columns > COLUMNS:
        raise InputError(
            f"a sheet holds {ROWS:,} rows and {COLUMNS:,} columns; this table needs {rows:,} and "
            f"{columns:,}",
            where=f"table {table.key}",
            hint="write another format, or a shorter period.",
        )
