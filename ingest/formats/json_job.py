"""One accounting job of Slurm's JSON, in any version's shape, as sacct would print it."""

from functools import lru_cache
from typing import Final

import msgspec

from ingest.formats.job_answer import live_jobs_error
from ingest.formats.record_batch import JobFaultError, JobRow

COLUMNS: Final = (
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
    "Suspended",
    "TimelimitRaw",
    "State",
    "Reason",
    "AllocTRES",
    "ReqTRES",
    "AllocNodes",
    "NodeList",
    "Reservation",
    "ConsumedEnergyRaw",
    "Container",
)
"""The fields of a row, in order: what the JSON of every version since 21.08 can tell.

Empty cells are null, as those of a text log are.
"""

_UNSET_COUNT: Final = 1 << 62
"""Counts from here on are Slurm's NO_VAL64 and INFINITE64, not counts."""


class Number(msgspec.Struct, gc=False):
    """A number of 23.02 and later, which may be unset or infinite."""

    set: bool = True
    infinite: bool = False
    number: int | float | None = None


Count = int | Number | None


class Tres(msgspec.Struct, gc=False):
    """One trackable resource: type `gres`, name `gpu:a100`, count 4."""

    type: str
    name: str | None = None
    count: Count = None


class TresLists(msgspec.Struct, gc=False):
    """What a job was given, and what it asked for: lists of `Tres`, decoded once each."""

    allocated: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    requested: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class Times(msgspec.Struct, gc=False):
    """Moments in epoch seconds, 0 or null for not yet; durations in seconds, limit in minutes."""

    submission: Count = None
    eligible: Count = None
    start: Count = None
    end: Count = None
    elapsed: Count = None
    suspended: Count = None
    limit: Count = None


class State(msgspec.Struct, gc=False):
    """A state, alone (22.05) or first of a list of flags (24.05).

    v0.0.36 calls the reason `previous`.
    """

    current: str | list[str] | None = None
    reason: str | None = None
    previous: str | None = None


class ArrayTask(msgspec.Struct, gc=False):
    """The array that a job belongs to: job_id 0 for none, `task` while tasks are folded."""

    job_id: Count = None
    task_id: Count = None
    task: str | None = None


class HetJob(msgspec.Struct, gc=False):
    """The heterogeneous job that a component belongs to."""

    job_id: Count = None
    job_offset: Count = None


class Association(msgspec.Struct, gc=False):
    """Who ran the job, where the record's own `user` is empty."""

    user: str | None = None


class Reservation(msgspec.Struct, gc=False):
    """A reservation; 22.05 prints a number without meaning for its name."""

    name: str | int | None = None
    id: Count = None


class Job(msgspec.Struct):
    """The members of a job record that become columns; the others are not decoded."""

    job_id: Count = None
    cluster: str | None = None
    user: str | None = None
    account: str | None = None
    partition: str | None = None
    qos: str | None = None
    name: str | None = None
    nodes: str | None = None
    container: str | None = None
    allocation_nodes: Count = None
    time: Times | None = None
    state: State | None = None
    tres: TresLists | None = None
    array: ArrayTask | None = None
    het: HetJob | None = None
    association: Association | None = None
    reservation: Reservation | None = None
    job_state: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET

    @property
    def is_live(self) -> bool:
        """Whether this is the controller's record of a job, not the accounting's."""
        return self.job_state is not msgspec.UNSET and self.state is None


_NO_TIMES: Final = Times()
_NO_TRES: Final = TresLists()
_TRES_LIST: Final = msgspec.json.Decoder(list[Tres] | None)


class Starts:
    """When jobs started, where Slurm prints it and where it prints something else.

    slurmdbd's answers in the layouts v0.0.36 and v0.0.37 (`sacct --json` of 21.08) print the
    eligible time as the start. Where that cannot be, given when the job ended and how long it
    ran, the start is reckoned from these; `reckoned` tells whether there was such a job.
    """

    def __init__(self) -> None:
        self.reckoned = False

    def text(self, time: Times) -> str | None:
        """The start of a job in epoch seconds."""
        start, end, elapsed = number(time.start), number(time.end), number(time.elapsed)
        if start and end and elapsed is not None and start == number(time.eligible):
            told = end - elapsed - (number(time.suspended) or 0)
            if told > start:
                self.reckoned = True
                return str(told)
        return str(start) if start else None


