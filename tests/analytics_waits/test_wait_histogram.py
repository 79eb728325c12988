"""Histograms add up, and what is read from them is as near as it claims."""

from collections.abc import Sequence

import narwhals as nw
import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from analytics.reductions import CELL
from analytics.wait_histogram import LARGEST, bins, histogram, merged, quantile

WITHIN = 0.013
numbers = st.one_of(
    st.integers(0, 100), st.integers(0, 10**6), st.integers(0, LARGEST), st.just(3_600)
)
rows = st.lists(st.tuples(st.integers(0, 2), st.none() | numbers), max_size=60)
Rows = list[tuple[int, int | None]]


def frame_of(values: Rows) -> pl.DataFrame:
    return pl.DataFrame(values, schema={CELL: pl.Int64(), "wait_s": pl.Int64()}, orient="row")


def counted(values: Rows) -> pl.DataFrame:
    table = nw.from_native(bins().lazy())
    lazy = nw.from_native(frame_of(values).lazy())
    return histogram(lazy, "wait_s", table=table).to_native().collect().sort(CELL, "bin")


def nearest_rank(values: Sequence[int], percent: int) -> int:
    return sorted(values)[-(-percent * len(values) // 100) - 1]


@given(rows, st.integers(1, 100))
def test_a_quantile_is_within_the_stated_error(values: Rows, percent: int):
    found = dict(quantile(percent, counted(values)).iter_rows())
    for cell in range(3):
        known = [number for each, number in values if each == cell and number is not None]
        if not known:
            assert cell not in found
            continue
        exact = nearest_rank(known, percent)
        assert abs(found[cell] - exact) <= WITHIN * exact


@given(rows, rows)
def test_the_histogram_of_a_union_is_the_sum_of_histograms(one: Rows, other: Rows):
    together = merged([counted(one), counted(other)]).sort(CELL, "bin")
    assert_frame_equal(counted(one + other), together)


@given(rows, st.randoms())
def test_the_order_of_rows_does_not_matter(values: Rows, random):
    before = counted(values)
    random.shuffle(values)
    assert_frame_equal(before, counted(values))


@given(rows)
def test_pandas_counts_as_polars_does(values: Rows):
    values = [(cell, number) for cell, number in values if number is not None]
    assume(values)
    theirs = histogram(
        nw.from_native(frame_of(values).to_pandas()),  # type: ignore[arg-type]
        "wait_s",
        table=nw.from_native(bins().to_pandas()),  # type: ignore[arg-type]
    ).to_native()
    ours = counted(values)
    other = pl.from_pandas(theirs).cast(dict(ours.schema)).sort(CELL, "bin")
    assert_frame_equal(ours, other)


def test_eager_polars_counts_as_lazy_does():
    values: Rows = [(number % 3, number * number) for number in range(2_000)]
    eager = histogram(
        nw.from_native(frame_of(values)),  # type: ignore[arg-type]
        "wait_s",
        table=nw.from_native(bins()),  # type: ignore[arg-type]
    )
    assert_frame_equal(eager.to_native().sort(CELL, "bin"), counted(values))


def test_small_numbers_have_bins_of_their_own():
    found = counted([(0, number) for number in range(46)])
    assert found["n"].to_list() == [1] * 46
    assert found["low"].to_list() == found["high"].to_list() == list(range(46))


def test_every_bin_is_narrow_and_they_follow_each_other():
    edges = [*range(3_000), *(2**k + d for k in range(12, 41) for d in range(0, 2**k, 2**k // 97))]
    found = counted([(0, number) for number in edges])
    wide = found.filter(pl.col("low") < pl.col("high"))
    assert (wide["high"] / wide["low"]).max() <= (1 + WITHIN) / (1 - WITHIN)
    assert (found["low"] > found["high"].shift()).all()
    assert (wide["low"] >= 46).all()
    octaves = found.filter(pl.col("low").is_between(2**20, 2**21 - 1))
    assert octaves.height == pytest.approx(32, abs=1)


def test_what_is_beyond_all_reason_is_counted_as_the_largest():
    found = counted([(0, LARGEST), (0, LARGEST * 4)])
    assert found["n"].to_list() == [2]


@pytest.mark.parametrize(("percent", "value"), [(1, 3_600), (50, 3_600), (51, 7_200), (100, 7_200)])
def test_ranks_are_counted_in_whole_numbers_and_lonely_values_are_exact(percent: int, value: int):
    found = quantile(percent, counted([(0, 3_600)] * 50 + [(0, 7_200)] * 50))
    assert found["value"].to_list() == [value]
