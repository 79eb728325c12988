"""Nodes to move to training: found, ranked, and never more than their pool can spare."""

from typing import Any

import pytest
from device_rows import calendar, device_hour, estate, job, node

from analytics.estate import Estate
from analytics.moves import MOVES_SCHEMA, moves
from model.inference_thresholds import InferenceThresholds
from model.mig_profiles import mig_profiles
from model.registry import load_gpus

DAY_S = 86_400


def site(jobs, nodes, rows=None, *, hours=24, **given: Any) -> Estate:
    return estate(
        jobs,
        nodes,
        rows,
        hours=hours,
        catalogue=load_gpus(),
        inference_cards=load_gpus().inference_cards,
        mig_profiles=mig_profiles(load_gpus()),
        **given,
    )


def listed(here, **asked: Any):
    found = moves(here, calendar=calendar(0, DAY_S), **asked)
    assert found.frame.schema == MOVES_SCHEMA
    return list(found.frame.iter_rows(named=True)), found.notes


def t4(name, gpus=4, **given: Any):
    return node(name, gpus, gpu_types=f"t4:{gpus}", **given)


def a100(name):
    return node(name, 4, gpu_types="a100-sxm-80:4")


def test_an_idle_t4_node_that_never_ran_a_service_is_found():
    here = site([job(1, "train1", 0, DAY_S, 4)], [t4("old1"), a100("train1")])
    (row,), notes = listed(here)
    assert (row["rank"], row["node"], row["role_basis"]) == (1, "old1", "candidate")
    assert (row["gpu_hours_freed_low"], row["gpu_hours_freed_high"]) == (96, None)
    assert (row["utilisation_available"], row["training_utilisation_available"]) == (0, 1)
    assert (
        "Jobs held 0.0% of its available time, of the training nodes of c 100.0%."
        in (row["reason"])
    )
    assert "to be confirmed" in row["reason"]
    assert any("node_roles" in note for note in notes)


def test_a_node_that_the_head_room_of_its_pool_needs_is_not_listed():
    arrivals = [job(n, "inf1", n * 6 * 3600, (n * 6 + 1) * 3600, 2) for n in range(4)]
    training = job(90, "train1", 0, DAY_S, 4)
    alone = site([*arrivals, training], [t4("inf1"), a100("train1")])
    rows, notes = listed(alone)
    assert rows == []
    assert any("1 would leave their pool without" in note for note in notes)
    two = site([*arrivals, training], [t4("inf1"), t4("inf2"), a100("train1")])
    assert [row["node"] for row in listed(two)[0]] == ["inf2"]


def test_what_held_a_pool_since_before_the_period_is_not_given_away():
    service = [job(n, f"inf{n}", -DAY_S, DAY_S, 2) for n in (1, 2)]
    here = site(
        [*service, job(90, "train1", 0, DAY_S, 4)], [t4("inf1"), t4("inf2"), a100("train1")]
    )
    assert [row["node"] for row in listed(here)[0]] == ["inf1"]


def test_the_node_that_frees_most_comes_first():
    jobs = [job(1, "inf2", 0, 12 * 3600, 1), job(90, "train1", 0, DAY_S, 4)]
    nodes = [t4("inf1", 1), t4("inf2", 2), t4("inf3", 4), t4("inf4", 4), a100("train1")]
    here = site(jobs, nodes, thresholds=InferenceThresholds(late_share=1.0))
    rows, _ = listed(here)
    assert [row["node"] for row in rows] == ["inf3", "inf4", "inf2"]
    assert [row["rank"] for row in rows] == [1, 2, 3]
    freed = [row["gpu_hours_freed_low"] for row in rows]
    assert freed == sorted(freed, reverse=True)
    only = listed(here, where={"node": ["inf2"]})[0]
    assert [(row["rank"], row["node"]) for row in only] == [(1, "inf2")]


def test_a_node_as_used_as_training_nodes_is_not_listed():
    jobs = [job(1, "inf1", 0, 12 * 3600, 4), job(2, "train1", 0, 6 * 3600, 4)]
    here = site(jobs, [t4("inf1"), a100("train1")], thresholds=InferenceThresholds(late_share=1.0))
    rows, notes = listed(here)
    assert rows == []
    assert any("used as much as training nodes" in note for note in notes)


def test_nodes_that_are_gone_and_training_nodes_are_not_listed():
    here = site([], [t4("gone1"), t4("inf1", at=3600)])
    rows, _ = listed(here)
    assert [row["node"] for row in rows] == ["inf1"]
    assert "no training nodes to compare with" in rows[0]["reason"]


@pytest.mark.parametrize(("telemetry", "high"), [(True, 24 * 0.75), (False, None)])
def test_telemetry_gives_the_upper_bound_and_the_profile(telemetry, high):
    rows = [
        device_hour("inf1", "0", hour, "m3600", busy_mean=0.25, memory_max_mb=3_000.0)
        for hour in range(24)
    ]
    here = site(
        [job(1, "inf1", 0, DAY_S, 1), job(90, "train1", 0, DAY_S, 4)],
        [
            node("inf1", 2, gpu_types="a30:2"),
            node("inf2", 1, gpu_types="a30:1"),
            a100("train1"),
        ],
        rows if telemetry else None,
        thresholds=InferenceThresholds(late_share=1.0),
    )
    (row,), _ = listed(here)
    assert row["node"] == "inf1"
    assert row["gpu_hours_freed_low"] == 24
    assert row["gpu_hours_freed_high"] == (None if high is None else pytest.approx(24 + high))
    assert row["mig_profile"] == ("1 x 1g.6gb" if telemetry else None)
    assert row["mig_reclaimable_gpu_hours"] == (24 * 0.75 if telemetry else None)
