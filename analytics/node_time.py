"""GPU-seconds of nodes in each state, with their dimensions: what node-level tables add up."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from analytics.calendar import Calendar
from analytics.device_hours import MILLIONTHS
from analytics.device_time import DeviceTime, device_time
from analytics.estate import Estate
from analytics.gpu_states import OCCUPANCY_STATES, gpu_seconds, with_states
from analytics.node_labels import OF_A_NODE, Where, chosen, labels, of_clusters, tier_of
from analytics.node_notes import Sight, notes
from analytics.roles import ROLES_SCHEMA, node_roles
from analytics.timeline import Timeline, timeline
from analytics.unplaced import unplaced_seconds

SECONDS: Final = ("capacity", *OCCUPANCY_STATES)
DEVICE_SECONDS: Final = ("covered", "activity")
"""Allocated GPU-seconds whose activity telemetry tells, and their sum of activity."""
_OCCUPANCY_KNOWN: Final = ("down", "reserved", "blocked", "free", "allocated", *DEVICE_SECONDS)
_INVENTORY_KNOWN: Final = ("capacity", "not_observed", "down", "reserved", "blocked", "free")


@dataclass(frozen=True)
class Swept:
    """The timeline of an estate: `segments` with their states, `labels` and `roles` of nodes.

    `roles` is empty unless roles were asked for.
    """

    line: Timeline
    segments: pl.DataFrame
    labels: pl.DataFrame
    roles: pl.DataFrame


@dataclass(frozen=True)
class NodeTime:
    """GPU-seconds: `rows` have `bin`, the dimensions asked for, SECONDS and DEVICE_SECONDS.

    Null is unknown. `on_nodes` are the rows of nodes before they are filtered and split into
    partitions: by `key`, `period` and `bin`, with all dimensions. `devices` is None where there
    is no telemetry, or none was asked for.
    """

    rows: pl.DataFrame
    on_nodes: pl.DataFrame
    swept: Swept
    devices: DeviceTime | None
    sight: Sight
    notes: tuple[str, ...]


def node_time(
    estate: Estate,
    *,
    calendar: Calendar,
    by: Sequence[str],
    where: Where,
    with_roles: bool = False,
    with_devices: bool = False,
    margin_s: int = 0,
) -> NodeTime:
    """Sweep the estate and add up GPU-seconds by `by`, within the filters of `where`.

    `margin_s` reaches beyond the calendar, for windows of time that begin before it or end after
    it; with a margin, `devices` tell when allocated GPUs were unused.
    """
    estate = of_clusters(estate, where)
    dimensions = {*by, *where}
    wants_roles = with_roles or "node_role" in dimensions
    swept = _sweep(estate, calendar, with_roles=wants_roles, margin_s=margin_s)
    sight = Sight.of(estate, swept.line, calendar=calendar, finer=bool(dimensions & OF_A_NODE))
    devices = _devices(estate, swept, calendar, margin_s=margin_s) if with_devices else None
    seconds = gpu_seconds(swept.segments).join(swept.labels, on=["key", "period"])
    on_nodes = _hidden(_with_devices(seconds, devices), sight)
    elsewhere = _elsewhere(estate, swept, sight, by=by, where=where, calendar=calendar)
    every = pl.concat([chosen(on_nodes, by=by, where=where), elsewhere], how="diagonal")
    configured = pl.col("period").is_null() | (pl.col("period") > 0)
    rows = every.filter(configured).select("bin", *by, *SECONDS, *DEVICE_SECONDS)
    said = notes(sight, every, by=by)
    return NodeTime(
        rows=rows, on_nodes=on_nodes, swept=swept, devices=devices, sight=sight, notes=said
    )


def _sweep(estate: Estate, calendar: Calendar, *, with_roles: bool, margin_s: int) -> Swept:
    line = timeline(estate, calendar, margin_s=margin_s)
    roles = node_roles(estate) if with_roles else ROLES_SCHEMA.to_frame()
    named = labels(line, tiers=estate.tiers, roles=roles)
    return Swept(line=line, segments=with_states(line), labels=named, roles=roles)


def _devices(
    estate: Estate, swept: Swept, calendar: Calendar, *, margin_s: int
) -> DeviceTime | None:
    if estate.samples is None:
        return None
    return device_time(
        estate.samples,
        keys=swept.line.jobs.keys,
        segments=swept.segments,
        bins=calendar.bins,
        unused_from_s=margin_s or None,
    )


def _with_devices(rows: pl.DataFrame, devices: DeviceTime | None) -> pl.DataFrame:
    if devices is None:
        return rows.with_columns(covered=pl.lit(0, pl.Int64), activity=pl.lit(0.0))
    sums = devices.sums.select(
        "key", "period", "bin", "covered", activity=pl.col("activity_u") / MILLIONTHS
    )
    joined = rows.join(sums, on=["key", "period", "bin"], how="left", maintain_order="left")
    return joined.with_columns(pl.col(DEVICE_SECONDS).fill_null(0))


def _hidden(rows: pl.DataFrame, sight: Sight) -> pl.DataFrame:
    """Where no job of a cluster can be placed, what its nodes did is unknown."""
    blind = pl.col("cluster").is_in(sight.blind)
    return rows.with_columns(pl.when(~blind).then(name).alias(name) for name in _OCCUPANCY_KNOWN)


def _elsewhere(
    estate: Estate,
    time: Swept,
    sight: Sight,
    *,
    by: Sequence[str],
    where: Where,
    calendar: Calendar,
) -> pl.DataFrame:
    """What jobs that are on no known node add to clusters, or to their partitions."""
    jobs = unplaced_jobs(time.line.jobs.unplaced, sight, where=where)
    pool = ("cluster", "partition") if "partition" in by else ("cluster",)
    concerned = time.labels.join(jobs, on="cluster", how="semi")
    on_nodes = time.segments.join(concerned, on=["key", "period"])
    on_nodes = chosen(on_nodes, by=by, where=where)
    moves = unplaced_seconds(on_nodes, jobs, estate.observed, pool=pool, calendar=calendar)
    bare = pl.col("cluster").is_in(sight.without_inventory)
    moves = moves.with_columns(
        pl.lit(0, pl.Int64).alias("capacity"),
        pl.col("allocated") + pl.when(bare).then("beyond_capacity").otherwise(0),
        pl.when(bare).then(0).otherwise("beyond_capacity").alias("beyond_capacity"),
    )
    unknown = _unknown_capacity(estate, jobs, sight, pool=pool, where=where, calendar=calendar)
    return pl.concat([moves, unknown], how="diagonal").with_columns(
        pl.lit(0, pl.Int64).alias("covered"),
        pl.lit(0.0).alias("activity"),
        tier_of(estate.tiers),
        *(pl.lit(None, pl.String).alias(name) for name in sorted(OF_A_NODE)),
    )


def unplaced_jobs(unplaced: pl.DataFrame, sight: Sight, *, where: Where) -> pl.DataFrame:
    """The unplaced jobs that a table's groups can hold: of node dimensions, those without nodes."""
    if "partition" in where:
        unplaced = unplaced.filter(pl.col("partition").is_in(list(where["partition"])))
    if OF_A_NODE & where.keys():
        return unplaced.clear()
    if sight.finer:
        return unplaced.filter(pl.col("cluster").is_in(sight.without_inventory))
    return unplaced


def _unknown_capacity(
    estate: Estate,
    jobs: pl.DataFrame,
    sight: Sight,
    *,
    pool: tuple[str, ...],
    where: Where,
    calendar: Calendar,
) -> pl.DataFrame:
    """A row in each period for each cluster (and partition) of which no node is known."""
    bare = pl.col("cluster").is_in(sight.without_inventory)
    source = estate.observed if pool == ("cluster",) else jobs
    pools = source.filter(bare).select(pool).unique()
    if OF_A_NODE & where.keys():
        pools = pools.clear()
    return pools.join(calendar.bins.select("bin"), how="cross").with_columns(
        *(pl.lit(None, pl.Int64).alias(name) for name in _INVENTORY_KNOWN),
        pl.lit(0, pl.Int64).alias("allocated"),
    )
