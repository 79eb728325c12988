"""The same tables reckoned second by second in plain Python: slow, and easy to believe."""

from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, exp, factorial
from typing import Any

Row = dict[str, Any]
NODES = {"n[1-2]": ["n1", "n2"], "n[1-3]": ["n1", "n2", "n3"]}
PARTS = ("installed", "not_observed", "down", "reservation", "allocated", "idle")


@dataclass
class Small:
    """A small estate as plain rows; `windows` by cluster, `bins` as (begin, end)."""

    jobs: list[Row]
    nodes: list[Row]
    events: list[Row]
    windows: dict[str, list[tuple[int, int]]]
    bins: list[tuple[int, int]]
    seen: dict[Any, Any] = field(default_factory=dict)

    def inventoried(self) -> list[str]:
        return sorted({row["cluster"] for row in self.nodes})

    def observed(self, cluster: str, second: int) -> bool:
        return any(begin <= second < end for begin, end in self.windows.get(cluster, []))

    def configuration(self, cluster: str, node: str, second: int) -> Row | None:
        mine = [r for r in self.nodes if (r["cluster"], r["node"]) == (cluster, node)]
        mine.sort(key=lambda row: row["at"])
        past = [row for row in mine if row["at"] <= second]
        if past:
            return past[-1]
        if mine and second >= self.came(cluster, node, mine[0]["at"]):
            return mine[0]
        return None

    def came(self, cluster: str, node: str, first_seen: int) -> int:
        """The second from which a node is assumed to have been there before it was seen."""
        if cluster not in self.windows or not self.windows[cluster]:
            return first_seen
        span_begin = self.windows[cluster][0][0]
        without = [r["at"] for r in self.nodes if r["cluster"] == cluster and r["at"] < first_seen]
        if not without:
            return span_begin
        held = [
            job["begin"]
            for job in self.jobs
            if job["cluster"] == cluster and node in self.shares(job) and job["begin"] < job["end"]
        ]
        return max(min(held), span_begin, *without) if held else first_seen

    def known_nodes(self, cluster: str) -> list[str]:
        return sorted({row["node"] for row in self.nodes if row["cluster"] == cluster})

    def shares(self, job: Row) -> dict[str, tuple[int | None, int]]:
        """GPUs and CPUs of each node of a job; nothing where they are not known."""
        text = job["node_list"]
        if not text or job["cluster"] not in self.inventoried():
            return {}
        names = NODES.get(text, [text])
        return {
            name: (_dealt(job["gpus"], len(names), i), _dealt(job["cpus"], len(names), i) or 0)
            for i, name in enumerate(names)
        }

    def on_node(self, cluster: str, node: str, second: int) -> Row:
        """GPUs of a node in each state in one second."""
        key = (cluster, node, second)
        if key not in self.seen:
            self.seen[key] = self._on_node(cluster, node, second)
        return self.seen[key]

    def _on_node(self, cluster: str, node: str, second: int) -> Row:
        config = self.configuration(cluster, node, second)
        capacity = config["gpus"] if config else 0
        running = [j for j in self.jobs if j["cluster"] == cluster and _runs(j, second)]
        held = [self.shares(job)[node] for job in running if node in self.shares(job)]
        used = min(capacity, sum(gpus or 0 for gpus, _ in held))
        state = dict.fromkeys(("not_observed", "down", "reserved", "blocked", "free", "no_data"), 0)
        state |= {"installed": capacity, "config": config}
        if not self.observed(cluster, second):
            return state | {"not_observed": capacity}
        state["no_data"] = used
        kinds = {
            e["kind"]
            for e in self.events
            if _runs(e, second) and (e["cluster"], e["node"]) == (cluster, node)
        }
        if any(gpus is None for gpus, _ in held):
            rest = "not_observed"
        elif kinds & {"down", "drain", "maintenance"}:
            rest = "down"
        elif "reserved" in kinds:
            rest = "reserved"
        elif config and 0 < config["cpus"] <= sum(cpus for _, cpus in held):
            rest = "blocked"
        else:
            rest = "free"
        return state | {rest: state[rest] + capacity - used}

    def role(self, cluster: str, node: str) -> str:
        mine = [r for r in self.nodes if (r["cluster"], r["node"]) == (cluster, node)]
        if max(row["gpus"] for row in mine) == 0:
            return "cpu"
        if any("infer" in row["partitions"] for row in mine):
            return "inference"
        if any(row["gpus"] and row["gpu_types"].startswith("t4") for row in mine):
            return "inference"
        return "training"


