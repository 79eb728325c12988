"""States of GPU time with telemetry, and the bounds of what could be reclaimed."""

from typing import Any

import device_seconds as slow
import pytest
from device_rows import calendar, device_hour, estate, job, node, random_world

from analytics.inference import STATES, inference
from analytics.utilisation import nodes, utilisation
from model.inference_thresholds import InferenceThresholds
from model.mig_profiles import mig_profiles
from model.registry import load_gpus

SEEDS = range(6)
NO_HEADROOM = InferenceThresholds(free_window_s=1500, late_share=1.0)
IDLE_STATES = ("not_observed", "down", "reserved", "blocked", "free")


def by_node(world, *borders: int, thresholds=NO_HEADROOM):
    frame = inference(
        world.estate(), calendar=calendar(*borders), by=("node",), thresholds=thresholds
    ).frame
    return {row["node"]: row for row in frame.iter_rows(named=True)}


@pytest.mark.parametrize("seed", SEEDS)
def test_states_second_by_second(seed):
    world = random_world(seed)
    whole = (0, world.hours * 3600)
    world.borders = list(whole)
    found, expected = by_node(world, *whole), slow.of_nodes(world)
    any_sample = bool(world.devices)
    for name, row in found.items():
        sums = expected[name, 0]
        for state in set(STATES) - set(IDLE_STATES) - {"no_data"}:
            hours = row[f"{state}_gpu_hours"]
            assert hours == (pytest.approx(sums[state] / 3600) if any_sample else None)
        uncovered = sums["allocated"] - sums["covered"]
        assert row["no_data_gpu_hours"] * 3600 == pytest.approx(uncovered)
        if any_sample and sums["allocated"]:
            assert row["telemetry_coverage"] == pytest.approx(sums["covered"] / sums["allocated"])


@pytest.mark.parametrize("seed", SEEDS)
def test_bounds_second_by_second(seed):
    world = random_world(seed)
    begin, end = world.borders[1], world.borders[2]
    found = by_node(world, begin, end)
    lent, unbusy = slow.spare(world, NO_HEADROOM.free_window_s, begin, end)
    inside = slow.of_nodes(world)
    for name, row in found.items():
        sums = inside[name, 1]
        assert row["reclaimable_low_gpu_hours"] * 3600 == pytest.approx(lent[name], abs=0.01)
        if row["reclaimable_high_gpu_hours"] is not None:
            beyond = sums["allocated"] - sums["busy"] - unbusy[name]
            high = row["reclaimable_high_gpu_hours"] * 3600
            assert high == pytest.approx(lent[name] + beyond, abs=0.01)


@pytest.mark.parametrize("seed", SEEDS)
def test_states_sum_to_capacity_and_bounds_are_ordered(seed):
    world = random_world(seed)
    for table in (by_node(world, *world.borders), by_node(world, 600, 7000)):
        for row in table.values():
            parts = [row[f"{state}_gpu_hours"] or 0 for state in STATES]
            assert sum(parts) == pytest.approx(row["installed_gpu_hours"])
            high = row["reclaimable_high_gpu_hours"]
            assert high is None or row["reclaimable_low_gpu_hours"] <= high + 1e-9
            assert 0 <= (row["telemetry_coverage"] or 0) <= 1
            assert 0 <= (row["estimated_share"] or 0) <= 1


def two_hours(timeline, *, gpus=1, held=1, **given: Any):
    """A node of GPUs that are held for two hours, all showing the same."""
    rows = [
        device_hour("n1", str(gpu), hour, timeline, **given)
        for hour in (0, 1)
        for gpu in range(gpus)
    ]
    return estate([job(1, "n1", 0, 7200, held)], [node("n1", gpus)], rows, hours=2)


def only(finding):
    return finding.frame.row(0, named=True)


def test_a_held_gpu_that_nothing_uses_is_reclaimable():
    here = two_hours("a3600", activity_mean=0.0, busy_mean=0.0)
    row = only(inference(here, calendar=calendar(0, 7200)))
    assert row["allocated_unused_gpu_hours"] == 2
    assert (row["reclaimable_low_gpu_hours"], row["reclaimable_high_gpu_hours"]) == (0, 2)
    free = InferenceThresholds(late_share=1.0)
    row = only(inference(here, calendar=calendar(0, 7200), thresholds=free))
    assert (row["reclaimable_low_gpu_hours"], row["reclaimable_high_gpu_hours"]) == (2, 2)


def test_a_free_and_an_unused_hour_make_one_window():
    rows = [device_hour("n1", "0", 1, "a3600", activity_mean=0.0, busy_mean=0.0)]
    here = estate([job(1, "n1", 3600, 7200, 1)], [node("n1", 1)], rows, hours=2)
    row = only(
        inference(here, calendar=calendar(0, 7200), thresholds=InferenceThresholds(late_share=1.0))
    )
    assert (row["free_gpu_hours"], row["allocated_unused_gpu_hours"]) == (1, 1)
    assert row["reclaimable_low_gpu_hours"] == 2


def test_without_a_sample_in_a_period_states_are_unknown():
    rows = [device_hour("n1", "0", 0, "m3600")]
    here = estate([job(1, "n1", 0, 7200, 1)], [node("n1", 1)], rows, hours=2)
    first, second = inference(here, calendar=calendar(0, 3600, 7200)).frame.iter_rows(named=True)
    assert (first["effective_gpu_hours"], first["reclaimable_high_gpu_hours"]) == (1, 0.5)
    assert second["effective_gpu_hours"] is None
    assert second["reclaimable_high_gpu_hours"] is None
    assert second["no_data_gpu_hours"] == 1
    assert (second["telemetry_coverage"], second["estimated_share"]) == (0, None)


