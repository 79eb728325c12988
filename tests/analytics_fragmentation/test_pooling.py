"""Ten pools against one: Erlang's vectors, and the peaks of a level over time."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.peaks import peaks
from analytics.pooling import pooled_for_same_wait, same_wait_pooled, sizes
from analytics.queueing import mean_wait, servers_for_mean_wait


def test_67_gpus_in_one_pool_wait_no_longer_than_80_in_ten():
    assert same_wait_pooled([8] * 10, [6.4] * 10) == 67
    assert mean_wait(67, 64) <= mean_wait(8, 6.4) < mean_wait(66, 64)


@given(pools=st.lists(st.tuples(st.integers(1, 30), st.floats(0.05, 0.95)), min_size=1, max_size=6))
def test_one_pool_never_needs_more(pools):
    counts, loads = [size for size, _ in pools], [size * share for size, share in pools]
    needed = same_wait_pooled(counts, loads)
    assert needed is None or sum(loads) < needed <= sum(counts)
    if len(pools) == 1 and needed is not None:
        assert needed == counts[0]


@pytest.mark.parametrize(
    ("sizes", "loads"), [([4, 4], [4.0, 1.0]), ([4], [9.0]), ([4, 2], [0.0, 0.0]), ([], [])]
)
def test_a_full_pool_or_none_in_use_tells_nothing(sizes, loads):
    assert same_wait_pooled(sizes, loads) is None


def test_no_load_needs_no_server_and_no_wait_no_number_of_them():
    assert servers_for_mean_wait(0, mean_wait=0) == 0
    assert mean_wait(3, 0) == mean_wait(0, 0) == 0
    with pytest.raises(ValueError, match="some wait"):
        servers_for_mean_wait(1, mean_wait=0)


def segments(rows):
    names = ("group", "bin", "key", "begin_s", "end_s", "idle", "allocated", "observed")
    frame = pl.DataFrame(rows, schema=names, orient="row")
    return frame.with_columns(idle_unknown=False)


def test_pools_without_gpus_do_not_count():
    pools = segments(
        [(0, 0, 1, 0, 10, 2, 6, 1), (0, 0, 2, 0, 10, 0, 0, 1), (0, 0, 3, 0, 10, 8, 0, 0)]
    )
    row = pooled_for_same_wait(sizes(pools)).to_dicts()
    assert row == [{"group": 0, "bin": 0, "pools": 1, "gpus_split": 8, "pooled_gpus_same_wait": 8}]


def test_95_of_100_seconds_are_enough_and_94_are_not():
    for calm_s, peak in ((95, 1), (94, 7)):
        rows = {"key": [0, 0], "begin_s": [0, calm_s], "end_s": [calm_s, 100], "level": [1, 7]}
        assert peaks(pl.DataFrame(rows), "level", by=("key",))["peak"].item() == peak


levels = st.lists(st.tuples(st.integers(1, 40), st.integers(0, 9)), min_size=1, max_size=12)


@given(spent=levels)
def test_a_peak_is_the_level_of_the_95th_second_of_a_hundred(spent):
    begin, rows = 0, []
    for length, level in spent:
        rows.append({"key": 0, "begin_s": begin, "end_s": begin + length, "level": level})
        begin += length
    found = peaks(pl.DataFrame(rows), "level", by=("key",))["peak"].item()
    seconds = [level for length, level in spent for _ in range(length)]
    below = sum(level <= found for level in seconds)
    assert 100 * below >= 95 * len(seconds)
    assert 100 * sum(level < found for level in seconds) < 95 * len(seconds)
