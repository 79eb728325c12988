"""How a table lies on a page: the size of its type, the widths of its columns, which way round."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from reports.document import Column

_UPRIGHT_PT: Final = 470
_TURNED_PT: Final = 716
_SIZES_PT: Final = (8.5, 8.0, 7.5, 7.0)
_SMALLEST_PT: Final = 6.5
_BESIDE_PT: Final = 8.5
_HEADING_LINES: Final = 3
_LONG_LETTERS: Final = 20
_LEAST_EM: Final = 7.0
_MOST_SHARE: Final = 90
_FEW_LINES: Final = 14
_BOLDER: Final = 1.06
_SLIM: Final = frozenset(" .,:;'|!ijlftr()[]-/")
_BROAD: Final = frozenset("mwMWQO@%\u2014")


@dataclass(frozen=True)
class Layout:
    """The size of type, turned by a quarter or not, the width of each column, all in points.

    A table `keeps_together` where its lines are few and none is broken.
    """

    size_pt: float
    turned: bool
    widths_pt: tuple[float, ...]
    keeps_together: bool


@dataclass(frozen=True)
class _Need:
    """What a column needs: at least, and how much text there is where it may be wrapped."""

    least_em: float
    length: float = 0

    def points(self, size_pt: float) -> float:
        """The least width."""
        return self.least_em * size_pt + _BESIDE_PT


def laid_out(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> Layout:
    """The largest type in which every cell has room; a quarter turn where even small type lacks it.

    Numbers are never broken over lines; long texts are, and share the room that is left.
    """
    needs = [_need(column, [row[at] for row in rows]) for at, column in enumerate(columns)]
    for size in (*_SIZES_PT, _SMALLEST_PT):
        if _whole(needs, size) <= _UPRIGHT_PT:
            return _layout(needs, size, len(rows), turned=False)
    size = next((s for s in _SIZES_PT if _whole(needs, s) <= _TURNED_PT), _SMALLEST_PT)
    return _layout(needs, size, len(rows), turned=True)


def _whole(needs: Sequence[_Need], size_pt: float) -> float:
    return sum(need.points(size_pt) for need in needs)


def _layout(needs: Sequence[_Need], size_pt: float, lines: int, *, turned: bool) -> Layout:
    """What is left of the width is shared out among long texts, by how much text there is."""
    left = max(0.0, (_TURNED_PT if turned else _UPRIGHT_PT) - _whole(needs, size_pt))
    length = sum(need.length for need in needs)
    part = left / length if length else 0.0
    return Layout(
        size_pt=size_pt,
        turned=turned,
        widths_pt=tuple(round(need.points(size_pt) + part * need.length, 1) for need in needs),
        keeps_together=lines <= _FEW_LINES and not length,
    )


def _need(column: Column, cells: Sequence[str]) -> _Need:
    heading = _narrowest_em(column.heading)
    longest = max((len(cell) for cell in cells), default=0)
    if column.numeric or longest <= _LONG_LETTERS:
        return _Need(max([heading, *map(_em, cells)]))
    word = max(_em(word) for cell in cells for word in cell.split())
    mean = sum(map(len, cells)) / len(cells)
    share = min(_MOST_SHARE, (mean * longest) ** 0.5)
    return _Need(max(word, heading, _LEAST_EM), round(share, 1))


def _em(text: str) -> float:
    """About how wide a text runs, in sizes of its type; never less than it does."""
    return sum(0.31 if c in _SLIM else 0.86 if c in _BROAD else _upright(c) for c in text)


def _upright(letter: str) -> float:
    return 0.62 if letter.isupper() else 0.52


def _narrowest_em(heading: str) -> float:
    """The least width in which a heading, in bold, takes no more than a few lines."""
    words = [_em(word) * _BOLDER for word in heading.split()]
    width = max(words, default=0.0)
    while _lines(words, width) > _HEADING_LINES:
        width += 0.25
    return width


def _lines(words: Sequence[float], width: float) -> int:
    lines, used = 1, 0.0
    for word in words:
        after = used + word + (0.31 if used else 0)
        lines, used = (lines, after) if after <= width else (lines + 1, word)
    return lines
