"""What a reader is told, and what is left empty."""

from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest
from job_rows import facts, job

from analytics.calendar import calendar
from analytics.finding import Finding
from analytics.wait_curves import LONGEST_S, grid_s, wait_curves
from analytics.waits import WAIT_COLUMNS, waits
from model.question import Period
from model.wait_reasons import load_wait_reasons

DAY = 86_400
START = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp())


def asked(rows: list[dict[str, Any]], *by: str, period: Period = "total") -> Finding:
    begin = datetime.fromtimestamp(START, UTC)
    days = calendar(begin, begin.replace(day=5), period=period, timezone="UTC")
    return waits(facts(rows), calendar=days, reasons=load_wait_reasons(), by=by)


def ran(submit: int, wait: int, run: int, **given: Any) -> dict[str, Any]:
    submit += START
    common = {"submit": submit, "eligible": submit, "start": submit + wait, "reason": "None"}
    return job(**common | {"end": submit + wait + run} | given)


def test_jobs_that_never_started_have_no_wait():
    never = job(submit=START, eligible=START, end=START + 50, observed_until=START + 90)
    pending = job(submit=START, eligible=START, observed_until=START + 90)
    row = asked([never, pending]).frame.row(0, named=True)
    assert (row["jobs"], row["cohort_jobs"]) == (0, 2)
    started = list(WAIT_COLUMNS[1:9])
    assert all(row[name] is None for name in started)


def test_a_job_without_a_wait_has_a_slowdown_of_exactly_one():
    row = asked([ran(0, 0, 7), ran(0, 0, 0), ran(5, 0, 90_000)]).frame.row(0, named=True)
    assert row["wait_p50_s"] == row["wait_mean_s"] == 0
    assert row["slowdown_median"] == row["slowdown_median_600"] == 1


@pytest.mark.parametrize(
    ("wait", "run", "at_10", "at_600"),
    [(100, 100, 2, 1), (100, 1, 10.1, 1), (1_800, 600, 4, 4), (9, 0, 1, 1)],
)
def test_bounded_slowdown(wait: int, run: int, at_10: float, at_600: float):
    row = asked([ran(0, wait, run)]).frame.row(0, named=True)
    assert row["slowdown_median"] == pytest.approx(at_10, abs=0.001)
    assert row["slowdown_median_600"] == pytest.approx(at_600, abs=0.001)


def test_a_job_that_still_runs_has_a_wait_and_no_slowdown():
    running = ran(0, 40, 0, end=None, held_until=START + 400)
    row = asked([running]).frame.row(0, named=True)
    assert (row["wait_p50_s"], row["slowdown_median"]) == (40, None)


def test_waits_are_booked_to_the_start_and_cohorts_to_the_eligible_time():
    late = ran(DAY - 10, 20, 5, eligible=START + DAY - 5)
    frame = asked([late], period="day").frame
    assert frame["jobs"].to_list() == [0, 1, 0]
    assert frame["cohort_jobs"].to_list() == [1, 0, 0]
    assert frame["p_started_1h"].to_list() == [1, None, None]
    assert frame["eligible_wait_p50_s"].to_list() == [None, 15, None]


def test_a_log_that_tells_no_eligible_time_has_no_cohort_but_waits():
    told, silent = ran(0, 5, 5), ran(0, 7, 5, cluster="old", eligible=None)
    by_cluster = asked([told, silent], "cluster")
    assert by_cluster.frame.select("cluster", "jobs", "cohort_jobs").rows() == [
        ("old", 1, None),
        ("one", 1, 1),
    ]
    assert any("logs of old do not tell" in note for note in by_cluster.notes)
    together = asked([told, silent])
    assert together.frame["cohort_jobs"].to_list() == [1]
    assert any("1 of 2 started jobs have no known eligible time" in n for n in together.notes)
    assert asked([silent]).frame["cohort_jobs"].to_list() == [None]


def test_shares_of_policy_and_capacity_leave_out_the_users_own_and_the_unknown():
    rows = [
        ran(0, 30, 5, reason="QOSMaxGRESPerUser"),
        ran(0, 90, 5, reason="None"),
        ran(0, 500, 5, reason="Dependency"),
        ran(0, 500, 5, reason="TimeLimit"),
        ran(0, 500, 5, reason="BrandNewReason"),
        ran(0, 500, 5, reason=None),
    ]
    found = asked(rows)
    assert found.frame["policy_share"].to_list() == [0.25]
    assert found.frame["capacity_share"].to_list() == [0.75]
    assert any("1 of 6 cohort jobs have no known reason" in note for note in found.notes)
    assert any("2 cohort jobs" in n and "(BrandNewReason)" in n for n in found.notes)


def test_what_still_waits_is_said_and_counts_as_long_as_it_was_seen():
    pending = job(submit=START, eligible=START, reason="Priority", observed_until=START + 3_600)
    found = asked([pending, ran(0, 60, 5)])
    row = found.frame.row(0, named=True)
    assert (row["p_started_1h"], row["p_started_24h"]) == (0.5, None)
    assert any("1 of 2 cohort jobs still waited when last seen" in note for note in found.notes)


def test_a_start_in_the_last_second_of_the_day_counts_where_others_were_lost_from_sight():
    lost = job(submit=START, eligible=START, reason="Priority", observed_until=START + 10)
    in_time, too_late = ran(0, DAY, 5), ran(0, DAY + 1, 5)
    row = asked([lost, in_time, too_late]).frame.row(0, named=True)
    assert (row["p_started_1h"], row["p_started_24h"], row["p_cancelled_24h"]) == (0, 0.5, 0)


def test_an_empty_estate_prints_every_period():
    frame = asked([], period="day").frame
    assert frame["jobs"].to_list() == frame["cohort_jobs"].to_list() == [0, 0, 0]
    assert frame["wait_p50_s"].null_count() == frame["p_started_24h"].null_count() == 3


def test_curves_are_of_each_group_and_period_that_has_a_cohort():
    begin = datetime.fromtimestamp(START, UTC)
    days = calendar(begin, begin.replace(day=5), period="day", timezone="UTC")
    rows = [ran(0, 60, 5, account="a"), ran(2 * DAY, 7, 5, account="b")]
    frame = wait_curves(facts(rows), calendar=days, by=["account"]).frame
    assert frame.columns == [
        "period_start",
        "account",
        "t_s",
        "p_started",
        "p_cancelled",
        "at_risk",
    ]
    groups = frame.group_by("period_start", "account", maintain_order=True).agg(
        pl.col("t_s").filter(pl.col("p_started") == 1).min()
    )
    assert [(str(day), who, first) for day, who, first in groups.iter_rows()] == [
        ("2026-03-02", "a", 64),
        ("2026-03-04", "b", 7),
    ]


def test_the_grid_is_logarithmic_and_has_the_marks_of_the_table():
    grid = grid_s()
    assert grid[0] == 0
    assert grid[-1] == LONGEST_S
    assert {1, 3_600, 86_400} <= set(grid)
    assert grid == sorted(set(grid))
    assert len(grid) < 100
