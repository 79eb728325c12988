"""Samples into hours: against a second-by-second reckoning, and in any order and split."""

import math

import polars as pl
import pytest
from gpu_oracle import hours
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from ingest.telemetry_hours import MOMENTS, decode_open, gaps, hour_rows, union
from model.gpu_states import CLASSES

START = 1_700_000_000 // 3600 * 3600
SHARE = st.sampled_from([0.0, 0.01, 0.05, 0.1, 0.15, 0.4999, 0.5, 0.7, 0.8, 1.0, math.nan])
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "sm": SHARE,
        "util": SHARE,
        "gr": SHARE,
        "dram": SHARE,
        "memory_mb": st.sampled_from([0.0, 1023.9, 1024.0, 80000.0, math.nan]),
        "power_w": st.sampled_from([0.0, 72.5, 700.0, math.nan]),
        "energy_j": st.sampled_from([10.0, 5_000.0, 70_000.0, 900_000.0]),
    },
).filter(bool)
SAMPLES = st.dictionaries(st.integers(START - 400, START + 7800), VALUES, min_size=1, max_size=25)
GAP = st.sampled_from([1, 7, 60, 120, 900, 3600])


def moments(samples, node="n1", gpu="0"):
    rows = [
        {"node": node, "gpu": gpu, "second": second, **values} for second, values in samples.items()
    ]
    return pl.DataFrame(rows, schema=MOMENTS)


def rows_of(frame, gap):
    gap_s = frame.select("node", "gpu").unique().with_columns(gap_s=pl.lit(gap, pl.Int64))
    return hour_rows(frame, gap_s).sort("node", "gpu", "hour")


def same(left, right):
    assert_frame_equal(left, right, check_exact=True)


@given(SAMPLES, GAP)
def test_every_hour_is_as_reckoned_second_by_second(samples, gap):
    rows = {row["hour"]: row for row in rows_of(moments(samples), gap).to_dicts()}
    expected = hours(samples, gap)
    assert rows.keys() == expected.keys()
    for hour, told in expected.items():
        row = rows[hour]
        assert row["timeline"] == told["timeline"]
        assert row["observed_s"] == told["observed_s"]
        assert row["sm_s"] == told["sm_s"]
        assert row["energy_s"] == told["energy_s"]
        for each in CLASSES:
            assert row[each.column] == told["letters"].get(each.letter, 0)
        for name, tolerance in (("activity_mean", 1e-6), ("energy_j", 0.06)):
            assert row[name] == pytest.approx(told[name], abs=tolerance)


@given(SAMPLES, GAP)
def test_the_classes_sum_to_what_was_observed(samples, gap):
    for row in rows_of(moments(samples), gap).to_dicts():
        assert sum(row[each.column] for each in CLASSES) == row["observed_s"]
        assert 0 < row["observed_s"] <= 3600
        assert row["samples"] <= 3600


@given(SAMPLES, GAP, st.randoms(use_true_random=False))
def test_the_order_of_samples_is_nothing(samples, gap, random):
    turned = list(samples.items())
    random.shuffle(turned)
    same(rows_of(moments(samples), gap), rows_of(moments(dict(turned)), gap))


@given(SAMPLES, GAP)
def test_open_hours_hold_what_they_were_made_from(samples, gap):
    rows = rows_of(moments(samples), gap)
    whole = rows.filter(pl.col("open_samples").is_null())["hour"].to_list()
    again = rows_of(union(decode_open(rows), moments(samples)), gap)
    same(rows, again)
    open_alone = rows.filter(pl.col("open_samples").is_not_null())
    remade = rows_of(union(decode_open(open_alone)), gap)
    kept = remade.join(open_alone.select("hour"), on="hour", how="semi")
    same(open_alone, kept)
    assert not set(whole) & set(open_alone["hour"])


def regular(step, values, *, begin=START, count=None, seconds=7200):
    return {begin + n * step: values for n in range(count or seconds // step)}


def test_an_hour_is_complete_once_the_next_sample_is_known():
    values = {"util": 0.9, "memory_mb": 2000.0}
    until_the_hour = rows_of(moments(regular(30, values, seconds=3600)), 60)
    one_more = rows_of(moments(regular(30, values, seconds=3630)), 60)
    assert until_the_hour["open_samples"].is_null().to_list() == [False, False]
    assert one_more["open_samples"].is_null().to_list() == [True, False]
    assert one_more["timeline"].to_list() == ["j3600", "j60-3540"]


def test_without_memory_an_hour_stays_open_since_memory_may_still_come():
    rows = rows_of(moments(regular(30, {"util": 0.9}, seconds=3630)), 60)
    assert rows["open_samples"].null_count() == 0
    later = moments(regular(30, {"memory_mb": 10.0}, seconds=3630))
    joined = rows_of(union(decode_open(rows), later), 60)
    both = rows_of(moments(regular(30, {"util": 0.9, "memory_mb": 10.0}, seconds=3630)), 60)
    same(joined, both)


def test_bursts_are_not_averaged_away():
    samples = {
        START + n * 30: {"sm": 1.0 if n % 4 == 0 else 0.0, "memory_mb": 50.0} for n in range(121)
    }
    row = rows_of(moments(samples), 60).row(0, named=True)
    assert (row["sm_80_up_s"], row["zero_memory_low_s"]) == (900, 2700)
    assert row["activity_mean"] == 0.25


def test_the_bounds_of_the_bands():
    told = {
        0.0: "a",
        0.0499: "d",
        0.05: "g",
        0.1499: "g",
        0.15: "k",
        0.5: "l",
        0.7999: "l",
        0.8: "m",
    }
    for share, expected in told.items():
        timeline = rows_of(moments({START: {"sm": share, "memory_mb": 0.0}}), 10)["timeline"][0]
        assert timeline == f"{expected}10-3590"


def test_gpu_util_alone_is_never_effective():
    row = rows_of(moments(regular(30, {"util": 1.0, "gr": 1.0})), 60).row(0, named=True)
    assert row["util_80_up_s"] == 3600
    assert row["sm_80_up_s"] == row["sm_s"] == 0
    assert row["sm_mean"] is None


def test_sm_active_is_believed_before_gpu_util():
    row = rows_of(moments(regular(30, {"util": 1.0, "sm": 0.2})), 60).row(0, named=True)
    assert (row["sm_under_50_s"], row["activity_mean"]) == (3600, 0.2)


def test_a_counter_set_back_gives_no_energy_and_power_stands_in():
    samples = {
        START: {"energy_j": 1000.0, "power_w": 100.0},
        START + 30: {"energy_j": 4000.0, "power_w": 100.0},
        START + 60: {"energy_j": 10.0, "power_w": 50.0},
    }
    row = rows_of(moments(samples), 30).row(0, named=True)
    assert row["energy_j"] == 3000.0 + 30 * 100.0 + 30 * 50.0
    assert row["energy_s"] == 90


def test_the_usual_gap_is_twice_the_slowest_metrics_step():
    fast, slow = regular(10, {"util": 0.5}, count=20), regular(60, {"memory_mb": 5.0}, count=4)
    mixed = union(moments(fast), moments(slow), moments({START: {"util": 0.1}}, gpu="1"))
    told = dict(gaps(mixed).select("gpu", "gap_s").iter_rows())
    assert told == {"0": 120, "1": 120}
    assert gaps(moments(fast))["gap_s"].to_list() == [20]
    assert gaps(moments(regular(7200, {"util": 0.5}, count=3)))["gap_s"].to_list() == [3600]
