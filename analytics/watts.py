"""The power of jobs in whole milliwatts: of their cards, and of the rest of their nodes.

A job's power is taken to be the same over all the time that it held its resources, so that energy
adds up over periods and groups like any other load.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from analytics.gpu_counts import parse_gpu_types
from analytics.gpu_models import Aliases
from model.gpus import NO_ALIASES, GpuCatalogue
from model.power import Power, tdp_w

MILLI: Final = 1000
_UG_PER_KG: Final = 10**9
_HOUR_S: Final = 3600
MB_PER_GB: Final = 1024

CARDS_SCHEMA: Final = pl.Schema(
    {
        "tdp_mw": pl.Int64(),
        "idle_mw": pl.Int64(),
        "embodied_ug_s": pl.Int64(),
        "typed": pl.Int64(),
    }
)


@dataclass(frozen=True)
class Hardware:
    """What is known of the cards and nodes of some clusters.

    `nodes` are rows of the NODES table, `aliases` each cluster's own names of GPUs.
    """

    catalogue: GpuCatalogue
    power: Power
    nodes: pl.DataFrame
    aliases: Aliases = field(default_factory=dict)

    def hosts_per_gpu(self, cluster: str) -> float:
        """Nodes with GPUs over their GPUs; where no node is known, the assumed number."""
        with_gpus = self.nodes.filter(pl.col("cluster") == cluster, pl.col("gpus") > 0)
        latest = with_gpus.sort("valid_from").unique("node", keep="last")
        cards = int(latest["gpus"].sum())
        return latest.height / cards if cards else 1 / self.power.embodied.cards_per_host.value

    def memory_gb_per_cpu(self) -> dict[str, float]:
        """Memory of each cluster's nodes over their CPUs."""
        known = self.nodes.filter(pl.col("cpus") > 0, pl.col("memory_mb").is_not_null())
        latest = known.sort("valid_from").unique(["cluster", "node"], keep="last")
        sums = latest.group_by("cluster").agg(pl.col("memory_mb", "cpus").sum())
        return {
            cluster: memory_mb / MB_PER_GB / cpus for cluster, memory_mb, cpus in sums.iter_rows()
        }

    def cards(self, cells: pl.DataFrame) -> pl.DataFrame:
        """`cluster, gpu_types` with CARDS_SCHEMA: milliwatts at full draw and idle of the typed
        GPUs of a cell, what a second of them bears of their making, and how many are typed.

        Null where the power of one of the cards is not known.
        """
        hosts = {name: self.hosts_per_gpu(name) for name in cells["cluster"].unique()}
        rows = [
            (
                cluster,
                cell,
                *self._cell(cell, self.aliases.get(cluster, NO_ALIASES), hosts[cluster]),
            )
            for cluster, cell in cells.select("cluster", "gpu_types").iter_rows()
        ]
        keys = {"cluster": pl.String(), "gpu_types": pl.String()}
        return pl.DataFrame(rows, schema=keys | dict(CARDS_SCHEMA), orient="row")

    def untyped(self) -> pl.DataFrame:
        """`cluster, partition` with what one GPU without a type draws and bears, by the nodes.

        Only where all GPUs of the partition's nodes are of one card; else the partition is absent.
        """
        of_nodes = self.nodes.filter(pl.col("gpus") > 0).select(
            "cluster", pl.col("partitions").str.split(",").alias("partition"), "gpu_types"
        )
        each = of_nodes.explode("partition", empty_as_null=False).unique()
        found: dict[tuple[str, str], set[str | None]] = {}
        for cluster, partition, cell in each.iter_rows():
            types = parse_gpu_types(cell or "") or {"": 0}
            found.setdefault((cluster, partition), set()).update(types)
        rows = [
            (*place, *self._cell(f"{only}:1", self.aliases.get(place[0], NO_ALIASES), hosts)[:3])
            for place, types in found.items()
            if len(types) == 1 and (only := next(iter(types)))
            for hosts in (self.hosts_per_gpu(place[0]),)
        ]
        values = [name for name in CARDS_SCHEMA if name != "typed"]
        keys = {"cluster": pl.String(), "partition": pl.String()}
        figures = {f"one_{name}": pl.Int64() for name in values}
        return pl.DataFrame(rows, schema={**keys, **figures}, orient="row")

    def idle_mw(self, model: str | None) -> int | None:
        """Milliwatts of an idle GPU of a `gpu_model`; None where its power is not known."""
        card, share = self.catalogue.share(model or "")
        full = tdp_w(self.catalogue, card) if card else None
        if card is None or full is None:
            return None
        return round(self.power.idle(self.catalogue[card], full) * MILLI * share)

    def _cell(
        self, cell: str, aliases: Mapping[str, str], hosts_per_gpu: float
    ) -> tuple[int | None, int | None, int | None, int]:
        types = parse_gpu_types(cell)
        parts = [self._gpu(name, count, aliases, hosts_per_gpu) for name, count in types.items()]
        typed = sum(types.values())
        if any(part is None for part in parts):
            return None, None, None, typed
        sums = [sum(column) for column in zip(*(part for part in parts if part), strict=True)]
        full, idle, made = (round(each) for each in sums or (0.0, 0.0, 0.0))
        return full, idle, made, typed

    def _gpu(
        self, slurm_type: str, count: int, aliases: Mapping[str, str], hosts_per_gpu: float
    ) -> tuple[float, float, float] | None:
        card, share = self.catalogue.share(slurm_type, aliases)
        full = tdp_w(self.catalogue, card) if card else None
        if card is None or full is None:
            return None
        gpus = count * float(share)
        idle = self.power.idle(self.catalogue[card], full)
        made_kg = self.power.embodied.kg_per_gpu_hour(card, hosts_per_gpu)
        return (
            gpus * full * MILLI,
            gpus * idle * MILLI,
            gpus * made_kg * _UG_PER_KG / _HOUR_S,
        )


def host_mw_per_cpu(hardware: Hardware, clusters: list[str]) -> dict[str, int]:
    """Milliwatts of a core with its part of the memory, by cluster.

    A job log does not tell the memory: a job is taken to have that of its CPUs' share of a node.
    Where no node of a cluster is known, memory draws nothing.
    """
    memory_gb = hardware.memory_gb_per_cpu()
    core_w, memory_w = hardware.power.core_w.value, hardware.power.memory_w_per_gb.value
    return {
        name: round((core_w + memory_gb.get(name, 0.0) * memory_w) * MILLI) for name in clusters
    }
