"""Records of JSON, decoded a chunk at a time, gathered into frames; broken ones set aside."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
import polars as pl

from ingest.formats.base import LINE, ROWS, RawBatch, Reject
from ingest.formats.json_records import UNREADABLE, pieces, records

JobRow = tuple[str | None, ...]
"""The fields of one record, in the order of its format's columns."""

_BATCH_ROWS: Final = 20_000
_REJECT_BYTES: Final = 16_000
_PLACE: Final = re.compile(r"at `\$\.([\w.]+)")


class JobFaultError(ValueError):
    """Why a record is no job, as the slug that quarantine counts."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RecordShape:
    """What the records of a format look like and how each becomes a row of `columns`.

    `row` may raise JobFaultError, which quarantines the record, and InputError, which refuses
    the file.
    """

    def __init__(
        self, record: type[Any], columns: tuple[str, ...], row: Callable[[Any], JobRow]
    ) -> None:
        self.columns = columns
        self.row = row
        self.names = record.__struct_fields__
        self.many = msgspec.json.Decoder(list[record])  # type: ignore[valid-type]
        self._one = msgspec.json.Decoder(record)

    def row_of(self, raw: bytes) -> JobRow:
        """The row of one record; bad UTF-8 in it is replaced. Raises JobFaultError."""
        try:
            return self.row(self._one.decode(raw.decode("utf-8", errors="replace")))
        except msgspec.ValidationError as error:
            raise JobFaultError(_wrong_type(str(error))) from error
        except UNREADABLE as error:
            raise JobFaultError("not_json") from error


@dataclass
class RecordBatch:
    """The rows read so far that were not yet handed on; `count` numbers the records."""

    shape: RecordShape
    rows: list[JobRow] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    count: int = 0

    @property
    def full(self) -> bool:
        """Whether there are rows enough to hand on."""
        return len(self.rows) + len(self.rejects) >= _BATCH_ROWS

    def read(self, chunk: bytes, decoded: list[Any] | None) -> None:
        """Adds the records of a chunk, one by one only where some of them are broken."""
        try:
            rows = None if decoded is None else [self.shape.row(record) for record in decoded]
        except JobFaultError:
            rows = None
        if rows is None:
            for raw in _single_records(chunk):
                self.read_one(raw)
            return
        self.rows.extend(rows)
        self.numbers.extend(range(self.count + 1, self.count + len(rows) + 1))
        self.count += len(rows)

    def read_one(self, raw: bytes) -> None:
        """Adds one record, or sets it aside."""
        try:
            row = self.shape.row_of(raw)
        except JobFaultError as fault:
            self.reject(fault.reason, raw)
            return
        self.count += 1
        self.rows.append(row)
        self.numbers.append(self.count)

    def reject(self, reason: str, raw: bytes) -> None:
        """Sets the next record aside."""
        self.count += 1
        text = raw[:_REJECT_BYTES].decode("utf-8", errors="replace")
        self.rejects.append(Reject(line=self.count, reason=reason, text=text))

    def take(self, assumptions: tuple[str, ...] = ()) -> RawBatch:
        """What was gathered, as a batch; the count of records goes on."""
        names = self.shape.columns
        columns = list(zip(*self.rows, strict=True)) or [()] * len(names)
        frame = pl.DataFrame(
            dict(zip(names, columns, strict=True)), schema=dict.fromkeys(names, pl.String())
        ).with_columns(
            pl.col(names).replace("", None),
            pl.Series(LINE, self.numbers, dtype=pl.Int64()),
            pl.lit(1, dtype=pl.Int64()).alias(ROWS),
        )
        batch = RawBatch(frame=frame, rejects=self.rejects, assumptions=assumptions)
        self.rows, self.numbers, self.rejects = [], [], []
        return batch


def _single_records(chunk: bytes) -> Iterator[bytes]:
    for text in _undamaged(chunk) or pieces(chunk):
        yield from _undamaged(text) or [text]


def _undamaged(text: bytes) -> list[bytes]:
    try:
        return [bytes(raw) for raw in records(text)]
    except UNREADABLE:
        return []


def _wrong_type(said: str) -> str:
    """`wrong_type:time.start` from msgspec's sentence on where a type is wrong."""
    place = _PLACE.search(said)
    return f"wrong_type:{place[1]}" if place else "not_a_record"
