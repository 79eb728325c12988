"""How many tasks a record stands for, and how long it waits."""

import fragmented_estates as build
import polars as pl
import pytest

from analytics.array_tasks import task_count
from analytics.waiting import waiting_gpus
from model.schemas import JOBS


@pytest.mark.parametrize(
    ("label", "tasks"),
    [
        ("83_[1-6,9%2]", 7),
        ("83_[1-6%2]", 6),
        ("83_[4]", 1),
        ("83_[0-9:3]", 4),
        ("83_[1-2,5-6,9]", 5),
        ("83_[1-3,...]", 3),
        ("83_7", 1),
        ("61+1", 1),
        ("83", 1),
        ("", 1),
        (None, 1),
        ("83_[]", 1),
    ],
)
def test_tasks_of_a_label(label, tasks):
    frame = pl.DataFrame({"label": [label]}, schema={"label": pl.String})
    assert frame.select(task_count(pl.col("label"))).item() == tasks


def waits(**job: object):
    frame = pl.DataFrame([{"job_id": 1, **build.job("c", **job)}], schema=JOBS.schema)
    rows = waiting_gpus(frame.lazy(), begin_s=3600, end_s=10 * 3600).rows()
    return [(begin // 3600, end // 3600, gpus) for _, _, begin, end, gpus in rows]


def test_a_job_waits_from_eligible_until_it_leaves_the_queue():
    assert waits(eligible=2, start=5, until=9, req_gpus=4) == [(2, 5, 4)]
    assert waits(eligible=2, until=9, req_gpus=4) == [(2, 9, 4)]
    assert waits(eligible=0, until=12, req_gpus=4) == [(1, 10, 4)]
    assert waits(eligible=2, until=9, req_gpus=2, job_label="1_[1-5]") == [(2, 9, 10)]


def test_a_pending_job_waits_as_far_as_it_was_observed():
    assert waits(eligible=2, until=None, observed_until=build.hour(7), req_gpus=1) == [(2, 7, 1)]


def test_what_does_not_wait_for_gpus_is_left_out():
    assert waits(eligible=2, start=2, until=9, req_gpus=4) == []
    assert waits(eligible=6, start=5, until=9, req_gpus=4) == []
    assert waits(eligible=2, until=9, req_gpus=0) == []
    assert waits(eligible=None, until=9, req_gpus=4) == []


def test_an_unknown_number_of_gpus_stays_unknown():
    assert waits(eligible=2, until=9, req_gpus=None) == [(2, 9, None)]
    untracked = waits(eligible=2, start=5, until=9, req_gpus=0, gpus=None)
    assert untracked == [(2, 5, None)]
