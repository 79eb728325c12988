"""A small store and puller for tests, with a clock that is set by hand."""

import json
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl

from ingest.feeds import Reader
from ingest.options import JobOptions
from ingest.pull import Pulled, Puller
from ingest.retry import Retry
from model.schemas import JOBS
from model.source_settings import Source
from store import Store, open_store

NOW = datetime(2026, 5, 10, 12, tzinfo=UTC)
ONCE = Retry(attempts=1)


@dataclass
class Site:
    """One cluster's store, and the clock on its wall."""

    folder: Path
    now: datetime = NOW
    cluster: str = "testbed"
    retry: Retry = ONCE
    store: Store = field(init=False)

    def __post_init__(self) -> None:
        self.store = open_store(self.folder / "store", create=True)

    def pull(self, source: Source, *, even_if_not_due: bool = True) -> Pulled:
        reader = Reader(self.store, self.cluster, JobOptions(timezone="UTC"))
        puller = Puller(self.store, reader, clock=lambda: self.now, retry=self.retry)
        pulled = puller.pull(source, even_if_not_due=even_if_not_due)
        if pulled.fault:
            raise pulled.fault
        return pulled

    def jobs(self) -> pl.DataFrame:
        return self.store.scan(JOBS).collect().sort("job_id", "submit")

    def states(self) -> dict[int, str]:
        return dict(self.jobs().select("job_id", "job_state").iter_rows())


@dataclass
class Sacct:
    """A stand-in for sacct and what it knows."""

    folder: Path

    def __post_init__(self) -> None:
        shutil.copy(Path(__file__).with_name("fake_sacct.py"), self.folder / "sacct")
        self.know([])

    @property
    def program(self) -> str:
        return str(self.folder / "sacct")

    def know(self, jobs: list[dict[str, Any]]) -> None:
        (self.folder / "jobs.json").write_text(json.dumps(jobs))

    def asked(self) -> list[list[str]]:
        file = self.folder / "asked"
        lines = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return [json.loads(line) for line in lines]

    def windows(self) -> list[tuple[str, str]]:
        calls = [dict(pairwise(call)) for call in self.asked()]
        return [(call["-S"], call["-E"]) for call in calls if "-S" in call]


def job(
    number: int,
    submit: datetime,
    *,
    end: datetime | None = None,
    state: str = "COMPLETED",
    **more: Any,
) -> dict[str, Any]:
    """A job of two GPUs that began when it was submitted."""
    began = int(submit.timestamp())
    return {
        "JobIDRaw": str(number),
        "JobID": str(number),
        "Cluster": "testbed",
        "User": "ann",
        "Account": "physics",
        "Partition": "gpu",
        "QOS": "normal",
        "Submit": str(began),
        "Eligible": str(began),
        "Start": str(began),
        "End": str(int(end.timestamp())) if end else "Unknown",
        "ElapsedRaw": str(int((end or NOW).timestamp()) - began),
        "Suspended": "00:00:00",
        "TimelimitRaw": "60",
        "State": state,
        "Reason": "None",
        "NodeList": "gpu01",
        "AllocNodes": "1",
        "AllocCPUS": "8",
        "AllocTRES": "cpu=8,gres/gpu=2,node=1",
        "ReqTRES": "cpu=8,gres/gpu=2,node=1",
        "JobName": "train",
        **more,
    }


def days(number: float) -> timedelta:
    return timedelta(days=number)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)
