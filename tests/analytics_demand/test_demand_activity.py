"""Active GPU-hours: allocated time at the activity that telemetry tells of a part of it."""

from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest
from demand_rows import BEGIN, DAY, HOUR, facts, job, observed, one, periods

from analytics.demand import demand

DAYS = periods(BEGIN, BEGIN + 2 * DAY, "day")


def activity(*rows: Any) -> pl.DataFrame:
    """`job_id, bin, covered, activity` in GPU-hours, of jobs submitted at BEGIN."""
    return pl.DataFrame(
        [
            ("one", job_id, datetime.fromtimestamp(BEGIN, UTC), place, covered * HOUR, busy * HOUR)
            for job_id, place, covered, busy in rows
        ],
        schema={
            "cluster": pl.String(), "job_id": pl.Int64(), "submit": pl.Datetime("us", "UTC"),
            "bin": pl.Int64(), "covered_gpu_s": pl.Float64(), "activity_gpu_s": pl.Float64(),
        },
        orient="row",
    )  # fmt: skip


def asked(rows, told, **asking: Any) -> pl.DataFrame:
    return demand(facts(rows), calendar=DAYS, observed=observed(), activity=told, **asking).frame


ROWS = [
    job(start=BEGIN, end=BEGIN + 10 * HOUR, req_gpus=2),
    job(start=BEGIN, end=BEGIN + 20 * HOUR, account="b"),
]


def test_what_was_seen_counts_and_nothing_is_extrapolated() -> None:
    frame = asked(ROWS, activity((1, 0, 5.0, 4.0), (2, 0, 5.0, 1.0)))
    first = frame.row(0, named=True)
    assert first["allocated_gpu_hours"] == 40.0
    assert first["active_gpu_hours"] == pytest.approx(5.0)
    assert first["activity_coverage"] == pytest.approx(10 / 40)
    second = frame.row(1, named=True)
    assert (second["active_gpu_hours"], second["activity_coverage"]) == (None, None)


def test_a_group_is_told_by_its_own_jobs() -> None:
    frame = asked(ROWS, activity((1, 0, 5.0, 4.0)), by=["account"])
    days = frame.filter(period_start=DAYS.bins["period_start"][0])
    assert one(days, account="a")["active_gpu_hours"] == pytest.approx(4.0)
    assert one(days, account="b")["active_gpu_hours"] is None
    assert one(days, account="b")["activity_coverage"] == 0.0


def test_without_telemetry_activity_is_unknown_and_a_note_says_so() -> None:
    found = demand(facts(ROWS), calendar=DAYS, observed=observed())
    assert found.frame["active_gpu_hours"].null_count() == 2
    assert found.frame["activity_coverage"][0] == 0.0
    assert any("Without telemetry" in note for note in found.notes)


def test_part_of_a_job_by_model_takes_its_part() -> None:
    models = facts([ROWS[0], ROWS[0]]).with_columns(
        job_id=pl.lit(1, pl.Int64),
        gpus=pl.lit(1, pl.Int64),
        gpus_of_job=pl.lit(2, pl.Int64),
        gpu_model=pl.Series(["a100", "t4"]),
    )
    frame = demand(
        models, calendar=DAYS, observed=observed(), activity=activity((1, 0, 8.0, 4.0)),
        by=["gpu_model"],
    ).frame  # fmt: skip
    days = frame.filter(period_start=DAYS.bins["period_start"][0])
    for model in ("a100", "t4"):
        assert one(days, gpu_model=model)["activity_coverage"] == pytest.approx(4 / 10)
        assert one(days, gpu_model=model)["active_gpu_hours"] == pytest.approx(2.0)
