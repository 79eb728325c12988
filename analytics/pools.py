"""Pools of GPUs over time: how many were idle, held and waited for in each of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from analytics.calendar import Calendar
from analytics.estate import Estate
from analytics.node_elsewhere import unplaced_jobs
from analytics.node_labels import OF_A_NODE, Where, chosen, tier_of
from analytics.node_notes import Sight
from analytics.node_sums import NodeSums
from analytics.sweep import cuts, edges, steps, swept
from analytics.unplaced import unplaced_moves

COUNTS: Final = ("idle", "allocated", "pending", "observed")
UNKNOWNS: Final = ("idle_unknown", "allocated_unknown", "pending_unknown")
_STATES: Final = ("free", "blocked", "reserved", "down", "allocated")

Pool = tuple[str, ...]
"""What makes a pool: `cluster`, or `cluster` and `partition`."""


@dataclass(frozen=True)
class Pools:
    """The nodes of pools: `segments` with their states, the `labels` of these, and jobs `unplaced`.

    `keys` are those of `pool_keys`.
    """

    segments: pl.DataFrame
    labels: pl.DataFrame
    unplaced: pl.DataFrame
    sight: Sight
    keys: pl.DataFrame


def pool_segments(
    estate: Estate,
    time: Pools,
    waiting: pl.DataFrame,
    *,
    pool: Pool,
    where: Where,
    calendar: Calendar,
    silent: Sequence[str] = (),
) -> pl.DataFrame:
    """What each pool had in each segment of time, within the filters and the calendar.

    Columns: those of `pool`, `tier`, `key` (a number a pool), `begin_s`, `end_s`, `bin`, and in
    GPUs COUNTS: `idle` and `allocated` as `utilisation` counts them, `pending` as `waiting`
    (`waiting_gpus`) has it; `observed` is 1 within the observed windows of the cluster and 0
    outside, where nothing counts. UNKNOWNS are true where that count is not known: idle GPUs
    without an inventory, what waits in the clusters of `silent`.

    A node, or a waiting job, of several partitions counts in the first of them by name.
    """
    queued, keys = at_home(waiting, where), time.keys
    on_nodes = _on_nodes(time, where)
    unplaced = unplaced_jobs(time.unplaced, time.sight, where=where)
    moves = _moves(on_nodes, unplaced, estate, time, pool=pool, calendar=calendar)
    begin_s, end_s = calendar.begin_s, calendar.end_s

    def of_pools(frame: pl.DataFrame, **counts: pl.Expr) -> pl.DataFrame:
        return edges(frame.join(keys, on=list(pool)), begin_s, end_s, **counts)

    usable = {"idle": pl.col("free") + pl.col("blocked"), "allocated": pl.col("allocated")}
    unknown = _unknowns(keys, time, calendar, silent=silent)
    gpus = pl.col("gpus")
    parts = [
        steps(on_nodes.join(keys, on=list(pool), maintain_order="left"), **usable),
        of_pools(moves, **usable),
        of_pools(queued, pending=gpus.fill_null(0), pending_unknown=gpus.is_null()),
        edges(keys.join(estate.observed, on="cluster"), begin_s, end_s, observed=pl.lit(1)),
        edges(unknown, begin_s, end_s, **{name: pl.col(name) for name in UNKNOWNS}),
        cuts(keys, calendar),
    ]
    return _watched(swept(parts, calendar)).join(keys, on="key", maintain_order="left")


def _watched(segments: pl.DataFrame) -> pl.DataFrame:
    seen = pl.col("observed") > 0
    return segments.with_columns(
        *(pl.when(seen).then(name).otherwise(0).alias(name) for name in ("allocated", "pending")),
        pl.col("idle_unknown") > 0,
        pl.col("allocated_unknown") > 0,
        (pl.col("pending_unknown") > 0) & seen,
    )


def home(partitions: pl.Expr, where: Where) -> pl.Expr:
    """The first by name of a list of partitions, of those that the filters let through."""
    if "partition" in where:
        partitions = partitions.list.set_intersection(pl.lit(list(where["partition"])))
    return partitions.list.min().fill_null("").alias("partition")


def _on_nodes(time: Pools, where: Where) -> pl.DataFrame:
    inside = time.segments.filter(pl.col("bin").is_not_null()).select(
        "key", "period", "begin_s", "end_s", "bin", *_STATES
    )
    labels = chosen(time.labels, by=(), where=where)
    at_home = labels.select("key", "period", "cluster", home(pl.col("partitions"), where))
    placed = inside.join(at_home, on=["key", "period"], maintain_order="left")
    return placed.rename({"key": "node_key"})


def at_home(waiting: pl.DataFrame, where: Where) -> pl.DataFrame:
    """What waits, each in one partition, as far as the filters let it through."""
    names = waiting.select("partition").unique()
    homes = names.select(pl.col("partition").alias("_listed"), home(_listed("partition"), where))
    if "partition" in where:
        homes = homes.filter(pl.col("partition") != "")
    return waiting.rename({"partition": "_listed"}).join(homes, on="_listed")


def _listed(column: str) -> pl.Expr:
    return pl.col(column).str.split(",")


def _moves(
    on_nodes: pl.DataFrame,
    unplaced: pl.DataFrame,
    estate: Estate,
    time: Pools,
    *,
    pool: Pool,
    calendar: Calendar,
) -> pl.DataFrame:
    segments = on_nodes.rename({"node_key": "key"})
    moves = unplaced_moves(segments, unplaced, estate.observed, pool=pool, calendar=calendar)
    bare = pl.col("cluster").is_in(time.sight.without_inventory)
    beyond = pl.when(bare).then("beyond_capacity").otherwise(0)
    return moves.with_columns(pl.col("allocated") + beyond)


def pool_keys(
    estate: Estate,
    sums: NodeSums,
    queued: pl.DataFrame,
    sight: Sight,
    *,
    pool: Pool,
    where: Where,
) -> pl.DataFrame:
    """The pools of an estate with a number each: the columns of `pool`, `key`, `tier`.

    They are those of nodes, of jobs without nodes, and of what is `queued` (see `at_home`).
    """
    on_nodes = chosen(sums.seconds.with_columns(tier_of(estate.tiers)), by=(), where=where)
    homes = on_nodes.select("cluster", home(pl.col("partitions"), where))
    unplaced = unplaced_jobs(sums.unplaced, sight, where=where)
    pools = pl.concat([frame.select(pool) for frame in (homes, unplaced, queued)])
    if pool == ("cluster",):
        pools = pl.concat([pools, estate.observed.select(pool)])
    if OF_A_NODE & where.keys():
        pools = pools.filter(~pl.col("cluster").is_in(sight.without_inventory))
    keys = pools.unique().sort(pool).with_row_index("key").cast({"key": pl.Int64})
    return keys.with_columns(tier_of(estate.tiers))


def _unknowns(
    keys: pl.DataFrame, time: Pools, calendar: Calendar, *, silent: Sequence[str]
) -> pl.DataFrame:
    cluster = pl.col("cluster")
    blind = cluster.is_in(time.sight.blind)
    return keys.select(
        "key",
        begin_s=pl.lit(calendar.begin_s, pl.Int64),
        end_s=pl.lit(calendar.end_s, pl.Int64),
        idle_unknown=cluster.is_in(time.sight.without_inventory) | blind,
        allocated_unknown=blind,
        pending_unknown=cluster.is_in(list(silent)),
    )
