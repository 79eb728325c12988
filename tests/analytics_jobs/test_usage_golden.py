"""Open XDMoD publishes what its Jobs realm says of this log; ours must say the same."""

import json
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from phillips import FIELDS, STATISTICS

from analytics.calendar import Calendar, calendar
from analytics.usage import usage
from model.question import Period
from model.schemas import JOBS

Statistics = dict[str, dict[str, dict[str, dict[str, str]]]]
LABELS: dict[Period, pl.Expr] = {
    "day": pl.col("period_start").dt.strftime("%Y-%m-%d"),
    "month": pl.col("period_start").dt.strftime("%Y-%m"),
    "quarter": pl.format(
        "{} Q{}", pl.col("period_start").dt.year(), pl.col("period_start").dt.quarter()
    ),
    "year": pl.col("period_start").dt.strftime("%Y"),
}


@pytest.fixture(scope="module")
def jobs(shared: Path) -> pl.LazyFrame:
    log = shared / "data" / "xdmod_phillips" / "phillips.log"
    raw = pl.read_csv(
        log,
        separator="|",
        has_header=False,
        new_columns=FIELDS,
        infer_schema=False,
        quote_char=None,
    )
    moments = [
        pl.col(name).str.to_datetime(time_unit="us", time_zone="UTC")
        for name in ("submit", "start", "end")
    ]
    started = pl.col("nodelist") != "None assigned"
    frame = raw.with_columns(*moments, started=started).select(
        "cluster", "account", "user", "submit", "end", "started",
        job_id=pl.col("jobidraw").cast(pl.Int64),
        partition="partition",
        start=pl.when("started").then("start"),
        held_until=pl.when("started").then("end"),
        nodes=pl.col("nnodes").cast(pl.Int64),
        cpus=pl.col("ncpus").cast(pl.Int64),
        gpus=pl.col("alloctres").str.extract(r"gres/gpu=(\d+)").cast(pl.Int64).fill_null(0),
        req_gpus=pl.col("reqtres").str.extract(r"gres/gpu=(\d+)").cast(pl.Int64).fill_null(0),
    )  # fmt: skip
    return pl.concat([pl.DataFrame(schema=JOBS.schema), frame], how="diagonal").lazy()


def period_of(period: Period) -> Calendar:
    return calendar(
        datetime(2016, 12, 22, tzinfo=UTC),
        datetime(2017, 1, 2, tzinfo=UTC),
        period=period,
        timezone="UTC",
    )


@pytest.fixture(scope="module")
def statistics(shared: Path) -> Statistics:
    path = shared / "data" / "xdmod_phillips" / "expected.json"
    return json.loads(path.read_text())["statistics"]


def printed(value: float, like: str) -> str:
    return f"{value:.{len(like.partition('.')[2])}f}"


@pytest.mark.parametrize("period", LABELS)
@pytest.mark.parametrize("statistic", STATISTICS)
def test_time_series_equal_open_xdmods(
    period: Period, statistic: str, jobs: pl.LazyFrame, statistics: Statistics
):
    published = statistics[statistic]["timeseries"][period.title()]
    ours = usage(jobs, calendar=period_of(period)).select(
        LABELS[period].alias("label"), value=STATISTICS[statistic]
    )
    assert {
        label: printed(value, published[label]) for label, value in ours.iter_rows()
    } == published


@pytest.mark.parametrize("statistic", STATISTICS)
def test_totals_equal_open_xdmods(statistic: str, jobs: pl.LazyFrame, statistics: Statistics):
    (total,) = usage(jobs, calendar=period_of("total"))[STATISTICS[statistic]]
    for published in statistics[statistic]["aggregate"].values():
        assert printed(total, published) == published


def test_jobs_cancelled_while_pending_are_counted_apart(jobs: pl.LazyFrame):
    (never,) = usage(jobs, calendar=period_of("total"))["jobs_never_started"]
    assert never == 239


def test_accounts_and_days_add_up_to_the_total(jobs: pl.LazyFrame):
    total = usage(jobs, calendar=period_of("total"))
    split = usage(jobs, calendar=period_of("day"), by=["account", "user"])
    for column in ("gpu_hours", "cpu_hours", "node_hours", "wall_hours", "wait_hours"):
        assert split[column].sum() == pytest.approx(total[column].item(), abs=1e-9)
