"""A question to Plimsoll, and its answer: what `show`, the dashboard and reports have in common."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, get_args

import polars as pl

from model.errors import InputError

Period = Literal["day", "week", "month", "quarter", "year", "total"]
PERIODS: tuple[Period, ...] = get_args(Period)


@dataclass(frozen=True)
class Question:
    """One table of `plimsoll show`, with its dimensions, period and filters.

    `since` is inclusive, `until` exclusive; both are dates in `timezone`, and None stands for
    the first and the last moment that the store knows. `where` holds (column, value) pairs:
    several values of one column are alternatives.
    """

    table: str
    by: tuple[str, ...] = ()
    period: Period = "total"
    since: date | None = None
    until: date | None = None
    where: tuple[tuple[str, str], ...] = ()
    timezone: str = "UTC"
    on: date | None = None
    min_grade: str | None = None


@dataclass(frozen=True)
class Answer:
    """A frame with what a reader must know to cite it.

    `notes` are sentences on what was assumed, estimated or left out; `data_as_of` is the end of
    the observed window, `as_of_assumed` tells that no window was stated at ingest.
    """

    question: Question
    frame: pl.DataFrame
    notes: tuple[str, ...] = ()
    data_as_of: datetime | None = None
    as_of_assumed: bool = False
    store_version: str | None = None
    synthetic: bool = False
    units: dict[str, str] = field(default_factory=dict)


def split_where(pairs: tuple[tuple[str, str], ...]) -> dict[str, list[str]]:
    """Group the values asked of each column: `{"cluster": ["a", "b"]}`."""
    grouped: dict[str, list[str]] = {}
    for column, value in pairs:
        grouped.setdefault(column, []).append(value)
    return grouped


def parse_where(text: str) -> tuple[str, str]:
    """Read one `column=value` of the command line or of a URL."""
    column, equals, value = text.partition("=")
    if not equals or not column.strip():
        raise InputError(
            f"--where {text!r} is not of the form column=value",
            hint="for example --where cluster=baskerville",
        )
    return column.strip(), value.strip()
