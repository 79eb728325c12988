"""`usage`, job by job and tick by tick."""

from collections.abc import Sequence
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from oracle_store import registry
from oracle_world import Bin, Group, Row, Table, World, added, bin_of

COUNTS = (
    "jobs_submitted", "jobs_started", "jobs_ended", "jobs_running", "jobs_never_started",
    "jobs_pending", "gpu_jobs", "gpu_untracked_jobs",
)  # fmt: skip
HOURS = (
    "gpu_hours", "executing_gpu_hours", "gpu_hours_physical", "cpu_hours", "node_hours",
    "wall_hours", "wait_hours",
)  # fmt: skip
NOTHING = dict.fromkeys(COUNTS, 0) | dict.fromkeys(HOURS, 0.0)
BANDS = ((0, "0"), (1, "1"), (4, "2-4"), (8, "5-8"), (32, "9-32"))


def tracked(world: World) -> list[Row]:
    """The jobs with `gpu_untracked`; GPUs of those are unknown."""
    partitions = {
        (node["cluster"], name)
        for node in world.nodes
        if node["gpus"]
        for name in node["partitions"].split(",")
    } | {(job["cluster"], job["partition"]) for job in world.jobs if job["req_gpus"]}
    tracking = {_month(job) for job in world.jobs if job["started"] and job["gpus"]}
    found = []
    for job in world.jobs:
        lost = (
            job["started"]
            and _month(job) not in tracking
            and (job["cluster"], job["partition"]) in partitions
        )
        found.append(job | {"gpu_untracked": lost} | ({"gpus": None} if lost else {}))
    return found


def _month(job: Row) -> tuple[str, int, int]:
    start = datetime.fromtimestamp(job["start"], UTC)
    return job["cluster"], start.year, start.month


def groups(world: World, job: Row, by: Sequence[str]) -> list[tuple[Group, Row]]:
    """The groups that a job counts in, and the job as it counts there."""
    if "gpu_model" not in by:
        return [(tuple(_dimension(world, job, name) for name in by), job)]
    found = []
    parts = _models(job)
    for model, gpus, types in parts:
        group = tuple(model if name == "gpu_model" else _dimension(world, job, name) for name in by)
        asked = {"req_gpus": gpus} if len(parts) > 1 else {}
        found.append((group, job | {"gpus": gpus, "types": types} | asked))
    return found


def _dimension(world: World, job: Row, name: str) -> Any:
    if name == "tier":
        return world.clusters[job["cluster"]]["tier"]
    if name in {"project", "institution", "council"}:
        place = f"{job['cluster']}:{job['account']}"
        told = {
            award[name]
            for award in world.awards
            if place in (award["accounts"] or "").split(";") and award[name] is not None
        }
        return told.pop() if len(told) == 1 else None
    if name == "gpus_band":
        gpus = job["gpus"] if job["started"] else job["req_gpus"]
        if gpus is None:
            return None
        return next((label for most, label in BANDS if gpus <= most), "33+")
    return job[name]


def _models(job: Row) -> list[tuple[str | None, int | None, dict[str, int]]]:
    """(model, GPUs, its type names) of a job; those that Slurm gave no type are "unknown"."""
    gpus = job["gpus"] if job["started"] else job["req_gpus"]
    if gpus is None:
        return [(None, None, {})]
    text = job["gpu_types"] if job["started"] else job["req_gpu_types"]
    types = {}
    for entry in filter(None, (text or "").split(",")):
        name, _, count = entry.rpartition(":")
        types[name] = int(count)
    found: dict[str | None, tuple[int, dict[str, int]]] = {}
    for name, count in types.items():
        model = registry().gpus.resolve(name) or name
        had, names = found.get(model, (0, {}))
        found[model] = had + count, names | {name: count}
    rest = gpus - sum(types.values())
    if rest > 0 or not types:
        found["unknown" if rest else "none"] = rest, {}
    return [(model, count, names) for model, (count, names) in found.items()]


def cards(job: Row) -> Fraction | None:
    """GPUs of a job in whole cards."""
    if job["gpus"] is None:
        return None
    types = job.get("types")
    if types is None:
        types = {
            name: count
            for _, _, names in _models(job | {"started": True})
            for name, count in names.items()
        }
    parts = [count * registry().gpus.share(name)[1] for name, count in types.items()]
    return sum(parts, Fraction(job["gpus"] - sum(types.values())))


def usage(world: World, bins: Sequence[Bin], by: Sequence[str]) -> Table:
    """What `usage` must print, by (period, *by)."""
    table: Table = {}
    for whole in tracked(world):
        for group, job in groups(world, whole, by):
            _add_queue(table, group, job, bins)
            if job["started"]:
                _add_run(world, table, group, job, bins)
    return _finished(table)


def _add_queue(table: Table, group: Group, job: Row, bins: Sequence[Bin]) -> None:
    submit = job["submit"]
    _book(table, bins, group, submit, jobs_submitted=1)
    gone = job["start"] if job["started"] else job["end"]
    for label, begin, end in bins:
        if submit < end and (job["observed_until"] > begin if gone is None else gone >= end):
            added(table, (label, *group), jobs_pending=1)
    if not job["started"] and job["end"] is not None:
        _book(table, bins, group, max(job["end"], submit), jobs_never_started=1)


def _add_run(world: World, table: Table, group: Group, job: Row, bins: Sequence[Bin]) -> None:
    start, until = job["start"], job["held_until"]
    wait = max(0, start - job["submit"])
    _book(table, bins, group, start, jobs_started=1, wait_hours=wait)
    _book(table, bins, group, start, gpu_untracked_jobs=int(job["gpu_untracked"]))
    if job["gpus"] is None:
        _book(table, bins, group, start, gpus_unknown=1)
    else:
        _book(table, bins, group, start, gpu_jobs=int(job["gpus"] > 0))
    if job["end"] is not None:
        _book(table, bins, group, job["end"], jobs_ended=1)
    suspended = job["suspended_s"]
    executing = start if suspended is None else max(start, until - suspended)
    for label, begin, end in bins:
        if not (start < end and until >= begin):
            continue
        cell = (label, *group)
        added(table, cell, jobs_running=1)
        held = sum(length for _, length in world.ticks(max(start, begin), min(until, end)))
        ran = sum(length for _, length in world.ticks(max(start, begin), min(executing, end)))
        rates = {
            "gpu_hours": (job["gpus"], held),
            "executing_gpu_hours": (None if suspended is None else job["gpus"], ran),
            "gpu_hours_physical": (cards(job), held),
            "cpu_hours": (job["cpus"], held),
            "node_hours": (job["nodes"], held),
            "wall_hours": (1, held),
        }
        for name, (rate, seconds) in rates.items():
            if rate is not None:
                added(table, cell, **{name: rate * seconds, f"known_{name}": 1})


def _book(table: Table, bins: Sequence[Bin], group: Group, second: int, **amounts: int) -> None:
    label = bin_of(bins, second)
    if label != "outside":
        added(table, (label, *group), **amounts)


def _finished(table: Table) -> Table:
    """Seconds as hours; unknown where nothing that ran is known."""
    finished: Table = {}
    for cell, row in table.items():
        line = {name: row.get(name, 0) for name in COUNTS}
        if line["jobs_started"] and row.get("gpus_unknown", 0) == line["jobs_started"]:
            line["gpu_jobs"] = None
        for name in HOURS:
            known = row.get(f"known_{name}") or not line["jobs_running"] or name == "wait_hours"
            line[name] = float(Fraction(row.get(name, 0)) / 3600) if known else None
        finished[cell] = line
    return finished
