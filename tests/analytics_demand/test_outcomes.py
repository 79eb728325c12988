"""How jobs ended: small logs counted by hand, and sums that hold whatever the log."""

from typing import Any

import polars as pl
import pytest
from demand_rows import BEGIN, DAY, HOUR, facts, job, one, periods
from hypothesis import given
from hypothesis import strategies as st
from job_rows import parted

from analytics.outcomes import OUTCOME_COLUMNS, outcomes

DAYS = periods(BEGIN, BEGIN + 2 * DAY, "day")
WHOLE = periods(BEGIN, BEGIN + 2 * DAY)


def ended(state: str, end: int = BEGIN + HOUR, hours: int = 1, **given: Any):
    return job(**({"job_state": state, "start": end - hours * HOUR, "end": end} | given))


def test_a_line_a_state_with_whole_lives() -> None:
    rows = [
        ended("COMPLETED", hours=30, req_gpus=2),
        ended("NODE_FAIL", hours=20),
        ended("BOOT_FAIL", hours=0),
        job(job_state="CANCELLED", end=BEGIN + 5),
        job(job_state="RUNNING", start=BEGIN, held_until=BEGIN + HOUR),
        ended("TIMEOUT", end=BEGIN + 3 * DAY),
        ended("TIMEOUT", end=BEGIN - 1),
    ]
    frame = outcomes(facts(rows), calendar=WHOLE).frame
    assert frame.columns == ["job_state", *OUTCOME_COLUMNS]
    assert frame.rows() == [
        ("BOOT_FAIL", 1, 0.0, 0.0, 0.0),
        ("COMPLETED", 1, 60.0, 0.75, 0.0),
        ("NODE_FAIL", 1, 20.0, 0.25, 20.0),
    ]


def test_every_period_is_printed_and_shares_are_of_its_own_group() -> None:
    rows = [
        ended("COMPLETED"), ended("FAILED", hours=3), ended("FAILED", account="b"),
        ended("COMPLETED", end=BEGIN + DAY),
    ]  # fmt: skip
    frame = outcomes(facts(rows), calendar=DAYS, by=["account"]).frame
    shares = frame.select("account", "job_state", "gpu_hours_share").rows()
    assert shares == [
        ("a", "COMPLETED", 0.25), ("a", "FAILED", 0.75), ("b", "FAILED", 1.0),
        ("a", "COMPLETED", 1.0), ("a", "FAILED", 0.0), ("b", "FAILED", None),
    ]  # fmt: skip


def test_the_state_stands_where_it_was_asked_for() -> None:
    frame = outcomes(facts([ended("FAILED")]), calendar=WHOLE, by=["job_state", "account"]).frame
    assert frame.columns[:2] == ["job_state", "account"]


def test_unknown_gpus_leave_the_line_and_all_shares_unknown() -> None:
    found = outcomes(
        facts([ended("COMPLETED", gpus=None), ended("COMPLETED"), ended("FAILED")]), calendar=WHOLE
    )
    assert one(found.frame, job_state="COMPLETED")["gpu_hours"] is None
    assert one(found.frame, job_state="FAILED")["gpu_hours"] == 1.0
    assert found.frame["gpu_hours_share"].to_list() == [None, None]
    assert found.notes[0].startswith("1 of 3 jobs that ended")


def test_an_unknown_state_is_a_line() -> None:
    rows = [ended("COMPLETED") | {"job_state": None}]
    assert one(outcomes(facts(rows), calendar=WHOLE).frame)["jobs_ended"] == 1


ends = st.builds(
    lambda state, day, hours, account: ended(
        state, end=BEGIN + day * DAY // 4, hours=hours, account=account
    ),
    st.sampled_from(["COMPLETED", "FAILED", "NODE_FAIL"]),
    st.integers(-2, 10), st.integers(0, 9), st.sampled_from(["a", "b"]),
)  # fmt: skip


@given(st.lists(ends, min_size=1, max_size=20), st.randoms(use_true_random=False))
def test_lines_add_up_in_any_order_and_in_parts(rows, random) -> None:
    sums = ["jobs_ended", "gpu_hours", "node_failure_gpu_hours"]
    whole = outcomes(facts(rows), calendar=WHOLE).frame
    random.shuffle(rows)
    days = outcomes(parted(facts(rows), 2), calendar=DAYS, by=["account"]).frame
    assert days.select(pl.col(sums).sum()).rows() == whole.select(pl.col(sums).sum()).rows()
    totals = days.group_by("period_start", "account").agg(pl.col("gpu_hours_share").sum())
    held = days.group_by("period_start", "account").agg(pl.col("gpu_hours").sum())
    both = totals.join(held, on=["period_start", "account"])
    assert all(
        share == pytest.approx(1.0 if hours else 0.0)
        for share, hours in both.select("gpu_hours_share", "gpu_hours").iter_rows()
    )
