"""Telemetry laid over occupancy: agrees with seconds counted one by one."""

from dataclasses import replace
from random import Random

import device_seconds as slow
import polars as pl
import pytest
from device_rows import calendar, random_world

from analytics.device_states import TELEMETRY_STATES, columns_of_state
from analytics.device_time import DeviceTime, device_time
from analytics.gpu_states import with_states
from analytics.job_activity import device_rates, job_activity
from analytics.timeline import timeline

SEEDS = range(16)


def laid_over(world) -> tuple[DeviceTime, pl.DataFrame]:
    estate, periods = world.estate(), calendar(*world.borders)
    line = timeline(estate, periods)
    segments = with_states(line)
    found = device_time(
        estate.samples,
        keys=line.jobs.keys,
        segments=segments,
        bins=periods.bins,
        unused_from_s=1,
    )
    return found, line.jobs.keys


@pytest.mark.parametrize("seed", SEEDS)
def test_nodes_second_by_second(seed):
    world = random_world(seed)
    found, keys = laid_over(world)
    expected = slow.of_nodes(world)
    named = found.sums.join(keys, on="key").group_by("node", "bin").agg(pl.exclude("cluster").sum())
    rows = {(row["node"], row["bin"]): row for row in named.iter_rows(named=True)}
    for place, sums in expected.items():
        row = rows.get(place, {})
        assert row.get("covered", 0) == sums["covered"]
        for state in TELEMETRY_STATES:
            assert sum(row.get(name, 0) for name in columns_of_state(state)) == sums[state]
        for name, column in (("activity", "activity_u"), ("busy", "busy_u")):
            assert row.get(column, 0) == round(sums[name] * 1e6)
        assert row.get("by_sm_s", 0) == sums["by_sm"]
        assert row.get("energy_j", 0) == pytest.approx(sums["energy_j"])
        assert row.get("energy_s", 0) == pytest.approx(sums["energy_s"])
    assert rows.keys() <= expected.keys()


@pytest.mark.parametrize("seed", SEEDS)
def test_jobs_second_by_second(seed):
    world = random_world(seed)
    found = job_activity(world.estate(), calendar=calendar(*world.borders))
    expected = slow.of_jobs(world)
    rows = {(row["job_id"], row["bin"]): row for row in found.iter_rows(named=True)}
    known = {place for place, sums in expected.items() if sums["covered"] or sums["energy_s"]}
    assert rows.keys() == known
    for place in known:
        row, sums = rows[place], expected[place]
        assert row["allocated_gpu_s"] == sums["allocated"]
        assert row["covered_gpu_s"] == pytest.approx(sums["covered"], abs=1e-6)
        assert row["activity_gpu_s"] == pytest.approx(sums["activity"], abs=1e-6)
        assert row["estimated"] == (row["estimated_gpu_s"] > 0)
        if sums["by_sm"] > 0:
            assert row["effective_gpu_s"] == pytest.approx(sums["effective"], abs=1e-6)
        else:
            assert row["effective_gpu_s"] is None
        if sums["energy_s"]:
            assert row["energy_j"] == pytest.approx(sums["energy_j"])
            assert row["energy_s"] == pytest.approx(sums["energy_s"])
        else:
            assert row["energy_j"] is None


@pytest.mark.parametrize("seed", SEEDS[:8])
def test_order_of_rows_is_irrelevant(seed):
    world = random_world(seed)
    mixed = replace(world, jobs=list(world.jobs), devices=list(world.devices))
    draw = Random(seed)  # noqa: S311
    draw.shuffle(mixed.jobs)
    draw.shuffle(mixed.devices)
    one, other = (laid_over(each)[0] for each in (world, mixed))
    exact = pl.exclude("energy_s", "energy_j")
    assert one.sums.select(exact).equals(other.sums.select(exact))
    order = ["segment", "begin_s"]
    assert one.unused.sort(order).equals(other.unused.sort(order))


def totals(world, *borders: int):
    found = job_activity(world.estate(), calendar=calendar(*borders))
    names = ["allocated_gpu_s", "covered_gpu_s", "activity_gpu_s", "energy_s", "energy_j"]
    return found.select(pl.col(names).sum()).row(0), found


@pytest.mark.parametrize("seed", SEEDS[:6])
def test_periods_add_up(seed):
    world = random_world(seed)
    end = world.hours * 3600
    whole = replace(world, borders=[0, end])
    exact = ["held_s", "covered", "activity_u", "busy_u", "guessed_s"]
    parts, total = (laid_over(each)[0].sums.select(exact).sum() for each in (world, whole))
    assert parts.equals(total)
    split, _ = totals(world, *world.borders)
    together, _ = totals(world, 0, end)
    assert split[1:] == pytest.approx(together[1:])


@pytest.mark.parametrize("seed", SEEDS[:6])
def test_what_nodes_did_is_shared_out_in_full(seed):
    world = random_world(seed)
    end = world.hours * 3600
    nodes = laid_over(replace(world, borders=[0, end]))[0].sums
    (_, covered, activity, _, joules), found = totals(world, 0, end)
    assert covered == pytest.approx(nodes["covered"].sum())
    assert activity == pytest.approx(nodes["activity_u"].sum() / 1e6)
    assert joules == pytest.approx(nodes["energy_j"].sum())
    assert (found["covered_gpu_s"] <= found["allocated_gpu_s"] + 1e-6).all()
    assert (found["activity_gpu_s"] <= found["covered_gpu_s"] + 1e-6).all()


@pytest.mark.parametrize("seed", SEEDS[:4])
def test_jobs_in_batches_are_the_same_jobs(seed):
    world = random_world(seed)
    here, periods = world.estate(), calendar(*world.borders)
    rates = device_rates(here, calendar=periods)
    halves = [rates.of_jobs(here.jobs.filter(pl.col("job_id") % 2 == half)) for half in (0, 1)]
    order = ["cluster", "job_id", "bin"]
    together = job_activity(here, calendar=periods).sort(order)
    assert pl.concat(halves).sort(order).equals(together)
    assert job_activity(replace(here, samples=None), calendar=periods).is_empty()
