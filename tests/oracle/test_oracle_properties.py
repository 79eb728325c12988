"""What must hold of every answer, whatever the estate: nothing lost, nothing counted twice."""

from itertools import pairwise
from typing import Any

import polars as pl
import pytest
from oracle_inference import STATES
from oracle_store import Stored, stored

from model.errors import InputError
from model.question import PERIODS
from reports.tables import NEEDS_NO_STORE, OF_THE_LEDGER, TABLES

SEEDS = (1, 12)
OF_STORES = sorted(TABLES.keys() - NEEDS_NO_STORE - OF_THE_LEDGER)
USAGE_GROUPINGS = ("cluster", "account", "user", "partition", "gpu_model", "gpus_band", "job_state")
NODE_GROUPINGS = ("cluster", "tier", "node", "gpu_model", "node_role")
HOURS = ("gpu_hours", "executing_gpu_hours", "cpu_hours", "wall_hours", "wait_hours")
COUNTS = ("jobs_submitted", "jobs_started", "jobs_ended", "jobs_never_started")


def answered(store: Stored, table: str, **asked: Any) -> pl.DataFrame | str:
    """The frame, or why there is none."""
    try:
        return store.ask(table, **asked).frame
    except InputError as fault:
        return str(fault)


def total(frame: pl.DataFrame, name: str) -> float:
    """The sum of a column; an unknown part adds nothing."""
    return float(frame[name].sum())


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("period", [each for each in PERIODS if each != "total"])
def test_jobs_and_their_seconds_are_conserved_over_periods(estates, seed: int, period: Any) -> None:
    _, store = estates(seed)
    whole = answered(store, "usage")
    parts = answered(store, "usage", period=period, timezone="Asia/Kathmandu")
    assert not isinstance(whole, str)
    for name in (*HOURS, *COUNTS):
        assert total(parts, name) == pytest.approx(total(whole, name), rel=1e-9), name
    nodes = answered(store, "utilisation", by=["cluster"], period=period, timezone="Asia/Kathmandu")
    for name in _hours(nodes):
        of_periods = nodes.group_by("cluster").agg(_sum_or_unknown(name)).sort("cluster")
        of_all = answered(store, "utilisation", by=["cluster"]).sort("cluster")
        for one, other in zip(of_periods[name], of_all[name], strict=True):
            assert (one is None) == (other is None), name
            assert one is None or one == pytest.approx(other, rel=1e-9), name


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("dimension", USAGE_GROUPINGS)
def test_gpu_seconds_are_conserved_over_groups_of_jobs(estates, seed: int, dimension: str) -> None:
    _, store = estates(seed)
    whole, parts = answered(store, "usage"), answered(store, "usage", by=[dimension])
    of_gpus = ("gpu_hours", "gpu_hours_physical", "executing_gpu_hours")
    names = of_gpus if dimension == "gpu_model" else (*HOURS, *COUNTS)
    for name in names:
        assert total(parts, name) == pytest.approx(total(whole, name), rel=1e-9), name


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("dimension", NODE_GROUPINGS)
def test_gpu_seconds_are_conserved_over_groups_of_nodes(estates, seed: int, dimension: str) -> None:
    """Jobs of unknown nodes are on no node's line, and a node's idle time is too long by them."""
    world, store = estates(seed)
    whole, parts = (answered(store, "utilisation", by=by) for by in ((), (dimension,)))
    lost = any(job["started"] and not job["node_list"] for job in world.jobs)
    of_a_node = dimension not in {"cluster", "tier"}
    for name in ["installed_gpu_hours"] if lost and of_a_node else _hours(parts):
        if whole[name].item() is not None:
            assert total(parts, name) == pytest.approx(total(whole, name), rel=1e-9), name


