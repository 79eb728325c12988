"""The devices of nodes second by second in plain Python: slow, and easy to believe."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from device_rows import BEGIN_S, FIRST_HOUR, Row, World

ORDER = "mlkjihgefdbcn-a"
STATES = {
    "a": "allocated_unused",
    "b": "model_loaded_idle",
    "e": "model_loaded_idle",
    "c": "low",
    "d": "low",
    "f": "low",
    "g": "low",
    "k": "ineffective",
    "l": "partial",
    "m": "effective",
    "h": "active",
    "i": "active",
    "j": "active",
    "n": "no_data",
    "-": "no_data",
}
NODES = {"n[1-2]": ["n1", "n2"]}
COUNTS = ("covered", "activity", "busy", "by_sm", "effective", "energy_s", "energy_j", "guessed")


def shares(job: Row) -> dict[str, int]:
    """The GPUs of a job by node."""
    names = NODES.get(job["node_list"], [job["node_list"]])
    return {name: len(range(place, job["gpus"], len(names))) for place, name in enumerate(names)}


def devices_of(world: World, node: str, hour: int) -> list[Row]:
    """Instances for cards that have any, cards for the others, by name; with their own energy."""
    mine = [
        row
        for row in world.devices
        if row["node"] == node and row["hour"].timestamp() == (FIRST_HOUR + hour) * 3600
    ]
    cut = {row["card"] for row in mine if row["gpu"] != row["card"]}
    kept = []
    for row in sorted(mine, key=lambda each: each["gpu"]):
        if row["gpu"] == row["card"] and row["card"] in cut:
            continue
        siblings = [o for o in mine if o["card"] == row["card"] and o["gpu"] != o["card"]]
        whole = [o for o in mine if o["gpu"] == row["card"]]
        joules, seconds = row["energy_j"] or 0.0, row["energy_s"]
        if siblings and not seconds and whole:
            joules, seconds = (whole[0]["energy_j"] or 0.0) / len(siblings), whole[0]["energy_s"]
        letters = "".join(
            letter * int(count) for letter, count in re.findall(r"(.)(\d+)", row["timeline"])
        )
        kept.append({**row, "joules": joules, "seconds": seconds, "letters": letters})
    return kept


def seconds(
    world: World,
) -> Iterator[tuple[int, str, int, int, list[tuple[str, Row]], dict[int, int]]]:
    """Each second of a node: (second, node, GPUs, allocated, taken devices, GPUs by job)."""
    sizes = {row["node"]: row["gpus"] for row in world.nodes}
    for node, gpus in sizes.items():
        for hour in range(world.hours):
            devices = devices_of(world, node, hour)
            for second in range(hour * 3600, (hour + 1) * 3600):
                held = _held(world, node, second)
                allocated = min(gpus, sum(held.values()))
                if allocated:
                    taken = _taken(devices, second - hour * 3600, allocated, gpus)
                    yield second, node, gpus, allocated, taken, held


def _held(world: World, node: str, second: int) -> dict[int, int]:
    return {
        job["job_id"]: shares(job)[node]
        for job in world.jobs
        if shares(job).get(node)
        and job["start"].timestamp() <= BEGIN_S + second < job["held_until"].timestamp()
    }


def _taken(devices: list[Row], at: int, allocated: int, gpus: int) -> list[tuple[str, Row]]:
    """The first devices in order, unseen GPUs among them; those are not returned."""
    there: list[tuple[str, Row]] = [(row["letters"][at], row) for row in devices]
    there += [("-", {})] * max(0, gpus - len(devices))
    there.sort(key=lambda each: ORDER.index(each[0]))
    return [each for each in there[:allocated] if each[1]]


def of_second(
    gpus: int, allocated: int, devices: int, taken: list[tuple[str, Row]]
) -> dict[str, float]:
    """What a second adds: see COUNTS, and the states."""
    sums: dict[str, float] = defaultdict(float)
    for letter, row in taken:
        sums[STATES[letter]] += 1
        sums["energy_s"] += row["seconds"] / 3600
        sums["energy_j"] += row["joules"] / 3600
        if letter in "n-":
            continue
        sums["covered"] += 1
        sums["activity"] += row["activity_mean"]
        sums["busy"] += row["busy_mean"]
        sums["by_sm"] += row["sm_s"] > 0
    if allocated < max(gpus, devices):
        sums["guessed"] = allocated
    return sums


def bin_of(world: World, second: int) -> int:
    return next(n for n, end in enumerate(world.borders[1:]) if second < end)


def of_nodes(world: World) -> dict[tuple[str, int], dict[str, float]]:
    """Sums by node and period."""
    totals: dict[tuple[str, int], Any] = defaultdict(lambda: defaultdict(float))
    for second, node, gpus, allocated, taken, _ in seconds(world):
        devices = len(devices_in(world, node, second // 3600))
        totals[node, bin_of(world, second)]["allocated"] += allocated
        for name, value in of_second(gpus, allocated, devices, taken).items():
            totals[node, bin_of(world, second)][name] += value
    return totals


def of_jobs(world: World) -> dict[tuple[int, int], dict[str, float]]:
    """Sums by job and period: each second of a node shared out by GPUs."""
    totals: dict[tuple[int, int], Any] = defaultdict(lambda: defaultdict(float))
    for second, node, gpus, allocated, taken, held in seconds(world):
        devices = len(devices_in(world, node, second // 3600))
        sums = of_second(gpus, allocated, devices, taken)
        for job_id, share in held.items():
            mine = totals[job_id, bin_of(world, second)]
            mine["allocated"] += share
            for name, value in sums.items():
                mine[name] += value * share / sum(held.values())
    return totals


_cache: dict[Any, list[Row]] = {}


def devices_in(world: World, node: str, hour: int) -> list[Row]:
    key = (id(world), node, hour)
    if key not in _cache:
        _cache[key] = devices_of(world, node, hour)
    return _cache[key]


def came(world: World, node: str) -> int:
    """The second from which a node is known to be there, or assumed to have been."""
    seen = {row["node"]: int(row["valid_from"].timestamp()) - BEGIN_S for row in world.nodes}
    if not any(second < seen[node] for second in seen.values()):
        return 0
    starts = [job["start"].timestamp() - BEGIN_S for job in world.jobs if shares(job).get(node)]
    return int(max(0, min([*starts, seen[node]])))


def spare(
    world: World, window_s: int, begin: int, end: int
) -> tuple[dict[str, int], dict[str, float]]:
    """By node, GPU-seconds in long windows without work; and for what part of those that are
    held the devices were not busy."""
    lent: dict[str, int] = defaultdict(int)
    unbusy: dict[str, float] = defaultdict(float)
    for row in world.nodes:
        node, gpus = row["node"], row["gpus"]
        moments = _moments(world, node, gpus)
        for slot in range(1, gpus + 1):
            for second in _long_runs(moments, gpus, slot, window_s):
                free, idle = moments[second]
                if begin <= second < end:
                    lent[node] += 1
                    if gpus - free < slot:
                        continue
                    unbusy[node] += sum(1 - device["busy_mean"] for device in idle) / len(idle)
    return lent, unbusy


def _moments(world: World, node: str, gpus: int) -> dict[int, tuple[int, list[Row]]]:
    """In each second, how many GPUs are free and which allocated devices are not used."""
    there = range(came(world, node), world.hours * 3600)
    moments: dict[int, tuple[int, list[Row]]] = {second: (gpus, []) for second in there}
    for second, name, _, allocated, taken, _ in seconds(world):
        if name == node:
            idle = [row for letter, row in taken if letter == "a"]
            moments[second] = (gpus - allocated, idle)
    return moments


def _long_runs(moments: Any, gpus: int, slot: int, window_s: int) -> Iterator[int]:
    """The seconds in which a node's slot is without work for long enough on end."""
    run: list[int] = []
    for second in range(max(moments) + 2):
        free, idle = moments.get(second, (0, []))
        if gpus - free - len(idle) < slot:
            run.append(second)
        else:
            if len(run) >= window_s:
                yield from run
            run = []
