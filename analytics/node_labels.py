"""The dimensions of a node: its cluster, partitions, role, GPU model and tier."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import polars as pl

from analytics.estate import Estate
from analytics.timeline import Timeline
from model.errors import InputError

DIMENSIONS: Final = ("cluster", "partition", "node", "node_role", "gpu_model", "tier")
OF_A_NODE: Final = frozenset({"node", "node_role", "gpu_model"})
"""Dimensions that a job has only once its nodes are known."""

Where = Mapping[str, Sequence[str]]


def checked(dimensions: Iterable[str], *, table: str) -> tuple[str, ...]:
    """The dimensions as asked, each once; InputError where one is not known of a node."""
    asked = tuple(dict.fromkeys(dimensions))
    unknown = [name for name in asked if name not in DIMENSIONS]
    if unknown:
        raise InputError(
            f"{table} cannot be split or filtered by {', '.join(unknown)}",
            hint=f"nodes are known by {', '.join(DIMENSIONS)}.",
        )
    return asked


def of_clusters(estate: Estate, where: Where) -> Estate:
    """The part of the estate that lies in the clusters and tiers asked for."""
    names = (
        estate.observed["cluster"].unique().to_list() + estate.nodes["cluster"].unique().to_list()
    )
    if not {"cluster", "tier"} & where.keys():
        return estate
    wanted = [
        name
        for name in dict.fromkeys(names)
        if name in where.get("cluster", [name])
        and ("tier" not in where or estate.tiers.get(name) in where["tier"])
    ]
    if len(wanted) == len(set(names)):
        return estate
    inside = pl.col("cluster").is_in(wanted)
    return replace(
        estate,
        jobs=estate.jobs.filter(inside),
        nodes=estate.nodes.filter(inside),
        observed=estate.observed.filter(inside),
        events=estate.events.filter(inside),
        samples=None if estate.samples is None else estate.samples.filter(inside),
    )


def labels(
    timeline: Timeline,
    *,
    tiers: Mapping[str, str | None],
    roles: pl.DataFrame,
) -> pl.DataFrame:
    """The dimensions of each configuration of each node, by `key` and `period`.

    `partitions` is a list, `gpu_count` the number of GPUs. Period 0 stands for a node whose
    configuration is not known. `roles` has `cluster, node, node_role`; `node_role` is null for
    nodes that it lacks.
    """
    nothing = timeline.jobs.keys.select("key", pl.lit(0, pl.Int64).alias("period"))
    configured = timeline.periods.select(
        "key",
        pl.col("period").cast(pl.Int64),
        pl.col("gpus").alias("gpu_count"),
        "gpu_model",
        pl.col("partitions").str.split(",").list.filter(pl.element() != ""),
    )
    both = pl.concat([configured, nothing], how="diagonal").join(timeline.jobs.keys, on="key")
    named = both.with_columns(tier_of(tiers))
    of_nodes = roles.select("cluster", "node", "node_role")
    return named.join(of_nodes, on=["cluster", "node"], how="left")


def tier_of(tiers: Mapping[str, str | None]) -> pl.Expr:
    """The tier of each row's cluster, null where it is not known."""
    names = dict(tiers)
    tier = pl.col("cluster").replace_strict(names, default=None, return_dtype=pl.String)
    return tier.alias("tier")


def chosen(rows: pl.DataFrame, *, by: Sequence[str], where: Where) -> pl.DataFrame:
    """The rows that the filters let through; with a row for each partition where `by` asks so."""
    if "partition" in where:
        wanted = list(where["partition"])
        rows = rows.with_columns(pl.col("partitions").list.set_intersection(pl.lit(wanted)))
        rows = rows.filter(pl.col("partitions").list.len() > 0)
    if "partition" in by:
        rows = rows.explode("partitions").rename({"partitions": "partition"})
    for name in where.keys() & {"node", "node_role", "gpu_model"}:
        rows = rows.filter(pl.col(name).is_in(list(where[name])))
    return rows
