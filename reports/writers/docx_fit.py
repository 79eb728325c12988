"""How a table fits on paper: which way it lies, how small its type, how wide its columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from reports.document import Column, TableBlock, printed_rows
from reports.writers.docx_styles import LANDSCAPE_MM, PORTRAIT_MM

_PAPERS: Final = (
    (9.0, PORTRAIT_MM, False),
    (8.0, PORTRAIT_MM, False),
    (9.0, LANDSCAPE_MM, True),
    (8.0, LANDSCAPE_MM, True),
    (7.0, LANDSCAPE_MM, True),
)
_SMALLEST: Final = (6.0, LANDSCAPE_MM, True)
_LETTER_OF_POINT_MM: Final = 0.222
_BOLD: Final = 1.15
_CAPITAL: Final = 0.3
_SIDES_MM: Final = 2.6
_WRAPPED_LETTERS: Final = 22


@dataclass(frozen=True)
class Fit:
    """A table on paper: the size of its type in points, the widths of its columns in mm."""

    size: float
    landscape: bool
    widths_mm: tuple[float, ...]


def fit(table: TableBlock) -> Fit:
    """The largest type that the paper has room for, upright if that will do."""
    rows = list(printed_rows(table))
    columns = table.printed_columns
    needs = [_need(column, [row[at] for row in rows]) for at, column in enumerate(columns)]
    for size, room_mm, landscape in _PAPERS:
        least = [_millimetres(need.least, size) for need in needs]
        if sum(least) <= room_mm:
            return Fit(size, landscape, _shared(needs, least, size, room_mm))
    size, room_mm, landscape = _SMALLEST
    least = [_millimetres(need.least, size) for need in needs]
    scale = min(1.0, room_mm / sum(least))
    return Fit(size, landscape, tuple(width * scale for width in least))


@dataclass(frozen=True)
class _Need:
    """Letters that a column cannot do without, and those with which no line is broken."""

    least: float
    whole: float


def _need(column: Column, cells: Sequence[str]) -> _Need:
    heading = _BOLD * _longest(column.heading.split())
    longest = _longest(cells)
    word = _longest([part for cell in cells for part in cell.split()])
    kept = longest if column.numeric else max(word, min(longest, _WRAPPED_LETTERS))
    return _Need(max(heading, kept), max(heading, longest))


def _longest(texts: Sequence[str]) -> float:
    """The longest text in letters, of which a capital is a wide one."""
    return max((len(text) + _CAPITAL * sum(map(str.isupper, text)) for text in texts), default=1)


def _millimetres(letters: float, size: float) -> float:
    return letters * size * _LETTER_OF_POINT_MM + _SIDES_MM


def _shared(
    needs: Sequence[_Need], least: Sequence[float], size: float, room_mm: float
) -> tuple[float, ...]:
    """The least widths, and what room is left by how much more the columns could use."""
    whole = [_millimetres(need.whole, size) for need in needs]
    more = [max(0.0, want - has) for want, has in zip(whole, least, strict=True)]
    wanted = sum(more)
    given = min(1.0, (room_mm - sum(least)) / wanted) if wanted else 0.0
    return tuple(has + given * extra for has, extra in zip(least, more, strict=True))
