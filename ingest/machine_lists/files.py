"""The file of a list and the date that it bears."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from ingest.formats.table_file import SIZE_LIMIT_BYTES, TableFile, read_table_file
from ingest.whole_file import read_whole
from model.dates import resolve

_DATES: Final = (
    re.compile(r"(?<!\d)(20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)"),
    re.compile(r"(?<!\d)((?:19|20)\d\d)[-_.]?(0[1-9]|1[0-2])(?!\d)"),
)


def read_list(path: Path, *, hint: str) -> TableFile:
    """The table in a plain or packed file: CSV in any dialect, TSV or XLSX.

    Raises:
        InputError: where there is none.
    """
    file = read_whole(path, limit_bytes=SIZE_LIMIT_BYTES)
    return read_table_file(file.data, file.path, hint=hint)


def date_in_name(path: Path) -> str | None:
    """The day or month that a file's name bears: "2026-03-06", "2025-06"; None without one."""
    found = (pattern.search(path.name) for pattern in _DATES)
    return next(("-".join(each.groups()) for each in found if each), None)


def read_on(date: str | None) -> str | None:
    """Today, for a source that bears no date: when it was read."""
    return None if date else datetime.now(tz=UTC).date().isoformat()


def readable_date(text: str) -> str | None:
    """A date of a list where the registry can read it; None for any other words."""
    try:
        resolve(text)
    except ValueError:
        return None
    return text
