"""`utilisation` and `nodes`, added up from what each GPU does in each second."""

from collections.abc import Sequence
from typing import Any

from oracle_nodes import UNCOVERED, Estate
from oracle_world import Bin, Group, Row, Table, added

PARTS = ("installed", "not_observed", "down", "reservation", "allocated", "idle")
NOTHING = {f"{name}_gpu_hours": 0.0 for name in (*PARTS, "available")} | dict.fromkeys(
    ("utilisation_installed", "utilisation_available", "device_activity_mean", "telemetry_coverage")
)
OF_A_NODE = {"node", "gpu_model", "node_role"}


def utilisation(estate: Estate, bins: Sequence[Bin], by: Sequence[str]) -> Table:
    """What `utilisation` must print, by (period, *by)."""
    table: Table = {}
    for label, begin, end in bins:
        for second, seconds in estate.world.ticks(begin, end):
            for cluster in estate.world.clusters:
                if cluster in estate.inventoried:
                    _add_second(estate, table, (label, second, seconds), cluster, by, bins)
                elif estate.world.observed[cluster]:
                    _add_bare(estate, table, (label, second, seconds), cluster, by, bins)
    return {group: finished(row) for group, row in table.items()}


def finished(row: dict[str, Any]) -> dict[str, Any]:
    """GPU-seconds as the columns of the table."""
    parts = {name: row[name] for name in PARTS}
    observed = _less(parts["installed"], parts["not_observed"])
    available = _less(observed, parts["down"])
    held, covered = parts["allocated"], row["covered"]
    hours = {
        f"{name}_gpu_hours": None if value is None else value / 3600
        for name, value in (parts | {"available": available}).items()
    }
    return hours | {
        "utilisation_installed": _share(held, observed),
        "utilisation_available": _share(held, available),
        "device_activity_mean": _share(row["activity"], covered),
        "telemetry_coverage": _share(covered, held),
    }


def _less(whole: int | None, part: int | None) -> int | None:
    return None if whole is None or part is None else whole - part


def _share(part: float | None, whole: float | None) -> float | None:
    return part / whole if part is not None and whole else None


def _add_second(
    estate: Estate, table: Table, when: Any, cluster: str, by: Sequence[str], bins: Sequence[Bin]
) -> None:
    label, second, seconds = when
    finer = bool(OF_A_NODE & set(by))
    blind = finer and estate.is_blind(cluster, bins[0][1], bins[-1][2])
    pools: dict[Any, dict[str, int]] = {}
    for node in estate.nodes(cluster):
        state = estate.on_node(cluster, node, second)
        config = state["config"]
        if config is None:
            continue
        labels = estate.labels(cluster, node, config)
        for partition in config["partitions"].split(",") if "partition" in by else [None]:
            group = (label, *((labels | {"partition": partition})[name] for name in by))
            parts = _parts(state)
            pool = pools.setdefault(partition, dict.fromkeys(("idle", "reservation", "down"), 0))
            for name in pool:
                pool[name] += parts[name]
            if blind:
                parts |= dict.fromkeys(("down", "reservation", "allocated", "idle"))
                parts |= dict.fromkeys(("covered", "activity"))
            _add(table, group, seconds, parts)
    if finer or not estate.world.is_observed(cluster, second):
        return
    lost = [job for job in estate.running(cluster, second) if not job["shares"]]
    for partition in {job["partition"] if "partition" in by else None for job in lost}:
        jobs = [job for job in lost if partition in {None, job["partition"]}]
        pool = pools.get(partition, dict.fromkeys(("idle", "reservation", "down"), 0))
        _add(table, (label, *_place(estate, cluster, partition, by)), seconds, _moved(jobs, pool))


def _place(estate: Estate, cluster: str, partition: str | None, by: Sequence[str]) -> Group:
    known = {
        "cluster": cluster,
        "partition": partition,
        "tier": estate.world.clusters[cluster]["tier"],
    }
    return tuple(known.get(name) for name in by)


def _parts(state: Row) -> dict[str, Any]:
    told = [device for device in state["devices"] if device["letter"] not in UNCOVERED]
    return {
        "installed": state["installed"],
        "not_observed": state["not_observed"],
        "down": state["down"],
        "reservation": state["reserved"],
        "allocated": state["allocated"],
        "idle": state["free"] + state["blocked"],
        "covered": len(told),
        "activity": sum(device["activity"] for device in told),
    }


def _moved(jobs: list[Row], pool: dict[str, int]) -> dict[str, Any]:
    """What jobs on nobody knows which nodes change in a pool in one second."""
    want = sum(job["gpus"] or 0 for job in jobs)
    change: dict[str, Any] = dict.fromkeys((*PARTS, "covered", "activity"), 0)
    for name, there in pool.items():
        taken = min(want, there)
        want -= taken
        change[name] -= taken
        change["allocated"] += taken
        if any(job["gpus"] is None for job in jobs):
            change["not_observed"] += there - taken
            change[name] = -there
    return change


def _add_bare(
    estate: Estate, table: Table, when: Any, cluster: str, by: Sequence[str], bins: Sequence[Bin]
) -> None:
    """A cluster without an inventory: what was allocated is known, capacity is not."""
    label, second, seconds = when
    begin, end = bins[0][1], bins[-1][2]
    jobs = estate.held_by[cluster]
    mine = {job["partition"] for job in jobs if job["start"] < end and job["held_until"] > begin}
    observed = estate.world.is_observed(cluster, second)
    for partition in mine if "partition" in by else {None}:
        held = sum(
            job["gpus"] or 0
            for job in estate.running(cluster, second)
            if observed and partition in {None, job["partition"]}
        )
        parts = dict.fromkeys(PARTS) | {"allocated": held, "covered": 0, "activity": 0}
        _add(table, (label, *_place(estate, cluster, partition, by)), seconds, parts)


def _add(table: Table, group: Group, seconds: int, parts: dict[str, Any]) -> None:
    amounts = {name: None if value is None else value * seconds for name, value in parts.items()}
    added(table, group, **amounts)


def nodes(estate: Estate, bins: Sequence[Bin]) -> Table:
    """What `nodes` must print, by (period, cluster, node), with what the nodes are."""
    table = utilisation(estate, bins, ("cluster", "node"))
    found: Table = {}
    for cluster, node in estate.snapshots:
        last = estate.configuration(cluster, node, bins[-1][2] - 1)
        if last is None:
            continue
        told = estate.labels(cluster, node, last)
        head = {name: told[name] for name in ("gpu_model", "node_role")} | {"gpus": last["gpus"]}
        for label, _, _ in bins:
            group = (label, cluster, node)
            found[group] = head | table.get(group, NOTHING)
    return found
