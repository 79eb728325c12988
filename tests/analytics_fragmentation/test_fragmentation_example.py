"""Fragmentation of an estate small enough to be reckoned by hand, and what its notes say."""

from typing import Any

import fragmented_estates as build
import polars as pl
import pytest

from analytics.fragmentation import fragmentation
from model.errors import InputError

DAY = build.span(0, 24)
WHOLE_DAY = {"east": (0, 24), "west": (0, 24)}


def worked_example(**changes: Any):
    """East has 4 GPUs, west 2; both are observed the whole day.

    East: a job holds 3 GPUs 00-12. Idle 1 x 12 + 4 x 12 = 60.
    West: a job holds 2 GPUs 00-18; one that wants 2 waits 06-18 and runs 18-24. Idle 0.
    West, too: an array of 3 tasks of 1 GPU waits 12-20, then is cancelled.

    06-12: waiting 2, idle 1 in the east: stranded 1 x 6.
    12-18: waiting 5, idle 4: 4 x 6. 18-20: waiting 3, idle 4: 3 x 2. In all 6 + 24 + 6 = 36.
    Pending 2 x 12 + 3 x 8 = 48. Stranded share 36 / 60.

    Demand of the east: 3 for 12 h, 0 for 12 h; p95 = 3. Of the west: 2 for 6 h, 4 for 6 h,
    2 + 2 + 3 = 7 for 6 h, 2 + 3 = 5 for 2 h, 2 for 4 h; p95 = 7. Together at least 7 in
    06-18 (7, then 7), so the p95 of the sum is 7; the gain is 1 - 7 / 10.
    """
    jobs = [
        build.job("east", eligible=0, start=0, until=12, req_gpus=3, node_list="east"),
        build.job("west", eligible=0, start=0, until=18, req_gpus=2, node_list="west"),
        build.job("west", eligible=6, start=18, until=24, req_gpus=2, node_list="west"),
        build.job("west", eligible=12, until=20, req_gpus=1, job_label="9_[1-3]"),
        *changes.pop("more_jobs", ()),
    ]
    return build.estate(jobs, {"east": 4, "west": 2}, **{"windows": WHOLE_DAY, **changes})


def only(finding) -> dict[str, Any]:
    assert finding.frame.height == 1
    return finding.frame.to_dicts()[0]


def test_worked_example_of_stranded_hours():
    row = only(fragmentation(worked_example(), calendar=DAY))
    assert row["stranded_gpu_hours"] == pytest.approx(36)
    assert row["pending_gpu_hours"] == pytest.approx(48)
    assert row["idle_gpu_hours"] == pytest.approx(60)
    assert row["stranded_fraction"] == pytest.approx(0.6)
    assert (row["peak_sum"], row["peak_pooled"]) == (10, 7)
    assert row["pooling_gain"] == pytest.approx(0.3)
    assert (row["pools"], row["gpus_split"]) == (2, 6)
    assert row["pooled_gpus_same_wait"] is None  # the west is full all day


def test_stranded_hours_by_month_and_day():
    days = build.span(0, 48, period="day")
    windows = {"east": (0.0, 48.0), "west": (0.0, 48.0)}
    found = fragmentation(worked_example(windows=windows), calendar=days).frame
    assert found["stranded_gpu_hours"].to_list() == pytest.approx([36, 0])
    assert found["idle_gpu_hours"].to_list() == pytest.approx([60, 4 * 24 + 2 * 24])


def test_outside_its_window_a_cluster_neither_idles_nor_waits():
    windows = {"east": (0.0, 24.0), "west": (12.0, 24.0)}
    finding = fragmentation(worked_example(windows=windows), calendar=DAY)
    assert only(finding)["stranded_gpu_hours"] == pytest.approx(30)
    assert only(finding)["pending_gpu_hours"] == pytest.approx(2 * 6 + 3 * 8)
    assert any(note.startswith("west was not observed all the time") for note in finding.notes)


def test_a_waiting_job_that_does_not_tell_its_gpus_makes_what_waits_unknown():
    dumb = build.job("east", eligible=2, until=3, req_gpus=None)
    finding = fragmentation(worked_example(more_jobs=[dumb]), calendar=DAY)
    row = only(finding)
    unknown = ("stranded_gpu_hours", "pending_gpu_hours", "peak_sum", "peak_pooled")
    assert [row[name] for name in (*unknown, "stranded_fraction", "pooling_gain")] == [None] * 6
    assert row["idle_gpu_hours"] == pytest.approx(60)
    assert any(note.startswith("Jobs of east waited") for note in finding.notes)


def test_jobs_that_never_became_eligible_do_not_wait():
    held = build.job("east", eligible=None, until=20, req_gpus=50)
    assert only(fragmentation(worked_example(more_jobs=[held]), calendar=DAY)) == only(
        fragmentation(worked_example(), calendar=DAY)
    )


