"""The figures that prose quotes: each in full, with the table that it comes from."""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

import polars as pl

from reports.document import Column, Figure, Run, Runs, TableBlock, Words
from reports.quoting import Quoted, listening

KEY: Final = "figures"
_NUMERAL: Final = re.compile(r"(?<![\w.])(?<![A-Za-z0-9]-)\d[\d,]*(?:\.\d+)?(?!\w)(?!-[A-Za-z])")
_CLOSE: Final = 1e-9
_UNITS: Final = {"share": "fraction of 1", "seconds": "s", "date": "date", "number": ""}

_SCHEMA: Final = pl.Schema(
    {
        "finding": pl.String(),
        "text": pl.String(),
        "value": pl.Float64(),
        "day": pl.Date(),
        "unit": pl.String(),
        "table": pl.String(),
        "column": pl.String(),
        "line": pl.Int64(),
        "basis": pl.String(),
    }
)
_COLUMNS: Final = (
    Column("finding", "Finding", "name", definition="What quotes it.", header=True),
    Column("text", "As printed", "name", definition="The words of the sentence."),
    Column("value", "In full", "measure", definition="The value before it was rounded."),
    Column("day", "Date", "date", definition="The value, where it is a date."),
    Column("unit", "Unit", "name", definition="The unit of the value in full."),
    Column("table", "Table", "name", definition="The table that it comes from, by its key."),
    Column("column", "Column", "name", definition="The column that holds it, if one does."),
    Column("line", "Line", "count", definition="The line that holds it, from 1.", decimals=0),
    Column("basis", "Basis", "name", definition="Whether it is a cell, a sum, or reckoned."),
)  # fmt: skip


@dataclass(frozen=True)
class _Origin:
    table: str
    basis: str
    column: str | None = None
    line: int | None = None


@dataclass
class Ledger:
    """Notes every figure of a sentence as the sentence is made."""

    rows: list[tuple[Any, ...]] = field(default_factory=list)

    def say(self, key: str, make: Callable[[], str], tables: Sequence[TableBlock]) -> Runs:
        """The sentence that `make` returns as runs, each of its figures with its line here."""
        with listening() as heard:
            text = make()
        return tuple(self._runs(key, text, heard, tables))

    def _runs(
        self, key: str, text: str, heard: list[Quoted], tables: Sequence[TableBlock]
    ) -> Iterator[Run]:
        done, left = 0, list(heard)
        for start, said in _numerals(text, heard):
            if start < done:
                continue
            found = _take(left, heard, said)
            run = self._figure(key, said, found, tables)
            if run is None:
                continue
            if start > done:
                yield Words(text[done:start])
            yield run
            done = start + len(said)
        if done < len(text):
            yield Words(text[done:])

    def _figure(
        self, key: str, said: str, found: Quoted | None, tables: Sequence[TableBlock]
    ) -> Figure | None:
        value: float | date = found.value if found else _plain_value(said)
        sort = found.sort if found else "number"
        origin = _origin(value, sort, tables) if found else _in_words(said, value, tables)
        if origin is None:
            return None
        held = _day(value) if isinstance(value, date) else float(value)
        pair = (None, held) if isinstance(held, date) else (held, None)
        where = (origin.table, origin.column, origin.line, origin.basis)
        self.rows.append((key, said, *pair, _UNITS[sort], *where))
        column = "day" if isinstance(held, date) else "value"
        return Figure(said, held, KEY, len(self.rows) - 1, column)

    def table(self) -> TableBlock:
        """All figures that were quoted, a line each."""
        return TableBlock(
            key=KEY,
            caption="Every figure that the sentences and the descriptions of charts quote",
            frame=pl.DataFrame(self.rows, schema=_SCHEMA, orient="row"),
            columns=_COLUMNS,
        )


def _numerals(text: str, heard: list[Quoted]) -> Iterator[tuple[int, str]]:
    """The places at which a figure begins, with the longest words that were heard for it."""
    known = sorted({each.text for each in heard}, key=len, reverse=True)
    for match in _NUMERAL.finditer(text):
        start = match.start()
        longest = next((each for each in known if _stands(text, each, start)), None)
        yield start, longest or match.group().rstrip(",")


def _stands(text: str, said: str, start: int) -> bool:
    after = text[start + len(said) : start + len(said) + 2]
    whole = not after[:1].isalnum() and not (after[:1] in ".,%" and after[1:2].isdigit())
    return text.startswith(said, start) and whole


def _take(left: list[Quoted], heard: list[Quoted], said: str) -> Quoted | None:
    """What was heard by these words: the first that no figure stands for yet, else the first."""
    for each in left:
        if each.text == said:
            left.remove(each)
            return each
    return next((each for each in heard if each.text == said), None)


def _day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _plain_value(said: str) -> float:
    return float(said.replace(",", ""))


def _origin(value: float | date, sort: str, tables: Sequence[TableBlock]) -> _Origin:
    for table in tables:
        found = _cell(table, value, sort)
        if found:
            return found
    for table in tables:
        found = _sum(table, value, sort)
        if found:
            return found
    return _Origin(tables[0].key if tables else "", "reckoned from the table")


def _cell(table: TableBlock, value: float | date, sort: str) -> _Origin | None:
    """The one column that has the value; None where several have it, as small counts may."""
    hits = [
        (column.name, places)
        for column in table.columns
        if _fits(column, sort) and (places := _places(table.frame[column.name], value))
    ]
    if len(hits) != 1:
        return None
    name, places = hits[0]
    return _Origin(table.key, "cell", name, places[0] + 1 if len(places) == 1 else None)


def _fits(column: Column, sort: str) -> bool:
    match sort:
        case "share":
            return column.kind in {"share", "ratio"}
        case "seconds":
            return column.unit == "s"
        case "date":
            return column.kind == "date"
        case _:
            return column.numeric and column.kind != "share"


def _places(values: pl.Series, value: float | date) -> list[int]:
    if isinstance(value, date):
        if not values.dtype.is_temporal():
            return []
        same = values.cast(pl.Date) == _day(value)
    elif values.dtype.is_numeric():
        same = values.cast(pl.Float64) == float(value)
    else:
        return []
    return same.fill_null(value=False).arg_true().to_list()


def _sum(table: TableBlock, value: float | date, sort: str) -> _Origin | None:
    if isinstance(value, date) or sort != "number" or table.frame.is_empty():
        return None
    for column in table.columns:
        values = table.frame[column.name]
        if column.numeric and values.dtype.is_numeric() and values.len() > 1:
            whole = float(values.sum())
            if value and math.isclose(whole, value, rel_tol=_CLOSE):
                return _Origin(table.key, "sum of the column", column.name)
    if value == table.frame.height:
        return _Origin(table.key, "number of lines")
    return None


def _in_words(said: str, value: float | date, tables: Sequence[TableBlock]) -> _Origin | None:
    """Where a figure stands that no sentence put into words: a year, or part of a name."""
    alone = re.compile(rf"(?<![\d.]){re.escape(said)}(?![\d%])")
    for table in tables:
        for column in table.columns:
            values = table.frame[column.name]
            if values.dtype.is_numeric() and (places := _places(values, value)):
                return _Origin(table.key, "cell", column.name, places[0] + 1)
            if values.dtype == pl.String:
                for place, text in enumerate(values):
                    if text and alone.search(text):
                        return _Origin(table.key, "part of a cell", column.name, place + 1)
            if alone.search(column.heading):
                return _Origin(table.key, "part of a heading", column.name)
    return None
