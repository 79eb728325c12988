"""Running text: words, figures that name the cell they come from, links and code."""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

Value: TypeAlias = float | int | str | date
"""What a cell may hold that prose quotes."""


@dataclass(frozen=True)
class Words:
    """Plain words."""

    text: str


@dataclass(frozen=True)
class Figure:
    """A figure as prose has it, and the cell that it comes from.

    `text` is the wording of `value` at the precision of prose ("1.69 million"); `value` is the
    full one. `table` is the key of a TableBlock of the same document, `row` the place of a line in
    its frame, `column` a name of its frame.
    """

    text: str
    value: Value
    table: str
    row: int
    column: str


@dataclass(frozen=True)
class Link:
    """Words that lead elsewhere: `href` is a web address, or "#key" of a part of the document."""

    text: str
    href: str


@dataclass(frozen=True)
class Code:
    """Words that a computer reads, on the line."""

    text: str


@dataclass(frozen=True)
class Strong:
    """Words that stand out, such as the name before an entry of a list."""

    text: str


Run: TypeAlias = Words | Figure | Link | Code | Strong
Runs: TypeAlias = tuple[Run, ...]


def words(text: str) -> Runs:
    """Plain text as runs."""
    return (Words(text),) if text else ()


def plain(runs: Runs) -> str:
    """The runs as they read."""
    return "".join(run.text for run in runs)
