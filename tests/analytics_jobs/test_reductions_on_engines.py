"""The reductions give the same sums on another engine than Polars."""

from datetime import UTC, datetime

import narwhals as nw
import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analytics.calendar import calendar
from analytics.job_events import JOB, Census, reduce_jobs
from analytics.reductions import GROUP, ticks

BEGIN = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp())
MARCH = calendar(
    datetime(2026, 3, 1, tzinfo=UTC),
    datetime(2026, 4, 1, tzinfo=UTC),
    period="day",
    timezone="Europe/London",
)
CENSUS = Census(loads=("gpus", "cpus", "nodes", JOB), unknown=frozenset({"gpus"}), suspended=True)


@pytest.fixture(scope="module")
def moments() -> pl.DataFrame:
    random = np.random.default_rng(7)
    submit = BEGIN + random.integers(-5 * 86_400, 35 * 86_400, 2_000)
    start = submit + random.integers(0, 90_000, 2_000)
    gpus = pl.Series(random.integers(0, 9, 2_000))
    return pl.DataFrame(
        {
            GROUP: random.integers(0, 5, 2_000),
            "submit_s": submit,
            "start_s": start,
            "until_s": start + random.integers(0, 300_000, 2_000),
            "waits_until_s": start,
            "queued_s": start,
            "started": np.ones(2_000, bool),
            "ended": random.random(2_000) < 0.9,
            "suspended_s": random.integers(0, 2, 2_000) * 600,
            "gpus": gpus,
            "cpus": gpus * 8,
            "nodes": np.ones(2_000, int),
            JOB: np.ones(2_000, int),
            "untracked": np.zeros(2_000, bool),
        }
    )


def on_polars(moments: pl.DataFrame) -> list[pl.DataFrame]:
    parts = reduce_jobs(
        nw.from_native(moments.lazy()),
        CENSUS,
        dates=nw.from_native(ticks(MARCH).lazy()),
        calendar=MARCH,
    )
    return [part.to_native().collect() for part in parts]


def test_pandas_gives_the_sums_of_polars(moments: pl.DataFrame) -> None:
    parts = reduce_jobs(
        nw.from_native(moments.to_pandas()),  # type: ignore[arg-type]
        CENSUS,
        dates=nw.from_native(ticks(MARCH).to_pandas()),  # type: ignore[arg-type]
        calendar=MARCH,
    )
    for ours, theirs in zip(on_polars(moments), parts, strict=True):
        other = pl.from_pandas(theirs.to_native()).cast(dict(ours.schema))
        assert_frame_equal(ours, other, check_row_order=False, check_column_order=False)
