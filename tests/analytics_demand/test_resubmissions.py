"""A job that comes again counts once: when two jobs are the same, and how soon is soon."""

from typing import Any

import polars as pl
import pytest
from demand_rows import BEGIN, DAY, HOUR, facts, job, observed, one, periods

from analytics.demand import demand
from analytics.resubmissions import WEEK_S, came_again

GONE = BEGIN + 10 * HOUR


def never(**given: Any):
    return job(**({"job_state": "CANCELLED", "end": GONE} | given))


def after(rows) -> dict[int, int]:
    frame = came_again(facts(rows))
    return dict(frame.select("job_id", "again_after_s").iter_rows())


@pytest.mark.parametrize(
    ("after_s", "found"),
    [(0, True), (1, True), (HOUR, True), (DAY, True), (WEEK_S, True), (WEEK_S + 1, False)],
)
def test_the_next_submission_after_the_end_counts_up_to_a_week(after_s: int, found: int) -> None:
    rows = [never(), job(submit=GONE + after_s, start=GONE + after_s + 5, end=GONE + after_s + 9)]
    assert after(rows) == ({1: after_s} if found else {})


def test_a_submission_before_the_end_is_another_job() -> None:
    assert after([never(), job(submit=GONE - 1)]) == {}


@pytest.mark.parametrize(
    "other",
    [
        {"cluster": "two"}, {"user": "v"}, {"name_hash": "y"}, {"partition": "cpu"},
        {"req_gpus": 2}, {"limit_s": HOUR + 1},
    ],
)  # fmt: skip
def test_a_different_request_is_no_resubmission(other) -> None:
    assert after([never(), job(submit=GONE + 5, **other)]) == {}


@pytest.mark.parametrize("name", ["user", "name_hash", "partition", "req_gpus", "limit_s"])
def test_an_unknown_is_like_nothing(name: str) -> None:
    assert after([never(**{name: None}), job(submit=GONE + 5, **{name: None})]) == {}


def test_the_soonest_counts_whatever_became_of_it() -> None:
    rows = [
        never(),
        job(submit=GONE + 900),
        never(submit=GONE + 300, end=GONE + 400),
        job(submit=GONE + 600, start=GONE + 601, end=GONE + 700),
    ]
    assert after(rows) == {1: 300, 3: 200}


def test_a_chain_of_cancelled_jobs_counts_once() -> None:
    rows = [never(submit=BEGIN + n * HOUR, end=BEGIN + (n + 1) * HOUR) for n in range(5)]
    frame = demand(facts(rows), calendar=periods(BEGIN, BEGIN + DAY), observed=observed()).frame
    assert one(frame)["resubmitted_jobs"] == 4
    assert one(frame)["cancelled_pending_jobs"] == 1
    assert one(frame)["cancelled_pending_gpu_hours_high"] == 1.0


def test_jobs_gone_in_the_second_of_their_submission_do_not_take_each_other_out() -> None:
    rows = [never(submit=GONE) for _ in range(3)]
    assert after(rows) == {1: 0, 2: 0}
    assert after([*rows, job(submit=GONE)]) == {1: 0, 2: 0, 3: 0}
    assert after([job(submit=GONE), *rows]) == {2: 0, 3: 0, 4: 0}


def test_a_job_is_not_its_own_resubmission() -> None:
    assert after([never(submit=GONE)]) == {}


def test_a_job_that_ran_and_was_cancelled_is_none_that_never_ran() -> None:
    ran = job(job_state="CANCELLED", start=BEGIN + 5, end=GONE)
    assert after([ran, job(submit=GONE + 5)]) == {}


def test_the_windows_of_an_hour_a_day_and_a_week() -> None:
    rows, names = [], ["in_hour", "in_day", "in_week", "never"]
    for name, delay in zip(names, [HOUR, DAY, WEEK_S, WEEK_S + 1], strict=True):
        rows += [
            never(name_hash=name),
            job(name_hash=name, submit=GONE + delay, start=GONE + delay),
        ]
    frame = demand(
        facts(rows), calendar=periods(BEGIN, BEGIN + 30 * DAY), observed=observed()
    ).frame
    row = one(frame)
    assert row["cancelled_pending_gpu_hours_high_1h"] == 3.0
    assert row["cancelled_pending_gpu_hours_high"] == 2.0
    assert row["cancelled_pending_gpu_hours_high_7d"] == 1.0
    assert (row["resubmitted_jobs"], row["cancelled_pending_jobs"]) == (2, 2)


def test_what_came_again_is_told_by_all_jobs_not_by_those_asked_for() -> None:
    everything = facts([never(), job(submit=GONE + 5, start=GONE + 6, end=GONE + 9)])
    some = everything.filter(pl.col("job_state") == "CANCELLED")
    found = demand(
        some, calendar=periods(BEGIN, BEGIN + DAY), observed=observed(), everything=everything
    )
    assert one(found.frame)["resubmitted_jobs"] == 1


def test_an_array_row_that_comes_again_as_tasks_is_found() -> None:
    rows = [
        never(job_label="83_[1-6,9%2]"),
        job(submit=GONE + 60, start=GONE + 61, end=GONE + 62, job_label="90_1"),
    ]
    found = demand(facts(rows), calendar=periods(BEGIN, BEGIN + DAY), observed=observed())
    assert one(found.frame)["resubmitted_jobs"] == 7
    assert one(found.frame)["cancelled_pending_gpu_hours_high_1h"] == 0.0
