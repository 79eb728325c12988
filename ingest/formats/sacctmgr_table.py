"""What `sacctmgr -P show` prints: a header and rows, parted by one delimiter."""

import re
from dataclasses import dataclass, field
from typing import Final

from ingest.formats.base import Reject

_HEAD_BYTES: Final = 1 << 16
_HEADER: Final = re.compile(r"[ \t]*[A-Za-z][A-Za-z ]*(?P<delimiter>[^A-Za-z\s]+|\x1f|\t)")


@dataclass(frozen=True)
class SacctmgrTable:
    """Rows as text by column (in lower case, without blanks), each with its line.

    `rejects` are rows whose cells are too few, or too many to tell which is which.
    """

    columns: tuple[str, ...]
    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    lines: dict[int, str] = field(default_factory=dict)


def columns_of(data: bytes) -> tuple[str, ...]:
    """The columns of a header on the first line; none where it has no delimiter."""
    header = _first_line(data)
    found = _HEADER.match(header)
    return _columns(header, found["delimiter"]) if found else ()


def words_of(data: bytes) -> set[str]:
    """The words of the first line, whatever parts them, in lower case."""
    return {word.casefold() for word in re.findall(r"[A-Za-z]+", _first_line(data))}


def read_table(data: bytes, *, free_text: str | None = None) -> SacctmgrTable:
    """The rows under the header. Delimiters inside the column `free_text` are mended."""
    header = _first_line(data)
    found = _HEADER.match(header)
    if found is None:
        return SacctmgrTable(())
    delimiter = found["delimiter"]
    table = SacctmgrTable(_columns(header, delimiter))
    place = table.columns.index(free_text) if free_text in table.columns else None
    numbered = list(enumerate(data.decode("utf-8", errors="replace").split("\n"), start=1))
    first = next(number for number, line in numbered if line.strip())
    for number, line in numbered[first:]:
        if line.strip() and line.strip() != header.strip():
            _add(table, number, line.rstrip("\r"), delimiter, place)
    return table


def _add(table: SacctmgrTable, number: int, line: str, delimiter: str, place: int | None) -> None:
    width = len(table.columns)
    cells = line.split(delimiter)
    if len(cells) == width + 1 and not cells[-1]:
        cells.pop()
    surplus = len(cells) - width
    if surplus > 0 and place is not None:
        end = place + surplus + 1
        cells[place:end] = [delimiter.join(cells[place:end])]
    if len(cells) != width:
        reason = "too_few_cells" if len(cells) < width else "too_many_cells"
        table.rejects.append(Reject(number, reason, line))
        return
    table.rows.append((number, dict(zip(table.columns, map(str.strip, cells), strict=True))))
    table.lines[number] = line


def _first_line(data: bytes) -> str:
    text = data[:_HEAD_BYTES].decode("utf-8-sig", errors="replace")
    return next((line for line in text.split("\n") if line.strip()), "").rstrip("\r")


def _columns(header: str, delimiter: str) -> tuple[str, ...]:
    names = [name.replace(" ", "").casefold() for name in header.split(delimiter)]
    return tuple(names if names[-1] else names[:-1])