def test_a_log_without_eligible_times_says_nothing_of_waiting():
    jobs = [build.job("east", eligible=None, start=0, until=9, req_gpus=1, node_list="east")]
    estate = build.estate(jobs, {"east": 4, "west": 2}, windows=WHOLE_DAY)
    finding = fragmentation(estate, calendar=DAY)
    assert only(finding)["pending_gpu_hours"] is None
    assert only(finding)["stranded_gpu_hours"] is None
    assert any(note.startswith("The log of east does not tell when") for note in finding.notes)


def test_a_cluster_without_inventory_has_unknown_idle_gpus_and_known_demand():
    nodes = [{"cluster": "east", "node": "east", "gpus": 4}]
    row = only(fragmentation(worked_example(nodes=nodes), calendar=DAY))
    assert row["idle_gpu_hours"] is row["stranded_gpu_hours"] is row["gpus_split"] is None
    assert (row["peak_sum"], row["peak_pooled"]) == (10, 7)


def test_what_nothing_uses_strands_nothing():
    row = only(
        fragmentation(build.estate([], {"east": 0}, windows={"east": (0, 24)}), calendar=DAY)
    )
    assert row["stranded_gpu_hours"] == row["idle_gpu_hours"] == 0
    assert row["stranded_fraction"] is row["pooling_gain"] is None


def test_between_partitions_of_a_cluster():
    nodes = [
        {"cluster": "east", "node": "n1", "gpus": 4, "partitions": "gpu"},
        {"cluster": "east", "node": "n2", "gpus": 2, "partitions": "infer,test"},
    ]
    jobs = [
        build.job("east", eligible=0, start=0, until=24, req_gpus=4, node_list="n1"),
        build.job("east", eligible=4, until=24, req_gpus=3),
        build.job("east", eligible=0, start=0, until=12, req_gpus=1, partition="infer"),
    ]
    estate = build.estate(jobs, {}, nodes=nodes, windows={"east": (0, 24)})
    finding = fragmentation(estate, calendar=DAY, by=("cluster",))
    # An idle GPU of `infer` while the job of no known node runs (04-12), then both.
    assert only(finding)["stranded_gpu_hours"] == pytest.approx(8 + 2 * 12)
    assert any("overstated" in note for note in finding.notes)
    assert only(fragmentation(estate, calendar=DAY))["stranded_gpu_hours"] == 0


def test_only_gpus_of_a_model_and_the_jobs_that_could_use_them():
    nodes = [
        {"cluster": "east", "node": "n1", "gpus": 4, "gpu_types": "a100:4"},
        {"cluster": "east", "node": "n2", "gpus": 2, "gpu_types": "t4:2"},
        {"cluster": "west", "node": "n1", "gpus": 1, "gpu_types": "a100:1"},
    ]
    jobs = [
        build.job("east", eligible=0, start=0, until=1, req_gpus=1, node_list="n1"),
        build.job("west", eligible=0, until=2, req_gpus=3, req_gpu_types="a100:3"),
        build.job("west", eligible=0, until=2, req_gpus=1),
        build.job("west", eligible=0, until=2, req_gpus=7, req_gpu_types="t4:7"),
    ]
    estate = build.estate(jobs, {}, nodes=nodes, windows=WHOLE_DAY)
    row = only(fragmentation(estate, calendar=DAY, where={"gpu_model": ["a100"]}))
    assert row["idle_gpu_hours"] == pytest.approx(3 + 4 * 23 + 24)
    assert row["pending_gpu_hours"] == pytest.approx(4 * 2)
    assert row["stranded_gpu_hours"] == pytest.approx(3 + 3)


def test_waiting_in_several_partitions_counts_where_the_filter_looks():
    waiting = build.job("west", eligible=0, until=2, req_gpus=1, partition="gpu,big")
    estate = worked_example(more_jobs=[waiting])
    gpu = only(fragmentation(estate, calendar=DAY, where={"partition": ["gpu"]}))
    big = only(fragmentation(estate, calendar=DAY, where={"partition": ["big"]}))
    assert gpu["pending_gpu_hours"] == pytest.approx(50)
    assert (big["pending_gpu_hours"], big["idle_gpu_hours"]) == (pytest.approx(2), 0)


@pytest.mark.parametrize(
    ("by", "where"), [(("node",), {}), (("partition",), {}), ((), {"node": ["n1"]})]
)
def test_what_waiting_jobs_do_not_have_cannot_be_asked_for(by, where):
    with pytest.raises(InputError, match="fragmentation cannot be"):
        fragmentation(worked_example(), calendar=DAY, by=by, where=where)


def test_the_upper_bound_and_the_illustration_are_always_named():
    notes = fragmentation(worked_example(), calendar=DAY).notes
    assert "upper bound" in notes[0]
    assert "illustration" in notes[1]


def test_groups_of_unknown_tier_have_a_line():
    estate = worked_example(tiers={"east": "Tier-2", "west": None})
    found = fragmentation(estate, calendar=DAY, by=("tier",)).frame
    assert found["tier"].to_list() == ["Tier-2", None]
    assert found.select(pl.col("stranded_gpu_hours").sum()).item() == 0
