"""The sums by key are the same on another engine than Polars, with unknown keys and values."""

import narwhals as nw
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from analytics.reductions import summed_by, sums_by

SCHEMA = {"cluster": pl.String, "bin": pl.Int64, "gpus": pl.Int64, "jobs": pl.Int64}
rows = st.lists(
    st.tuples(
        st.sampled_from(["one", "two", None]), st.integers(0, 3),
        st.none() | st.integers(0, 2**40), st.integers(0, 9),
    ),
    min_size=1,
)  # fmt: skip
KEYS, SUMS = ["cluster", "bin"], ["gpus", "jobs"]


@given(rows)
def test_pandas_gives_the_sums_of_polars(table) -> None:
    frame = pl.DataFrame(table, schema=SCHEMA, orient="row")
    ours = summed_by(frame, KEYS, SUMS)
    theirs = sums_by(nw.from_native(frame.to_pandas()), KEYS, SUMS).to_native()
    other = pl.from_pandas(theirs).cast(dict(ours.schema))
    assert_frame_equal(ours, other, check_row_order=False)


@given(rows, st.integers(0, 20))
def test_sums_of_two_parts_add_up(table, cut: int) -> None:
    frame = pl.DataFrame(table, schema=SCHEMA, orient="row")
    parts = [summed_by(part, KEYS, SUMS) for part in (frame[:cut], frame[cut:])]
    both = summed_by(pl.concat(parts), KEYS, SUMS)
    assert_frame_equal(both, summed_by(frame, KEYS, SUMS), check_row_order=False)


def test_a_key_that_is_no_column_is_a_fault() -> None:
    with pytest.raises(Exception, match="month"):
        summed_by(pl.DataFrame(schema=SCHEMA), ["month"], SUMS)
