"""What a cluster is expected to have: inventory, plans and availability, hour by hour."""

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from analytics.calendar import calendar
from analytics.estate import OBSERVED_SCHEMA, Estate
from analytics.expected_capacity import EXPECTED_SCHEMA, expected_capacity
from analytics.tracking import with_gpu_tracking
from model.schemas import JOBS, NODE_EVENTS, NODES

NOW = datetime(2026, 1, 11, tzinfo=UTC)
DAY = timedelta(days=1)
PAST = calendar(NOW - 10 * DAY, NOW, period="total", timezone="UTC")
COMING = calendar(NOW, NOW + 4 * DAY, period="total", timezone="UTC")


def snapshot(cluster: str, name: str, gpus: int, day: int = -30) -> dict[str, Any]:
    return {
        "cluster": cluster, "node": name, "valid_from": NOW + day * DAY, "gpus": gpus,
        "gpu_types": "", "cpus": 8, "partitions": "gpu", "features": "",
    }  # fmt: skip


def event(name: str, kind: str, begin: float, end: float | None) -> dict[str, Any]:
    return {
        "cluster": "one", "node": name, "kind": kind, "start": NOW + begin * DAY,
        "end": None if end is None else NOW + end * DAY,
    }  # fmt: skip


def job(name: str, begin: float, end: float, gpus: int) -> dict[str, Any]:
    start, until = NOW + begin * DAY, NOW + end * DAY
    return {
        "cluster": "one", "month": "2026-01", "job_id": 1, "submit": start, "start": start,
        "started": True, "end": until, "held_until": until, "node_list": name, "nodes": 1,
        "cpus": 1, "gpus": gpus, "gpu_types": "", "suspended_s": 0, "partition": "gpu",
    }  # fmt: skip


def found(
    nodes: list[dict[str, Any]],
    events: list[dict[str, Any]] | None = None,
    jobs: list[dict[str, Any]] | None = None,
    observed: list[tuple[str, int]] | None = None,
) -> dict[str, dict[str, Any]]:
    """By cluster; `observed` tells for how many days before now, ten by default."""
    windows = [
        (name, int((NOW - days * DAY).timestamp()), int(NOW.timestamp()), False)
        for name, days in (observed if observed is not None else [("one", 10)])
    ]
    estate = Estate(
        jobs=with_gpu_tracking(pl.DataFrame(jobs or [], schema=JOBS.schema).lazy()),
        nodes=pl.DataFrame(nodes, schema=NODES.schema),
        observed=pl.DataFrame(windows, schema=OBSERVED_SCHEMA, orient="row"),
        events=pl.DataFrame(events or [], schema=NODE_EVENTS.schema),
    )
    frame = expected_capacity(estate, coming=COMING, past=PAST).frame
    assert frame.schema == EXPECTED_SCHEMA
    return {row["cluster"]: row for row in frame.iter_rows(named=True)}


TWO = [snapshot("one", "n1", 4), snapshot("one", "n2", 4)]


def test_plans_are_taken_off_and_the_rest_is_as_available_as_it_was() -> None:
    """8 GPUs, 4 days: 768 h. Down 1 of 10 days on n1: 96 of 1920 h. Ahead 12 h x 4 and 24 h x 4."""
    row = found(
        TWO,
        [
            event("n1", "down", -5, -4),
            event("n1", "maintenance", 1, 1.5),
            event("n2", "reserved", 2, 3),
        ],
    )["one"]
    assert (row["installed"], row["planned_maintenance"], row["planned_reservations"]) == (
        768, 48, 96,
    )  # fmt: skip
    assert row["availability"] == pytest.approx(1 - 96 / 1920)
    assert row["expected_available"] == pytest.approx((768 - 48 - 96) * 0.95)


def test_past_maintenance_is_not_taken_off_twice() -> None:
    row = found(TWO, [event("n1", "maintenance", -5, -3), event("n1", "down", -4, -2)])["one"]
    assert row["availability"] == pytest.approx((1920 - 96 * 3) / (1920 - 96))


def test_what_has_no_end_yet_is_no_plan() -> None:
    """A node that is down now was down: it lowers the availability, and is not foreseen."""
    row = found(TWO, [event("n1", "down", -1, None), event("n2", "reserved", -1, None)])["one"]
    assert (row["planned_maintenance"], row["planned_reservations"]) == (0, 0)
    assert row["availability"] == pytest.approx(1 - 96 / 1920)


def test_a_down_node_that_still_ran_a_job_was_available_so_far() -> None:
    down = [event("n1", "down", -5, -4)]
    row = found(TWO, down, [job("n1", -5, -4.5, 2)])["one"]
    assert row["availability"] == pytest.approx(1 - (96 - 24) / 1920)


def test_availability_is_of_the_days_that_were_observed() -> None:
    row = found(TWO, [event("n1", "down", -5, -4)], observed=[("one", 5)])["one"]
    assert row["availability"] == pytest.approx(1 - 96 / 960)
    assert row["availability_days"] == pytest.approx(5)


def test_the_inventory_of_now_counts() -> None:
    grown = [*TWO, snapshot("one", "n2", 8, day=-2)]
    assert found(grown)["one"]["installed"] == (4 + 8) * 96


def test_a_cluster_without_logs_or_without_nodes_is_unknown() -> None:
    rows = found([*TWO, snapshot("quiet", "q1", 4)], observed=[("one", 10), ("bare", 10)])
    assert set(rows) == {"one", "quiet", "bare"}
    quiet, bare = rows["quiet"], rows["bare"]
    assert (quiet["installed"], quiet["availability"], quiet["expected_available"]) == (
        384, None, None,
    )  # fmt: skip
    assert (bare["installed"], bare["expected_available"]) == (None, None)
