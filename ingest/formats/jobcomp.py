"""The log of Slurm's `jobcomp/filetxt` plugin: one line of `Key=value` a finished job.

The keys stand in a fixed order and nothing is escaped, so a line is read as a whole. `Tres` is
what was asked for; what was given is not in this log.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

import polars as pl

from ingest.formats.base import LINE, ROWS, RawBatch, Reject
from ingest.formats.layout import RUN
from ingest.lifetimes import NO_NODES
from ingest.options import JobOptions
from model.errors import InputError

_BEGINS: Final = re.compile(rb"(?m)^(?=JobId=\d+ UserId=)")
_HEAD: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*JobId=\d+ ")
_LINE: Final = (
    r"(?s)^JobId=(?P<JobIDRaw>\d+) UserId=(?P<User>.*?)\(\d+\) GroupId=.*?\(\d+\) "
    r"Name=(?P<JobName>.*) JobState=(?P<State>\S+) Partition=(?P<Partition>\S*) "
    r"TimeLimit=(?P<TimelimitRaw>\S*) StartTime=(?P<Start>\S+) EndTime=(?P<End>\S+) "
    r"NodeList=(?P<NodeList>\S*) NodeCnt=(?P<AllocNodes>\d+) (?:ProcCnt=(?P<AllocCPUS>\d+) )?"
    r"WorkDir=.* ReservationName=(?P<Reservation>\S*) (?:Gres=(?P<ReqGRES>\S*) )?"
    r"(?:Tres=(?P<ReqTRES>\S*) )?Account=(?P<Account>\S*) QOS=(?P<QOS>\S*) WcKey=\S* "
    r"Cluster=(?P<Cluster>\S*) SubmitTime=(?P<Submit>\S+) EligibleTime=(?P<Eligible>\S+)"
    r"(?: ArrayJobId=(?P<array>\d+) ArrayTaskId=(?P<task>\d+))?"
    r"(?: HetJobId=(?P<het>\d+) HetJobOffset=(?P<offset>\d+))?(?: PackJobId=\d+ \S+)?"
    r" DerivedExitCode=\S* ExitCode=\S*\s*$"
)
_HELD: Final = r"gres/(?:gpu|shard)[^,=]*=\d+"
_TAKEN: Final = (
    "the log of jobcomp/filetxt tells what jobs asked for, not what they were given: GPUs are "
    "taken as asked, and of jobs that asked for none they are unknown"
)
_RECORD_LIMIT_BYTES: Final = 64 << 20
_COLUMNS: Final = (
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
    "TimelimitRaw",
    "State",
    "AllocTRES",
    "ReqTRES",
    "ReqGRES",
    "AllocCPUS",
    "AllocNodes",
    "NodeList",
    "Reservation",
)


@dataclass(frozen=True)
class Jobcomp:
    """Reads the log of `jobcomp/filetxt` as frames under sacct's field names."""

    name: str = "jobcomp-filetxt"

    def recognises(self, head: bytes, options: JobOptions) -> bool:
        """Whether the first line begins with `JobId=17`."""
        return options.format in {"auto", self.name} and _HEAD.match(head) is not None

    def batches(self, blocks: Iterator[bytes], options: JobOptions) -> Iterator[RawBatch]:
        """The jobs of a log, a block at a time; InputError for older logs without SubmitTime."""
        del options
        line = 1
        left = b""
        first = True
        for block in blocks:
            whole, left = _split(left + block)
            if first and whole:
                _refuse_what_lacks(whole)
                first = False
            if whole:
                yield _read(whole, line)
                line += whole.count(b"\n")
            if len(left) > _RECORD_LIMIT_BYTES:
                raise InputError("a line of more than 64 MB: this is no job log", hint=RUN)
        if first:
            _refuse_what_lacks(left)
        yield _read(left, line)


def _split(data: bytes) -> tuple[bytes, bytes]:
    """The records that are whole, and the last one, which more lines may belong to."""
    last = None
    for match in _BEGINS.finditer(data, max(0, len(data) - (1 << 20))):
        last = match.start()
    if last is None:
        last = max((match.start() for match in _BEGINS.finditer(data)), default=0)
    return data[:last], data[last:]


def _refuse_what_lacks(data: bytes) -> None:
    first = data.split(b"\n", 1)[0]
    if not _HEAD.match(first):
        raise InputError("this is no log of jobcomp/filetxt", hint=RUN)
    if not _BEGINS.search(data):
        raise InputError(
            "this is output of scontrol show job: jobs as the controller knows them now",
            hint=RUN,
        )
    if b" SubmitTime=" not in data:
        raise InputError(
            "this log of jobcomp/filetxt has no SubmitTime: it is of a Slurm before 17.11",
            hint=RUN,
        )


def _read(data: bytes, line: int) -> RawBatch:
    texts = [text.decode("utf-8", errors="replace") for text in _BEGINS.split(data)]
    begins = accumulate((text.count("\n") for text in texts), initial=line)
    rows = [sum(bool(part.strip()) for part in text.split("\n")) for text in texts]
    columns = [
        pl.Series(LINE, list(begins)[: len(texts)], dtype=pl.Int64()),
        pl.Series(ROWS, rows, dtype=pl.Int64()),
        pl.Series("text", texts, dtype=pl.String()),
    ]
    frame = pl.DataFrame(columns).filter(pl.col(ROWS) > 0)
    found = frame.with_columns(pl.col("text").str.extract_groups(_LINE)).unnest("text")
    unread = found["JobIDRaw"].is_null()
    rejects = [
        Reject(line=number, reason="not_jobcomp", text=text, rows=count)
        for number, count, text in frame.filter(unread).iter_rows()
    ]
    jobs = found.filter(~unread).with_columns(*_derived()).select(LINE, ROWS, *_COLUMNS)
    held = jobs["AllocTRES"].is_not_null().any()
    return RawBatch(jobs, rejects, assumptions=(_TAKEN,) if held else ())


def _derived() -> list[pl.Expr]:
    """Labels as sacct prints them; what was held, so far as it is known; a requeued run's state."""
    held = pl.col("ReqTRES").str.extract_all(_HELD).list.join(",").replace("", None)
    ran = ~pl.col("NodeList").is_in(NO_NODES)
    return [
        pl.coalesce(
            pl.format("{}_{}", "array", "task"), pl.format("{}+{}", "het", "offset"), "JobIDRaw"
        ).alias("JobID"),
        pl.when(ran).then(held).alias("AllocTRES"),
        pl.when((pl.col("State") == "PENDING") & ran)
        .then(pl.lit("REQUEUED"))
        .otherwise("State")
        .alias("State"),
        pl.col("Submit", "Eligible").replace("unknown", None),
        pl.col("User", "Account", "Partition", "QOS", "Reservation", "ReqTRES", "ReqGRES").replace(
            "", None
        ),
    ]
