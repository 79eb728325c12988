"""Text of `sacct -P`: any columns, any delimiter, with a header or with `--fields`."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from ingest.fields import FREE_TEXT
from ingest.formats.base import LINE, ROWS, RawBatch, Reject
from ingest.formats.layout import Layout, find_layout
from ingest.formats.repair import Line, Repaired, repair
from ingest.options import JobOptions
from model.errors import InputError

_LINE_LIMIT: Final = 64 << 20
_TAIL_LINES: Final = 200
_PIECE_BYTES: Final = 1 << 18
_NEWLINE: Final = 10
_STAND_INS: Final = (b"\x1f", b"\x1e", b"\x1d", b"\x1c", b"\x01", b"\x02", b"\x03", b"\x04")
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}".encode()
_MOSTLY: Final = 0.5
_ENOUGH_ROWS: Final = 1000
_UTF8: Final = "bytes that are not UTF-8 are read as U+FFFD"
_NO_NEWLINE: Final = "the log does not end with a newline: its last row may be cut off"

Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Chunk:
    """Whole lines of a log: their bytes, the number of the first, and whether the file's last
    line among them lacks its newline.
    """

    data: bytes
    first: int
    unterminated: bool = False


class SacctText:
    """Reads `sacct -P` and `-p`; every line but headers and blank ones is accounted for."""

    name = "sacct-parsable"

    def recognises(self, head: bytes, options: JobOptions) -> bool:
        """Whether the first lines are a header of sacct, or `fields` says what they are."""
        if options.fields is not None:
            return True
        try:
            find_layout(first_lines(_clean(head)), options)
        except (InputError, IndexError):
            return False
        return True

    def batches(self, blocks: Iterator[bytes], options: JobOptions) -> Iterator[RawBatch]:
        """Frames of the needed columns. Raises InputError where the layout cannot be found or
        does not fit the lines.
        """
        blocks = _cleaned(blocks)
        begin = _gathered(blocks)
        lines = first_lines(begin)
        if not lines:
            raise InputError("the log is empty", hint="was it written in full?")
        layout = find_layout(lines, options)
        fit = _Fit(layout)
        for chunk in _chunks(chain([begin], blocks), layout):
            batch = _batch(chunk, layout)
            fit.see(batch)
            yield batch
        fit.judge()


class _Fit:
    """Whether the columns that were named for a log are those of its lines.

    Most of its first lines must have that many; a log with a header tells its columns itself.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._rows = 0
        self._odd: list[Reject] = []
        self._open = layout.header is None

    def see(self, batch: RawBatch) -> None:
        """Count the lines of a batch, until enough were seen to judge."""
        if self._open:
            self._rows += batch.frame.height
            self._odd += batch.rejects
            if self._rows + len(self._odd) >= _ENOUGH_ROWS:
                self.judge()

    def judge(self) -> None:
        """Raise InputError where most lines seen have another number of columns."""
        if self._open and len(self._odd) > _MOSTLY * (len(self._odd) + self._rows):
            line = self._odd[0]
            found = line.text.count(self._layout.delimiter) + 1
            said = len(self._layout.fields)
            raise InputError(
                f"--fields names {said} columns, but line {line.line} has {found}",
                hint="give --fields the list that was given to sacct -o, in its order.",
            )
        self._open = False


def _batch(chunk: _Chunk, layout: Layout) -> RawBatch:
    notes = [_NO_NEWLINE] if chunk.unterminated else []
    data, separator = _single_byte(chunk.data, layout.delimiter)
    try:
        frame = _scan(data, separator, layout)
    except pl.exceptions.ComputeError:
        notes.append(_UTF8)
        data = data.decode("utf-8", "replace").encode()
        frame = _scan(data, separator, layout)
    if frame is not None and _adds_up(frame, data, separator, layout):
        numbered = _numbered(frame, np.arange(chunk.first, chunk.first + frame.height))
        return RawBatch(_without_headers(numbered, layout), [], assumptions=tuple(notes))
    return _mended(chunk, data, separator, layout, notes, frame)


