"""What jobs that are on no known node add to clusters, or to their partitions."""

from collections.abc import Sequence

import polars as pl

from analytics.calendar import Calendar
from analytics.estate import Estate
from analytics.gpu_states import INVENTORY_KNOWN
from analytics.node_labels import OF_A_NODE, Where, chosen, tier_of
from analytics.node_notes import Sight
from analytics.unplaced import unplaced_seconds

Pool = tuple[str, ...]


def pool_of(by: Sequence[str]) -> Pool:
    """What unplaced jobs take their GPUs from: their cluster, or their partition of it."""
    return ("cluster", "partition") if "partition" in by else ("cluster",)


def unplaced_jobs(unplaced: pl.DataFrame, sight: Sight, *, where: Where) -> pl.DataFrame:
    """The unplaced jobs that a table's groups can hold: of node dimensions, those without nodes."""
    if "partition" in where:
        unplaced = unplaced.filter(pl.col("partition").is_in(list(where["partition"])))
    if OF_A_NODE & where.keys():
        return unplaced.clear()
    if sight.finer:
        return unplaced.filter(pl.col("cluster").is_in(sight.without_inventory))
    return unplaced


def moved(
    segments: pl.DataFrame,
    labels: pl.DataFrame,
    jobs: pl.DataFrame,
    estate: Estate,
    sight: Sight,
    *,
    by: Sequence[str],
    where: Where,
    calendar: Calendar,
) -> pl.DataFrame:
    """GPU-seconds that unplaced jobs move from state to state, by pool and `bin`.

    `segments` are those of all nodes with their states, `labels` the dimensions of these.
    """
    concerned = labels.join(jobs, on="cluster", how="semi")
    on_nodes = chosen(segments.join(concerned, on=["key", "period"]), by=by, where=where)
    moves = unplaced_seconds(on_nodes, jobs, estate.observed, pool=pool_of(by), calendar=calendar)
    bare = pl.col("cluster").is_in(sight.without_inventory)
    return moves.with_columns(
        pl.lit(0, pl.Int64).alias("capacity"),
        pl.col("allocated") + pl.when(bare).then("beyond_capacity").otherwise(0),
        pl.when(bare).then(0).otherwise("beyond_capacity").alias("beyond_capacity"),
    )


def elsewhere(
    moves: Sequence[pl.DataFrame],
    jobs: pl.DataFrame,
    estate: Estate,
    sight: Sight,
    *,
    by: Sequence[str],
    where: Where,
    calendar: Calendar,
) -> pl.DataFrame:
    """Rows beside those of nodes: what was `moved`, and what cannot be known without an inventory.

    `jobs` has the `cluster, partition` of unplaced jobs.
    """
    bare = pl.col("cluster").is_in(sight.without_inventory)
    pool = pool_of(by)
    source = estate.observed if pool == ("cluster",) else jobs
    pools = source.filter(bare).select(pool).unique()
    if OF_A_NODE & where.keys():
        pools = pools.clear()
    unknown = pools.join(calendar.bins.select("bin"), how="cross").with_columns(
        *(pl.lit(None, pl.Int64).alias(name) for name in INVENTORY_KNOWN),
        pl.lit(0, pl.Int64).alias("allocated"),
    )
    return pl.concat([*moves, unknown], how="diagonal").with_columns(
        pl.lit(0, pl.Int64).alias("covered"),
        pl.lit(0.0).alias("activity"),
        tier_of(estate.tiers),
        *(pl.lit(None, pl.String).alias(name) for name in sorted(OF_A_NODE)),
    )
