"""What waits, in sentences and charts, from small frames reckoned by hand."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from reports.charts.demand import (
    backlog_chart,
    ladder_chart,
    never_started_chart,
    queue_chart,
)
from reports.charts.outcomes import outcomes_chart
from reports.charts.waits import bands_chart, curves_chart, waits_chart
from reports.findings.demand import (
    backlog_finding,
    bands_finding,
    chances_finding,
    held_back_sentence,
    ladder_finding,
    longest_wait_finding,
    never_started_finding,
    outcomes_finding,
    queue_finding,
    waits_finding,
    with_unknown_gpus,
)
from reports.wording import between, duration

ON = "1 November 2026"
HOUR = 3600


def queue(*lines: tuple[Any, ...]) -> pl.DataFrame:
    names = ("reason_class", "reason", "jobs", "gpus", "low", "high")
    bounds = {"low": "pending_gpu_hours_low", "high": "pending_gpu_hours_high"}
    types = dict.fromkeys(names[:2], pl.String()) | dict.fromkeys(names[2:], pl.Float64())
    return pl.DataFrame(lines, schema=types, orient="row").rename(bounds)


QUEUE = queue(
    ("capacity", "Priority", 10, 60, 100, 300),
    ("capacity", "Priority", 5, 11, 20, 40),
    ("policy", "QOSMaxGRESPerUser", 2, 12, 50, 90),
    ("user", "Dependency", 3, 17, 0, None),
)


def test_the_queue_is_told_by_what_its_gpus_wait_for():
    assert queue_finding(QUEUE, ON) == (
        f"Of 100 GPUs waited for on {ON}, 71% wait for capacity, 17% for what the user asked to "
        "wait for and 12% for a policy limit"
    )
    assert queue_finding(QUEUE.clear(), ON) == f"No job was waiting on {ON}"
    limits = queue(("policy", "QOSMaxGRESPerUser", 1, 4, 1, 2))
    assert queue_finding(limits, ON).endswith("100% wait for a policy limit")


def test_where_gpus_are_unknown_the_queue_is_told_in_jobs():
    frame = queue(("capacity", "Priority", 3, None, None, None), (None, None, 1, 2, 1, 2))
    assert queue_finding(frame, ON) == (
        f"Of 4 jobs waiting on {ON}, how many GPUs they ask for unknown, 75% wait for capacity and "
        "25% for no recorded reason"
    )
    none = queue(("capacity", "Priority", 3, 0, 0, 0))
    assert queue_finding(none, ON) == (
        f"Of 3 jobs waiting on {ON}, none of them for GPUs, 100% wait for capacity"
    )
    assert "GPUs they ask for unknown" in queue_finding(with_unknown_gpus(none), ON)


def test_without_any_reason_nothing_is_said_of_why():
    frame = queue((None, None, 3, 9, 1, 2))
    assert queue_finding(frame, ON) == f"9 GPUs were waited for on {ON}; why is not on record"


def test_bars_of_the_queue_add_up_clusters_and_leave_an_unknown_bound_open():
    chart = queue_chart(QUEUE, on=ON)
    assert chart is not None
    assert chart.categories == (
        "Capacity: Priority", "Policy: QOSMaxGRESPerUser", "User: Dependency",
    )  # fmt: skip
    low, high = chart.series
    assert low.values == (120.0, 50.0, 0.0)
    assert high.values == (340.0, 90.0, None)
    assert low.labels == ("120 to 340", "50 to 90", "0 or more")
    assert queue_chart(QUEUE.clear(), on=ON) is None


DEMAND = pl.DataFrame(
    {
        "cluster": ["one", "two", "three"],
        "pending_jobs": [4, 0, 9],
        "backlog_days": [1.5, 0.0, None],
        "backlog_days_high": [3.0, 0.0, None],
        "limit_gpu_hours": [1000.0, 400.0, None],
        "allocated_gpu_hours": [400.0, 100.0, 50.0],
        "active_gpu_hours": [160.0, 0.1, None],
        "activity_coverage": [0.8, 0.01, 0.0],
        "cancelled_pending_jobs": [2, 1, 0],
        "cancelled_pending_gpu_hours_low": [10.0, 5.0, 0.0],
        "cancelled_pending_gpu_hours_high": [30.0, 5.0, 0.0],
    }
)


def test_the_longest_backlog_is_named_with_both_bounds():
    assert backlog_finding(DEMAND, "cluster") == (
        "What waits at one would fill its GPUs for 1.5 to 3 days; at 1 other cluster nothing waits"
    )
    assert backlog_finding(DEMAND[1:2], "cluster").endswith("no job was waiting")
    assert backlog_finding(DEMAND[2:], "cluster").endswith("is not known")
    chart = backlog_chart(DEMAND, dimension="cluster", on=ON)
    assert chart is not None
    assert chart.categories == ("one",)


def test_what_never_started_has_two_bounds_beside_what_was_allocated():
    assert never_started_finding(DEMAND) == (
        "Jobs that never started asked for 15 to 35 GPU-hours, beside 550 allocated"
    )
    assert never_started_finding(DEMAND, tracked=False) == (
        "3 jobs never started; how much they asked for is not known"
    )
    unknown = DEMAND.with_columns(cancelled_pending_gpu_hours_high=pl.lit(None, pl.Float64))
    assert "asked for 15 or more GPU-hours" in never_started_finding(unknown)
    monthly = DEMAND.head(1).with_columns(period_start=pl.lit(date(2026, 5, 1)))
    chart = never_started_chart(monthly, granularity="month", period="May 2026")
    assert chart is not None
    assert chart.categories == ("May 2026",)
    assert [series.values for series in chart.series] == [(10.0,), (30.0,)]


def test_the_ladder_leaves_out_what_it_cannot_compare_and_activity_hardly_seen():
    assert ladder_finding(DEMAND) == (
        "Jobs held 36% of the GPU-hours that their time limits allowed"
    )
    chart = ladder_chart(DEMAND, dimension="cluster", period="May 2026")
    assert chart is not None
    assert chart.categories == ("one", "two")
    shares = {series.name: series.values for series in chart.series}
    assert shares["Active (estimate)"] == pytest.approx((0.2, 0.0))
    assert shares["Asked for, never held"] == pytest.approx((0.6, 0.75))
    untold = ladder_chart(DEMAND[1:2], dimension="cluster", period="May 2026")
    assert untold is not None
    assert [series.name for series in untold.series] == ["Allocated", "Asked for, never held"]


def waits(**columns: Any) -> pl.DataFrame:
    one_line = {
        "jobs": 200, "wait_p50_s": 0.0, "wait_p90_s": 12.0 * HOUR, "wait_p95_s": 60.0 * HOUR,
        "p_started_1h": 0.5, "p_started_24h": 0.95, "p_cancelled_24h": 0.012,
        "policy_share": 0.2, "capacity_share": 0.8,
    }  # fmt: skip
    return pl.DataFrame(one_line | columns)


def test_waits_are_told_by_their_median_and_their_tail():
    assert waits_finding(waits()) == (
        "Half of 200 jobs started at once; one in ten waited longer than 12 hours"
    )
    assert waits_finding(waits(jobs=0)) == "No job started in this period"
    assert held_back_sentence(waits()) == (
        "Of the time that jobs of this period waited, 80% was for capacity and 20% for a policy "
        "limit."
    )
    assert held_back_sentence(waits(policy_share=pl.Series([None], dtype=pl.Float64))) is None
    assert chances_finding(waits()) == (
        "50% of the jobs that could start had done so within an hour, 95% within a day; 1.2% were "
        "cancelled first"
    )
    assert chances_finding(waits(p_started_24h=pl.Series([None], dtype=pl.Float64))).endswith(
        "is not known"
    )


def test_a_period_without_a_start_is_a_gap_in_the_line():
    frame = waits(
        period_start=pl.Series([date(2026, 4, 1), date(2026, 5, 1)]),
        wait_p50_s=pl.Series([None, 7200.0]),
    )
    chart = waits_chart(frame, granularity="month", period="spring")
    assert chart is not None
    assert chart.series[0].values == (None, 2.0)
    assert chart.at == (date(2026, 4, 1), date(2026, 5, 1))
    assert waits_chart(frame.head(1), granularity="month", period="spring") is None


def test_sizes_come_in_the_order_of_their_gpus():
    frame = waits(
        gpus_band=pl.Series(["33+", "0", None, "1", "2-4"]),
        wait_p50_s=pl.Series([86_400.0, 0.0, 5.0, 0.0, 60.0]),
    )
    assert bands_finding(frame) == (
        "Jobs of 33 or more GPUs waited 24 hours at the median, jobs of 1 GPU less than a second"
    )
    chart = bands_chart(frame, period="spring")
    assert chart is not None
    assert chart.categories == (
        "No GPU", "1 GPU", "2 to 4 GPUs", "33 or more GPUs", "GPUs not known",
    )  # fmt: skip


def test_the_curves_begin_at_a_minute_and_end_where_knowledge_does():
    frame = pl.DataFrame(
        {
            "t_s": [0, 54, 64, 3600, 86_400, 604_800],
            "p_started": [0.1, 0.2, 0.3, 0.5, 0.9, None],
            "p_cancelled": [0.0, 0.0, 0.01, 0.02, 0.05, None],
        }
    )
    chart = curves_chart(frame, period="spring")
    assert chart is not None
    assert chart.at == (64.0, 3600.0, 86_400.0)
    assert [name for _, name in chart.ticks] == ["1 min", "10 min", "1 h", "6 h", "1 day"]
    assert curves_chart(frame.clear(), period="spring") is None


def test_node_failures_stand_out_among_the_ends():
    frame = pl.DataFrame(
        {
            "job_state": ["NODE_FAIL", "COMPLETED", "TIMEOUT"],
            "jobs_ended": [1, 8, 1],
            "gpu_hours": [10.0, 80.0, 10.0],
            "gpu_hours_share": [0.1, 0.8, 0.1],
            "node_failure_gpu_hours": [10.0, 0.0, 0.0],
        }
    )
    assert outcomes_finding(frame) == (
        "80% of the GPU-hours of ended jobs went to jobs that completed; at most 10 were lost to "
        "node failures"
    )
    chart = outcomes_chart(frame, period="spring")
    assert chart is not None
    assert chart.categories == ("Completed", "Node failed", "Reached the time limit")
    assert chart.series[0].roles == ("main", "second", "main")
    unknown = frame.with_columns(gpu_hours=pl.lit(None, pl.Float64))
    assert outcomes_finding(unknown) == "The GPU-hours of some ended jobs are not known"


def test_the_longest_wait_names_its_job():
    frame = pl.DataFrame(
        {"job_label": ["83_[1-6]"], "cluster": ["one"], "wait_s": [86_400 * 3], "stage": "waiting"}
    )
    assert longest_wait_finding(frame) == "The longest wait: job 83_[1-6] of one has waited 3 days"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "no data"), (0, "0 seconds"), (1, "1 second"), (59.4, "59 seconds"),
        (60, "1 minute"), (5400, "1.5 hours"), (3600, "1 hour"), (47 * HOUR, "47 hours"),
        (48 * HOUR, "2 days"), (86_400 * 26.3, "26 days"),
    ],
)  # fmt: skip
def test_lengths_of_time_in_the_unit_that_suits_them(seconds, said):
    assert duration(seconds) == said


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(1, 2, "1 to 2"), (None, 2, "at most 2"), (1, None, "1 or more"), (None, None, "no data"),
     (3, 3, "3")],
)  # fmt: skip
def test_a_bound_that_is_not_known_is_said_to_be_so(low, high, said):
    assert between(low, high) == said
