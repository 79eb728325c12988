"""Writes a cluster's node inventory as `scontrol show node` prints it at one moment."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import polars as pl

from plimsoll.demo.estate import DAY_S, WINDOW_BEGIN, Cluster, Pool
from plimsoll.demo.play import History
from plimsoll.demo.tres import memory_text, tres

_OPERATING_SYSTEM: Final = "Linux 5.14.0-synthetic #1 SMP PREEMPT_DYNAMIC"


@dataclass(frozen=True)
class _Load:
    """What a node holds at the moment of the snapshot."""

    slots: int
    outage: str | None


def write_nodes(history: History, folder: Path, *, at: datetime) -> Path:
    """Write the snapshot of one moment; gives its path. Nodes that join later are not in it."""
    cluster = history.cluster
    held = _held_slots(history, at)
    day = (at - WINDOW_BEGIN) / timedelta(days=1)
    blocks = [
        _block(cluster, pool, name, _Load(held.get(name, 0), _outage(pool, place, day)), at)
        for pool in cluster.pools
        for place, name in enumerate(pool.node_names)
        if not _yet_to_join(pool, place, day)
    ]
    path = folder / f"{cluster.name}.nodes-{at:%Y-%m-%d}.txt"
    path.write_text("\n".join(blocks), encoding="utf-8")
    return path


def _held_slots(history: History, at: datetime) -> dict[str, int]:
    moment = int(at.timestamp())
    running = history.frame.filter(
        (pl.col("start") <= moment) & (pl.col("end").is_null() | (pl.col("end") > moment))
    )
    held: dict[str, int] = {}
    for nodes, slots in running.select("nodes", "slots").iter_rows():
        for node in history.members[nodes]:
            held[node] = held.get(node, 0) + slots
    return held


def _yet_to_join(pool: Pool, place: int, day: float) -> bool:
    return pool.nodes <= place < pool.scheduled_nodes and day < pool.joining_day


def _outage(pool: Pool, place: int, day: float) -> str | None:
    for outage in pool.outages:
        if outage.node == place and outage.first_day <= day < outage.first_day + outage.days:
            return outage.reason
    return None


def _state(pool: Pool, load: _Load) -> str:
    if load.outage:
        return "DOWN+DRAIN"
    if not load.slots:
        return "IDLE"
    return "ALLOCATED" if load.slots == pool.slots else "MIXED"


def _block(cluster: Cluster, pool: Pool, name: str, load: _Load, at: datetime) -> str:
    cpus = pool.slots * pool.cpus_per_slot
    memory = pool.slots * pool.memory_mb_per_slot
    used = load.slots * pool.memory_mb_per_slot
    features = pool.features or "(null)"
    gres = f"gpu:{pool.gpu_type}:{pool.slots}" if pool.gpu_type else "(null)"
    booted = at - timedelta(seconds=37 * DAY_S + 4_211)
    reason = f"   Reason={load.outage} [root@{at:%Y-%m-%dT%H:%M:%S}]\n" if load.outage else ""
    return (
        f"NodeName={name} Arch=x86_64 CoresPerSocket={cpus // 2} \n"
        f"   CPUAlloc={load.slots * pool.cpus_per_slot} CPUEfctv={cpus} CPUTot={cpus}"
        f" CPULoad={load.slots * pool.cpus_per_slot:.2f}\n"
        f"   AvailableFeatures={features}\n"
        f"   ActiveFeatures={features}\n"
        f"   Gres={gres}\n"
        f"   NodeAddr={name} NodeHostName={name} Version={cluster.slurm_version}\n"
        f"   OS={_OPERATING_SYSTEM} \n"
        f"   RealMemory={memory} AllocMem={used} FreeMem={memory - used} Sockets=2 Boards=1\n"
        f"   State={_state(pool, load)} ThreadsPerCore=1 TmpDisk=0 Weight=1 Owner=N/A"
        " MCS_label=N/A\n"
        f"   Partitions={pool.partition} \n"
        f"   BootTime={booted:%Y-%m-%dT%H:%M:%S} SlurmdStartTime={booted:%Y-%m-%dT%H:%M:%S}\n"
        f"   LastBusyTime={at:%Y-%m-%dT%H:%M:%S}\n"
        f"   CfgTRES={_configured(pool, memory)}\n"
        f"   AllocTRES={_allocated(cluster, pool, load)}\n"
        "   CapWatts=n/a\n"
        "   CurrentWatts=0 AveWatts=0\n"
        "   ExtSensorsJoules=n/s ExtSensorsWatts=0 ExtSensorsTemp=n/s\n"
        f"{reason}"
    )


def _configured(pool: Pool, memory_mb: int) -> str:
    cpus = pool.slots * pool.cpus_per_slot
    gpus = f",gres/gpu={pool.slots},gres/gpu:{pool.gpu_type}={pool.slots}" if pool.gpu_type else ""
    billing = cpus + (16 * pool.slots if pool.gpu_type else 0)
    return f"cpu={cpus},mem={memory_text(memory_mb)},billing={billing}{gpus}"


def _allocated(cluster: Cluster, pool: Pool, load: _Load) -> str:
    if not load.slots:
        return ""
    held = tres(pool, 1, load.slots, typed=cluster.typed_tres, billing=False)
    return held.removesuffix(",node=1")
