"""On which cluster an award is used, and what its unit is worth there in GPU-hours."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from model.schemas import AWARDS
from model.units import Unit, resolve_unit

GPU_HOURS: Final = "GPU-hours"
PLACED_SCHEMA: Final = pl.Schema(
    {
        **{name: pl.String() for name in AWARDS.key},
        "place": pl.String(),
        "cluster": pl.String(),
        "spread": pl.Boolean(),
    }
)


@dataclass(frozen=True)
class Conversion:
    """What an award's unit is turned into: `factor` of `unit` each; `shown` says how."""

    unit: str
    factor: float
    shown: str | None = None


@dataclass(frozen=True)
class WholeNodes:
    """The make of all nodes of a cluster, where they are all alike."""

    gpus: int
    cpus: int | None
    threads_per_core: int | None = None

    def gpu_hours(self, unit: Unit) -> tuple[float, str] | None:
        """GPU-hours of one hour of `unit`, as whole nodes have them; None where not exact."""
        if unit.of == "node":
            return self.gpus, f"{self.gpus} GPUs a node"
        if not self.cpus:
            return None
        if unit.of == "cpu":
            return self.gpus / self.cpus, f"{self.gpus} GPUs for {self.cpus} CPUs"
        if unit.of == "core" and self.threads_per_core:
            cores = self.cpus / self.threads_per_core
            return self.gpus / cores, f"{self.gpus} GPUs for {cores:g} cores"
        return None


def placed(
    awards: pl.DataFrame, clusters: Collection[str], machines: Mapping[str, str]
) -> pl.DataFrame:
    """A row for each award and each cluster that it may be used on (PLACED_SCHEMA).

    That is the cluster which `resource` names, by its own name or by that of its machine in the
    registry (`machines`: machine to cluster), else those of its accounts; `spread` where they are
    several. `cluster` is null where it is none of `clusters`; `place` then is the award's word
    for it, null where it has none.
    """
    by_name = {name.casefold(): name for name in clusters}
    by_machine = {machine.casefold(): cluster for machine, cluster in machines.items()}
    rows = [
        (*(row[name] for name in AWARDS.key), place, by_name.get((place or "").casefold()), spread)
        for row in awards.iter_rows(named=True)
        for place, spread in _places(row, by_name, by_machine)
    ]
    return pl.DataFrame(rows, schema=PLACED_SCHEMA, orient="row")


def _places(
    row: Mapping[str, Any], by_name: Mapping[str, str], by_machine: Mapping[str, str]
) -> list[tuple[str | None, bool]]:
    resource = (row["resource"] or "").casefold()
    found = by_name.get(resource) or by_machine.get(resource)
    if found is not None:
        return [(found, False)]
    entries = (entry.partition(":") for entry in (row["accounts"] or "").split(";"))
    named = dict.fromkeys(cluster.strip() for cluster, _, account in entries if account.strip())
    if named:
        return [(by_name.get(name.casefold(), name), len(named) > 1) for name in named]
    return [(row["resource"] or None, False)]


def whole_nodes(
    nodes: pl.DataFrame, threads_per_core: Mapping[str, int | None]
) -> dict[str, WholeNodes]:
    """The clusters of which every node, by its last snapshot, has the same GPUs and CPUs."""
    last = nodes.sort("valid_from").unique(["cluster", "node"], keep="last")
    makes = last.group_by("cluster").agg(pl.col("gpus", "cpus").unique())
    return {
        row["cluster"]: WholeNodes(
            gpus=row["gpus"][0],
            cpus=row["cpus"][0] if len(row["cpus"]) == 1 else None,
            threads_per_core=threads_per_core.get(row["cluster"]),
        )
        for row in makes.iter_rows(named=True)
        if len(row["gpus"]) == 1 and row["gpus"][0]
    }


def conversion(text: str | None, nodes: WholeNodes | None) -> Conversion:
    """What an award's unit becomes on a cluster: GPU-hours where that is exact, else itself."""
    unit = resolve_unit(text or "")
    if unit is None or unit.hours is None:
        return Conversion(unit.name if unit else text or "", 1.0)
    if unit.of == "gpu":
        shown = None if unit.hours == 1 else f"{unit.name} x {unit.hours}"
        return Conversion(GPU_HOURS, unit.hours, shown)
    exact = nodes.gpu_hours(unit) if nodes else None
    if exact is None:
        return Conversion(unit.name, 1.0)
    worth, why = exact
    return Conversion(
        GPU_HOURS, worth * unit.hours, f"{unit.name} x {worth * unit.hours:g} ({why})"
    )