def _mended(
    chunk: _Chunk,
    data: bytes,
    separator: bytes,
    layout: Layout,
    notes: list[str],
    frame: pl.DataFrame | None,
) -> RawBatch:
    """The slow way, for chunks in which some line has not the right number of delimiters."""
    starts, ends, counts = _lines(data, separator)
    good = counts == layout.separators
    _give_back_continued(good, starts, ends, counts, layout)
    if frame is not None and frame.height == len(ends):
        whole = frame.filter(pl.Series(good))
    else:
        whole = _scan_well_formed(_joined(data, good, starts, ends), separator, layout)
    frame = _without_headers(_numbered(whole, np.flatnonzero(good) + chunk.first), layout)
    rows: list[Repaired] = []
    rejects: list[Reject] = []
    for run in _runs(~good):
        lines = [
            Line(
                number=int(i) + chunk.first,
                text=_text(data, starts[i], ends[i], separator, layout),
                separators=int(counts[i]),
            )
            for i in run
        ]
        at_end = chunk.unterminated and run[-1] == len(good) - 1
        repaired, rejected = repair(lines, layout, unterminated=at_end)
        rows += repaired
        rejects += rejected
    if rows:
        frame = pl.concat([frame, _repaired_frame(rows, frame)]).sort(LINE)
    return RawBatch(frame, rejects, assumptions=tuple(notes))


def _scan(data: bytes, separator: bytes, layout: Layout) -> pl.DataFrame | None:
    """What `_scan_well_formed` gives; None where the first line has not its columns."""
    try:
        return _scan_well_formed(data, separator, layout)
    except pl.exceptions.SchemaError:
        return None


def _scan_well_formed(data: bytes, separator: bytes, layout: Layout) -> pl.DataFrame:
    """The needed columns under their own names, and the last one as `_last`, a row a line.

    Raises ComputeError for bytes that are not UTF-8, SchemaError where the first line has not
    as many columns as it should.
    """
    columns = [f"c{place}" for place in range(len(layout.fields))]
    wanted = [pl.col(columns[place]).alias(name) for name, place in layout.kept.items()]
    if not data:
        empty = dict.fromkeys([*layout.kept, "_last"], pl.String())
        return pl.DataFrame(schema=empty)
    return (
        pl.scan_csv(
            io.BytesIO(data),
            has_header=False,
            schema=dict.fromkeys(columns, pl.String()),
            separator=separator.decode("latin-1"),
            quote_char=None,
            truncate_ragged_lines=True,
        )
        .select(*wanted, pl.col(columns[-1]).alias("_last"))
        .collect()
    )


def _adds_up(frame: pl.DataFrame, data: bytes, separator: bytes, layout: Layout) -> bool:
    """Whether each line has as many delimiters as it should.

    If no row lacks its last column, none is short; if then the delimiters are as many as they
    should be in all, none is long. Where some last column is empty, lines are looked at one by
    one.
    """
    codes = np.frombuffer(data, np.uint8)
    if _count(codes, separator[0]) != layout.separators * frame.height:
        return False
    if not frame["_last"].null_count():
        return True
    newlines = np.flatnonzero(codes == _NEWLINE)
    if len(newlines) != frame.height or not layout.separators:
        return False
    places = np.flatnonzero(codes == separator[0]).reshape(-1, layout.separators)
    starts = np.concatenate(([0], newlines[:-1] + 1))
    return bool((places[:, 0] >= starts).all() and (places[:, -1] < newlines).all())


def _count(codes: npt.NDArray[np.uint8], byte: int) -> int:
    """How often a byte occurs, looked for in pieces that stay in the processor's cache."""
    pieces = range(0, len(codes), _PIECE_BYTES)
    return sum(int(np.count_nonzero(codes[at : at + _PIECE_BYTES] == byte)) for at in pieces)


def _numbered(frame: pl.DataFrame, numbers: Int64s) -> pl.DataFrame:
    return frame.drop("_last").with_columns(
        pl.Series(LINE, numbers, dtype=pl.Int64), pl.lit(1, pl.Int64).alias(ROWS)
    )


