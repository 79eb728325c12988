"""Small logs whose demand can be counted by hand."""

from typing import Any

import pytest
from demand_rows import BEGIN, DAY, HOUR, facts, job, observed, one, periods

from analytics.demand import demand

MARCH = periods(BEGIN, BEGIN + 31 * DAY)
GONE = BEGIN + 10 * HOUR


def figures(rows, calendar=MARCH, seen=None, **asking: Any):
    windows = observed() if seen is None else seen
    return one(demand(facts(rows), calendar=calendar, observed=windows, **asking).frame)


def never(**given: Any):
    return job(**({"job_state": "CANCELLED", "end": GONE} | given))


def ran(length: int, start: int = BEGIN + 60, **given: Any):
    return job(start=start, end=start + length, **given)


def test_a_limit_is_booked_where_the_job_starts_and_time_where_it_is_held() -> None:
    days = periods(BEGIN, BEGIN + 2 * DAY, "day")
    rows = [ran(2 * HOUR, start=BEGIN + DAY - HOUR, limit_s=4 * HOUR, req_gpus=3)]
    frame = demand(facts(rows), calendar=days, observed=observed()).frame
    assert frame["limit_gpu_hours"].to_list() == [12.0, 0.0]
    assert frame["allocated_gpu_hours"].to_list() == [3.0, 3.0]


def test_what_never_ran_lies_between_like_jobs_and_the_limit() -> None:
    row = figures([ran(600), ran(1200), never(req_gpus=4)])
    assert row["cancelled_pending_gpu_hours_low"] == pytest.approx(4 * 900 / HOUR)
    assert row["cancelled_pending_gpu_hours_high"] == 4.0


def test_the_mean_of_like_jobs_is_cut_at_the_limit() -> None:
    row = figures([ran(2 * HOUR, limit_s=4000), never(limit_s=HOUR)])
    assert row["cancelled_pending_gpu_hours_low"] == 1.0


def test_without_like_jobs_the_low_bound_is_zero_and_a_note_says_so() -> None:
    found = demand(facts([never()]), calendar=MARCH, observed=observed())
    assert one(found.frame)["cancelled_pending_gpu_hours_low"] == 0.0
    assert any(note.startswith("No job like 1 that never started") for note in found.notes)


@pytest.mark.parametrize("limit_s", [-1, None])
def test_without_a_limit_the_high_bound_is_unknown(limit_s: int | None) -> None:
    rows = [ran(600, limit_s=limit_s), never(limit_s=limit_s), job(limit_s=limit_s)]
    found = demand(facts(rows), calendar=MARCH, observed=observed())
    row = one(found.frame)
    assert row["limit_gpu_hours"] is None
    assert row["cancelled_pending_gpu_hours_high"] is None
    assert row["pending_gpu_hours_high"] is None
    assert row["backlog_days_high"] is None
    assert row["cancelled_pending_gpu_hours_low"] == pytest.approx(1 / 6)
    assert row["pending_gpu_hours_low"] == pytest.approx(1 / 6)
    assert len([note for note in found.notes if "no time limit" in note]) == 3


def test_without_gpus_no_limit_is_needed() -> None:
    row = figures([ran(600, limit_s=-1, req_gpus=0), never(limit_s=-1, req_gpus=0)])
    assert (row["limit_gpu_hours"], row["cancelled_pending_gpu_hours_high"]) == (0.0, 0.0)


def test_an_unknown_request_leaves_both_bounds_unknown() -> None:
    row = figures([never(req_gpus=None), job(req_gpus=2), ran(600, req_gpus=None, gpus=1)])
    assert row["cancelled_pending_gpu_hours_low"] is None
    assert row["cancelled_pending_gpu_hours_high"] is None
    assert row["limit_gpu_hours"] is None
    assert row["pending_gpu_hours_high"] == 2.0


def test_an_unknown_of_one_line_leaves_the_others_known() -> None:
    frame = demand(
        facts([never(req_gpus=None), never(account="b")]),
        calendar=MARCH,
        observed=observed(),
        by=["account"],
    ).frame
    assert one(frame, account="a")["cancelled_pending_gpu_hours_high"] is None
    assert one(frame, account="b")["cancelled_pending_gpu_hours_high"] == 1.0


def test_the_tasks_of_an_array_row_count() -> None:
    row = figures([ran(600), job(job_label="83_[1-6,9%2]", req_gpus=2)])
    assert row["pending_jobs"] == 7
    assert row["pending_gpu_hours_high"] == 14.0
    assert row["pending_gpu_hours_low"] == pytest.approx(14 / 6)


def test_an_array_list_that_slurm_cut_has_no_high_bound() -> None:
    row = figures([ran(600), job(job_label="83_[1,3,5,...]")])
    assert row["pending_gpu_hours_high"] is None
    assert row["pending_gpu_hours_low"] == pytest.approx(0.5)


END = BEGIN + 31 * DAY


@pytest.mark.parametrize(
    ("given", "pends"),
    [
        ({}, True),
        ({"submit": END - 1}, True),
        ({"submit": END}, False),
        ({"start": END - 1, "end": END + 5}, False),
        ({"start": END, "end": END + 5}, True),
        ({"start": END, "end": END}, False),
        ({"job_state": "CANCELLED", "end": END}, False),
        ({"job_state": "CANCELLED", "end": END + 1}, True),
    ],
)
def test_who_is_in_the_queue_when_the_period_ends(given, pends: int) -> None:
    assert figures([job(**given)])["pending_jobs"] == int(pends)


