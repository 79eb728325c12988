"""What each GPU of each node does in each second: the ground on which node tables stand."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from oracle_jobs import tracked
from oracle_store import registry
from oracle_world import HOUR_S, Row, World

from model.hostlist import expand

BUSIEST_FIRST = "mlkjihgefdbcn-a"
STATE_OF = {
    **dict.fromkeys("a", "allocated_unused"),
    **dict.fromkeys("be", "model_loaded_idle"),
    **dict.fromkeys("cdfg", "low"),
    **dict.fromkeys("k", "ineffective"),
    **dict.fromkeys("l", "partial"),
    **dict.fromkeys("m", "effective"),
    **dict.fromkeys("hij", "active"),
    **dict.fromkeys("n-", "no_data"),
}
UNCOVERED = "n-"
TELEMETRY_STATES = (
    "allocated_unused", "model_loaded_idle", "low", "ineffective", "partial", "effective", "active",
)  # fmt: skip


class Estate:
    """Lookups in a world, second by second."""

    def __init__(self, world: World, jobs: list[Row] | None = None) -> None:
        self.world = world
        self.jobs = tracked(world) if jobs is None else jobs
        self.seen: dict[Any, Row] = {}
        self.held_by: dict[str, list[Row]] = {name: [] for name in world.clusters}
        for job in self.jobs:
            if job["started"] and job["start"] < job["held_until"]:
                self.held_by[job["cluster"]].append(job | {"shares": self.shares(job)})

    @cached_property
    def silent(self) -> set[str]:
        """Clusters whose log does not tell of any job when it became eligible."""
        told = {job["cluster"] for job in self.jobs if job["eligible"] is not None}
        return {job["cluster"] for job in self.jobs} - told

    @cached_property
    def inventoried(self) -> list[str]:
        return sorted({row["cluster"] for row in self.world.nodes})

    @cached_property
    def snapshots(self) -> dict[tuple[str, str], list[Row]]:
        found: dict[tuple[str, str], list[Row]] = {}
        for row in sorted(self.world.nodes, key=lambda row: row["valid_from"]):
            found.setdefault((row["cluster"], row["node"]), []).append(row)
        return found

    def nodes(self, cluster: str) -> list[str]:
        return sorted(node for name, node in self.snapshots if name == cluster)

    @cached_property
    def came(self) -> dict[tuple[str, str], int]:
        """The second from which a node is assumed to have been there before it was seen."""
        return {
            key: self._came(*key, rows[0]["valid_from"]) for key, rows in self.snapshots.items()
        }

    def _came(self, cluster: str, node: str, first_seen: int) -> int:
        windows = self.world.observed[cluster]
        if not windows:
            return first_seen
        earlier = [row["valid_from"] for row in self.world.nodes if row["cluster"] == cluster]
        without = [moment for moment in earlier if moment < first_seen]
        if not without:
            return windows[0][0]
        held = [job["start"] for job in self.held_by[cluster] if node in job["shares"]]
        return max(min(held), windows[0][0], *without) if held else first_seen

    def configuration(self, cluster: str, node: str, second: int) -> Row | None:
        mine = self.snapshots[cluster, node]
        past = [row for row in mine if row["valid_from"] <= second]
        if past:
            return past[-1]
        return mine[0] if second >= self.came[cluster, node] else None

    def shares(self, job: Row) -> dict[str, tuple[int | None, int]]:
        """GPUs and CPUs of each node of a job; nothing where its nodes are not known."""
        if not job["node_list"] or job["cluster"] not in self.inventoried:
            return {}
        names = expand(job["node_list"])
        return {
            name: (_dealt(job["gpus"], len(names), i), _dealt(job["cpus"], len(names), i) or 0)
            for i, name in enumerate(names)
        }

    def running(self, cluster: str, second: int) -> list[Row]:
        return [j for j in self.held_by[cluster] if j["start"] <= second < j["held_until"]]

    def on_node(self, cluster: str, node: str, second: int) -> Row:
        """GPUs of a node in each state in one second, and the classes of those that are held."""
        key = (cluster, node, second)
        if key not in self.seen:
            self.seen[key] = self._on_node(cluster, node, second)
        return self.seen[key]

    def _on_node(self, cluster: str, node: str, second: int) -> Row:
        config = self.configuration(cluster, node, second)
        capacity = config["gpus"] if config else 0
        running = self.running(cluster, second)
        held = [job["shares"][node] for job in running if node in job["shares"]]
        used = min(capacity, sum(gpus or 0 for gpus, _ in held))
        state = dict.fromkeys(("not_observed", "down", "reserved", "blocked", "free"), 0)
        state |= {"installed": capacity, "config": config, "devices": [], "allocated": 0}
        if not self.world.is_observed(cluster, second):
            return state | {"not_observed": capacity}
        state |= {"allocated": used, "devices": self.held_devices(config, second, used)}
        kinds = {
            event["kind"]
            for event in self.world.events
            if (event["cluster"], event["node"]) == (cluster, node)
            and event["start"] <= second
            and (event["end"] is None or second < event["end"])
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

    @cached_property
    def rows_of_hours(self) -> dict[tuple[str, str, int], list[Row]]:
        found: dict[tuple[str, str, int], list[Row]] = {}
        for row in self.world.hours:
            found.setdefault((row["cluster"], row["node"], row["hour"]), []).append(row)
        return found

    def held_devices(self, config: Row | None, second: int, used: int) -> list[Row]:
        """`letter`, `activity`, `busy` of each held GPU: the busiest devices are the held ones."""
        if config is None:
            return []
        hour = second - second % HOUR_S
        rows = self.rows_of_hours.get((config["cluster"], config["node"], hour), [])
        cut = {row["card"] for row in rows if row["mig_profile"] is not None}
        rows = [row for row in rows if row["mig_profile"] is not None or row["card"] not in cut]
        devices = [
            {
                "letter": row["letters"][(second - hour) // self.world.step],
                "activity": row["activity_mean"],
                "busy": row["busy_mean"],
            }
            for row in rows
        ]
        unseen = {"letter": "-", "activity": None, "busy": None}
        devices += [unseen] * (config["gpus"] - len(devices))
        devices.sort(key=lambda device: BUSIEST_FIRST.index(device["letter"]))
        return devices[:used]

    def role(self, cluster: str, node: str) -> str:
        mine = self.snapshots[cluster, node]
        partitions = {name for row in mine for name in row["partitions"].split(",")}
        for kind, pattern, role in self.world.clusters[cluster]["node_roles"]:
            if pattern == node if kind == "nodes" else pattern in partitions:
                return str(role)
        if max(row["gpus"] for row in mine) == 0:
            return "cpu"
        if "infer" in partitions or any(row["gpu_types"].startswith("t4:") for row in mine):
            return "inference"
        return "training"

    def labels(self, cluster: str, node: str, config: Row) -> Row:
        return {
            "cluster": cluster,
            "node": node,
            "gpu_model": model_of(config),
            "node_role": self.role(cluster, node),
            "tier": self.world.clusters[cluster]["tier"],
        }

    def is_blind(self, cluster: str, begin: int, end: int) -> bool:
        """Whether no job of the time tells on which nodes it held GPUs."""
        jobs = [j for j in self.held_by[cluster] if j["start"] < end and j["held_until"] > begin]
        lost = [job for job in jobs if not job["shares"] and job["gpus"] != 0]
        placed = [job for job in jobs if any(gpus for gpus, _ in job["shares"].values())]
        return bool(lost) and not placed

    def gpu_nodes(self, second: int) -> Iterator[tuple[str, str, Row]]:
        """(cluster, node, configuration) of every node that has GPUs in a second."""
        for cluster in self.inventoried:
            for node in self.nodes(cluster):
                config = self.configuration(cluster, node, second)
                if config and config["gpus"]:
                    yield cluster, node, config


def model_of(config: Row) -> str:
    name = config["gpu_types"].split(":")[0]
    if name:
        return registry().gpus.resolve(name) or str(name)
    return "unknown" if config["gpus"] else "none"


def _dealt(total: int | None, width: int, position: int) -> int | None:
    return None if total is None else len(range(position, total, width))
