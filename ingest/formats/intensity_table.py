"""Tables of carbon intensities as columns of text: CSV, or a sheet of a workbook."""

import csv
import io
import unicodedata
import zipfile
from dataclasses import dataclass
from typing import Final

import fastexcel
import polars as pl

from model.errors import InputError

LINE: Final = "_line"
HEADER_LINES: Final = 20
"""Lines within which a header is looked for: some files begin with words about themselves."""

_UNPACKED_LIMIT_BYTES: Final = 256 << 20
_UNREADABLE_BOOK: Final = (
    zipfile.BadZipFile,
    fastexcel.FastExcelError,
    NotImplementedError,  # a zip of another version
    RuntimeError,  # an encrypted one
)
_AGAIN: Final = "was it saved in full? Fetch it again."
_MARKS: Final = ("datetime", "datetime (utc)", "iso 3 code", "ghg/unit")


@dataclass(frozen=True)
class IntensityTable:
    """Text columns under plain names (lower case, NFC) and `LINE`, the line or row from 1."""

    frame: pl.DataFrame

    @property
    def names(self) -> list[str]:
        """The names of the columns, but for `LINE`."""
        return [name for name in self.frame.columns if name != LINE]

    def has(self, *names: str) -> bool:
        """Whether all of these columns are there."""
        return set(names) <= set(self.names)

    def starting(self, *begins: str) -> str | None:
        """The first column whose name begins with one of these."""
        return next((name for name in self.names if name.startswith(begins)), None)


def plain(name: str) -> str:
    """A column's name as it is compared: NFC, lower case, single spaces."""
    return " ".join(unicodedata.normalize("NFC", name).split()).casefold()


def csv_table(data: bytes) -> IntensityTable:
    """The table of a CSV file with any line ends. Raises InputError where it is none."""
    text = data.decode("utf-8-sig", errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    at, header = _header(text)
    body = "\n".join(text.split("\n")[at:])
    columns = dict.fromkeys(header, pl.String())
    if not body.strip():
        return IntensityTable(pl.DataFrame(schema={LINE: pl.Int64(), **columns}))
    try:
        frame = pl.read_csv(
            io.BytesIO(body.encode()),
            has_header=False,
            schema=columns,
            row_index_name=LINE,
            row_index_offset=at + 1,
        )
    except (pl.exceptions.PolarsError, ValueError) as error:
        what = f"the CSV cannot be read: {str(error).splitlines()[0]}"
        raise InputError(what, hint=_AGAIN) from error
    return _table(frame)


def book_table(data: bytes, *, sheet: str) -> IntensityTable:
    """The table of a workbook's sheet of that name, else of the first that has one.

    Raises:
        InputError: for a damaged workbook, and one without such a table.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > _UNPACKED_LIMIT_BYTES:
            raise InputError("the workbook unpacks to more than 256 MB", hint=_AGAIN)
        book = fastexcel.read_excel(data)
        names = sorted(book.sheet_names, key=lambda name: plain(name) != plain(sheet))
        for name in names:
            rows = book.load_sheet(name, header_row=None, dtypes="string").to_polars()
            if found := _of_sheet(rows):
                return found
    except _UNREADABLE_BOOK as error:
        what = "the workbook cannot be read: it is damaged, or no XLSX"
        raise InputError(what, hint=_AGAIN) from error
    raise InputError("no sheet of this workbook has factors", hint=f"the sheet is '{sheet}'.")


def _header(text: str) -> tuple[int, list[str]]:
    """How many lines the header ends after, and its names."""
    lines = text.split("\n", HEADER_LINES)[:HEADER_LINES]
    for number, line in enumerate(lines, start=1):
        names = [plain(name) for name in next(csv.reader([line]), [])]
        if set(_MARKS) & set(names):
            if len(set(names)) < len(names):
                raise InputError("two columns of one name", hint=_AGAIN)
            return number, names
    raise InputError(
        "no column of a known file of carbon intensities",
        hint="docs/how-to/carbon-intensity.md lists what is read.",
    )


def _of_sheet(rows: pl.DataFrame) -> IntensityTable | None:
    for number, row in enumerate(rows.head(HEADER_LINES).iter_rows(), start=1):
        names = [plain(cell) if cell else f"column {place}" for place, cell in enumerate(row)]
        if set(_MARKS) & set(names) and len(set(names)) == len(names):
            body = rows.slice(number).rename(dict(zip(rows.columns, names, strict=True)))
            return _table(body.with_row_index(LINE, offset=number + 1))
    return None


def _table(frame: pl.DataFrame) -> IntensityTable:
    """Without blank lines, and with empty cells as nulls."""
    texts = pl.all().exclude(LINE).str.strip_chars()
    cleaned = frame.with_columns(texts.replace("", None), pl.col(LINE).cast(pl.Int64))
    blank = pl.all_horizontal(pl.all().exclude(LINE).is_null())
    return IntensityTable(cleaned.filter(~blank))
