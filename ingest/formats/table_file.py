"""Files of tables as rows of text cells: CSV in any dialect, XLSX, Parquet."""

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import fastexcel
import pyarrow as pa
from pyarrow import parquet

from model.errors import InputError

SIZE_LIMIT_BYTES: Final = 64 << 20
UNPACKED_LIMIT_BYTES: Final = 512 << 20
_DELIMITERS: Final = ",;\t|"
_EXCEL_ERRORS: Final = {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"}
_UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
_UNREADABLE_BOOK: Final = (
    zipfile.BadZipFile,
    fastexcel.FastExcelError,
    NotImplementedError,  # a zip of another version
    RuntimeError,  # an encrypted one
)


@dataclass(frozen=True)
class TableFile:
    """The header and the data rows, each with its first line (or sheet row) from 1.

    Comment lines (`#`) and blank ones are left out. `semicolons` tells that the cells were
    parted by `;`; `assumptions` are sentences on how the bytes were read.
    """

    form: str
    header: list[str]
    rows: list[tuple[int, list[str]]]
    semicolons: bool = False
    assumptions: tuple[str, ...] = ()


def read_table_file(data: bytes, where: str, *, hint: str) -> TableFile:
    """The table in a file's bytes.

    Raises:
        InputError: with `hint`, where they are none.
    """
    if not data.strip():
        raise InputError("the file is empty", where=where, hint=hint)
    if len(data) > SIZE_LIMIT_BYTES:
        what = f"more than {SIZE_LIMIT_BYTES >> 20} MB"
        raise InputError(what, where=where, hint=hint)
    if data.startswith(b"PAR1"):
        return _from_rows("parquet", _parquet_rows(data, where, hint), where, hint)
    if data.startswith(b"PK\x03\x04"):
        return _from_rows("xlsx", _sheet_rows(data, where, hint), where, hint)
    return _csv_table(data, where, hint)


def _csv_table(data: bytes, where: str, hint: str) -> TableFile:
    text, assumptions = _decoded(data, where, hint)
    delimiter = _delimiter(text)
    table = _from_rows("csv", _csv_rows(text, delimiter, where, hint), where, hint)
    return TableFile(
        form=table.form,
        header=table.header,
        rows=table.rows,
        semicolons=delimiter == ";",
        assumptions=assumptions,
    )


def _decoded(data: bytes, where: str, hint: str) -> tuple[str, tuple[str, ...]]:
    if data[:2] in _UTF16_MARKS:
        return data.decode("utf-16", errors="replace"), ()
    if b"\x00" in data or data.startswith((b"%PDF", b"\x1f\x8b", b"\xd0\xcf\x11\xe0")):
        raise InputError("this is neither CSV nor XLSX nor Parquet", where=where, hint=hint)
    try:
        return data.decode("utf-8-sig"), ()
    except UnicodeDecodeError:
        assumed = "the text is not UTF-8 and was read as Windows-1252"
        return data.decode("cp1252", errors="replace"), (assumed,)


def _delimiter(text: str) -> str:
    """The separator that parts the first line, comments aside, into the most cells."""
    lines = (line for line in text.splitlines() if line.strip())
    header = next((line for line in lines if not line.lstrip().lstrip('"').startswith("#")), "")
    return max(_DELIMITERS, key=header.count)


def _csv_rows(text: str, delimiter: str, where: str, hint: str) -> Iterator[tuple[int, list[str]]]:
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        for cells in reader:
            yield lines.record_start, cells
            lines.between_records = True
    except csv.Error as error:
        what, place = f"the CSV cannot be read: {error}", f"{where}:{lines.number}"
        raise InputError(what, where=place, hint=hint) from error


class _Lines:
    """Lines for a CSV reader: comments between records are left out, never inside quotes."""

    def __init__(self, text: str) -> None:
        self._lines = io.StringIO(text, newline="")
        self.number = 0
        self.record_start = 1
        self.between_records = True

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.number += 1
            if self.between_records:
                if line.lstrip().startswith("#"):
                    continue
                self.record_start, self.between_records = self.number, False
            yield line


def _sheet_rows(data: bytes, where: str, hint: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of the first sheet that is not empty."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > UNPACKED_LIMIT_BYTES:
            what = "the workbook unpacks to more than 512 MB"
            raise InputError(what, where=where, hint=hint)
        book = fastexcel.read_excel(data)
        for name in book.sheet_names:
            sheet = book.load_sheet(name, header_row=None, dtypes="string").to_polars()
            if sheet.height:
                for number, row in enumerate(sheet.iter_rows(), start=1):
                    yield number, ["" if cell is None else str(cell) for cell in row]
                return
    except _UNREADABLE_BOOK as error:
        what = "the workbook cannot be read: it is damaged, or no XLSX"
        raise InputError(what, where=where, hint=hint) from error


def _parquet_rows(data: bytes, where: str, hint: str) -> Iterator[tuple[int, list[str]]]:
    """By pyarrow: Polars panics over damaged Parquet, which no `except` catches cleanly."""
    try:
        table = parquet.read_table(pa.BufferReader(data), use_threads=False)
        table.validate(full=True)
        columns = [column.to_pylist() for column in table.columns]
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        what = "the Parquet file cannot be read: it is damaged"
        raise InputError(what, where=where, hint=hint) from error
    yield 0, table.column_names
    for number, row in enumerate(zip(*columns, strict=True), start=1):
        yield number, ["" if cell is None else str(cell) for cell in row]


def _from_rows(
    form: str, rows: Iterator[tuple[int, list[str]]], where: str, hint: str
) -> TableFile:
    kept = [(line, cells) for line, cells in rows if not _is_comment(cells)]
    if not kept:
        raise InputError("no header line", where=where, hint=hint)
    return TableFile(form=form, header=kept[0][1], rows=kept[1:])


def _is_comment(cells: list[str]) -> bool:
    first = cells[0].strip() if cells else ""
    comment = first.startswith("#") and first not in _EXCEL_ERRORS
    return comment or not any(cell.strip() for cell in cells)
