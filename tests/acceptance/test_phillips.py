"""A real log, against the values that Open XDMoD publishes for it."""

import json
from pathlib import Path

import pytest
from phillips import FIELDS, STATISTICS

PERIOD_OF = {"Day": "day", "Month": "month", "Quarter": "quarter", "Year": "year"}


def label(start: str, unit: str) -> str:
    year, month, _ = start.split("-")
    match unit:
        case "Day":
            return start
        case "Month":
            return f"{year}-{month}"
        case "Quarter":
            return f"{year} Q{(int(month) + 2) // 3}"
        case _:
            return year


@pytest.fixture
def phillips(plimsoll, shared):
    log = shared / "data" / "xdmod_phillips" / "phillips.log"
    done = plimsoll(
        "ingest",
        "jobs",
        log,
        "--cluster",
        "phillips",
        "--timezone",
        "UTC",
        "--fields",
        ",".join(FIELDS),
    )
    assert done.code == 0, done.err
    return plimsoll


@pytest.fixture
def expected(shared: Path):
    return json.loads((shared / "data" / "xdmod_phillips" / "expected.json").read_text())[
        "statistics"
    ]


@pytest.mark.parametrize("unit", list(PERIOD_OF))
def test_every_period_equals_the_published_value(phillips, expected, unit):
    frame = phillips("show", "usage", "--period", PERIOD_OF[unit], "--format", "csv").frame()
    starts = [str(start) for start in frame["period_start"]]
    for statistic, column in STATISTICS.items():
        published = expected[statistic]["timeseries"][unit]
        ours = dict(zip((label(start, unit) for start in starts), frame[column], strict=True))
        for period, text in published.items():
            decimals = len(text.partition(".")[2])
            assert f"{ours[period]:.{decimals}f}" == text, (statistic, unit, period)
        assert set(ours) == set(published)


def test_totals_equal_the_published_aggregates(phillips, expected):
    row = phillips("show", "usage", "--format", "csv").frame().row(0, named=True)
    for statistic, column in STATISTICS.items():
        text = expected[statistic]["aggregate"]["Day"]
        decimals = len(text.partition(".")[2])
        assert f"{row[column]:.{decimals}f}" == text, statistic
    assert row["jobs_never_started"] == 239
    assert row["jobs_submitted"] == 4285
