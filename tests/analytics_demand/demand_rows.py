"""Small job logs for the tests of demand: rows of JOBS from a few plain numbers."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl

from analytics.calendar import Calendar, calendar
from analytics.estate import OBSERVED_SCHEMA
from model.question import Period
from model.schemas import JOBS

MOMENTS = ("submit", "start", "end", "held_until", "eligible", "observed_until")
BEGIN = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp())
HOUR = 3600
DAY = 24 * HOUR


def job(**given: Any) -> dict[str, Any]:
    """A job for one GPU and an hour that waits, unless told otherwise; moments in seconds."""
    row: dict[str, Any] = {
        "cluster": "one", "user": "u", "account": "a", "partition": "gpu", "name_hash": "x",
        "job_state": "COMPLETED", "submit": BEGIN, "start": None, "end": None,
        "started": given.get("start") is not None, "suspended_s": 0, "limit_s": HOUR,
        "req_gpus": 1, "gpu_types": "", "req_gpu_types": "", "observed_until": BEGIN + 365 * DAY,
        "gpu_untracked": False,
    } | given  # fmt: skip
    row.setdefault("eligible", row["submit"])
    row.setdefault("gpus", row["req_gpus"] if row["started"] else None)
    row.setdefault("held_until", row["end"] if row["started"] else None)
    return row


def facts(rows: Iterable[Mapping[str, Any]]) -> pl.LazyFrame:
    """The rows as facts; job ids count from 1 unless given."""
    table = [
        {"job_id": number, "job_label": str(number)}
        | {name: _moment(value) if name in MOMENTS else value for name, value in row.items()}
        for number, row in enumerate(rows, 1)
    ]
    return pl.DataFrame(table, schema=dict(JOBS.schema) | {"gpu_untracked": pl.Boolean()}).lazy()


def _moment(second: int | None) -> datetime | None:
    return None if second is None else datetime.fromtimestamp(second, UTC)


def observed(
    *windows: tuple[int, int], cluster: str = "one", assumed: bool = False
) -> pl.DataFrame:
    """Observed windows of a cluster; a year from BEGIN where none is given."""
    rows = [
        (cluster, begin, end, assumed) for begin, end in windows or [(BEGIN, BEGIN + 365 * DAY)]
    ]
    return pl.DataFrame(rows, schema=OBSERVED_SCHEMA, orient="row")


def periods(begin_s: int, end_s: int, period: Period = "total", zone: str = "UTC") -> Calendar:
    begin, end = (datetime.fromtimestamp(second, UTC) for second in (begin_s, end_s))
    return calendar(begin, end, period=period, timezone=zone)


def one(frame: pl.DataFrame, **where: Any) -> dict[str, Any]:
    """The only row, or the only one of those values."""
    rows = [
        row
        for row in frame.iter_rows(named=True)
        if all(row[name] == value for name, value in where.items())
    ]
    assert len(rows) == 1, rows
    return rows[0]


def shuffled(rows: Sequence[Mapping[str, Any]], order: Sequence[int]) -> list[dict[str, Any]]:
    """The rows with their own ids, in another order."""
    return [
        {"job_id": place + 1, "job_label": str(place + 1)} | dict(rows[place]) for place in order
    ]
