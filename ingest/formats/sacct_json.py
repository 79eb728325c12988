"""Job records as `sacct --json` writes them, and slurmdbd's answers through slurmrestd.

Slurm 21.08 and 22.05 print plain numbers and nulls, 23.02 and later objects of `set`,
`infinite` and `number`, 24.05 and later a list of states. One record is one job; the steps
inside it are not rows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from ingest.formats.base import RawBatch
from ingest.formats.job_answer import answer_errors, beside, refuse_what_is_not_jobs
from ingest.formats.json_job import COLUMNS, Job, Starts, job_row
from ingest.formats.json_records import Chunk, CutOffError, RecordList
from ingest.formats.record_batch import RecordBatch, RecordShape
from ingest.options import JobOptions
from model.errors import InputError

STARTS_RECKONED: Final = (
    "this layout of Slurm's answers prints the eligible time as the start: starts are reckoned "
    "from the end and the elapsed time, and those of jobs without an end are too early"
)
AGAIN: Final = "run sacct again, and look that the disk is not full."


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
        starts = Starts()
        shape = job_shape(starts)
        document = RecordList(iter(blocks), "jobs", shape.many)
        batch = RecordBatch(shape)
        for chunk, jobs in refusing_cut_off(document, batch):
            batch.read(chunk, jobs)
            if batch.full:
                yield batch.take()
        errors = answer_errors(document.before, document.after)
        refuse_what_is_not_jobs(
            errors, form="JSON", count=batch.count, found=document.found, keys=document.other_keys
        )
        yield batch.take(assumptions=(*beside(errors), *starts_told(starts)))


def job_shape(starts: Starts) -> RecordShape:
    """How a job of Slurm's JSON or YAML becomes a row."""
    return RecordShape(Job, COLUMNS, partial(job_row, starts=starts))


def starts_told(starts: Starts) -> tuple[str, ...]:
    """What to say where starts were not as printed."""
    return (STARTS_RECKONED,) if starts.reckoned else ()


def refusing_cut_off(document: RecordList, batch: RecordBatch) -> Iterator[Chunk]:
    """The chunks of a document; InputError, with the last whole record, where it breaks off."""
    try:
        yield from document
    except CutOffError as error:
        where = f"after record {batch.count}" if batch.count else None
        raise InputError(error.what, where=where, hint=AGAIN) from error
