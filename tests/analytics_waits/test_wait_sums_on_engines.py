"""The reductions of waits give the same counts on another engine than Polars."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analytics.calendar import calendar
from analytics.reductions import GROUP, ticks
from analytics.wait_histogram import bins
from analytics.wait_sums import (
    cohort_in,
    cohort_sums,
    fates,
    started_in,
    started_sums,
    wait_histograms,
)

MARCH = calendar(
    datetime(2026, 3, 1, tzinfo=UTC),
    datetime(2026, 4, 1, tzinfo=UTC),
    period="week",
    timezone="Europe/London",
)
JOBS = 2_000


@pytest.fixture(scope="module")
def moments() -> pl.DataFrame:
    random = np.random.default_rng(11)
    eligible = MARCH.begin_s + random.integers(-5 * 86_400, 35 * 86_400, JOBS)
    wait = random.integers(0, 400, JOBS) ** 2
    flags = {name: random.integers(0, 2, JOBS) for name in ("reason_unknown", "reason_silent")}
    return pl.DataFrame(
        {
            GROUP: random.integers(0, 4, JOBS),
            "start_s": eligible + wait,
            "wait_s": wait + 5,
            "eligible_wait_s": wait,
            "excess_10": wait * 7,
            "excess_600": wait // 3,
            "eligible_s": eligible,
            "t_s": wait,
            "fate": random.integers(0, 3, JOBS),
            "policy_s": wait * flags["reason_unknown"],
            "capacity_s": wait * flags["reason_silent"],
            **flags,
        }
    )


def reduced(frame: Callable[[pl.DataFrame], Any], moments: pl.DataFrame) -> dict[str, Any]:
    jobs, dates = nw.from_native(frame(moments)), nw.from_native(frame(ticks(MARCH)))
    started = started_in(jobs, dates=dates, calendar=MARCH)
    cohort = cohort_in(jobs, dates=dates, calendar=MARCH)
    return {
        "started": started_sums(started),
        "cohort": cohort_sums(cohort),
        "fates": fates(cohort, horizon_s=86_400),
        **wait_histograms(started, table=nw.from_native(frame(bins()))),
    }


@pytest.mark.parametrize(
    ("frame", "back"),
    [
        (pl.DataFrame.lazy, pl.LazyFrame.collect),
        (pl.DataFrame.to_pandas, pl.from_pandas),
    ],
    ids=["lazy Polars", "pandas"],
)
def test_another_engine_counts_as_eager_polars_does(
    moments: pl.DataFrame, frame: Callable[[pl.DataFrame], Any], back: Callable[[Any], pl.DataFrame]
) -> None:
    ours, theirs = reduced(lambda each: each, moments), reduced(frame, moments)
    assert ours.keys() == theirs.keys()
    for name, one in ours.items():
        native = one.to_native()
        other = back(theirs[name].to_native()).cast(dict(native.schema))
        assert_frame_equal(native, other, check_row_order=False, check_column_order=False)
        assert native.height > 0, name