@pytest.mark.parametrize("seed", SEEDS)
def test_states_of_a_node_sum_to_its_capacity(estates, seed: int) -> None:
    _, store = estates(seed)
    for row in answered(store, "inference", by=["node"], period="day").iter_rows(named=True):
        told = [row[f"{state}_gpu_hours"] or 0 for state in STATES]
        if row["free_gpu_hours"] is not None:
            assert sum(told) == pytest.approx(row["installed_gpu_hours"], rel=1e-9, abs=1e-9)
    parts = ("not_observed", "down", "reservation", "allocated", "idle")
    for by in ((), ("node", "cluster"), ("partition",)):
        for row in answered(store, "utilisation", by=by, period="day").iter_rows(named=True):
            told = [row[f"{part}_gpu_hours"] for part in parts]
            if None not in told:
                assert sum(told) == pytest.approx(row["installed_gpu_hours"], rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("by", [(), ("cluster",), ("tier",)])
def test_no_more_is_stranded_than_waits_or_stands_idle(estates, seed: int, by: Any) -> None:
    _, store = estates(seed)
    frame = answered(store, "fragmentation", by=by, period="day").drop_nulls("stranded_gpu_hours")
    for row in frame.iter_rows(named=True):
        least = min(row["pending_gpu_hours"], row["idle_gpu_hours"])
        assert 0 <= row["stranded_gpu_hours"] <= least + 1e-9


@pytest.mark.parametrize("table", OF_STORES)
@pytest.mark.parametrize("seed", SEEDS)
def test_bounds_are_ordered(estates, seed: int, table: str) -> None:
    _, store = estates(seed)
    frame = answered(store, table)
    if isinstance(frame, str):
        return
    for low, high in _bounds(frame):
        for row in frame.drop_nulls([low, high]).iter_rows(named=True):
            assert row[low] <= row[high] + 1e-9, (low, high)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_longer_resubmission_counts_the_less_is_left(estates, seed: int) -> None:
    _, store = estates(seed)
    ends = ("high_7d", "high", "high_1h")
    names = [f"cancelled_pending_gpu_hours_{end}" for end in ends]
    for row in answered(store, "demand", by=["partition"]).drop_nulls(names).iter_rows(named=True):
        assert all(row[less] <= row[more] + 1e-9 for less, more in pairwise(names))


@pytest.mark.parametrize("seed", SEEDS[1:])
def test_neither_the_order_of_rows_nor_the_number_of_ingests_matters(
    estates, tmp_path, seed: int
) -> None:
    world, store = estates(seed)
    other = stored(world, tmp_path / "store", batches=2 + (seed + 1) % 3, seed=seed + 1)
    try:
        for table in OF_STORES:
            one, two = answered(store, table), answered(other, table)
            assert one == two if isinstance(one, str) else one.equals(two), table
        for table, by in (
            ("usage", ("account", "gpu_model")),
            ("waits", ("user",)),
            ("demand", ("cluster", "partition")),
            ("utilisation", ("cluster", "node")),
            ("inference", ("node",)),
            ("fragmentation", ("cluster",)),
            ("carbon", ("account",)),
        ):
            asked = {"by": by, "period": "day", "timezone": "Europe/London"}
            one, two = answered(store, table, **asked), answered(other, table, **asked)
            assert one == two if isinstance(one, str) else one.equals(two), (table, by)
            assert store.ask(table, **asked).notes == other.ask(table, **asked).notes
    finally:
        other.store.close()


def _hours(frame: pl.DataFrame) -> list[str]:
    return [name for name in frame.columns if name.endswith("_gpu_hours")]


def _sum_or_unknown(name: str) -> pl.Expr:
    column = pl.col(name)
    return pl.when(column.null_count() == 0).then(column.sum()).alias(name)


def _bounds(frame: pl.DataFrame) -> list[tuple[str, str]]:
    """Pairs of columns that are the two ends of one interval."""
    pairs = [(name, name.replace("low", "high")) for name in frame.columns if "low" in name]
    return [(low, high) for low, high in pairs if high != low and high in frame.columns]
