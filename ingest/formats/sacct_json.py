"""Job records as `sacct --json` writes them, and slurmdbd's answers through slurmrestd.

Slurm 21.08 and 22.05 print plain numbers and nulls, 23.02 and later objects of `set`,
`infinite` and `number`, 24.05 and later a list of states. One record is one job; the steps
inside it are not rows.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
import polars as pl

from ingest.formats.base import LINE, ROWS, RawBatch, Reject
from ingest.formats.json_job import COLUMNS, Job, JobFaultError, JobRow, job_row
from ingest.formats.json_records import UNREADABLE, Chunk, CutOffError, RecordList, pieces, records
from ingest.options import JobOptions
from model.errors import InputError

_BATCH_ROWS: Final = 20_000
_JOBS: Final = msgspec.json.Decoder(list[Job])
_JOB: Final = msgspec.json.Decoder(Job)
_REJECT_BYTES: Final = 16_000
_PLACE: Final = re.compile(r"at `\$\.([\w.]+)")
_AGAIN: Final = "run sacct again, and look that the disk is not full."
_NOT_JOBS: Final = {
    "nodes": ("node records", "plimsoll ingest nodes reads the text of scontrol show node."),
    "sinfo": ("an answer of sinfo", "plimsoll ingest nodes reads the text of scontrol show node."),
    "reservations": ("reservations", "jobs come from sacct --json."),
    "partitions": ("partitions", "jobs come from sacct --json."),
    "associations": ("associations", "jobs come from sacct --json."),
    "accounts": ("accounts", "jobs come from sacct --json."),
    "statistics": ("scheduler statistics", "jobs come from sacct --json."),
}


@dataclass(frozen=True)
class SacctJson:
    """Reads `sacct --json` of Slurm 21.08 to 25.11 as frames under sacct's field names."""

    name: str = "sacct-json"

    def recognises(self, head: bytes, options: JobOptions) -> bool:
        """Whether the text is JSON at all: what is not a job list is refused while reading."""
        return options.format in {"auto", self.name} and head.removeprefix(
            b"\xef\xbb\xbf"
        ).lstrip()[:1] in {b"{", b"["}

    def batches(self, blocks: Iterator[bytes], options: JobOptions) -> Iterator[RawBatch]:
        """The jobs of a document, about 20,000 at a time; InputError where it holds none."""
        del options
        document = RecordList(iter(blocks), "jobs", _JOBS)
        batch = _Batch()
        for chunk, jobs in _refusing_cut_off(document, batch):
            batch.read(chunk, jobs)
            if len(batch.rows) >= _BATCH_ROWS:
                yield batch.take()
        errors = _errors(document)
        _refuse_what_is_not_jobs(document, errors, count=batch.count)
        yield batch.take(assumptions=_beside(errors))


@dataclass
class _Batch:
    """The rows read so far that were not yet handed on; `count` numbers the records."""

    rows: list[JobRow] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    count: int = 0

    def read(self, chunk: bytes, jobs: list[Job] | None) -> None:
        """Adds the records of a chunk, one by one only where some of them are broken."""
        try:
            rows = None if jobs is None else [job_row(job) for job in jobs]
        except JobFaultError:
            rows = None
        if rows is None:
            self._read_one_by_one(chunk)
            return
        self.rows.extend(rows)
        self.numbers.extend(range(self.count + 1, self.count + len(rows) + 1))
        self.count += len(rows)

    def take(self, assumptions: tuple[str, ...] = ()) -> RawBatch:
        """What was gathered, as a batch; the count of records goes on."""
        columns = list(zip(*self.rows, strict=True)) or [()] * len(COLUMNS)
        frame = pl.DataFrame(
            dict(zip(COLUMNS, columns, strict=True)), schema=dict.fromkeys(COLUMNS, pl.String())
        ).with_columns(
            pl.col(COLUMNS).replace("", None),
            pl.Series(LINE, self.numbers, dtype=pl.Int64()),
            pl.lit(1, dtype=pl.Int64()).alias(ROWS),
        )
        batch = RawBatch(frame=frame, rejects=self.rejects, assumptions=assumptions)
        self.rows, self.numbers, self.rejects = [], [], []
        return batch

    def _read_one_by_one(self, chunk: bytes) -> None:
        for raw in _single_records(chunk):
            self.count += 1
            try:
                row = _row(raw)
            except JobFaultError as fault:
                text = raw[:_REJECT_BYTES].decode("utf-8", errors="replace")
                self.rejects.append(Reject(line=self.count, reason=fault.reason, text=text))
            else:
                self.rows.append(row)
                self.numbers.append(self.count)


def _single_records(chunk: bytes) -> Iterator[bytes]:
    for text in _undamaged(chunk) or pieces(chunk):
        yield from _undamaged(text) or [text]


def _undamaged(text: bytes) -> list[bytes]:
    try:
        return [bytes(raw) for raw in records(text)]
    except UNREADABLE:
        return []


def _row(raw: bytes) -> JobRow:
    """The fields of one record; bad UTF-8 in it is replaced, not refused. Raises JobFaultError."""
    try:
        job = _JOB.decode(raw.decode("utf-8", errors="replace"))
        if job.is_live:
            raise InputError(
                "these are jobs as the controller knows them, not accounting records",
                hint="use sacct --json, or the slurmdb jobs of slurmrestd.",
            )
        return job_row(job)
    except msgspec.ValidationError as error:
        raise JobFaultError(_wrong_type(str(error))) from error
    except UNREADABLE as error:
        raise JobFaultError("not_json") from error


def _wrong_type(said: str) -> str:
    """`wrong_type:time.start` from msgspec's sentence on where a type is wrong."""
    place = _PLACE.search(said)
    return f"wrong_type:{place[1]}" if place else "not_a_record"


def _refusing_cut_off(document: RecordList, batch: "_Batch") -> Iterator[Chunk]:
    try:
        yield from document
    except CutOffError as error:
        where = f"after record {batch.count}" if batch.count else None
        raise InputError(error.what, where=where, hint=_AGAIN) from error


def _refuse_what_is_not_jobs(document: RecordList, errors: list[str], *, count: int) -> None:
    if errors and not count:
        raise InputError(
            f"Slurm answered with an error and no jobs: {errors[0]}",
            hint="mend what it complains of and ask again.",
        )
    if document.found:
        return
    for key, (what, hint) in _NOT_JOBS.items():
        if key in document.other_keys:
            raise InputError(f"this JSON holds {what}, not jobs", hint=hint)
    raise InputError('this JSON has no list of "jobs"', hint="jobs come from sacct --json.")


def _errors(document: RecordList) -> list[str]:
    """What Slurm put under `errors`, as sentences."""
    listed = [*_listed(document.before), *_listed(document.after)]
    return [_sentence(error) for error in listed]


def _listed(members: dict[str, Any]) -> list[Any]:
    errors = members.get("errors")
    return errors if isinstance(errors, list) else []


def _sentence(error: Any) -> str:
    if not isinstance(error, dict):
        return str(error)
    words = (str(error.get(key) or "") for key in ("description", "error"))
    return ": ".join(dict.fromkeys(word for word in words if word)) or "unknown error"


def _beside(errors: list[str]) -> tuple[str, ...]:
    said = "; ".join(errors)
    return (f"Slurm reported errors beside the jobs, so some may be missing: {said}",) * bool(said)
