"""Builders of small estates for worked examples: times in hours from the epoch."""

from datetime import UTC, datetime
from typing import Any

import polars as pl

from analytics.calendar import Calendar, calendar
from analytics.estate import OBSERVED_SCHEMA, Estate
from model.schemas import JOBS, NODES

Row = dict[str, Any]


def hour(number: float | None) -> datetime | None:
    return None if number is None else datetime.fromtimestamp(number * 3600, UTC)


def span(begin: float, end: float, *, period: Any = "total") -> Calendar:
    first, last = hour(begin), hour(end)
    assert first
    assert last
    return calendar(first, last, period=period, timezone="UTC")


def job(cluster: str, *, eligible: float | None, start: float | None = None, **more: Any) -> Row:
    """A job that started (on one node) or, without `start`, waited until `until`."""
    until, ran = more.pop("until"), start is not None
    times = {"eligible": hour(eligible), "start": hour(start)}
    times |= {"end": hour(until), "held_until": hour(until) if ran else None}
    base = {"cluster": cluster, "partition": "gpu", "started": ran, "job_label": "1", "req_gpus": 0}
    gpus = {"gpus": more.get("req_gpus", 0) if ran else 0, "cpus": 1}
    return {**base, **times, **gpus, **more}


def estate(
    jobs: list[Row],
    sizes: dict[str, int],
    *,
    windows: dict[str, tuple[float, float]],
    nodes: list[Row] | None = None,
    **more: Any,
) -> Estate:
    """Clusters of one node each, with so many GPUs (or the given nodes)."""
    ones = [{"cluster": name, "node": name, "gpus": gpus} for name, gpus in sizes.items()]
    base = {"valid_from": hour(-1000), "cpus": 64, "partitions": "gpu", "gpu_types": ""}
    rows = [{**base, **node} for node in (ones if nodes is None else nodes)]
    numbered = [{"job_id": number, **row} for number, row in enumerate(jobs)]
    observed = [
        (name, int(begin * 3600), int(end * 3600), False) for name, (begin, end) in windows.items()
    ]
    return Estate(
        jobs=pl.DataFrame(numbered, schema=JOBS.schema).lazy(),
        nodes=pl.DataFrame(rows, schema=NODES.schema),
        observed=pl.DataFrame(observed, schema=OBSERVED_SCHEMA, orient="row"),
        **more,
    )
