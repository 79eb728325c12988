"""GPU-seconds of nodes with the timeline that they add up: for windows of time, and pools."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from analytics.calendar import Calendar
from analytics.device_time import DeviceTime, device_time
from analytics.estate import Estate
from analytics.gpu_states import LEFT_OUT, gpu_seconds, with_states
from analytics.node_elsewhere import elsewhere, moved, unplaced_jobs
from analytics.node_labels import Where, chosen, labels, of_clusters
from analytics.node_notes import notes
from analytics.node_sums import jobs_held
from analytics.node_time import NodeTime, on_nodes_of, roles_of, rows_of, sight_of
from analytics.timeline import Timeline, timeline


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
class SweptTime(NodeTime):
    """The time of nodes, and the sweep that it comes from.

    `held` is what jobs held, as `NodeSums.held` has it; `left_out` has by `cluster` the GPU-seconds
    of the table that are in no state (LEFT_OUT).
    """

    swept: Swept
    held: pl.DataFrame
    left_out: pl.DataFrame


def swept_time(
    estate: Estate,
    *,
    calendar: Calendar,
    by: Sequence[str],
    where: Where,
    with_roles: bool = False,
    with_devices: bool = False,
    margin_s: int = 0,
) -> SweptTime:
    """Sweep the estate at once and add up GPU-seconds by `by`, within the filters of `where`.

    `margin_s` reaches beyond the calendar, for windows of time that begin before it or end after
    it; with a margin, `devices` tell when allocated GPUs were unused.
    """
    estate = of_clusters(estate, where)
    swept = _sweep(
        estate,
        calendar,
        roles=roles_of(estate, by=by, where=where, asked=with_roles),
        margin_s=margin_s,
    )
    line, held = swept.line, jobs_held(swept.line, calendar)
    sight = sight_of(estate, line.periods, held, by=by, where=where, calendar=calendar)
    devices = _devices(estate, swept, calendar, margin_s=margin_s) if with_devices else None
    seconds = gpu_seconds(swept.segments).join(swept.labels, on=["key", "period"])
    on_nodes = on_nodes_of(seconds, devices, sight)
    jobs = unplaced_jobs(line.jobs.unplaced, sight, where=where)
    parts = swept.segments, swept.labels
    moves = moved(*parts, jobs, estate, sight, by=by, where=where, calendar=calendar)
    beside = elsewhere([moves], jobs, estate, sight, by=by, where=where, calendar=calendar)
    every = pl.concat([chosen(on_nodes, by=by, where=where), beside], how="diagonal")
    return SweptTime(
        rows=rows_of(every, by=by),
        on_nodes=on_nodes,
        periods=line.periods,
        roles=swept.roles,
        devices=devices,
        notes=notes(sight, every, by=by),
        swept=swept,
        held=held,
        left_out=every.group_by("cluster").agg(pl.col(LEFT_OUT).sum()).sort("cluster"),
        sight=sight,
    )


def _sweep(estate: Estate, calendar: Calendar, *, roles: pl.DataFrame, margin_s: int) -> Swept:
    line = timeline(estate, calendar, margin_s=margin_s)
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