def test_what_nobody_saw_counts_in_full_in_the_upper_bound():
    rows = [device_hour("n1", "0", 0, "m3600", activity_mean=1.0, busy_mean=1.0)]
    here = estate([job(1, "n1", 0, 7200, 1)], [node("n1", 1)], rows, hours=2)
    found = inference(here, calendar=calendar(0, 7200))
    row = only(found)
    assert (row["reclaimable_low_gpu_hours"], row["reclaimable_high_gpu_hours"]) == (0, 1)
    assert row["telemetry_coverage"] == 0.5
    assert any("50.0% of allocated GPU-hours" in note for note in found.notes)


def test_a_node_held_in_part_takes_its_busiest_devices_and_says_so():
    rows = [
        device_hour("n1", gpu, hour, timeline, activity_mean=share, busy_mean=share)
        for hour in (0, 1)
        for gpu, timeline, share in (("0", "a3600", 0.0), ("1", "m3600", 0.9))
    ]
    here = estate([job(1, "n1", 0, 7200, 1)], [node("n1", 2)], rows, hours=2)
    found = inference(here, calendar=calendar(0, 7200))
    row = only(found)
    assert (row["effective_gpu_hours"], row["allocated_unused_gpu_hours"]) == (2, 0)
    assert row["estimated_share"] == 1
    assert any("held in part" in note for note in found.notes)
    use = utilisation(here, calendar=calendar(0, 7200))
    assert only(use)["device_activity_mean"] == 0.9
    assert any("held in part" in note for note in use.notes)


def test_devices_beyond_what_slurm_counts_and_nodes_that_it_lacks_are_told_of():
    rows = [device_hour("n1", gpu, 0, "m3600") for gpu in "012"]
    rows.append(device_hour("elsewhere", "0", 0, "m3600"))
    here = estate([job(1, "n1", 0, 3600, 2)], [node("n1", 2)], rows, hours=1)
    for table in (utilisation, nodes, inference):
        found = table(here, calendar=calendar(0, 3600))
        assert any("more devices than they have GPUs" in note for note in found.notes)
        assert any(note.endswith("left out: elsewhere.") for note in found.notes)
    row = only(inference(here, calendar=calendar(0, 3600)))
    assert (row["effective_gpu_hours"], row["estimated_share"]) == (2, 1)


def test_gpu_util_alone_is_never_effective():
    found = inference(two_hours("j3600", sm_s=0), calendar=calendar(0, 7200))
    row = only(found)
    assert (row["active_gpu_hours"], row["effective_gpu_hours"]) == (2, 0)
    assert any("GPU_UTIL alone" in note for note in found.notes)


def test_coverage_of_utilisation_and_nodes():
    here = two_hours("n1800m1800", activity_mean=0.8, gpus=2, held=2)
    for table in (utilisation, nodes):
        row = only(table(here, calendar=calendar(0, 7200)))
        assert (row["device_activity_mean"], row["telemetry_coverage"]) == (0.8, 0.5)
    bare = estate([], [node("n1", 2)], None, hours=2)
    row = only(utilisation(bare, calendar=calendar(0, 7200)))
    assert (row["device_activity_mean"], row["telemetry_coverage"]) == (None, None)


def mig_hours(model, **given: Any):
    rows = [device_hour("n1", "0", hour, "m3600", **given) for hour in (0, 1)]
    here = estate(
        [job(1, "n1", 0, 7200, 1)],
        [node("n1", 1, gpu_types=f"{model}:1")],
        rows,
        hours=2,
        catalogue=load_gpus(),
        mig_profiles=mig_profiles(load_gpus()),
    )
    return only(inference(here, calendar=calendar(0, 7200)))["mig_reclaimable_gpu_hours"]


@pytest.mark.parametrize(
    ("model", "memory_mb", "busy", "freed"),
    [
        ("a100-sxm-80", 5_000.0, 0.1, 2 * 6 / 7),
        ("a100-sxm-80", 15_000.0, 0.1, 2 * 3 / 4),
        ("a100-sxm-80", 5_000.0, 0.4, 2 * 1 / 2),
        ("a100-sxm-80", 70_000.0, 0.1, 0),
        ("a100-sxm-80", None, 0.1, 0),
        ("a30", 5_000.0, 0.2, 2 * 3 / 4),
        ("t4", 5_000.0, 0.1, 0),
        ("a100", 5_000.0, 0.1, None),
        ("mystery", 5_000.0, 0.1, None),
    ],
)
def test_the_smallest_profile_that_fits(model, memory_mb, busy, freed):
    found = mig_hours(model, memory_max_mb=memory_mb, busy_mean=busy)
    assert found == (None if freed is None else pytest.approx(freed))


@pytest.mark.parametrize(("busy_hours", "freed"), [(0, 24 * 6 / 7), (1, 24 * 6 / 7), (2, 0)])
def test_compute_must_do_for_nineteen_hours_in_twenty(busy_hours, freed):
    rows = [
        device_hour("n1", "0", hour, "m3600", memory_max_mb=500.0, busy_mean=busy)
        for hour, busy in enumerate([0.9] * busy_hours + [0.1] * (24 - busy_hours))
    ]
    here = estate(
        [job(1, "n1", 0, 86_400, 1)],
        [node("n1", 1, gpu_types="h100-sxm:1")],
        rows,
        hours=24,
        catalogue=load_gpus(),
        mig_profiles=mig_profiles(load_gpus()),
    )
    row = only(inference(here, calendar=calendar(0, 86_400)))
    assert row["mig_reclaimable_gpu_hours"] == pytest.approx(freed)