def _without_headers(frame: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """Drop header lines, the first and those of files put one after the other."""
    if layout.header is None:
        return frame
    words = layout.header.split(layout.delimiter)
    name, place = next(iter(layout.kept.items()), (None, 0))
    if name is None:
        return frame
    repeated = (frame[name] == words[place].rstrip("\r")).fill_null(value=False)
    if not repeated.any():
        return frame
    same = [pl.col(other) == words[at] for other, at in layout.kept.items()]
    return frame.filter(~pl.all_horizontal(same).fill_null(value=False))


def _lines(data: bytes, separator: bytes) -> tuple[Int64s, Int64s, Int64s]:
    """Where each line starts and ends (its newline), and its delimiters."""
    codes = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(codes == _NEWLINE)
    starts = np.concatenate(([0], ends[:-1] + 1)).astype(np.int64)
    marks = np.flatnonzero(codes == separator[0])
    counts = np.diff(np.searchsorted(marks, ends), prepend=0)
    return starts, ends, counts


def _give_back_continued(
    good: npt.NDArray[np.bool_], starts: Int64s, ends: Int64s, counts: Int64s, layout: Layout
) -> None:
    """Where the last column is free text, a line without delimiters continues the one before."""
    if layout.fields[-1] not in FREE_TEXT or not layout.separators:
        return
    follows = (counts == 0) & (ends > starts)
    good[:-1] &= ~follows[1:]


def _runs(mask: npt.NDArray[np.bool_]) -> list[Int64s]:
    at = np.flatnonzero(mask)
    return np.split(at, np.flatnonzero(np.diff(at) > 1) + 1) if len(at) else []


def _joined(data: bytes, good: npt.NDArray[np.bool_], starts: Int64s, ends: Int64s) -> bytes:
    view = memoryview(data)
    return b"".join(view[starts[run[0]] : ends[run[-1]] + 1] for run in _runs(good))


def _text(data: bytes, start: int, end: int, separator: bytes, layout: Layout) -> str:
    text = data[start:end].decode("utf-8", "replace")
    mark = separator.decode("latin-1")
    return text if mark == layout.delimiter else text.replace(mark, layout.delimiter)


def _repaired_frame(rows: list[Repaired], like: pl.DataFrame) -> pl.DataFrame:
    return pl.DataFrame(
        [{**row.values, LINE: row.line, ROWS: row.rows} for row in rows], schema=like.schema
    )


def _single_byte(data: bytes, delimiter: str) -> tuple[bytes, bytes]:
    """The data with its delimiter as one byte that stands nowhere else, and that byte."""
    mark = delimiter.encode()
    if len(mark) == 1:
        return data, mark
    stand_in = next((byte for byte in _STAND_INS if byte not in data), None)
    if stand_in is None:
        raise InputError("the log holds every control character", hint="is it text at all?")
    return data.replace(mark, stand_in), stand_in


def _cleaned(blocks: Iterator[bytes]) -> Iterator[bytes]:
    for index, block in enumerate(blocks):
        yield _clean(block.removeprefix(b"\xef\xbb\xbf") if index == 0 else block)


def _clean(block: bytes) -> bytes:
    if b"\r" in block:
        block = block.replace(b"\r\n", b"\n")
    return block.replace(b"\0", _REPLACEMENT) if b"\0" in block else block


def _gathered(blocks: Iterator[bytes]) -> bytes:
    """Blocks up to the first few lines that are not blank."""
    begin = b""
    for block in blocks:
        begin += block
        if begin.strip().count(b"\n") > 2 or len(begin) > _LINE_LIMIT:  # noqa: PLR2004
            break
    return begin


def first_lines(data: bytes) -> list[str]:
    """The first few lines of a text that are not blank."""
    lines = data.lstrip()[: 1 << 20].decode("utf-8", "replace").split("\n", 8)[:8]
    return [line for line in lines if line.strip()]


def _chunks(blocks: Iterator[bytes], layout: Layout) -> Iterator[_Chunk]:
    """Blocks cut before their last well-formed line, so that no repair needs two of them."""
    mark = layout.delimiter.encode()
    carried, number = b"", 1
    for block in blocks:
        data = carried + block if carried else block
        cut = _cut(data, mark, layout.separators)
        if cut:
            yield _Chunk(data[:cut], number)
            number += data.count(b"\n", 0, cut)
        carried = data[cut:]
        if len(carried) > _LINE_LIMIT:
            raise InputError("a line of more than 64 MB", hint="is it text at all?")
    if carried:
        whole = carried.endswith(b"\n")
        yield _Chunk(carried if whole else carried + b"\n", number, unterminated=not whole)


def _cut(data: bytes, mark: bytes, separators: int) -> int:
    """Where the last line with the right number of delimiters begins, else the last line."""
    end = data.rfind(b"\n")
    last = end + 1
    for _ in range(_TAIL_LINES):
        if end < 0:
            return 0
        start = data.rfind(b"\n", 0, end) + 1
        if data.count(mark, start, end) == separators:
            return start
        end = start - 1
    return last
