"""One table of two editions beside each other: which figures were revised, which moved on."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from reports.document import Column, TableBlock
from reports.writers.package_cells import exact_text

_CLOSE: Final = 1e-9
_WITHHELD: Final = "[c]"
REVISED: Final = "revised"
MOVED: Final = "moved on"


@dataclass(frozen=True)
class Revision:
    """A figure that both editions have, and that is not the same in both.

    It is "revised" where it speaks of a time that was over when the earlier edition was made; it
    has "moved on" where it speaks of what goes on.
    """

    table: str
    line: str
    row: int
    column: Column
    before: float | None
    now: float | None
    kind: str


def revisions(
    table: TableBlock, earlier: pl.DataFrame, *, settled: bool = False
) -> Iterator[Revision]:
    """The figures of a table that differ from the earlier edition's, by the lines of both.

    `settled` tells that all of the table was over then. What either edition withholds is left out.
    """
    headers = [column for column in table.columns if column.header]
    names = [column.name for column in headers]
    if not names or not set(names) <= set(earlier.columns):
        return
    known = _lines(earlier, names)
    if len(known) != earlier.height or len(_lines(table.frame, names)) != table.frame.height:
        return
    ended = _ended(headers, earlier)
    for row, line in enumerate(table.frame.iter_rows(named=True)):
        key = _key(line, names)
        before = known.get(key)
        if before is not None:
            kind = REVISED if settled or _is_over(line, ended) else MOVED
            name = ", ".join(part for part in key if part)
            for column, then, now in _differences(table, row, line, before):
                yield Revision(table.key, name, row, column, then, now, kind)


def _differences(
    table: TableBlock, row: int, line: dict[str, Any], before: dict[str, Any]
) -> Iterator[tuple[Column, float | None, float | None]]:
    for column in table.columns:
        if column.header or not table.frame[column.name].dtype.is_numeric():
            continue
        if column.name not in before or _is_withheld(table, row, column, before):
            continue
        then, now = _number(before[column.name]), _number(line[column.name])
        if not _same(then, now):
            yield column, then, now


def _is_withheld(table: TableBlock, row: int, column: Column, before: dict[str, Any]) -> bool:
    return before[column.name] == _WITHHELD or table.mark(row, column.name) == "c"


def _lines(frame: pl.DataFrame, names: list[str]) -> dict[tuple[str, ...], dict[str, Any]]:
    return {_key(line, names): line for line in frame.iter_rows(named=True)}


def _key(line: dict[str, Any], names: list[str]) -> tuple[str, ...]:
    return tuple(exact_text(line[name]) for name in names)


def _ended(headers: list[Column], earlier: pl.DataFrame) -> dict[str, str]:
    """The last period of the earlier edition, which may have been cut short, by its column."""
    dated = [column.name for column in headers if column.kind == "date" or column.name == "year"]
    last = ((name, earlier[name].drop_nulls().max()) for name in dated)
    return {name: str(value) for name, value in last if value is not None}


def _is_over(line: dict[str, Any], ended: dict[str, str]) -> bool:
    return bool(ended) and all(exact_text(line[name]) < last for name, last in ended.items())


def _number(value: Any) -> float | None:
    try:
        return None if value is None or value == "" else float(value)
    except (TypeError, ValueError):
        return None


def _same(then: float | None, now: float | None) -> bool:
    if then is None or now is None:
        return then is now
    return math.isclose(then, now, rel_tol=_CLOSE, abs_tol=_CLOSE)
