"""The rows of a large grid, a block at a time, as the grid asks for them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

import polars as pl

BLOCK: Final = 100
"""Rows that a grid asks for at once: five of its pages."""

_LARGEST_BLOCK: Final = 1_000


@dataclass
class Tables:
    """The large tables of a page as it is drawn, by the keys of their panels."""

    frames: dict[str, pl.DataFrame] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """The bytes of all of them."""
        return sum(int(frame.estimated_size()) for frame in self.frames.values())


_DRAWN: ContextVar[Tables | None] = ContextVar("tables of the page that is drawn", default=None)


@contextmanager
def collected() -> Iterator[Tables]:
    """The large tables that are drawn within."""
    found = Tables()
    token = _DRAWN.set(found)
    try:
        yield found
    finally:
        _DRAWN.reset(token)


def collect(key: str, frame: pl.DataFrame) -> None:
    """Keep a large table for the requests of its grid, if anyone collects."""
    if (drawn := _DRAWN.get()) is not None:
        drawn.frames[key] = frame


@dataclass(frozen=True)
class Block:
    """The rows of a request, how many there are in all, and how many without the words."""

    rows: list[dict[str, Any]]
    found: int
    held: int


def block(frame: pl.DataFrame, request: Mapping[str, Any], words: str = "") -> Block:
    """The rows that a grid asks for; what makes no sense in the request is as if not said.

    `request` has `startRow`, `endRow` and `sortModel`; `words` are looked for in all columns.
    """
    found = _sorted(_with_words(frame, words), request.get("sortModel"))
    first = max(_whole(request.get("startRow"), 0), 0)
    count = min(_whole(request.get("endRow"), first + BLOCK) - first, _LARGEST_BLOCK)
    return Block(as_rows(found.slice(first, max(count, 0))), found.height, frame.height)


def as_rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """A frame as a grid takes it: texts, numbers and ISO dates."""
    return [{name: _cell(value) for name, value in row.items()} for row in frame.to_dicts()]


def _with_words(frame: pl.DataFrame, words: str) -> pl.DataFrame:
    """The rows in which every word stands in some column, in any case."""
    wanted = words.casefold().split()
    if not wanted:
        return frame
    texts = [_as_text(name, kind).fill_null("") for name, kind in frame.schema.items()]
    line = pl.concat_str(texts, separator="\n").str.to_lowercase()
    return frame.filter(*(line.str.contains(word, literal=True) for word in wanted))


def _sorted(frame: pl.DataFrame, model: Any) -> pl.DataFrame:
    wanted = [
        (str(each["colId"]), each.get("sort") == "desc")
        for each in (model if isinstance(model, list) else [])
        if isinstance(each, dict) and each.get("colId") in frame.columns
    ]
    if not wanted:
        return frame
    keys = [
        _as_text(name, frame.schema[name]) if frame.schema[name].is_nested() else pl.col(name)
        for name, _ in wanted
    ]
    down = [descending for _, descending in wanted]
    return frame.sort(keys, descending=down, nulls_last=True, maintain_order=True)


def _as_text(name: str, kind: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if isinstance(kind, pl.List):
        return column.cast(pl.List(pl.String)).list.join(", ")
    return column.cast(pl.String)


def _whole(value: Any, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    return value
