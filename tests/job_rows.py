"""Small job sets for tests: rows of the JOBS facts from a few plain numbers."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import polars as pl

from analytics.parted import Part, Parted
from model.schemas import JOBS

MOMENTS = ("submit", "start", "end", "held_until", "eligible", "observed_until")


def job(**given: Any) -> dict[str, Any]:
    """A job that ran unless told otherwise; moments are epoch seconds."""
    row: dict[str, Any] = {
        "cluster": "one", "account": "a", "user": "u", "partition": "gpu", "job_state": "COMPLETED",
        "submit": 0, "start": None, "end": None, "started": given.get("start") is not None,
        "suspended_s": 0, "nodes": 1, "cpus": 4, "gpus": 1, "req_gpus": 1, "gpu_types": "",
    } | given  # fmt: skip
    if row["started"]:
        row.setdefault("held_until", row["end"])
    return row


def facts(rows: Iterable[Mapping[str, Any]]) -> pl.LazyFrame:
    table = [
        {
            name: datetime.fromtimestamp(value, UTC)
            if name in MOMENTS and value is not None
            else value
            for name, value in {**row, "job_id": number}.items()
        }
        for number, row in enumerate(rows)
    ]
    schema = dict(JOBS.schema) | {
        name: pl.Boolean() for row in table for name in row if name == "gpu_untracked"
    }
    return pl.DataFrame(table, schema=schema).lazy()


class Remembered(dict[str, Any]):
    """Sums that are kept in memory."""

    read = dict.get

    def write(self, digest: str, frames: Any) -> None:
        self[digest] = frames


def parted(rows: pl.LazyFrame, size: int) -> Parted:
    """Jobs in parts of so many rows, in the order of submission, with what their moments span."""
    whole = rows.collect().sort("submit")
    moments = [name for name in MOMENTS if name in whole.columns]
    parts = []
    for piece in whole.iter_slices(size):
        spans = piece.select(pl.col(moments).dt.epoch("s"))
        first_s, last_s = spans.min().min_horizontal().item(), spans.max().max_horizontal().item()
        parts.append(Part(piece.lazy(), piece.height, first_s, last_s))
    return Parted(whole.lazy(), tuple(parts), Remembered())
