"""Jobs of the store by a few words each, for the doctor's tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from model.schemas import JOBS

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def moment(minutes: float) -> datetime:
    """Minutes after noon."""
    return NOON + timedelta(minutes=minutes)


def job(job_id: int, start: float, end: float | None, **others: Any) -> dict[str, Any]:
    """A started job; times in minutes after noon, `end` None while it runs."""
    row = {
        "cluster": "c",
        "job_id": job_id,
        "submit": moment(start),
        "eligible": moment(start),
        "start": moment(start),
        "end": None if end is None else moment(end),
        "held_until": moment(start if end is None else end),
        "started": True,
        "suspended_s": 0,
        "user": "ann",
        "account": "lab",
        "partition": "gpu",
        "job_state": "RUNNING" if end is None else "COMPLETED",
        "gpus": 1,
        "gpu_types": "",
        "req_gpus": 1,
        "req_gpu_types": "",
        "node_list": "n1",
        "reason": "None",
        "limit_s": 3600,
        "cpus": 1,
        "nodes": 1,
    } | others
    return row | {"month": f"{row['submit']:%Y-%m}"}


def jobs(*rows: dict[str, Any]) -> pl.LazyFrame:
    """The rows as JOBS."""
    return pl.DataFrame(list(rows), schema=JOBS.schema).lazy()
