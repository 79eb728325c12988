"""What a reader of node-level figures must know: what was assumed, clipped, left out or unknown."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import polars as pl

from analytics.calendar import Calendar
from analytics.estate import Estate
from analytics.gpu_states import LEFT_OUT

_HOUR_S: Final = 3600
_WHOLE_FROM: Final = 100


@dataclass(frozen=True)
class Sight:
    """Of which clusters what is known.

    `finer` tells that figures are asked for by node, node role or GPU model, which unplaced jobs
    do not have; `blind` are then the clusters of which no GPU job can be placed at all.
    """

    finer: bool
    without_inventory: tuple[str, ...]
    without_events: tuple[str, ...]
    without_window: tuple[str, ...]
    assumed_window: tuple[str, ...]
    assumed_nodes: tuple[str, ...]
    gone_nodes: tuple[str, ...]
    blind: tuple[str, ...]
    unplaced_gpu_s: dict[str, int]
    spread_gpu_s: dict[str, int]

    @classmethod
    def of(
        cls,
        estate: Estate,
        periods: pl.DataFrame,
        held: pl.DataFrame,
        *,
        calendar: Calendar,
        finer: bool,
    ) -> Self:
        """Look at an estate, its nodes' `periods`, and what jobs `held` (see `NodeSums`)."""
        known = set(estate.nodes["cluster"])
        watched = set(estate.observed["cluster"])
        unplaced = _told(held, "unplaced")
        placed = set(held.filter("placed")["cluster"])
        guessed = periods.filter("assumed", pl.col("end_s") > calendar.begin_s)
        return cls(
            finer=finer,
            without_inventory=_names(watched - known),
            without_events=_names(known - set(estate.events["cluster"])),
            without_window=_names(known - watched),
            assumed_window=_names(set(estate.observed.filter("assumed")["cluster"])),
            assumed_nodes=_names(set(guessed["cluster"])),
            gone_nodes=_gone(estate.nodes),
            blind=_names((unplaced.keys() & known) - placed) if finer else (),
            unplaced_gpu_s=unplaced,
            spread_gpu_s=_told(held, "spread"),
        )


def notes(sight: Sight, rows: pl.DataFrame, *, by: Sequence[str]) -> tuple[str, ...]:
    """Sentences on what was assumed, clipped, left out or unknown; `rows` are GPU-seconds."""
    said = [*_on_clusters(sight), *_on_amounts(rows), *_on_placing(sight)]
    if "partition" in by:
        said.append(
            "A node in several partitions counts in each of them: partitions do not add up."
        )
    return tuple(said)


def _on_clusters(sight: Sight) -> list[str]:
    sentences = {
        "No nodes were ingested for {}: installed GPU-hours are unknown, and so is every total "
        "that they are part of.": sight.without_inventory,
        "No node events were ingested for {}: down, drained and reserved time is unknown and "
        "counts as none.": sight.without_events,
        "No observed window is known for {}: all of its time is not observed.": (
            sight.without_window
        ),
        "The observed window of {} was not stated at ingest; it is assumed from the records.": (
            sight.assumed_window
        ),
        "The nodes of {} are assumed to have been before their first snapshot what they were "
        "in it.": sight.assumed_nodes,
        "Nodes that the latest snapshot of {} lacks count as still in service.": (sight.gone_nodes),
        "No GPU job of {} tells its nodes: what single nodes did is unknown.": sight.blind,
    }
    return [text.format(", ".join(names)) for text, names in sentences.items() if names]


def _on_amounts(rows: pl.DataFrame) -> list[str]:
    sentences = {
        "beyond_capacity": "Jobs held {} GPU-hours more than the nodes known at the time had "
        "({}): they are left out of allocated time.",
        "outside_window": "Jobs held {} GPU-hours outside the observed windows ({}): that time "
        "is not observed and left out of both utilisations.",
        "unknown_count": "On nodes with jobs that do not tell how many GPUs they held, {} "
        "GPU-hours ({}) are not observed.",
    }
    found = {name: _by_cluster(rows, name) for name in LEFT_OUT if name in rows.columns}
    return [
        sentences[name].format(_hours(sum(parts.values())), _list(parts))
        for name, parts in found.items()
        if parts
    ]


def _on_placing(sight: Sight) -> list[str]:
    said = []
    unplaced = {name: held for name, held in sight.unplaced_gpu_s.items() if held}
    placeable = {k: v for k, v in unplaced.items() if k not in sight.without_inventory}
    if placeable:
        where = (
            "they are left out, so that idle time by node, role and model is an upper bound"
            if sight.finer
            else "they are taken from the idle time of their cluster"
        )
        said.append(
            f"Jobs without a node list held {_hours(sum(placeable.values()))} GPU-hours "
            f"({_list(placeable)}): {where}."
        )
    if sight.finer and any(sight.spread_gpu_s.values()):
        said.append(
            f"{_hours(sum(sight.spread_gpu_s.values()))} GPU-hours of jobs on several nodes "
            "are spread evenly over them: an estimate."
        )
    return said


def _told(held: pl.DataFrame, name: str) -> dict[str, int]:
    return dict(held.select("cluster", name).drop_nulls().sort("cluster").iter_rows())


def _gone(nodes: pl.DataFrame) -> tuple[str, ...]:
    """Clusters with a node that their latest snapshot does not have."""
    last = nodes.group_by("cluster", "node").agg(pl.col("valid_from").max())
    behind = pl.col("valid_from") < pl.col("valid_from").max().over("cluster")
    return _names(set(last.filter(behind)["cluster"]))


def _by_cluster(rows: pl.DataFrame, name: str) -> dict[str, int]:
    sums = rows.group_by("cluster").agg(pl.col(name).sum()).filter(pl.col(name) > 0)
    return dict(sums.sort("cluster").iter_rows())


def _names(clusters: set[str]) -> tuple[str, ...]:
    return tuple(sorted(clusters))


def _list(parts: dict[str, int]) -> str:
    return ", ".join(f"{name} {_hours(seconds)}" for name, seconds in parts.items())


def _hours(seconds: int) -> str:
    hours = seconds / _HOUR_S
    return f"{hours:,.0f}" if hours >= _WHOLE_FROM else f"{hours:.3g}"
