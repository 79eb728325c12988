"""One job as pyslurm dumps it, old (`slurmdb_jobs().get()`) or new (`db.Jobs`), as sacct's row.

Both print epoch seconds and minutes. The old one counts TRES by numeric id; the new one holds
no TRES at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec

from ingest.formats.record_batch import JobFaultError, JobRow

_UNSET: Final = 4_294_967_294
"""Slurm's NO_VAL; INFINITE is one more."""

_UNSET_COUNT: Final = 1 << 62
"""Counts from here on are NO_VAL64 and INFINITE64, not counts."""

OLD_COLUMNS: Final = (
    "JobIDRaw",
    "JobID",
    "Cluster",
    "User",
    "Account",
    "Partition",
    "JobName",
    "Submit",
    "Eligible",
    "Start",
    "End",
    "ElapsedRaw",
    "Suspended",
    "TimelimitRaw",
    "State",
    "AllocTRES",
    "ReqTRES",
    "AllocNodes",
    "NodeList",
    "Reservation",
    "ConsumedEnergyRaw",
    "Container",
)
NEW_COLUMNS: Final = (
    "JobIDRaw",
    "JobID",
    "Cluster",
    "User",
    "Account",
    "Partition",
    "QOS",
    "JobName",
    "Submit",
    "Eligible",
    "Start",
    "End",
    "ElapsedRaw",
    "TimelimitRaw",
    "State",
    "Reason",
    "AllocCPUS",
    "AllocNodes",
    "NodeList",
    "Reservation",
    "ConsumedEnergyRaw",
)


class OldJob(msgspec.Struct, gc=False):
    """What `slurmdb_jobs().get()` says of a job, so far as it is read."""

    jobid: int
    submit: int
    state_str: str
    cluster: str | None = None
    user: str | None = None
    account: str | None = None
    partition: str | None = None
    jobname: str | None = None
    eligible: int | None = None
    start: int | None = None
    end: int | None = None
    elapsed: int | None = None
    suspended: int | None = None
    timelimit: int | None = None
    tres_alloc_str: str | None = None
    tres_req_str: str | None = None
    alloc_nodes: int | None = None
    nodes: str | None = None
    resv_name: str | None = None
    container: str | None = None
    array_job_id: int | None = None
    array_task_id: int | None = None
    array_task_str: str | None = None


class NewStats(msgspec.Struct, gc=False):
    """What a job used, so far as it is read."""

    consumed_energy: int | None = None


class NewJob(msgspec.Struct, gc=False):
    """What `db.Job` says of a job, so far as it is read.

    Its `suspended_time` is left alone: pyslurm 22.5 puts the elapsed time there.
    """

    id: int
    submit_time: int
    state: str
    cluster: str | None = None
    user_name: str | None = None
    account: str | None = None
    partition: str | None = None
    qos: str | None = None
    name: str | None = None
    eligible_time: int | None = None
    start_time: int | None = None
    end_time: int | None = None
    elapsed_time: int | None = None
    time_limit: int | str | None = None
    state_reason: str | None = None
    cpus: int | None = None
    num_nodes: int | None = None
    nodelist: str | None = None
    reservation: str | None = None
    stats: NewStats | None = None
    array_id: int | None = None
    array_task_id: int | None = None
    array_tasks_waiting: str | None = None


OLD_WORDS: Final = frozenset(
    [
        *("state_str", "cluster", "user", "account", "partition", "jobname", "tres_alloc_str"),
        *("tres_req_str", "nodes", "resv_name", "container", "array_task_str"),
    ]
)
NEW_WORDS: Final = frozenset(
    [
        *("state", "cluster", "user_name", "account", "partition", "qos", "name", "nodelist"),
        *("state_reason", "reservation", "array_tasks_waiting"),
    ]
)


@dataclass
class TresNames:
    """Turns counts by id into sacct's TRES strings; `nameless` gathers ids without a name."""

    names: Mapping[int, str]
    nameless: set[int] = field(default_factory=set)
    _known: dict[str, str | None] = field(default_factory=dict)

    def text(self, counts: str | None) -> str | None:
        """`cpu=1,mem=1000M,gres/gpu=2` for `1=1,2=1000,1001=2`; null if an id has no name."""
        if not counts:
            return None
        if counts not in self._known:
            self._known[counts] = self._spelt(counts)
        return self._known[counts]

    def energy(self, counts: str | None) -> str | None:
        """The joules among the counts."""
        found = [count for tres, count in _pairs(counts or "") if self.names.get(tres) == "energy"]
        return str(found[0]) if found else None

    def _spelt(self, counts: str) -> str | None:
        pairs = _pairs(counts)
        nameless = {tres for tres, _ in pairs if tres not in self.names}
        self.nameless |= nameless
        if nameless:
            return None
        return ",".join(self._entry(self.names[tres], count) for tres, count in pairs)

    @staticmethod
    def _entry(name: str, count: int) -> str:
        return f"{name}={count}M" if name == "mem" else f"{name}={count}"


def old_row(job: OldJob, tres: TresNames) -> JobRow:
    """The fields of `OLD_COLUMNS`. Raises JobFaultError."""
    _check(job.jobid, job.submit)
    return (
        str(job.jobid),
        _label(job.jobid, job.array_job_id, job.array_task_id, job.array_task_str),
        job.cluster,
        job.user,
        job.account,
        job.partition,
        job.jobname,
        str(job.submit),
        _text(job.eligible),
        _text(job.start),
        _text(job.end),
        _text(job.elapsed),
        _text(job.suspended),
        _text(job.timelimit),
        job.state_str,
        tres.text(job.tres_alloc_str),
        tres.text(job.tres_req_str),
        _text(job.alloc_nodes),
        job.nodes,
        job.resv_name,
        tres.energy(job.tres_alloc_str),
        job.container,
    )


def new_row(job: NewJob) -> JobRow:
    """The fields of `NEW_COLUMNS`. Raises JobFaultError.

    pyslurm prints null for zero: for no time elapsed, and for the first task of an array.
    """
    _check(job.id, job.submit_time)
    task = job.array_task_id if job.array_task_id or job.array_tasks_waiting else 0
    return (
        str(job.id),
        _label(job.id, job.array_id, task, job.array_tasks_waiting),
        job.cluster,
        job.user_name,
        job.account,
        job.partition,
        job.qos,
        job.name,
        str(job.submit_time),
        _text(job.eligible_time),
        _text(job.start_time),
        _text(job.end_time),
        _text(job.elapsed_time or 0),
        _text(job.time_limit),
        job.state,
        job.state_reason,
        _text(job.cpus),
        _text(job.num_nodes),
        job.nodelist,
        job.reservation,
        _text(job.stats.consumed_energy if job.stats else None),
    )


def _check(job_id: int, submit: int) -> None:
    if job_id <= 0:
        raise JobFaultError("no_job_id")
    if not 0 < submit < _UNSET:
        raise JobFaultError("no_submit")


def _label(job_id: int, array: int | None, task: int | None, tasks: str | None) -> str:
    if not array:
        return str(job_id)
    if task is not None and task < _UNSET:
        return f"{array}_{task}"
    return f"{array}_[{tasks}]" if tasks else str(job_id)


def _pairs(counts: str) -> list[tuple[int, int]]:
    pairs = []
    for entry in filter(None, counts.split(",")):
        tres, _, count = entry.partition("=")
        if not tres.isdecimal() or not count.isdecimal():
            raise JobFaultError("bad_tres")
        if int(count) < _UNSET_COUNT:
            pairs.append((int(tres), int(count)))
    return pairs


def _text(value: int | str | None) -> str | None:
    return None if value is None else str(value)
