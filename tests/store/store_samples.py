"""Small jobs for the store's tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from store.jobs import STAGED_COLUMNS

SUBMIT = datetime(2026, 5, 1, tzinfo=UTC)
Records = list[dict[str, Any]]


def job(job_id: int = 1, **values: object) -> dict[str, Any]:
    """An ended job of cluster c, as little as it may be."""
    base = {"cluster": "c", "job_id": job_id, "submit": SUBMIT, "finality": 3}
    return {**dict.fromkeys(STAGED_COLUMNS), **base, "observed_until": SUBMIT, **values}


def frame(records: Records) -> pl.DataFrame:
    """Records as JobWriter takes them."""
    return pl.DataFrame(records, schema=STAGED_COLUMNS)


def many(count: int, *, hours_apart: int = 6, first: int = 1) -> pl.DataFrame:
    """Jobs of ascending ids, one every few hours."""
    ids = range(first, first + count)
    moments = [SUBMIT + timedelta(hours=hours_apart * i) for i in ids]
    return frame(
        [job(i, submit=at, gpus=i % 5, account="a") for i, at in zip(ids, moments, strict=True)]
    )