def utilisation(small: Small, by: tuple[str, ...]) -> dict[tuple[Any, ...], dict[str, int | None]]:
    """GPU-seconds by (bin, *by), of `cluster`, `partition`, `node`, `gpu_model`, `node_role`."""
    totals: dict[tuple[Any, ...], dict[str, int | None]] = {}
    for number, (begin, end) in enumerate(small.bins):
        for second in range(begin, end):
            for cluster in small.inventoried():
                _add_second(small, totals, number, second, cluster, by)
            for cluster in set(small.windows) - set(small.inventoried()):
                _add_bare(small, totals, number, second, cluster, by)
    return totals


def is_finer(by: tuple[str, ...]) -> bool:
    return bool({"node", "gpu_model", "node_role"} & set(by))


def _add_second(
    small: Small,
    totals: Any,
    number: int,
    second: int,
    cluster: str,
    by: tuple[str, ...],
) -> None:
    finer = is_finer(by)
    pools: dict[Any, dict[str, int]] = defaultdict(
        lambda: dict.fromkeys(("idle", "reservation", "down", "other"), 0)
    )
    for node in small.known_nodes(cluster):
        state = small.on_node(cluster, node, second)
        if state["config"] is None:
            continue
        labels = _labels(small, cluster, node, state["config"])
        partitions = state["config"]["partitions"].split(",") if "partition" in by else [None]
        for partition in partitions:
            group = tuple({**labels, "partition": partition}[name] for name in by)
            parts = {
                "installed": state["installed"],
                "not_observed": state["not_observed"],
                "down": state["down"],
                "reservation": state["reserved"],
                "allocated": state["no_data"],
                "idle": state["free"] + state["blocked"],
            }
            if finer and blind(small, cluster):
                parts |= dict.fromkeys(("down", "reservation", "allocated", "idle"))
            _add(totals, (number, *group), parts)
            if not finer:
                for name in ("idle", "reservation", "down"):
                    pools[partition][name] += parts[name]
    if finer or not small.observed(cluster, second):
        return
    mine = [job for job in small.jobs if job["cluster"] == cluster and _runs(job, second)]
    lost = [job for job in mine if not small.shares(job)]
    for partition in {job["partition"] if "partition" in by else None for job in lost}:
        jobs = [job for job in lost if partition in {None, job["partition"]}]
        group = tuple({"cluster": cluster, "partition": partition}[name] for name in by)
        _add(totals, (number, *group), _moved(jobs, pools[partition]))


def _moved(jobs: list[Row], pool: dict[str, int]) -> dict[str, int | None]:
    """What unplaced jobs change in a pool in one second."""
    want = sum(job["gpus"] or 0 for job in jobs)
    change = dict.fromkeys(PARTS, 0)
    for name in ("idle", "reservation", "down"):
        taken = min(want, pool[name])
        want -= taken
        change[name] -= taken
        change["allocated"] += taken
        if any(job["gpus"] is None for job in jobs):
            change["not_observed"] += pool[name] - taken
            change[name] = -pool[name]
    return change


def _add_bare(
    small: Small, totals: Any, number: int, second: int, cluster: str, by: tuple[str, ...]
) -> None:
    jobs = [job for job in small.jobs if job["cluster"] == cluster]
    partitions = {
        job["partition"]
        for job in jobs
        if job["end"] > small.bins[0][0]
        and job["begin"] < small.bins[-1][1]
        and job["begin"] < job["end"]
    }
    for partition in partitions if "partition" in by else {None}:
        group = tuple({"cluster": cluster, "partition": partition}.get(name) for name in by)
        held = sum(
            job["gpus"] or 0
            for job in jobs
            if _runs(job, second)
            and partition in {None, job["partition"]}
            and small.observed(cluster, second)
        )
        _add(totals, (number, *group), {**dict.fromkeys(PARTS), "allocated": held})


def blind(small: Small, cluster: str) -> bool:
    begin, end = small.bins[0][0], small.bins[-1][1]
    jobs = [j for j in small.jobs if j["cluster"] == cluster and j["begin"] < j["end"]]
    jobs = [j for j in jobs if j["begin"] < end and j["end"] > begin]
    lost = [j for j in jobs if not small.shares(j) and j["gpus"] != 0]
    placed = [j for j in jobs if any(gpus for gpus, _ in small.shares(j).values())]
    return bool(lost) and not placed


def states(small: Small) -> dict[tuple[Any, ...], dict[str, int]]:
    """GPU-seconds of GPU nodes by (bin, cluster, node, role, model) in each state."""
    totals: dict[tuple[Any, ...], dict[str, int | None]] = {}
    names = ("installed", "not_observed", "down", "reserved", "blocked", "free", "no_data")
    for number, (begin, end) in enumerate(small.bins):
        for second in range(begin, end):
            for cluster, node, model in _gpu_nodes(small, second):
                state = small.on_node(cluster, node, second)
                key = (number, cluster, node, small.role(cluster, node), model)
                _add(totals, key, {name: state[name] for name in names})
    return totals


