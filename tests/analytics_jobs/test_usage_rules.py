"""The rules of `usage` one by one, on jobs small enough to reckon in the head."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from job_rows import facts, job, parted
from polars.testing import assert_frame_equal

from analytics.calendar import calendar
from analytics.tracking import gpu_partitions, with_gpu_tracking
from analytics.usage import USAGE_COLUMNS, usage
from analytics.usage_notes import usage_notes
from model.errors import InputError
from model.question import PERIODS, Period

DAY = 86_400
MONDAY = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp())


def days(count: int, *, begin: int = MONDAY, period: Period = "day", timezone: str = "UTC"):
    first = datetime.fromtimestamp(begin, UTC)
    return calendar(first, first + timedelta(days=count), period=period, timezone=timezone)


def test_columns_stand_in_the_order_of_the_contract():
    frame = usage(
        facts([job(start=MONDAY, submit=MONDAY, end=MONDAY + 60)]),
        calendar=days(2),
        by=["user", "account"],
    )
    assert frame.columns == ["period_start", "user", "account", *USAGE_COLUMNS]
    total = usage(facts([]), calendar=days(2, period="total"))
    assert total.columns == list(USAGE_COLUMNS)


def test_a_job_over_midnight_is_split_at_midnight_in_the_asked_zone():
    start = MONDAY + DAY - 1_800
    jobs = facts([job(submit=start, start=start, end=start + 5_400, gpus=4)])
    assert usage(jobs, calendar=days(2))["gpu_hours"].to_list() == [2.0, 4.0]
    paris = days(3, begin=MONDAY - 3_600, timezone="Europe/Paris")
    assert usage(jobs, calendar=paris)["gpu_hours"].to_list() == [0.0, 6.0, 0.0]


def test_every_group_has_every_period_and_empty_ones_are_zero():
    rows = [
        job(submit=MONDAY, start=MONDAY, end=MONDAY + 3_600, account="a"),
        job(
            submit=MONDAY + 2 * DAY,
            start=MONDAY + 2 * DAY,
            end=MONDAY + 2 * DAY + 3_600,
            account=None,
        ),
    ]
    frame = usage(facts(rows), calendar=days(3), by=["account"])
    assert frame["account"].to_list() == [None, "a"] * 3
    assert frame["gpu_hours"].to_list() == [0, 1, 0, 0, 1, 0]
    assert frame["period_start"].unique().sort().to_list() == [
        date(2026, 3, day) for day in (2, 3, 4)
    ]


def test_a_zero_second_job_runs_on_its_day():
    frame = usage(facts([job(submit=MONDAY, start=MONDAY + 5, end=MONDAY + 5)]), calendar=days(1))
    assert frame.select("jobs_started", "jobs_running", "jobs_ended", "gpu_hours").row(0) == (
        1,
        1,
        1,
        0,
    )


def test_suspended_time_is_held_but_not_executed():
    rows = [job(submit=MONDAY, start=MONDAY, end=MONDAY + 10_800, gpus=2, suspended_s=3_600)]
    frame = usage(facts(rows), calendar=days(1))
    assert frame.select("gpu_hours", "executing_gpu_hours").row(0) == (6.0, 4.0)


def test_unknown_gpus_are_unknown_and_not_zero():
    ran = {"submit": MONDAY, "start": MONDAY, "end": MONDAY + 3_600}
    unknown = usage(facts([job(**ran, gpus=None, account="x")]), calendar=days(1))
    assert unknown.select("gpu_hours", "executing_gpu_hours", "gpu_jobs").row(0) == (
        None,
        None,
        None,
    )
    assert unknown["cpu_hours"].item() == 4.0
    partly = facts([job(**ran, gpus=None), job(**ran, gpus=3)])
    assert usage(partly, calendar=days(1))["gpu_hours"].item() == 3.0
    assert usage_notes(partly, calendar=days(1)) == (
        "1 of 2 started jobs have no known GPU count: their GPU-hours are not in the sums.",
    )


def test_a_wait_belongs_to_the_period_of_the_start_and_is_never_negative():
    rows = [
        job(submit=MONDAY, start=MONDAY + DAY, end=MONDAY + DAY + 1),
        job(submit=MONDAY + DAY + 60, start=MONDAY + DAY, end=MONDAY + DAY + 90),
    ]
    assert usage(facts(rows), calendar=days(2))["wait_hours"].to_list() == [0, 24]


def test_pending_jobs_are_counted_at_the_end_of_each_period_as_far_as_observed():
    rows = [
        job(submit=MONDAY, start=MONDAY + DAY, end=MONDAY + DAY + 60),
        job(submit=MONDAY + 60, end=MONDAY + 2 * DAY + 60),
        job(submit=MONDAY + DAY + 60, observed_until=MONDAY + 3 * DAY + 60),
    ]
    frame = usage(facts(rows), calendar=days(5))
    assert frame["jobs_pending"].to_list() == [2, 2, 1, 1, 0]
    assert frame["jobs_never_started"].to_list() == [0, 0, 1, 0, 0]
    assert frame["jobs_submitted"].to_list() == [2, 1, 0, 0, 0]


def test_a_window_that_ends_with_a_period_says_nothing_of_the_queue_in_the_next():
    rows = [job(submit=MONDAY + 60, observed_until=MONDAY + DAY)]
    assert usage(facts(rows), calendar=days(2))["jobs_pending"].to_list() == [1, 0]


def test_an_empty_estate_prints_every_period_as_zeros():
    frame = usage(facts([]), calendar=days(3))
    assert frame["period_start"].to_list() == [date(2026, 3, day) for day in (2, 3, 4)]
    assert frame.select(pl.col("gpu_hours", "jobs_running").sum()).row(0) == (0, 0)


def test_mig_slices_count_as_parts_of_a_card():
    ran = {"submit": MONDAY, "start": MONDAY, "end": MONDAY + 3_600}
    rows = [
        job(**ran, gpus=7, gpu_types="1g.5gb:7"),
        job(**ran, gpus=4, gpu_types="a30-1g:1,t4:2"),
        job(**ran, gpus=2, gpu_types=""),
    ]
    shares = {"1g.5gb": Fraction(1, 7), "a30-1g": Fraction(1, 4), "t4": Fraction(1)}
    frame = usage(facts(rows), calendar=days(1), share_of=lambda name: (name, shares[name]))
    assert frame["gpu_hours"].item() == 13
    assert frame["gpu_hours_physical"].item() == pytest.approx(1 + 3.25 + 2, abs=1e-12)
    assert usage(facts(rows), calendar=days(1))["gpu_hours_physical"].item() is None


def test_clusters_that_do_not_track_gpus_are_told_by_month():
    february = MONDAY - 10 * DAY
    rows = [
        job(submit=february, start=february, end=february + 3_600, gpus=0, req_gpus=0),
        job(
            submit=february,
            start=february,
            end=february + 3_600,
            gpus=0,
            req_gpus=0,
            partition="cpu",
        ),
        job(submit=MONDAY, start=MONDAY, end=MONDAY + 3_600, gpus=2),
        job(submit=MONDAY, start=MONDAY, end=MONDAY + 3_600, gpus=0, req_gpus=0),
    ]
    nodes = pl.LazyFrame(
        {"cluster": ["one", "one"], "gpus": [4, 0], "partitions": ["gpu,long", "cpu"]}
    )
    assert sorted(gpu_partitions(nodes).collect()["partition"]) == ["gpu", "long"]
    tracked = with_gpu_tracking(facts(rows), gpu_partitions=gpu_partitions(nodes))
    frame = usage(
        tracked, calendar=days(60, begin=february - DAY, period="month"), by=["partition"]
    )
    of_gpu = frame.filter(pl.col("partition") == "gpu")
    assert of_gpu["gpu_untracked_jobs"].to_list()[:2] == [1, 0]
    assert of_gpu["gpu_hours"].to_list()[:2] == [None, 2.0]
    of_cpu = frame.filter(pl.col("partition") == "cpu")
    assert of_cpu["gpu_hours"].to_list()[0] == 0.0


def test_an_unknown_column_is_refused_with_a_hint():
    with pytest.raises(InputError, match="acount"):
        usage(facts([]), calendar=days(1), by=["acount"])


long_jobs = st.builds(
    lambda start, length, gpus, suspended, account, user: job(
        submit=start, start=start, end=start + length, gpus=gpus, suspended_s=suspended,
        account=account, user=user,
        month=None if user == "w" else datetime.fromtimestamp(start, UTC).strftime("%Y-%m"),
    ),
    st.integers(MONDAY, MONDAY + 300 * DAY), st.integers(0, 40 * DAY), st.integers(0, 8),
    st.integers(0, DAY), st.sampled_from("abc"), st.sampled_from("uvw"),
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(
    st.lists(long_jobs, min_size=1, max_size=30),
    st.sampled_from(PERIODS),
    st.sampled_from(["UTC", "Europe/London", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia"]),
    st.sampled_from([[], ["account"], ["account", "user"]]),
)
def test_gpu_seconds_are_conserved_over_any_split(rows, period, timezone, by):
    whole = days(400, begin=MONDAY - DAY, period=period, timezone=timezone)
    frame = usage(facts(rows), calendar=whole, by=by)
    held = sum(row["gpus"] * (row["end"] - row["start"]) for row in rows)
    executed = sum(
        row["gpus"] * max(0, row["end"] - row["start"] - row["suspended_s"]) for row in rows
    )
    assert round(frame["gpu_hours"].sum() * 3_600) == held
    assert round(frame["executing_gpu_hours"].sum() * 3_600) == executed
    assert frame["jobs_started"].sum() == frame["jobs_ended"].sum() == len(rows)


@settings(max_examples=25, deadline=None)
@given(st.lists(long_jobs, min_size=1, max_size=30), st.integers(1, 7))
def test_parts_add_up(rows, size):
    asked = days(400, begin=MONDAY - DAY, period="month")
    whole = usage(facts(rows), calendar=asked, by=["account"])
    apart = parted(facts(rows), size)
    for _ in ("reckoned", "kept"):
        assert_frame_equal(usage(apart, calendar=asked, by=["account"]), whole)
