"""GPU-seconds of nodes in each state, with their dimensions: what node-level tables add up."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import polars as pl

from analytics.calendar import Calendar
from analytics.device_hours import MILLIONTHS
from analytics.device_time import DeviceTime
from analytics.estate import Estate
from analytics.gpu_states import OCCUPANCY_STATES, with_states
from analytics.node_elsewhere import elsewhere, moved, unplaced_jobs
from analytics.node_labels import OF_A_NODE, Where, chosen, labels, of_clusters, tier_of
from analytics.node_notes import Sight, notes
from analytics.node_sums import NodeSums, facts_of_month, month_line, node_sums
from analytics.parted import Frames, of_all, touching
from analytics.roles import ROLES_SCHEMA, node_roles
from analytics.stretches import Stretch

SECONDS: Final = ("capacity", *OCCUPANCY_STATES)
DEVICE_SECONDS: Final = ("covered", "activity")
"""Allocated GPU-seconds whose activity telemetry tells, and their sum of activity."""
_OCCUPANCY_KNOWN: Final = ("down", "reserved", "blocked", "free", "allocated", *DEVICE_SECONDS)


@dataclass(frozen=True)
class NodeTime:
    """GPU-seconds: `rows` have `bin`, the dimensions asked for, SECONDS and DEVICE_SECONDS.

    Null is unknown. `on_nodes` are the rows of nodes before they are filtered and split into
    partitions: by `key`, `period` and `bin`, with all dimensions. `periods` are the nodes'
    configurations, `roles` their roles where they were asked for. `devices` is None where there
    is no telemetry, or none was asked for.
    """

    rows: pl.DataFrame
    on_nodes: pl.DataFrame
    periods: pl.DataFrame
    roles: pl.DataFrame
    devices: DeviceTime | None
    sight: Sight
    notes: tuple[str, ...]


@dataclass(frozen=True)
class MonthlyTime(NodeTime):
    """The time of nodes, and the sums of months that it was added up from."""

    sums: NodeSums


def node_time(
    estate: Estate,
    *,
    calendar: Calendar,
    by: Sequence[str],
    where: Where,
    with_roles: bool = False,
    with_devices: bool = False,
) -> MonthlyTime:
    """Add up the GPU-seconds of the estate by `by`, within the filters of `where`."""
    estate = of_clusters(estate, where)
    sums = node_sums(estate, calendar=calendar, with_devices=with_devices)
    roles = roles_of(estate, by=by, where=where, asked=with_roles)
    sight = sight_of(estate, sums.periods, sums.held, by=by, where=where, calendar=calendar)
    seconds = sums.seconds.with_columns(tier_of(estate.tiers)).join(
        roles.select("cluster", "node", "node_role"), on=["cluster", "node"], how="left"
    )
    jobs = unplaced_jobs(sums.unplaced, sight, where=where)
    moves = _moved(estate, sums, roles, sight, by=by, where=where) if jobs.height else []
    on_nodes = on_nodes_of(seconds, sums.devices, sight)
    beside = elsewhere(moves, jobs, estate, sight, by=by, where=where, calendar=calendar)
    every = pl.concat([chosen(on_nodes, by=by, where=where), beside], how="diagonal")
    return MonthlyTime(
        rows=rows_of(every, by=by),
        on_nodes=on_nodes,
        periods=sums.periods,
        roles=roles,
        devices=sums.devices,
        sight=sight,
        notes=notes(sight, every, by=by),
        sums=sums,
    )


def roles_of(
    estate: Estate, *, by: Sequence[str], where: Where, asked: bool = False
) -> pl.DataFrame:
    """The roles of the estate's nodes, where they are asked for (ROLES_SCHEMA)."""
    return node_roles(estate) if asked or "node_role" in {*by, *where} else ROLES_SCHEMA.to_frame()


def sight_of(
    estate: Estate,
    periods: pl.DataFrame,
    held: pl.DataFrame,
    *,
    by: Sequence[str],
    where: Where,
    calendar: Calendar,
) -> Sight:
    """What is known of the estate, in a table of these dimensions."""
    finer = bool({*by, *where} & OF_A_NODE)
    return Sight.of(estate, periods, held, calendar=calendar, finer=finer)


def on_nodes_of(seconds: pl.DataFrame, devices: DeviceTime | None, sight: Sight) -> pl.DataFrame:
    """GPU-seconds of nodes with what devices tell; unknown where no job can be placed."""
    return _hidden(_with_devices(seconds, devices), sight)


def rows_of(every: pl.DataFrame, *, by: Sequence[str]) -> pl.DataFrame:
    """The rows of a table, without those of nodes whose configuration is not known."""
    configured = pl.col("period").is_null() | (pl.col("period") > 0)
    return every.filter(configured).select("bin", *by, *SECONDS, *DEVICE_SECONDS)


def _moved(
    estate: Estate,
    sums: NodeSums,
    roles: pl.DataFrame,
    sight: Sight,
    *,
    by: Sequence[str],
    where: Where,
) -> list[pl.DataFrame]:
    """What unplaced jobs move, month by month."""
    asked = {name: sorted(values) for name, values in where.items()}
    found = []
    for month in sums.months:
        (rows,) = of_all(
            touching(estate.jobs, month.calendar.begin_s, month.calendar.end_s),
            "GPU-seconds of unplaced jobs in a month",
            partial(_moved_in, month, estate, sums, roles, sight, by=by, where=where),
            ["partition" in by, asked, sight.finer, sight.without_inventory],
            roles.select("cluster", "node", "node_role"),
            dict(estate.tiers),
            *facts_of_month(estate, sums.periods, month),
        )
        found.append(month.numbered_in_whole(rows))
    return found


def _moved_in(
    month: Stretch,
    estate: Estate,
    sums: NodeSums,
    roles: pl.DataFrame,
    sight: Sight,
    *,
    by: Sequence[str],
    where: Where,
) -> Frames:
    line = month_line(estate, sums.periods, month)
    jobs = unplaced_jobs(line.jobs.unplaced, sight, where=where)
    named = labels(line, tiers=estate.tiers, roles=roles)
    moves = moved(
        with_states(line),
        named,
        jobs,
        estate,
        sight,
        by=by,
        where=where,
        calendar=month.calendar,
    )
    return [moves]


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
