"""`inference`: GPU-seconds in each state, and what could be reclaimed."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, exp, factorial
from typing import Any

from oracle_compare import Between, Near
from oracle_nodes import STATE_OF, TELEMETRY_STATES, UNCOVERED, Estate, model_of
from oracle_utilisation import utilisation
from oracle_world import HOUR_S, Bin, Group, Row, Table, added

STATES = ("not_observed", "down", "reserved", "blocked", "free", *TELEMETRY_STATES, "no_data")
WINDOW_S = 7200
TARGET_WAIT_S = 600
LATE = 0.05

Pool = tuple[str, str, str]


@dataclass(frozen=True)
class Slot:
    """A GPU that stands open in a long window; of one that is held, how idle it is at least and
    at most: nobody knows which of a node's unused devices goes on being unused.
    """

    node: str
    pool: Pool
    unbusy: tuple[float, float]


def inference(estate: Estate, bins: Sequence[Bin], *, by_node: bool) -> Table:
    """What `inference` must print, by (period, cluster, node if asked, role, model)."""
    windows = _windows(estate)
    pools = {slot.pool for slots in windows.values() for slot in slots}
    kept = {pool: headroom(estate, bins, pool) for pool in pools}
    table: Table = {}
    for label, begin, end in bins:
        for second, seconds in estate.world.ticks(begin, end):
            for cluster, node, config in estate.gpu_nodes(second):
                pool = (cluster, estate.role(cluster, node), model_of(config))
                group = (label, *_group(pool, node, by_node=by_node))
                _add_states(estate, table, group, (second, seconds), cluster, node, bins)
            for slot in windows.get(second, ()):
                count = sum(other.pool == slot.pool for other in windows[second])
                share = Fraction(max(0, count - kept[slot.pool]), count)
                group = (label, *_group(slot.pool, slot.node, by_node=by_node))
                least, most = (float(share) * each * seconds for each in slot.unbusy)
                added(table, group, reclaimed=share * seconds, least=least, most=most)
    return {
        group: columns(estate, bins, group, row, by_node=by_node) for group, row in table.items()
    }


def columns(estate: Estate, bins: Sequence[Bin], group: Group, row: Row, *, by_node: bool) -> Row:
    """GPU-seconds as the columns of the table."""
    cluster = group[1]
    hours = {name: row[name] / 3600 for name in (*STATES, "installed", "allocated")}
    reclaimed = float(row["reclaimed"])
    ends = [reclaimed + row["unbusy"] - row[name] for name in ("most", "least")]
    high: Between | None = Between(ends[0] / 3600, ends[1] / 3600, abs_tol=1e-5)
    coverage = row["covered"] / row["allocated"] if row["allocated"] else None
    if not has_telemetry(estate, cluster, group[0], bins):
        hours |= dict.fromkeys(TELEMETRY_STATES)
        high = None
    if row["blind"]:
        hours |= dict.fromkeys({*STATES, "allocated"} - {"not_observed"})
        high = coverage = None
    cells: Row = {f"{name}_gpu_hours": value for name, value in hours.items()}
    cells["telemetry_coverage"] = coverage
    cells["reclaimable_low_gpu_hours"] = None if row["blind"] else _about(reclaimed)
    cells["reclaimable_high_gpu_hours"] = high
    if not by_node:
        cells["headroom_gpus"] = headroom(estate, bins, group[1:])
    return cells


def _about(seconds: float) -> Near:
    """Shares of a second are rounded."""
    return Near(seconds / 3600, rel_tol=1e-9, abs_tol=1e-5)


def has_telemetry(estate: Estate, cluster: str, label: Any, bins: Sequence[Bin]) -> bool:
    """Whether any device of a cluster was heard of in a period."""
    return any(
        row["cluster"] == cluster and begin < row["hour"] + HOUR_S and row["hour"] < end
        for row in estate.world.hours
        for name, begin, end in bins
        if name == label
    )


def _group(pool: Pool, node: str, *, by_node: bool) -> Group:
    cluster, role, model = pool
    return (cluster, node, role, model) if by_node else (cluster, role, model)


def _add_states(
    estate: Estate, table: Table, group: Group, when: Any, cluster: str, node: str, bins: Any
) -> None:
    second, seconds = when
    state = estate.on_node(cluster, node, second)
    parts: dict[str, Any] = {name: state[name] for name in STATES[:5]}
    parts |= dict.fromkeys((*TELEMETRY_STATES, "no_data", "reclaimed", "least", "most"), 0)
    for device in state["devices"]:
        parts[STATE_OF[device["letter"]]] += 1
    parts |= {"installed": state["installed"], "allocated": state["allocated"]}
    told = [device for device in state["devices"] if device["letter"] not in UNCOVERED]
    parts["covered"] = len(told)
    parts["unbusy"] = state["allocated"] - sum(device["busy"] for device in told)
    parts["blind"] = int(estate.is_blind(cluster, bins[0][1], bins[-1][2]))
    added(table, group, **{name: value * seconds for name, value in parts.items()})


def _windows(estate: Estate) -> dict[int, list[Slot]]:
    """In each second, each GPU that is free, or held and not used, for long enough on end."""
    span = estate.world.observed_span()
    stood: dict[Any, dict[int, tuple[int, tuple[float, float]]]] = defaultdict(dict)
    for second, seconds in estate.world.ticks(*span) if span else ():
        for cluster, node, config in estate.gpu_nodes(second):
            state = estate.on_node(cluster, node, second)
            idle = [1 - each["busy"] for each in state["devices"] if each["letter"] == "a"]
            pool = (cluster, estate.role(cluster, node), model_of(config))
            for place in range(state["free"] + len(idle)):
                slot = (node, state["installed"] - place, pool)
                unbusy = (min(idle), max(idle)) if place >= state["free"] else (0.0, 0.0)
                stood[slot][second] = seconds, unbusy
    windows: dict[int, list[Slot]] = defaultdict(list)
    for (node, _, pool), moments in stood.items():
        for run in _runs(moments):
            if sum(moments[second][0] for second in run) >= WINDOW_S:
                for second in run:
                    windows[second].append(Slot(node, pool, moments[second][1]))
    return windows


def _runs(moments: dict[int, tuple[int, tuple[float, float]]]) -> list[list[int]]:
    runs: list[list[int]] = []
    until = None
    for second, (seconds, _) in sorted(moments.items()):
        if until != second:
            runs.append([])
        runs[-1].append(second)
        until = second + seconds
    return runs


def headroom(estate: Estate, bins: Sequence[Bin], pool: Pool) -> int:
    """GPUs to keep free, so that few of those who arrive as they did wait for long."""
    cluster, role, model = pool
    begin, end = bins[0][1], bins[-1][2]
    gpus = held = 0
    for job in estate.held_by[cluster]:
        start = job["start"]
        if not (begin <= start < end and estate.world.is_observed(cluster, start)):
            continue
        for node, (share, _) in job["shares"].items():
            if (cluster, node) not in estate.snapshots:
                continue
            config = estate.configuration(cluster, node, start)
            if config and estate.role(cluster, node) == role and model_of(config) == model:
                gpus += share or 0
                held += (share or 0) * (job["held_until"] - start)
    watched = sum(
        seconds
        for second, seconds in estate.world.ticks(begin, end)
        if estate.world.is_observed(cluster, second)
    )
    if not held or not watched:
        return 0
    load, service = held / watched, held / gpus
    servers = 0
    while True:
        late = erlang_c(servers, load)
        late *= exp(-max(servers - load, 0) * TARGET_WAIT_S / service)
        if late <= LATE:
            return max(0, ceil(servers - load))
        servers += 1


def erlang_c(servers: int, load: float) -> float:
    """The chance to wait, by the textbook's sum."""
    if servers <= load:
        return 1.0
    waiting = load**servers / factorial(servers) * servers / (servers - load)
    return waiting / (sum(load**k / factorial(k) for k in range(servers)) + waiting)


def training_beside(estate: Estate, bins: Sequence[Bin]) -> dict[tuple[Any, str], float | None]:
    """`utilisation_available` of the training nodes of each cluster, by (period, cluster)."""
    table = utilisation(estate, bins, ("cluster", "node_role"))
    return {
        (label, cluster): row["utilisation_available"]
        for (label, cluster, role), row in table.items()
        if role == "training"
    }
