"""What waits, and why: small queues counted by hand."""

from typing import Any

import pytest
from demand_rows import BEGIN, DAY, HOUR, facts, job, observed, one

from analytics.job_queue import QUEUE_COLUMNS, queue
from model.wait_reasons import load_wait_reasons

NOW = BEGIN + DAY
SEEN = observed((BEGIN, NOW))


def waits(hours: float, **given: Any):
    return job(**({"submit": NOW - int(hours * HOUR), "observed_until": NOW} | given))


def asked(rows, **asking: Any):
    asking.setdefault("observed", SEEN)
    return queue(facts(rows), reasons=load_wait_reasons(), **asking)


def test_a_line_a_cluster_and_reason() -> None:
    rows = [
        waits(1, reason="Priority"),
        waits(3, reason="Priority", req_gpus=4),
        waits(2, reason="QOSMaxGRESPerUser"),
        waits(2, reason="ReqNodeNotAvail, UnavailableNodes:a1"),
        waits(2, reason="ReqNodeNotAvail, UnavailableNodes:a2"),
        waits(5, reason=None),
        waits(5, reason="Dependency", cluster="two"),
    ]
    seen = SEEN.vstack(observed((BEGIN, NOW), cluster="two"))
    frame = asked(rows, observed=seen).frame
    assert frame.columns == list(QUEUE_COLUMNS)
    assert frame.select("cluster", "reason_class", "reason", "jobs", "gpus").rows() == [
        ("one", "capacity", "Priority", 2, 5),
        ("one", "capacity", "ReqNodeNotAvail", 2, 2),
        ("one", "policy", "QOSMaxGRESPerUser", 1, 1),
        ("one", None, None, 1, 1),
        ("two", "user", "Dependency", 1, 1),
    ]
    priority = one(frame, reason="Priority")
    assert (priority["oldest_wait_s"], priority["median_wait_s"]) == (3 * HOUR, HOUR)


@pytest.mark.parametrize(
    ("hours", "median"), [((1,), 1), ((1, 2), 1), ((1, 2, 5), 2), ((4, 1, 2, 3), 2)]
)
def test_the_median_is_a_wait_that_half_do_not_exceed(hours, median: int) -> None:
    assert one(asked([waits(each) for each in hours]).frame)["median_wait_s"] == median * HOUR


def test_the_tasks_of_an_array_wait_one_by_one() -> None:
    row = one(asked([waits(1), waits(2), waits(9, job_label="83_[1-6,9%2]", req_gpus=2)]).frame)
    assert (row["jobs"], row["gpus"], row["median_wait_s"]) == (9, 16, 9 * HOUR)
    assert row["pending_gpu_hours_high"] == 16.0


def test_bounds_are_those_of_demand() -> None:
    ran = job(start=BEGIN + 10, end=BEGIN + 610, observed_until=NOW)
    found = asked([ran, waits(1), waits(1, limit_s=-1, reason="Priority")])
    assert one(found.frame, reason=None)["pending_gpu_hours_low"] == pytest.approx(1 / 6)
    assert one(found.frame, reason="Priority")["pending_gpu_hours_high"] is None
    assert any("no time limit" in note for note in found.notes)


def test_an_unknown_request_leaves_gpus_and_bounds_unknown() -> None:
    row = one(asked([waits(1, req_gpus=None), waits(1)]).frame)
    assert (row["jobs"], row["gpus"], row["pending_gpu_hours_low"]) == (2, None, None)


def test_jobs_that_started_or_ended_do_not_wait() -> None:
    rows = [
        waits(2, start=NOW - HOUR, held_until=NOW),
        waits(2, job_state="CANCELLED", end=NOW),
        waits(2, observed_until=NOW - 1),
    ]
    assert asked(rows).frame.is_empty()


def test_an_earlier_moment_shows_the_queue_of_then() -> None:
    rows = [waits(10, start=NOW - 2 * HOUR, held_until=NOW), waits(4), waits(1)]
    found = asked(rows, until_s=NOW - 3 * HOUR)
    assert one(found.frame)["jobs"] == 2
    assert one(found.frame)["oldest_wait_s"] == 7 * HOUR
    assert any("last recorded" in note for note in found.notes)
