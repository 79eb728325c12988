"""Stranded GPUs reckoned second by second in plain Python: slow, and easy to believe."""

from dataclasses import dataclass
from math import ceil
from typing import Any

Row = dict[str, Any]
Group = tuple[Any, ...]


@dataclass
class Small:
    """A small estate as plain rows; `windows` by cluster, `bins` as (begin, end)."""

    jobs: list[Row]
    nodes: list[Row]
    events: list[Row]
    windows: dict[str, list[tuple[int, int]]]
    bins: list[tuple[int, int]]

    def observed(self, cluster: str, second: int) -> bool:
        return any(begin <= second < end for begin, end in self.windows[cluster])

    def pools(self, *, split: bool) -> list[tuple[str, str | None]]:
        if not split:
            return [(cluster, None) for cluster in sorted(self.windows)]
        of_nodes = {(node["cluster"], first(node["partitions"])) for node in self.nodes}
        return sorted(of_nodes | {(job["cluster"], first(job["partition"])) for job in self.jobs})

    def at(self, cluster: str, partition: str | None, second: int) -> Row:
        """GPUs idle, held and waited for in a pool in one second; None is unknown."""
        if not self.observed(cluster, second):
            return {"idle": 0, "held": 0, "waiting": 0, "observed": False}
        here = [job for job in self.jobs if job["cluster"] == cluster]
        mine = [job for job in here if partition in {None, first(job["partition"])}]
        nodes = [
            self._node(node, here, second)
            for node in self.nodes
            if node["cluster"] == cluster and partition in {None, first(node["partitions"])}
        ]
        idle, held, away = (
            (sum(states) for states in zip(*nodes, strict=True)) if nodes else (0,) * 3
        )
        lost = sum(job["gpus"] for job in mine if job["node_list"] is None and holds(job, second))
        waiting = [asked(job) for job in mine if waits(job, second)]
        return {
            "idle": idle - min(idle, lost),
            "held": held + min(idle + away, lost),
            "waiting": None if None in waiting else sum(waiting),
            "observed": True,
        }

    def _node(self, node: Row, jobs: list[Row], second: int) -> tuple[int, int, int]:
        """GPUs that are idle, held, and down or reserved."""
        on_it = [job for job in jobs if job["node_list"] == node["node"] and holds(job, second)]
        used = min(node["gpus"], sum(job["gpus"] for job in on_it))
        away = any(
            (event["cluster"], event["node"]) == (node["cluster"], node["node"])
            and event["begin"] <= second < event["end"]
            for event in self.events
        )
        rest = node["gpus"] - used
        return (0, used, rest) if away else (rest, used, 0)


def first(partitions: str) -> str:
    return min(partitions.split(","))


def holds(job: Row, second: int) -> bool:
    return job["start"] is not None and job["start"] <= second < job["end"]


def waits(job: Row, second: int) -> bool:
    until = job["start"] if job["start"] is not None else job["end"]
    return job["eligible"] is not None and job["eligible"] <= second < until


def asked(job: Row) -> int | None:
    return None if job["req_gpus"] is None else job["req_gpus"] * job["tasks"]


def fragmentation(small: Small, *, split: bool, tiers: dict[str, str] | None = None) -> Any:
    """The table's integers by (bin, group): the group is the cluster where `split`, or the tier."""
    groups: dict[Group, list[tuple[str, str | None]]] = {}
    for cluster, partition in small.pools(split=split):
        group = (cluster,) if split else (tiers[cluster],) if tiers else ()
        groups.setdefault(group, []).append((cluster, partition))
    return {
        (number, *group): _cell(small, pools, *span)
        for number, span in enumerate(small.bins)
        for group, pools in groups.items()
    }


def _cell(small: Small, pools: list[tuple[str, str | None]], begin: int, end: int) -> Row:
    seconds = [[small.at(*pool, second) for pool in pools] for second in range(begin, end)]
    idle = sum(each["idle"] for row in seconds for each in row)
    if any(each["waiting"] is None for row in seconds for each in row):
        return {"idle": idle, **dict.fromkeys(("pending", "stranded", "peak_sum", "peak_pooled"))}
    stranded = sum(
        min(sum(each["waiting"] for each in row), sum(each["idle"] for each in row))
        - sum(min(each["waiting"], each["idle"]) for each in row)
        for row in seconds
    )
    own = [
        p95([demand(row[i]) for row in seconds if row[i]["observed"]]) for i in range(len(pools))
    ]
    together = [
        sum(demand(each) for each in row)
        for row in seconds
        if any(each["observed"] for each in row)
    ]
    return {
        "idle": idle,
        "pending": sum(each["waiting"] for row in seconds for each in row),
        "stranded": stranded,
        "peak_sum": sum(peak for peak in own if peak is not None) if together else None,
        "peak_pooled": p95(together),
    }


def demand(state: Row) -> int:
    return state["held"] + state["waiting"]


def p95(levels: list[int]) -> int | None:
    """The smallest level that at least 95 % of the seconds do not exceed."""
    return sorted(levels)[ceil(len(levels) * 95 / 100) - 1] if levels else None
