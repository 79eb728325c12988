"""What a data package holds: its tables, its charts, and what is told of each file."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import polars as pl

from reports.document import SYMBOLS, Column, Document, TableBlock
from reports.palette import SYNTHETIC
from reports.wording import day
from reports.writers.package_cells import csv_bytes, symbols_instead
from reports.writers.package_charts import FOLDER, chart_bytes, drawn_table

DATA: Final = "data"
MARKS: Final = "marks"
CSV_TYPE: Final = "text/csv"
VEGA_LITE_TYPE: Final = "application/vnd.vegalite.v6+json"
_MARKS: Final = (
    Column("table", "Table", "name", definition="The table, by its key.", header=True),
    Column("column", "Column", "name", definition="The column.", header=True),
    Column("line", "Line", "count", definition="The line, from 1 below the header.", header=True),
    Column("symbol", "Symbol", "name", definition="The symbol that pages print."),
    Column("meaning", "Meaning", "name", definition="What the symbol means."),
)


@dataclass(frozen=True)
class Resource:
    """A table as a file; its name is unique in the package."""

    name: str
    path: str
    table: TableBlock
    content: bytes

    @property
    def sha256(self) -> str:
        """The digest of the content."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Parts:
    """The files of a document's figures, made once for all descriptions of them."""

    document: Document

    @cached_property
    def tables(self) -> tuple[Resource, ...]:
        """Every table of the report, and one of the symbols beside their cells."""
        blocks = [*self.document.tables.values(), _marks_table(self.document)]
        return tuple(_resource(DATA, block.key, block) for block in blocks)

    @cached_property
    def drawn(self) -> tuple[Resource, ...]:
        """What each chart marks."""
        charts = self.document.charts
        return tuple(_resource(FOLDER, chart.key, drawn_table(chart)) for chart in charts)

    @property
    def resources(self) -> tuple[Resource, ...]:
        """All tables, those of the report first."""
        return (*self.tables, *self.drawn)

    @cached_property
    def charts(self) -> Mapping[str, bytes]:
        """The specification of each chart by its path."""
        pairs = zip(self.document.charts, self.drawn, strict=True)
        return {
            f"{FOLDER}/{chart.key}.vl.json": chart_bytes(
                chart, drawn.table, f"{DATA}/{chart.table}.csv"
            )
            for chart, drawn in pairs
        }

    @property
    def files(self) -> Mapping[str, bytes]:
        """Tables and charts by path, in order."""
        return {each.path: each.content for each in self.resources} | dict(self.charts)


def package_title(document: Document) -> str:
    """The title, which says so where data are made up."""
    made_up = f" ({SYNTHETIC})" if document.synthetic else ""
    return f"{document.title}, edition of {day(document.edition)}{made_up}"


def package_name(document: Document) -> str:
    """A name for programs: lower case, digits, hyphens."""
    return f"{'-'.join(document.title.lower().split())}-{document.edition}"


def package_version(document: Document) -> str:
    """The edition as a version of three numbers."""
    edition = document.edition
    return f"{edition.year}.{edition.month}.{edition.day}"


def publisher(document: Document) -> str:
    """Whose report it is."""
    return document.organisation or "Plimsoll"


def key_columns(table: TableBlock) -> tuple[str, ...]:
    """The header columns, where they name every line and no two alike; else none."""
    names = tuple(column.name for column in table.columns if column.header)
    if not names or table.frame.is_empty() or symbols_instead(table):
        return ()
    heads = table.frame.select(names)
    whole = not any(heads.null_count().row(0)) and not heads.is_duplicated().any()
    return names if whole else ()


def description(table: TableBlock) -> str:
    """The caption and the notes of a table."""
    made_up = [f"{SYNTHETIC}: invented for demonstration."] if table.synthetic else []
    return " ".join([f"{table.caption.rstrip('.')}.", *made_up, *table.notes])


def _resource(folder: str, stem: str, block: TableBlock) -> Resource:
    return Resource(block.key, f"{folder}/{stem}.csv", block, csv_bytes(block))


def _marks_table(document: Document) -> TableBlock:
    schema = {c.name: pl.Int64() if c.kind == "count" else pl.String() for c in _MARKS}
    return TableBlock(
        key=MARKS,
        caption="The symbols beside cells, or in their place",
        frame=pl.DataFrame(list(_marked(document)), schema=schema, orient="row"),
        columns=_MARKS,
    )


def _marked(document: Document) -> Iterator[tuple[str, str, int, str, str]]:
    for key, table in document.tables.items():
        for mark in sorted(table.marks, key=lambda mark: (mark.row, mark.column, mark.symbol)):
            told = f"[{mark.symbol}]", SYMBOLS[mark.symbol].removeprefix(f"[{mark.symbol}] ")
            yield (key, mark.column, mark.row + 1, *told)
