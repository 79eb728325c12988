"""Like jobs: the octave of the time limit, and what counts as elapsed."""

from typing import Any

import polars as pl
from demand_rows import BEGIN, HOUR, facts, job
from hypothesis import given
from hypothesis import strategies as st
from job_rows import parted

from analytics.like_jobs import like_jobs, limit_bin


def bin_of(limit_s: int | None) -> int | None:
    frame = pl.DataFrame({"limit_s": [limit_s]}, schema={"limit_s": pl.Int64})
    return frame.select(limit_bin()).item()


@given(st.integers(1, 2**53))
def test_a_bin_is_the_octave_of_the_limit(limit_s: int) -> None:
    assert bin_of(limit_s) == limit_s.bit_length() - 1


def test_no_limit_and_an_unknown_one_are_bins_of_their_own() -> None:
    assert (bin_of(-1), bin_of(None), bin_of(0), bin_of(1)) == (-1, None, 0, 0)


def ran(length: int, **given: Any):
    return job(start=BEGIN + 5, end=BEGIN + 5 + length, **given)


def test_the_mean_is_of_jobs_that_ran_and_ended_less_suspended_time() -> None:
    rows = [
        ran(100),
        ran(500, suspended_s=100),
        ran(900, suspended_s=None),
        ran(900, partition="cpu"),
        ran(900, limit_s=2 * HOUR),
        ran(900, cluster="two"),
        job(start=BEGIN + 5, held_until=BEGIN + 905),
        job(job_state="CANCELLED", end=BEGIN + 905),
        job(),
    ]
    found = like_jobs(facts(rows)).filter(cluster="one", partition="gpu", limit_bin=11)
    assert found.select("like_jobs", "mean_elapsed_s").rows() == [(2, 250.0)]


def test_requests_of_one_octave_are_alike() -> None:
    found = like_jobs(facts([ran(100, limit_s=2048), ran(300, limit_s=4095)]))
    assert found["mean_elapsed_s"].to_list() == [200.0]


def test_several_parts_add_up() -> None:
    rows = [ran(100 * n, submit=BEGIN + n * 40 * 86_400) for n in range(1, 6)]
    assert like_jobs(parted(facts(rows), 1)).equals(like_jobs(facts(rows)))
