"""Writes what the GPUs of some nodes did, as an answer of Prometheus over dcgm-exporter."""

import json
import uuid
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from plimsoll.demo.estate import DAY_S, Pool
from plimsoll.demo.gpu_activity import Card, Readings, idle, working
from plimsoll.demo.play import END_S, History

TELEMETRY_DAYS: Final = 28
"""The exporter was rolled out so long before the window's end."""

_STEP_S: Final = 900
_TRAINING_NODES: Final = 3
_CARDS: Final = {
    "t4": Card("Tesla T4", memory_mb=15_360, idle_w=10, full_w=70),
    "a30": Card("NVIDIA A30", memory_mb=24_576, idle_w=28, full_w=165),
    "l4": Card("NVIDIA L4", memory_mb=23_034, idle_w=16, full_w=72),
    "a100": Card("NVIDIA A100-SXM4-80GB", memory_mb=81_920, idle_w=60, full_w=400),
    "h100": Card("NVIDIA H100 80GB HBM3", memory_mb=81_559, idle_w=75, full_w=700),
}
_METRICS: Final = {
    "DCGM_FI_PROF_SM_ACTIVE": ("sm", 3),
    "DCGM_FI_PROF_DRAM_ACTIVE": ("dram", 3),
    "DCGM_FI_DEV_FB_USED": ("memory_mb", 0),
    "DCGM_FI_DEV_POWER_USAGE": ("power_w", 1),
}
_NAMESPACE: Final = uuid.UUID("5f0c8a1e-6f1b-4f7e-9d53-0a2c4be7a7d1")


@dataclass(frozen=True)
class _Held:
    """A job on one node: from when until when, on how many of its GPUs, and how it works them."""

    begin_s: int
    end_s: int
    slots: int
    name: str
    seed: int


def write_telemetry(history: History, folder: Path) -> Path | None:
    """Write the last weeks of a cluster's inference nodes and of some training nodes.

    Gives the path, None for a cluster without an exporter: only Tier-2 centres have one.
    """
    cluster = history.cluster
    if cluster.tier != "Tier-2":
        return None
    path = folder / f"{cluster.name}.telemetry.json"
    series = [one for pool in cluster.pools for one in _of_pool(pool, history)]
    answer = {"status": "success", "data": {"resultType": "matrix", "result": series}}
    path.write_text(json.dumps(answer, separators=(",", ":")), encoding="ascii")
    return path


def _of_pool(pool: Pool, history: History) -> Iterator[dict[str, Any]]:
    card = _CARDS.get(pool.gpu_type or "")
    if card is None:
        return
    for node in _watched(pool):
        for slot, readings in enumerate(_of_node(node, pool, card, history)):
            yield from _series(node, slot, card, readings)


def _watched(pool: Pool) -> list[str]:
    names = pool.node_names
    return names if pool.workload == "inference" else names[:_TRAINING_NODES]


def _of_node(node: str, pool: Pool, card: Card, history: History) -> list[Readings]:
    """The readings of each GPU of a node; its jobs take the first GPUs that are free."""
    moments = _moments()
    gpus = [idle(card, len(moments)) for _ in range(pool.slots)]
    busy_until = [0] * pool.slots
    for job in _jobs_on(node, history):
        free = [slot for slot, until in enumerate(busy_until) if until <= job.begin_s]
        inside = slice(*np.searchsorted(moments, (job.begin_s, job.end_s)).tolist())
        for slot in free[: job.slots]:
            busy_until[slot] = job.end_s
            rng = np.random.default_rng([job.seed, slot])
            gpus[slot].put(inside, working(job.name, card, moments[inside], rng))
    return gpus


def _moments() -> NDArray[np.int64]:
    return np.arange(END_S - TELEMETRY_DAYS * DAY_S, END_S, _STEP_S)


def _jobs_on(node: str, history: History) -> list[_Held]:
    lists = [text for text, names in history.members.items() if node in names]
    begin_s = int(_moments()[0])
    runs = history.frame.filter(
        pl.col("nodes").is_in(lists),
        pl.col("start") < END_S,
        pl.col("end").fill_null(END_S) > begin_s,
    ).sort("start", "job_id")
    columns = runs.select("start", pl.col("end").fill_null(END_S), "slots", "name", "job_id")
    return [
        _Held(start, end, slots, name, zlib.crc32(f"{job_id}".encode()))
        for start, end, slots, name, job_id in columns.iter_rows()
    ]


def _series(node: str, slot: int, card: Card, readings: Readings) -> Iterator[dict[str, Any]]:
    moments = _moments().tolist()
    for metric, (figure, digits) in _METRICS.items():
        labels = {
            "__name__": metric,
            "Hostname": node,
            "UUID": f"GPU-{uuid.uuid5(_NAMESPACE, f'{node}/{slot}')}",
            "device": f"nvidia{slot}",
            "gpu": str(slot),
            "modelName": card.name,
        }
        values = _texts(getattr(readings, figure), digits)
        yield {"metric": labels, "values": list(zip(moments, values, strict=True))}


def _texts(values: NDArray[np.float64], digits: int) -> Sequence[str]:
    return [f"{value:.{digits}f}" for value in values.tolist()]