def job_row(job: Job, starts: Starts) -> JobRow:
    """The fields of `COLUMNS`. Raises JobFaultError, and InputError for a controller's job."""
    if job.is_live:
        raise live_jobs_error()
    time = job.time or _NO_TIMES
    job_id = _required(job.job_id, "no_job_id")
    submit = _required(time.submission, "no_submit")
    state = _state(job.state)
    tres = job.tres or _NO_TRES
    allocated, energy = _tres(tres.allocated)
    return (
        str(job_id),
        job_label(job, job_id),
        job.cluster,
        job.user or (job.association.user if job.association else None),
        job.account,
        job.partition,
        job.qos,
        job.name,
        str(submit),
        _moment(time.eligible),
        starts.text(time),
        _moment(time.end),
        _text(time.elapsed),
        _duration(time.suspended),
        _limit(time.limit),
        state,
        (job.state.reason or job.state.previous) if job.state else None,
        allocated,
        _tres(tres.requested)[0],
        _text(job.allocation_nodes),
        job.nodes,
        _reservation(job.reservation),
        energy,
        job.container,
    )


def job_label(job: Job, job_id: int) -> str:
    """JobID as sacct prints it: `54_9`, `83_[1-6]`, `61+1`, else the number itself."""
    array, het = job.array, job.het
    if array and (array_id := number(array.job_id)):
        task = number(array.task_id)
        if task is not None:
            return f"{array_id}_{task}"
        if array.task:
            return f"{array_id}_[{array.task}]"
    if het and (het_id := number(het.job_id)):
        offset = number(het.job_offset)
        if offset is not None:
            return f"{het_id}+{offset}"
    return str(job_id)


@lru_cache(maxsize=8192)
def tres_and_energy(raw: bytes) -> tuple[str | None, str | None]:
    """A TRES list as `cpu=4,gres/gpu:a100=2`, and its energy in joules.

    Entries without a count, such as the energy of a running job, are left out. The lists of a
    log repeat, so each is decoded once. Raises msgspec.ValidationError.
    """
    entries = _TRES_LIST.decode(raw)
    if entries is None:
        return None, None
    counts = {}
    for entry in entries:
        count = number(entry.count) if isinstance(entry.count, Number) else entry.count
        if count is not None and 0 <= count < _UNSET_COUNT:
            kind = f"{entry.type}/{entry.name}" if entry.name else entry.type
            counts[kind] = f"{count}M" if kind == "mem" else str(count)
    text = ",".join(f"{kind}={count}" for kind, count in counts.items())
    return text, counts.get("energy")


def number(value: Count) -> int | None:
    """The whole number that either form of JSON holds; None where it is unset or infinite."""
    if isinstance(value, Number):
        return None if value.infinite or not value.set else _whole(value.number)
    return value


def _required(value: Count, fault: str) -> int:
    whole = number(value)
    if not whole or whole < 0:
        raise JobFaultError(fault)
    return whole


def _state(state: State | None) -> str:
    """The state itself: the first of a list, whose others are flags."""
    current = state.current if state else None
    first = current[0] if isinstance(current, list) and current else current
    if not first or not isinstance(first, str):
        raise JobFaultError("no_state")
    return first


def _tres(raw: msgspec.Raw | msgspec.UnsetType) -> tuple[str | None, str | None]:
    if isinstance(raw, msgspec.UnsetType):
        return None, None
    try:
        return tres_and_energy(bytes(raw))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise JobFaultError("wrong_type:tres") from error


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def _text(value: Count) -> str | None:
    whole = number(value)
    return None if whole is None or whole < 0 else str(whole)


def _moment(value: Count) -> str | None:
    return str(number(value) or "") or None


def _duration(value: Count) -> str | None:
    seconds = number(value)
    if not seconds:
        return None if seconds is None else "00:00:00"
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _limit(value: Count) -> str | None:
    if isinstance(value, Number) and value.infinite:
        return "UNLIMITED"
    return _text(value)


def _reservation(reservation: Reservation | None) -> str | None:
    if reservation is None:
        return None
    if isinstance(reservation.name, str):
        return reservation.name
    return None if number(reservation.id) else ""