def reclaimable(
    small: Small, *, window_s: int, target_wait_s: int, late: float
) -> dict[Any, Fraction]:
    """Reclaimable GPU-seconds by (bin, cluster, node, role, model)."""
    in_windows = _in_windows(small, window_s)
    pools = {pool for held in in_windows.values() for *_, pool in held}
    kept = {pool: headroom(small, pool, target_wait_s=target_wait_s, late=late) for pool in pools}
    totals: dict[Any, Fraction] = defaultdict(Fraction)
    for number, (begin, end) in enumerate(small.bins):
        for second in range(begin, end):
            for cluster, node, pool in in_windows[second]:
                count = sum(other == pool for *_, other in in_windows[second])
                share = Fraction(max(0, count - kept[pool]), count)
                totals[number, cluster, node, pool[1], pool[2]] += share
    return totals


def _in_windows(small: Small, window_s: int) -> dict[int, list[tuple[str, str, Any]]]:
    """In each second, the (cluster, node, pool) of each GPU that is free for long enough."""
    open_slots = defaultdict(set)
    for second in range(small.bins[0][0] - 200, small.bins[-1][1] + 200):
        for cluster, node, model in _gpu_nodes(small, second):
            state = small.on_node(cluster, node, second)
            pool = (cluster, small.role(cluster, node), model)
            for slot in range(state["installed"] - state["free"] + 1, state["installed"] + 1):
                open_slots[cluster, node, slot, pool].add(second)
    in_windows: dict[int, list[tuple[str, str, Any]]] = defaultdict(list)
    for (cluster, node, _, pool), seconds in open_slots.items():
        for second in seconds:
            if _run_length(seconds, second) >= window_s:
                in_windows[second].append((cluster, node, pool))
    return in_windows


def headroom(small: Small, pool: tuple[str, str, str], *, target_wait_s: int, late: float) -> int:
    cluster, role, model = pool
    begin, end = small.bins[0][0], small.bins[-1][1]
    gpus = held = 0
    for job in small.jobs:
        inside = begin <= job["begin"] < end and small.observed(cluster, job["begin"])
        if job["cluster"] != cluster or not inside or job["begin"] >= job["end"]:
            continue
        for node, (share, _) in small.shares(job).items():
            config = small.configuration(cluster, node, job["begin"])
            if config and small.role(cluster, node) == role and _model(config) == model:
                gpus += share or 0
                held += (share or 0) * (job["end"] - job["begin"])
    watched = sum(small.observed(cluster, second) for second in range(begin, end))
    if not held or not watched:
        return 0
    load, service = held / watched, held / gpus
    servers = 0
    while True:
        wait = _erlang_c(servers, load) * exp(-max(servers - load, 0) * target_wait_s / service)
        if wait <= late:
            return max(0, ceil(servers - load))
        servers += 1


def _erlang_c(servers: int, load: float) -> float:
    if servers <= load:
        return 1.0
    waiting = load**servers / factorial(servers) * servers / (servers - load)
    return waiting / (sum(load**k / factorial(k) for k in range(servers)) + waiting)


def _gpu_nodes(small: Small, second: int) -> list[tuple[str, str, str]]:
    found = []
    for cluster in small.inventoried():
        for node in small.known_nodes(cluster):
            config = small.configuration(cluster, node, second)
            if config and config["gpus"]:
                found.append((cluster, node, _model(config)))
    return found


def _labels(small: Small, cluster: str, node: str, config: Row) -> Row:
    return {
        "cluster": cluster,
        "node": node,
        "gpu_model": _model(config),
        "node_role": small.role(cluster, node),
    }


def _model(config: Row) -> str:
    return config["gpu_types"].split(":")[0] or ("unknown" if config["gpus"] else "none")


def _add(totals: Any, key: Any, parts: dict[str, int | None]) -> None:
    known = totals.setdefault(key, dict.fromkeys(parts, 0))
    for name, value in parts.items():
        known[name] = None if value is None or known[name] is None else known[name] + value


def _run_length(seconds: set[int], second: int) -> int:
    first = last = second
    while first - 1 in seconds:
        first -= 1
    while last + 1 in seconds:
        last += 1
    return last - first + 1


def _dealt(total: int | None, width: int, position: int) -> int | None:
    if total is None:
        return None
    return len(range(position, total, width))


def _runs(row: Row, second: int) -> bool:
    return row["begin"] <= second and (row["end"] is None or second < row["end"])
