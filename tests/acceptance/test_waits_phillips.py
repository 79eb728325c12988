"""The waits of a real log, against what Open XDMoD publishes for it and the log's own lines."""

import json
from pathlib import Path

import polars as pl
import pytest
from phillips import FIELDS

PERIOD_OF = {"Day": "day", "Month": "month"}


@pytest.fixture
def phillips(plimsoll, shared):
    log = shared / "data" / "xdmod_phillips" / "phillips.log"
    where = ("--cluster", "phillips", "--timezone", "UTC", "--fields", ",".join(FIELDS))
    done = plimsoll("ingest", "jobs", log, *where)
    assert done.code == 0, done.err
    return plimsoll


@pytest.fixture
def published(shared: Path):
    return json.loads((shared / "data" / "xdmod_phillips" / "expected.json").read_text())[
        "statistics"
    ]


@pytest.fixture
def lines(shared: Path) -> pl.DataFrame:
    log = shared / "data" / "xdmod_phillips" / "phillips.log"
    frame = pl.read_csv(
        log,
        separator="|",
        has_header=False,
        new_columns=FIELDS,
        infer_schema=False,
        quote_char=None,
    )
    moments = ("submit", "eligible", "start", "end")
    return frame.with_columns(
        pl.col(name).str.to_datetime(time_zone="UTC").dt.epoch("s") for name in moments
    ).filter(pl.col("nodelist") != "None assigned")


@pytest.mark.parametrize("unit", PERIOD_OF)
def test_mean_waits_and_wait_hours_equal_the_published_values(phillips, published, unit):
    frame = phillips("show", "waits", "--period", PERIOD_OF[unit], "--format", "csv").frame()
    cut = len("2016-12") if unit == "Month" else None
    labels = [str(start)[:cut] for start in frame["period_start"]]
    ours = {
        "avg_waitduration_hours": frame["wait_mean_s"] / 3_600,
        "total_waitduration_hours": frame["wait_mean_s"] / 3_600 * frame["jobs"],
        "started_job_count": frame["jobs"].cast(pl.Float64),
    }
    for statistic, values in ours.items():
        series = published[statistic]["timeseries"][unit]
        by_label = dict(zip(labels, values.fill_null(0), strict=True))
        for label, text in series.items():
            decimals = len(text.partition(".")[2])
            assert f"{by_label[label]:.{decimals}f}" == text, (statistic, label)


def test_tails_of_the_real_log(phillips, lines):
    row = phillips("show", "waits", "--format", "csv").frame().row(0, named=True)
    waits = (lines["start"] - lines["submit"]).clip(lower_bound=0).sort()
    eligible = (lines["start"] - lines["eligible"]).clip(lower_bound=0).sort()
    expected = {
        "wait_p50_s": waits[rank(50, len(waits))],
        "wait_p90_s": waits[rank(90, len(waits))],
        "wait_p95_s": waits[rank(95, len(waits))],
        "eligible_wait_p50_s": eligible[rank(50, len(waits))],
        "eligible_wait_p95_s": eligible[rank(95, len(waits))],
    }
    for column, exact in expected.items():
        assert row[column] == pytest.approx(exact, rel=0.013), column
    assert row["jobs"] == len(waits) == 4_046


def rank(percent: int, jobs: int) -> int:
    return -(-percent * jobs // 100) - 1


def test_a_log_without_reasons_leaves_both_shares_empty_and_says_so(phillips):
    shown = phillips("show", "waits", "--format", "csv")
    row = shown.frame().row(0, named=True)
    assert row["policy_share"] is row["capacity_share"] is None
    assert "have no known reason" in shown.err
    assert row["p_started_24h"] + row["p_cancelled_24h"] <= 1


def test_a_split_by_what_came_of_the_jobs_is_cautioned(phillips):
    caution = "do not tell how likely a start is"
    assert caution in phillips("show", "waits", "--by", "job_state").err
    assert caution in phillips("show", "wait_curves", "--where", "job_state=COMPLETED").err
    assert caution not in phillips("show", "waits", "--by", "account").err