def test_the_queue_is_looked_at_where_observation_ended() -> None:
    seen = observed((BEGIN, BEGIN + 3 * DAY))
    rows = [
        job(observed_until=BEGIN + 3 * DAY),
        job(submit=BEGIN + 3 * DAY),
        never(end=BEGIN + 3 * DAY),
        never(end=BEGIN + 3 * DAY + 1),
    ]
    assert figures(rows, seen=seen)["pending_jobs"] == 2


def test_a_job_that_a_later_window_no_longer_has_is_closed_where_it_was_last_seen() -> None:
    days = periods(BEGIN, BEGIN + 4 * DAY, "day")
    rows = [job(observed_until=BEGIN + 2 * DAY)]
    for seen, pending in (
        (observed((BEGIN, BEGIN + 4 * DAY)), [1, 1, 0, 0]),
        (observed((BEGIN, BEGIN + 2 * DAY)), [1, 1, 1, 1]),
        (observed((BEGIN, BEGIN + 4 * DAY), assumed=True), [1, 1, 1, 1]),
    ):
        found = demand(facts(rows), calendar=days, observed=seen)
        assert found.frame["pending_jobs"].to_list() == pending


@pytest.mark.parametrize("eligible", [None, BEGIN + 4 * DAY])
def test_a_window_misses_no_job_that_was_not_eligible(eligible: int | None) -> None:
    days = periods(BEGIN, BEGIN + 4 * DAY, "day")
    rows = [job(observed_until=BEGIN + 2 * DAY, eligible=eligible)]
    found = demand(facts(rows), calendar=days, observed=observed((BEGIN, BEGIN + 4 * DAY)))
    assert found.frame["pending_jobs"].to_list() == [1, 1, 1, 1]


def test_a_queue_that_was_last_seen_earlier_says_so() -> None:
    days = periods(BEGIN, BEGIN + 4 * DAY, "day")
    found = demand(
        facts([job(observed_until=BEGIN + DAY)]),
        calendar=days,
        observed=observed((BEGIN, BEGIN + DAY)),
    )
    assert any("Nothing was observed of one" in note for note in found.notes)


def test_the_last_recorded_moment_counts_where_no_window_was_stated() -> None:
    last = BEGIN + 3 * HOUR
    row = figures([ran(600), job(submit=last)], seen=observed((BEGIN, last), assumed=True))
    assert row["pending_jobs"] == 1


def test_the_backlog_is_in_days_of_the_last_four_weeks() -> None:
    rows = [
        ran(DAY, start=BEGIN + DAY, limit_s=DAY, req_gpus=5),  # before the four weeks
        ran(14 * DAY, start=END - 20 * DAY, limit_s=14 * DAY, req_gpus=2),
        ran(4 * DAY, start=END - 2 * DAY, limit_s=4 * DAY, req_gpus=7),  # half of it before the end
        job(req_gpus=7, limit_s=6 * DAY, partition="new"),
    ]
    row = figures(rows)
    held_a_day = (2 * 14 + 7 * 2) / 28
    assert row["backlog_days"] == 0.0
    assert row["backlog_days_high"] == pytest.approx(7 * 6 / held_a_day)


def test_the_backlog_counts_as_many_days_as_were_observed() -> None:
    seen = observed((BEGIN, BEGIN + 2 * DAY), (BEGIN + 5 * DAY, END))
    rows = [
        ran(DAY, start=END - 26 * DAY, limit_s=DAY),
        ran(4 * DAY, start=BEGIN + DAY, limit_s=4 * DAY),
        job(limit_s=10 * DAY, partition="new"),
    ]
    # Of the four weeks before the end, 2 days lie in the gap; 26 were observed.
    short = observed((END - 26 * DAY, END))
    assert figures(rows, seen=short)["backlog_days_high"] == pytest.approx(10 / (1 / 26))
    gap = observed((BEGIN, BEGIN + 4 * DAY), (BEGIN + 6 * DAY, END))
    assert figures(rows[1:], seen=gap)["backlog_days_high"] == pytest.approx(10 / (1 / 26))
    assert figures(rows, seen=seen)["backlog_days_high"] == pytest.approx(10 / (1 / 26))


def test_nothing_allocated_is_no_rate() -> None:
    assert figures([job()])["backlog_days"] is None


def test_the_rates_of_two_clusters_add_up() -> None:
    rows = [
        ran(DAY, start=END - 2 * DAY, limit_s=DAY),
        ran(DAY, start=END - 2 * DAY, limit_s=DAY, cluster="two"),
        job(limit_s=DAY, partition="new"),
    ]
    both = observed((END - 2 * DAY, END)).vstack(observed((END - 4 * DAY, END), cluster="two"))
    assert figures(rows, seen=both)["backlog_days_high"] == pytest.approx(1 / (0.5 + 0.25))


def test_an_empty_log_prints_its_periods_as_zeros() -> None:
    days = periods(BEGIN, BEGIN + 2 * DAY, "day")
    frame = demand(facts([]), calendar=days, observed=observed()).frame
    assert frame.height == 2
    assert frame.select(
        "limit_gpu_hours", "pending_jobs", "pending_gpu_hours_high"
    ).unique().rows() == [(0.0, 0, 0.0)]
