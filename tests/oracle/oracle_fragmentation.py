"""`fragmentation`: in each second, what waits in one pool while another has GPUs to spare."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from oracle_demand import tasks
from oracle_nodes import Estate
from oracle_utilisation import utilisation
from oracle_world import Bin, Group, Row, Table, World

NOTHING = {
    "stranded_gpu_hours": 0.0, "pending_gpu_hours": 0.0, "idle_gpu_hours": 0.0,
    "stranded_fraction": None, "peak_sum": None, "peak_pooled": None, "pooling_gain": None,
}  # fmt: skip


@dataclass
class Sums:
    """What a group adds up to over a period."""

    seconds: Row = field(default_factory=lambda: dict.fromkeys(("stranded", "pending", "idle"), 0))
    demand: dict[Any, Counter[Any]] = field(default_factory=lambda: defaultdict(Counter))
    pooled: Counter[Any] = field(default_factory=Counter)

    def stand_still(self, cluster: str, of_cluster: int, of_group: int) -> None:
        """Count the observed seconds in which nothing was held or waited for."""
        for (name, _), levels in self.demand.items():
            if name == cluster:
                levels[0] += of_cluster - sum(levels.values())
        self.pooled[0] += of_group - sum(self.pooled.values())


def fragmentation(estate: Estate, bins: Sequence[Bin], by: Sequence[str]) -> Table:
    """What `fragmentation` must print, by (period, *by)."""
    found: dict[Group, Sums] = defaultdict(Sums)
    placed = _in_first_partition(estate) if "cluster" in by else estate
    for label, begin, end in bins:
        watched: Counter[Any] = Counter()
        for second, seconds in estate.world.ticks(begin, end):
            seen = [
                name for name in estate.world.clusters if estate.world.is_observed(name, second)
            ]
            seen_groups = {_group(estate.world, name, by) for name in seen}
            watched.update(dict.fromkeys([*seen, *seen_groups], seconds))
            levels = _levels(placed, second, seconds, partitions="cluster" in by)
            for group, pools in _grouped(estate.world, levels, by).items():
                _add_second(found[label, *group], pools, seconds)
        for cluster in estate.world.clusters:
            sums = found[label, *_group(estate.world, cluster, by)]
            sums.stand_still(cluster, watched[cluster], watched[_group(estate.world, cluster, by)])
            if cluster not in estate.inventoried and estate.world.observed[cluster]:
                sums.seconds |= {"idle": None, "stranded": None}
            if cluster in estate.silent and watched[cluster]:
                sums.seconds |= {"pending": None, "stranded": None}
                sums.pooled[None] += 1
    return {cell: _columns(sums) for cell, sums in found.items()}


def _levels(
    estate: Estate, second: int, seconds: int, *, partitions: bool
) -> dict[tuple[str, str | None], Row]:
    """GPUs idle, allocated and waited for of each pool in a second; of observed clusters only."""
    levels: dict[tuple[str, str | None], Row] = defaultdict(
        lambda: {"idle": 0, "allocated": 0, "pending": 0}
    )
    by = ("cluster", "partition") if partitions else ("cluster",)
    moment = [(None, second, second + seconds)]
    for (_, cluster, *rest), row in utilisation(estate, moment, by).items():
        if estate.world.is_observed(cluster, second):
            pool = levels[cluster, rest[0] if rest else None]
            hours = 3600 / seconds
            for name in ("idle", "allocated"):
                value = row[f"{name}_gpu_hours"]
                pool[name] = None if value is None else round(value * hours)
    for job, gpus in _waiting(estate, second):
        pool = levels[job["cluster"], job["partition"] if partitions else None]
        pool["pending"] = _total([pool["pending"], gpus])
    for (cluster, _), pool in levels.items():
        if cluster in estate.silent:
            pool["pending"] = None
    return levels


def _in_first_partition(estate: Estate) -> Estate:
    """The same estate, each node in the first of its partitions alone."""
    world = estate.world
    nodes = [row | {"partitions": min(row["partitions"].split(","))} for row in world.nodes]
    return Estate(World(world.step, world.clusters, world.jobs, nodes, world.events), estate.jobs)


def _waiting(estate: Estate, second: int) -> Iterator[tuple[Row, int | None]]:
    for job in estate.jobs:
        left = job["start"] if job["started"] else job["end"]
        until = job["observed_until"] if left is None else left
        eligible = job["eligible"]
        if eligible is None or not eligible <= second < until:
            continue
        if estate.world.is_observed(job["cluster"], second):
            untold = job["started"] and job["gpus"] is None and not job["req_gpus"]
            asked = None if untold else job["req_gpus"]
            yield job, None if asked is None else asked * tasks(job)


def _grouped(world: World, levels: dict[Any, Row], by: Sequence[str]) -> dict[Group, list[Any]]:
    grouped: dict[Group, list[Any]] = defaultdict(list)
    for (cluster, partition), row in levels.items():
        grouped[_group(world, cluster, by)].append(((cluster, partition), row))
    return grouped


def _group(world: World, cluster: str, by: Sequence[str]) -> Group:
    known = {"cluster": cluster, "tier": world.clusters[cluster]["tier"]}
    return tuple(known[name] for name in by)


def _add_second(sums: Sums, pools: list[tuple[Any, Row]], seconds: int) -> None:
    idle, pending = (_total([row[name] for _, row in pools]) for name in ("idle", "pending"))
    own = _total([_least(row["idle"], row["pending"]) for _, row in pools])
    stranded = None if None in {idle, pending, own} else min(idle, pending) - own
    for name, value in (("stranded", stranded), ("pending", pending), ("idle", idle)):
        known = sums.seconds[name]
        sums.seconds[name] = None if None in {known, value} else known + value * seconds
    wanted = [(pool, _total([row["allocated"], row["pending"]])) for pool, row in pools]
    for pool, level in wanted:
        sums.demand[pool][level] += seconds
    sums.pooled[_total([level for _, level in wanted])] += seconds


def _least(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else min(one, other)


def _total(values: list[int | None]) -> Any:
    return None if None in values else sum(values)


def p95(levels: Counter[Any]) -> Any:
    """The smallest level that is not exceeded in at least 95 % of the time."""
    so_far, whole = 0, sum(levels.values())
    if levels[None] or not whole:
        return None
    del levels[None]
    for level in sorted(levels):
        so_far += levels[level]
        if so_far * 100 >= whole * 95:
            return level
    raise AssertionError("no level covers the time")


def _columns(sums: Sums) -> Row:
    seconds = sums.seconds
    fraction = None
    if seconds["stranded"] is not None and seconds["idle"]:
        fraction = seconds["stranded"] / seconds["idle"]
    untold = sums.pooled[None]
    pooled = p95(sums.pooled)
    split = _total([p95(levels) for levels in sums.demand.values()])
    if pooled is None and (untold or not sums.demand):
        split = None
    gain = 1 - pooled / split if split and pooled is not None else None
    return {
        **{
            f"{name}_gpu_hours": None if value is None else value / 3600
            for name, value in seconds.items()
        },
        "stranded_fraction": fraction,
        "peak_sum": split,
        "peak_pooled": pooled,
        "pooling_gain": gain,
    }
