"""Rows of slurmdbd's job table, written as JSON by the source of that name."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from ingest.formats.base import RawBatch
from ingest.formats.json_job import COLUMNS as JSON_COLUMNS
from ingest.formats.json_records import RecordList
from ingest.formats.record_batch import JobFaultError, JobRow, RecordBatch, RecordShape
from ingest.formats.sacct_json import refusing_cut_off
from ingest.formats.slurmdbd_codes import (
    NO_VAL,
    reason_name,
    state_name,
    task_ranges,
    time_limit,
    tres_names,
)
from ingest.options import JobOptions
from model.errors import InputError

MARK: Final = b'{"slurmdbd":'
"""How the JSON begins."""

COLUMNS: Final = (*JSON_COLUMNS, "AllocCPUS")
"""The fields of a row, in order."""

_SUSPENDED: Final = 2


class Facts(msgspec.Struct):
    """What rows need to be read: when they were, and what numeric TRES ids stand for."""

    cluster: str
    now: int
    tres: dict[str, str]


class JobRecord(msgspec.Struct):
    """One row of `<cluster>_job_table` with the names that its ids stand for."""

    id_job: int
    id_array_job: int
    id_array_task: int
    array_task_str: str | None
    array_max_tasks: int
    het_job_id: int
    het_job_offset: int
    account: str | None
    acct: str | None
    user: str | None
    qos: str | None
    reservation: str | None
    partition: str
    job_name: str
    state: int
    state_reason_prev: int
    timelimit: int
    time_submit: int
    time_eligible: int
    time_start: int
    time_end: int
    time_suspended: int
    nodelist: str | None
    nodes_alloc: int
    cpus_req: int
    tres_alloc: str
    tres_req: str
    container: str | None = None


@dataclass(frozen=True)
class SlurmdbdRows:
    """Reads `{"slurmdbd": {facts}, "jobs": [rows]}` as frames under sacct's field names."""

    name: str = "slurmdbd-rows"

    def recognises(self, head: bytes, options: JobOptions) -> bool:
        """Whether the text begins as such a document does."""
        return options.format in {"auto", self.name} and head.startswith(MARK)

    def batches(self, blocks: Iterator[bytes], options: JobOptions) -> Iterator[RawBatch]:
        """The jobs of a document; InputError where it breaks off."""
        del options
        document = RecordList(iter(blocks), "jobs", msgspec.json.Decoder(list[JobRecord]))
        shape = RecordShape(JobRecord, COLUMNS, _row_reader(document))
        batch = RecordBatch(shape)
        for chunk, jobs in refusing_cut_off(document, batch):
            batch.read(chunk, jobs)
            if batch.full:
                yield batch.take()
        if not document.found:
            raise InputError('this JSON has no list of "jobs"')
        yield batch.take()


def _row_reader(document: RecordList) -> Callable[[JobRecord], JobRow]:
    known: list[Facts] = []

    def row(job: JobRecord) -> JobRow:
        if not known:
            known.append(_facts(document.before))
        return job_row(job, known[0])

    return row


def _facts(members: dict[str, Any]) -> Facts:
    try:
        return msgspec.convert(members.get("slurmdbd"), Facts)
    except msgspec.ValidationError as error:
        raise InputError(f"the head of the rows cannot be read: {error}") from error


def job_row(job: JobRecord, facts: Facts) -> JobRow:
    """The fields of `COLUMNS`. Raises JobFaultError for a state that has no name."""
    state = state_name(job.state)
    if state is None:
        raise JobFaultError(f"state_{job.state}")
    suspended_s = _suspended_s(job, facts.now)
    allocated, energy = tres_names(job.tres_alloc, facts.tres)
    fields = {
        "JobIDRaw": str(job.id_job),
        "JobID": job_label(job),
        "Cluster": facts.cluster,
        "User": job.user,
        "Account": job.account or job.acct,
        "Partition": job.partition,
        "QOS": job.qos,
        "JobName": job.job_name,
        "Submit": str(job.time_submit),
        "Eligible": _moment(job.time_eligible),
        "Start": _moment(job.time_start),
        "End": _moment(job.time_end),
        "ElapsedRaw": str(_elapsed_s(job, facts.now, suspended_s)),
        "Suspended": _duration(suspended_s),
        "TimelimitRaw": time_limit(job.timelimit),
        "State": state,
        "Reason": reason_name(job.state_reason_prev),
        "AllocTRES": allocated,
        "ReqTRES": tres_names(job.tres_req, facts.tres)[0],
        "AllocNodes": str(job.nodes_alloc),
        "NodeList": job.nodelist,
        "Reservation": job.reservation,
        "ConsumedEnergyRaw": energy,
        "Container": job.container,
        # What sacct prints, too, where nothing was allocated.
        "AllocCPUS": str(job.cpus_req),
    }
    return tuple(fields[name] for name in COLUMNS)


def job_label(job: JobRecord) -> str:
    """JobID as sacct prints it: `54_9`, `83_[1-6]`, `61+1`, else the number itself."""
    if job.id_array_job and job.id_array_task != NO_VAL:
        return f"{job.id_array_job}_{job.id_array_task}"
    if job.id_array_job and job.array_task_str:
        at_once = f"%{job.array_max_tasks}" if job.array_max_tasks else ""
        return f"{job.id_array_job}_[{task_ranges(job.array_task_str)}{at_once}]"
    if job.het_job_id and job.het_job_offset != NO_VAL:
        return f"{job.het_job_id}+{job.het_job_offset}"
    return str(job.id_job)


def _suspended_s(job: JobRecord, now: int) -> int:
    """While a job is suspended, the column holds the moment from which to count."""
    if job.state == _SUSPENDED and job.time_suspended:
        return max(0, now - job.time_suspended)
    return job.time_suspended


def _elapsed_s(job: JobRecord, now: int, suspended_s: int) -> int:
    if not job.time_start:
        return 0
    return max(0, (job.time_end or now) - job.time_start - suspended_s)


def _moment(seconds: int) -> str | None:
    return str(seconds) if seconds else None


def _duration(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
