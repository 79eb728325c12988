"""Steps lead to the same segments as edges, in whatever order the rows come."""

from datetime import date

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from analytics.calendar import BINS_SCHEMA, Calendar
from analytics.sweep import cuts, edges, steps, swept

SECONDS = Calendar(
    bins=pl.DataFrame([(0, date(1970, 1, 1), 0, 99)], schema=BINS_SCHEMA, orient="row"),
    period="total",
    timezone="UTC",
)

rows = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 9), st.integers(1, 9), st.integers(0, 3)),
    max_size=9,
)


@given(drawn=rows, in_order=st.booleans())
def test_steps_and_edges_add_up_alike(drawn, in_order):
    schema = {"key": pl.Int64, "begin_s": pl.Int64, "end_s": pl.Int64, "gpus": pl.Int64}
    spans = [(key, begin, begin + length, gpus) for key, begin, length, gpus in drawn]
    ordered = sorted(spans) if in_order else spans
    segments = pl.DataFrame(ordered, schema=schema, orient="row")
    keys = pl.DataFrame({"key": [0, 1]})
    by_steps = swept([steps(segments, gpus=pl.col("gpus")), cuts(keys, SECONDS)], SECONDS)
    by_edges = swept([edges(segments, 0, 99, gpus=pl.col("gpus")), cuts(keys, SECONDS)], SECONDS)
    for key in (0, 1):
        for second in range(20):
            there = (pl.col("key") == key) & pl.lit(second).is_between("begin_s", "end_s", "left")
            assert by_steps.filter(there)["gpus"].item() == by_edges.filter(there)["gpus"].item()
