"""Single jobs: where each stood at a moment, how long it had waited, what it held."""

from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from analytics.calendar import calendar
from analytics.estate import OBSERVED_SCHEMA
from analytics.finding import Finding
from analytics.job_list import job_list, ran_on
from analytics.job_queue import queue
from model.errors import InputError
from model.schemas import UNLIMITED_S
from model.wait_reasons import load_wait_reasons
from tests.job_rows import facts, job

HOUR = 3600
SEEN = 100 * HOUR
JOBS = [
    job(submit=0, start=2 * HOUR, end=5 * HOUR, gpus=4, limit_s=10 * HOUR, job_label="1"),
    job(submit=HOUR, start=90 * HOUR, end=None, held_until=SEEN, job_label="2"),
    job(submit=10 * HOUR, limit_s=HOUR, req_gpus=2, reason="QOSMaxGRESPerUser", job_label="3_[1-5]"),
    job(submit=50 * HOUR, limit_s=UNLIMITED_S, reason="Resources", job_label="4"),
    job(submit=20 * HOUR, end=30 * HOUR, job_state="CANCELLED", job_label="5"),
    job(submit=60 * HOUR, start=61 * HOUR, end=62 * HOUR, job_state="NODE_FAIL", gpus=None,
        job_label="6", node_list="gpu[07-08]"),
]  # fmt: skip


def listed(*, begin_h: int = 0, end_h: int = 100, **more: Any) -> pl.DataFrame:
    return found(begin_h=begin_h, end_h=end_h, **more).frame


def found(*, begin_h: int = 0, end_h: int = 100, **more: Any) -> Finding:
    rows = facts(JOBS).with_columns(
        gpu_untracked=pl.lit(value=False), month=pl.lit("1970-01"), observed_until=moment(SEEN)
    )
    return job_list(
        rows,
        calendar=calendar(moment(begin_h * HOUR), moment(end_h * HOUR), period="total", timezone="UTC"),
        observed=pl.DataFrame([("one", 0, SEEN, False)], schema=OBSERVED_SCHEMA, orient="row"),
        reasons=load_wait_reasons(),
        **more,
    )  # fmt: skip


def moment(epoch_s: int) -> datetime:
    return datetime.fromtimestamp(epoch_s, UTC)


def by_label(frame: pl.DataFrame) -> dict[str, dict[str, Any]]:
    return {row["job_label"]: row for row in frame.iter_rows(named=True)}


def test_each_job_stands_where_the_records_have_it_the_longest_wait_first() -> None:
    frame = listed()
    assert frame["job_label"].to_list() == ["3_[1-5]", "2", "4", "5", "1", "6"]
    assert frame["stage"].to_list() == [
        "waiting", "running", "waiting", "never started", "ended", "ended",
    ]  # fmt: skip
    assert frame["wait_s"].to_list() == [90 * HOUR, 89 * HOUR, 50 * HOUR, 10 * HOUR, 2 * HOUR, HOUR]


def test_a_waiting_array_asks_for_the_gpus_of_all_its_tasks_and_holds_none() -> None:
    row = by_label(listed())["3_[1-5]"]
    assert (row["gpus"], row["limit_gpu_hours"], row["gpu_hours"]) == (10, 10.0, 0.0)
    assert (row["reason_class"], row["reason"], row["elapsed_s"]) == (
        "policy",
        "QOSMaxGRESPerUser",
        None,
    )


def test_held_hours_end_with_the_job_or_the_moment_and_are_unknown_without_gpus() -> None:
    rows = by_label(listed())
    assert (rows["1"]["gpu_hours"], rows["1"]["limit_gpu_hours"]) == (12.0, 10.0)
    assert (rows["2"]["gpu_hours"], rows["2"]["elapsed_s"]) == (10.0, 10 * HOUR)
    assert rows["6"]["gpu_hours"] is None
    assert rows["4"]["limit_s"] is None
    assert rows["4"]["limit_gpu_hours"] is None


def test_at_an_earlier_moment_what_came_later_has_not_come() -> None:
    rows = by_label(listed(end_h=25, until_s=25 * HOUR))
    assert set(rows) == {"1", "2", "3_[1-5]", "5"}
    assert rows["5"]["stage"] == "waiting"
    assert (rows["5"]["job_state"], rows["5"]["end"]) == (None, None)
    assert (rows["2"]["wait_s"], rows["2"]["start"]) == (24 * HOUR, None)
    assert rows["1"]["end"] == moment(5 * HOUR)


def test_a_job_that_was_over_before_the_period_is_not_listed() -> None:
    assert set(by_label(listed(begin_h=40))) == {"2", "3_[1-5]", "4", "6"}


def test_filters_name_columns_of_the_list_before_it_is_cut() -> None:
    assert listed(where={"stage": ["waiting"]})["job_label"].to_list() == ["3_[1-5]", "4"]
    cut = found(where={"stage": ["waiting"]}, listed=1)
    assert cut.frame["job_label"].to_list() == ["3_[1-5]"]
    assert cut.notes == ("1 of 2 jobs are listed: those that waited longest.",)
    assert found(where={"stage": ["waiting"]}).notes == ()
    with pytest.raises(InputError, match="no column 'stages'"):
        listed(where={"stages": ["waiting"]})


def test_the_jobs_of_a_node_are_those_whose_list_of_nodes_has_it() -> None:
    rows = facts(JOBS)
    assert ran_on(rows, ["gpu08"]).collect()["job_label"].to_list() == ["6"]
    assert ran_on(rows, ["gpu09"]).collect().is_empty()


@pytest.mark.parametrize("until_h", [None, 15, 55])
def test_what_is_listed_as_waiting_is_what_queue_counts(until_h: int | None) -> None:
    until_s = until_h and until_h * HOUR
    rows = facts(JOBS).with_columns(
        gpu_untracked=pl.lit(value=False), month=pl.lit("1970-01"), observed_until=moment(SEEN)
    )
    counted = queue(
        rows,
        observed=pl.DataFrame([("one", 0, SEEN, False)], schema=OBSERVED_SCHEMA, orient="row"),
        reasons=load_wait_reasons(),
        until_s=until_s,
    ).frame
    waiting = listed(end_h=until_h or 100, until_s=until_s, where={"stage": ["waiting"]})
    assert waiting["gpus"].sum() == counted["gpus"].sum()
    assert waiting["wait_s"].max() == counted["oldest_wait_s"].max()
