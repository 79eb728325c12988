"""How wide the columns of a sheet are, and how many lines of text a row takes."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from reports.writers.sheet_cells import Cell, Marked, Shown, ToSheet

WIDEST: Final = 60

_NARROWEST: Final = 11
_ROOM: Final = 1.1
_BOLD_ROOM: Final = 1.25
_DAY_LETTERS: Final = 18
_MOMENT_LETTERS: Final = 27
_GENERAL_LETTERS: Final = 12
_SEEN: Final = 2_000
"""Cells from which a width is taken: those of a page or two, not a hundred thousand."""


def width_letters(heading: str, cells: Sequence[Cell], shown: Shown) -> int:
    """The width of a column: no word of its heading is broken, few cells take several lines."""
    longest = max((len(word) for word in heading.split()), default=0)
    held = max((letters(cell, shown) for cell in cells[:_SEEN]), default=0)
    needed = max(_BOLD_ROOM * longest, _ROOM * held)
    return min(max(_NARROWEST, round(needed) + 1), WIDEST)


def lines_by_row(rows: Sequence[Sequence[Cell]], widths: Sequence[int]) -> list[int]:
    """How many lines of text each row takes."""
    taken = [1] * len(rows)
    for at, width in enumerate(widths):
        for place, cells in enumerate(rows):
            text = _words(cells[at])
            if len(text) >= width or "\n" in text:
                taken[place] = max(taken[place], lines_of(text, width))
    return taken


def lines_of(text: str, width: int) -> int:
    """How many lines a text takes in a column, with words kept whole."""
    room = max(1, round(width / _ROOM) - 1)
    return sum(max(1, -(-len(line) // room)) for line in text.split("\n"))


def letters(cell: Cell, shown: Shown) -> int:
    """How many letters wide a cell is shown."""
    match cell:
        case Marked():
            return letters(cell.value, shown) + 4
        case str() | ToSheet():
            return max(len(line) for line in _words(cell).split("\n"))
        case datetime():
            return _MOMENT_LETTERS
        case date():
            return _DAY_LETTERS
        case _:
            return len(figure(cell, shown))


def figure(value: float, shown: Shown) -> str:
    """A number as its column shows it."""
    if shown.kind == "share":
        return f"{100 * value:,.{shown.decimals}f}%"
    if shown.kind == "number":
        return f"{value:,.{shown.decimals}f}"
    return str(value)[:_GENERAL_LETTERS]


def _words(cell: Cell) -> str:
    match cell:
        case str():
            return cell
        case ToSheet():
            return cell.text
        case _:
            return ""
