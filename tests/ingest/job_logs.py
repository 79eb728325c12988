"""Small job logs of our own making, and how they are read."""

from collections import Counter
from typing import Any

import polars as pl

from ingest.formats.base import RawBatch
from ingest.formats.sacct_text import SacctText
from ingest.normalise import NormalBatch, Normaliser
from ingest.options import JobOptions

HEADER = (
    "JobID|JobIDRaw|Cluster|User|Account|Partition|QOS|JobName|Submit|Eligible|Start|End|"
    "ElapsedRaw|Suspended|TimelimitRaw|AllocTRES|ReqTRES|NodeList|State"
)
GPUS = "billing=33,cpu=4,gres/gpu:a100=2,gres/gpu=2,mem=8G,node=1"


def job(number: int = 1, **changed: str) -> str:
    """One line of a log under HEADER."""
    values = {
        "JobID": str(number),
        "JobIDRaw": str(number),
        "Cluster": "here",
        "User": "ada",
        "Account": "physics",
        "Partition": "gpu",
        "QOS": "normal",
        "JobName": "train",
        "Submit": "2026-05-01T09:00:00",
        "Eligible": "2026-05-01T09:00:00",
        "Start": "2026-05-01T10:00:00",
        "End": "2026-05-01T11:00:00",
        "ElapsedRaw": "3600",
        "Suspended": "00:00:00",
        "TimelimitRaw": "120",
        "AllocTRES": GPUS,
        "ReqTRES": GPUS,
        "NodeList": "n1",
        "State": "COMPLETED",
    } | changed
    return "|".join(values[name] for name in HEADER.split("|"))


def log(*lines: str) -> bytes:
    """A whole log with HEADER."""
    return ("\n".join([HEADER, *lines]) + "\n").encode()


def raw(data: bytes, *, block: int | None = None, **options: Any) -> RawBatch:
    """All of a log as one batch, read in blocks of a given size."""
    size = block or max(len(data), 1)
    blocks = (data[at : at + size] for at in range(0, len(data), size))
    batches = list(SacctText().batches(blocks, JobOptions(**options)))
    frames = [batch.frame for batch in batches if batch.frame.height] or [batches[0].frame]
    return RawBatch(
        pl.concat(frames),
        [reject for batch in batches for reject in batch.rejects],
        assumptions=tuple(dict.fromkeys(note for batch in batches for note in batch.assumptions)),
    )


def normal(
    data: bytes, *, cluster: str = "here", zone: str = "UTC", **options: Any
) -> tuple[NormalBatch, Counter[str]]:
    """A log in normal form, and what was assumed."""
    normaliser = Normaliser(cluster=cluster, zone=zone, options=JobOptions(**options))
    batch = normaliser.read(raw(data, **options))
    return batch, Counter({note: rows for note, rows in normaliser.assumptions.items() if rows})


def only(data: bytes, **options: Any) -> dict[str, object]:
    """The one job of a log."""
    batch, _ = normal(data, **options)
    assert not batch.rejects, batch.rejects
    return batch.jobs.row(0, named=True)


def data_lines(data: bytes) -> int:
    """Lines that are neither blank nor HEADER, counted the plain way."""
    lines = data.replace(b"\r\n", b"\n").split(b"\n")
    return sum(1 for line in lines if line.strip() and line != HEADER.encode())


def rows_of(batch: RawBatch) -> int:
    """Input rows that a batch accounts for."""
    return int(batch.frame["_rows"].sum()) + sum(reject.rows for reject in batch.rejects)
