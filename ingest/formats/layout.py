"""The columns and the delimiter of a `sacct -P` log, from its header or from what was said."""

import re
from dataclasses import dataclass
from typing import Final

from ingest.advice import sacct_line
from ingest.fields import CANONICAL, WANTED, canonical, is_field
from ingest.options import JobOptions
from model.errors import InputError

_FIRST_DELIMITER: Final = re.compile(r"\s*[A-Za-z]+(?:%-?\d+)?([^A-Za-z0-9%]+)")
RUN: Final = f"run {sacct_line()}"
"""The hint that quotes the line of sacct with all that is of use."""
_DASHES: Final = re.compile(r"-{2,}(?: +-{2,})* *")
_MOST: Final = 0.5
_QUEUE_WORDS: Final = {"ST", "NODELIST(REASON)", "EXEC_HOST", "MIN_CPUS", "TIME_LEFT"}


@dataclass(frozen=True)
class Layout:
    """How the lines of a log fall into columns.

    `fields` are canonical names, "" for the empty column that `sacct -p` ends each line with.
    `header` is the header line as it stood (without its newline), None where there was none.
    """

    fields: tuple[str, ...]
    delimiter: str
    header: str | None

    @property
    def separators(self) -> int:
        """Delimiters on each line."""
        return len(self.fields) - 1

    @property
    def kept(self) -> dict[str, int]:
        """The columns that the normal form needs, by name, with their places."""
        places: dict[str, int] = {}
        for place, name in enumerate(self.fields):
            if name in WANTED:
                places.setdefault(name, place)
        return places


def find_layout(lines: list[str], options: JobOptions) -> Layout:
    """The layout of a log by its first lines that are not blank.

    Raises InputError for fixed width, for no header and no `fields`, and for a header that is
    not sacct's or not the one that `fields` says.
    """
    first = lines[0]
    _refuse_fixed_width(lines)
    header = _header(first, options.delimiter)
    if options.fields is None:
        if header is None:
            raise _no_header(first)
        return header
    said = tuple(canonical(name) for name in options.fields)
    _refuse_unknown(said)
    if header is not None:
        if _named(header.fields) != said:
            raise InputError(
                "the log has a header, and --fields names other columns",
                hint="leave --fields out.",
            )
        return header
    delimiter = options.delimiter or _delimiter_between(first, len(said))
    trailing = first.endswith(delimiter) and first.count(delimiter) == len(said)
    return Layout((*said, "") if trailing else said, delimiter, None)


def _header(line: str, delimiter: str | None) -> Layout | None:
    if delimiter is None:
        found = _FIRST_DELIMITER.match(line)
        if found is None:
            return None
        delimiter = found[1]
    words = line.split(delimiter)
    names = words[:-1] if len(words) > 1 and not words[-1].strip() else words
    known = sum(map(is_field, names))
    if len(names) < 2 or known <= len(names) * _MOST:  # noqa: PLR2004
        return None
    fields = tuple(canonical(word) for word in words)
    return Layout(fields, delimiter, line)


def _named(fields: tuple[str, ...]) -> tuple[str, ...]:
    return fields[:-1] if fields[-1] == "" else fields


def _delimiter_between(line: str, columns: int) -> str:
    for delimiter in ("|#", "^|^", "@|@", "|", "\x1f", "\t", ";", ","):
        if line.count(delimiter) in (columns - 1, columns):
            return delimiter
    return next((d for d in ("|", "\x1f", "\t", ";", ",") if d in line), "|")


def _refuse_unknown(names: tuple[str, ...]) -> None:
    strange = [name for name in names if name not in CANONICAL.values()]
    if strange:
        raise InputError(
            f"--fields names {', '.join(strange[:5])}: not a field of sacct",
            hint="sacct --helpformat lists them.",
        )


def _refuse_fixed_width(lines: list[str]) -> None:
    if any(_DASHES.fullmatch(line.rstrip()) for line in lines[1:3]):
        raise InputError(
            "the log is in sacct's fixed-width form, which cuts values off",
            hint=RUN,
        )


def _no_header(first: str) -> InputError:
    if _QUEUE_WORDS & set(re.split(r"[\s|\x1f]+", first)):
        return InputError("this is output of squeue, not of sacct", hint=RUN)
    return InputError(
        f"no header of sacct in the first line {first[:60]!r}",
        hint=f"name its columns with --fields, or {RUN}",
    )
