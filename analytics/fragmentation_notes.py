"""What a reader must know of stranded GPU-hours: what they leave out, and what is unknown."""

from collections.abc import Iterator, Sequence

import polars as pl

from analytics.calendar import Calendar
from analytics.estate import Estate
from analytics.node_labels import chosen, tier_of
from analytics.node_sums import NodeSums
from analytics.pool_sums import PoolQuestion

_UPPER_BOUND = (
    "Stranded GPU-hours are an upper bound: they ignore whether a waiting job fits the free "
    "nodes, the GPU model it needs, and who may use them."
)
_ILLUSTRATION = (
    "pooled_gpus_same_wait is an illustration after Erlang: it takes jobs to need one GPU each "
    "and to come at random."
)


def fragmentation_notes(
    asked: PoolQuestion,
    sums: NodeSums,
    keys: pl.DataFrame,
    untold: pl.DataFrame,
    *,
    calendar: Calendar,
) -> tuple[str, ...]:
    """Sentences on the method, on what is unknown, and on nodes shared between pools.

    `keys` are the pools, `untold` has the clusters of which it is not known what waits.
    """
    said = [_UPPER_BOUND, _ILLUSTRATION]
    said += _on_unknowns(untold, asked.silent)
    unwatched = _unwatched(asked.estate, keys, calendar)
    if unwatched:
        said.append(
            f"{', '.join(unwatched)} {'was' if len(unwatched) == 1 else 'were'} not observed all "
            "the time; meanwhile nothing there counts as idle or as waiting."
        )
    if "partition" in asked.pool:
        said += _on_shared_nodes(asked, sums)
    if "gpu_model" in asked.where:
        said.append("Jobs that asked for GPUs of no certain model count as waiting for these.")
    return tuple(said)


def _on_unknowns(untold: pl.DataFrame, silent: Sequence[str]) -> Iterator[str]:
    if silent:
        yield (
            f"The log of {', '.join(silent)} does not tell when jobs became eligible: what waited "
            "there is unknown, and so is every sum that it is part of."
        )
    unknown = set(untold["cluster"]) - set(silent)
    if unknown:
        yield (
            f"Jobs of {', '.join(sorted(unknown))} waited of which the log does not tell how many "
            "GPUs they asked for: meanwhile what is pending and stranded is unknown."
        )


def _unwatched(estate: Estate, keys: pl.DataFrame, calendar: Calendar) -> list[str]:
    """The clusters that were not observed throughout the calendar."""
    inside = pl.col("end_s").clip(calendar.begin_s, calendar.end_s) - pl.col("begin_s").clip(
        calendar.begin_s, calendar.end_s
    )
    watched = estate.observed.group_by("cluster").agg(inside.sum().alias("watched_s"))
    known = keys.select("cluster").unique().join(watched, on="cluster", how="left")
    short = pl.col("watched_s").fill_null(0) < calendar.end_s - calendar.begin_s
    return sorted(known.filter(short)["cluster"])


def _on_shared_nodes(asked: PoolQuestion, sums: NodeSums) -> Iterator[str]:
    partitions = pl.col("partitions").str.split(",").list.filter(pl.element() != "")
    labels = sums.periods.with_columns(partitions, tier_of(asked.estate.tiers))
    wanted = chosen(labels, by=(), where=asked.where)
    shared = wanted.filter(pl.col("partitions").list.len() > 1, pl.col("gpus") > 0)
    clusters = sorted(set(shared["cluster"]))
    if clusters:
        yield (
            f"Nodes of {', '.join(clusters)} are in several partitions: each counts in the first "
            "by name, so that what is stranded between partitions is overstated."
        )
