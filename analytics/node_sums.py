"""What nodes did, added up month by month: the part of node-level tables that grows with the jobs.

A month is swept by itself, with the jobs that touch it, and its sums are kept: they stay what they
are until a log, a node list or an event brings something of that month again.
"""

from dataclasses import dataclass
from functools import partial
from typing import Final

import polars as pl

from analytics.calendar import Calendar
from analytics.device_choice import UNUSED_SCHEMA
from analytics.device_hours import HOUR_S, within
from analytics.device_time import NEEDS_SCHEMA, SUMS_SCHEMA, DeviceTime, device_time
from analytics.estate import Estate
from analytics.gpu_states import LEFT_OUT, OCCUPANCY_STATES, gpu_seconds, with_states
from analytics.node_labels import labels
from analytics.parted import Frames, Parted, Rows, of_all, touching
from analytics.roles import ROLES_SCHEMA
from analytics.stretches import Stretch, stretches
from analytics.timeline import Timeline, periods_of, timeline
from model.schemas import GPU_SAMPLES

_NODE: Final = ("cluster", "node")
_CONFIGURATION: Final = (*_NODE, "gpu_count", "gpu_model", "partitions")
_SECONDS: Final = ("capacity", *OCCUPANCY_STATES, *LEFT_OUT)
_CELL: Final = ("key", "period", "bin")
HELD_SCHEMA: Final = pl.Schema(
    {"cluster": pl.String(), "unplaced": pl.Int64(), "spread": pl.Int64(), "placed": pl.Boolean()}
)


@dataclass(frozen=True)
class NodeSums:
    """GPU-seconds of the nodes of an estate in a calendar.

    `seconds` by `key`, `period` and `bin`, with the configuration's `cluster`, `node`,
    `gpu_count`, `gpu_model`, `partitions`, and the states; `periods` are those of `node_periods`.
    `held` has, by `cluster`, the GPU-seconds of jobs without nodes (`unplaced`) and of jobs on
    several (`spread`), null where there are none of them, and whether any GPU job is `placed`;
    `unplaced` the `cluster, partition` of jobs without nodes, `months` those in which they are.
    `devices` is None where there is no telemetry, or none was asked for.
    """

    seconds: pl.DataFrame
    periods: pl.DataFrame
    held: pl.DataFrame
    unplaced: pl.DataFrame
    months: tuple[Stretch, ...]
    devices: DeviceTime | None


def node_sums(estate: Estate, *, calendar: Calendar, with_devices: bool) -> NodeSums:
    """Sweep the estate month by month; see `NodeSums`."""
    periods = periods_of(estate, until_s=calendar.end_s)
    months = tuple(stretches(calendar))
    parts = [_of_month(estate, periods, month) for month in months]
    seconds, held, unplaced, seen, sampled, nodes = (
        pl.concat([part[place] for part in parts]) for place in range(6)
    )
    numbered = _numbered(seconds)
    empty = (part[2].is_empty() for part in parts)
    devices = with_devices and estate.samples is not None
    return NodeSums(
        seconds=_added(numbered),
        periods=periods,
        held=_held(held),
        unplaced=unplaced.unique(),
        months=tuple(month for month, none in zip(months, empty, strict=True) if not none),
        devices=_devices(numbered, seen, sampled, nodes) if devices else None,
    )


def month_line(estate: Estate, periods: pl.DataFrame, month: Stretch) -> Timeline:
    """The timeline of a month, of all nodes."""
    return timeline(estate, month.calendar, periods=periods)


def facts_of_month(estate: Estate, periods: pl.DataFrame, month: Stretch) -> tuple[object, ...]:
    """All that a sweep of a month depends on beside its jobs."""
    begin_s, end_s = month.calendar.begin_s, month.calendar.end_s
    inside = (pl.col("begin_s") < end_s, pl.col("end_s") > begin_s)
    cut = (pl.col("begin_s").clip(begin_s, end_s), pl.col("end_s").clip(begin_s, end_s))
    begun_s, over_s = pl.col("start").dt.epoch("s"), pl.col("end").dt.epoch("s").fill_null(end_s)
    events = estate.events.with_columns(begin_s=begun_s, end_s=over_s).filter(*inside)
    return (
        month.calendar.spans,
        periods.filter(*inside).with_columns(*cut).drop("state", "assumed").sort(pl.all()),
        estate.nodes.select(_NODE).unique().sort(_NODE),
        estate.observed.filter(*inside).with_columns(*cut).drop("assumed").sort(pl.all()),
        events.select(*_NODE, "kind", *cut).sort(pl.all()),
    )


def _of_month(estate: Estate, periods: pl.DataFrame, month: Stretch) -> Frames:
    """What is swept of a month, devices in any case: all tables of nodes share it."""
    span, samples = (month.calendar.begin_s, month.calendar.end_s), estate.samples
    seen = None if samples is None else touching(samples, span[0] - HOUR_S, span[1])
    told = seen.parts if isinstance(seen, Parted) else None
    frames = of_all(
        touching(estate.jobs, *span),
        "node seconds of a month",
        partial(_swept, estate, periods, month, seen),
        told,
        *facts_of_month(estate, periods, month),
    )
    seconds, held, unplaced, of_cluster, *others = frames
    in_whole = month.numbered_in_whole
    return [in_whole(seconds), held, unplaced, in_whole(of_cluster), *others]


def _swept(
    estate: Estate,
    periods: pl.DataFrame,
    month: Stretch,
    samples: Rows | None,
) -> Frames:
    line = month_line(estate, periods, month)
    segments = with_states(line)
    named = labels(line, tiers=estate.tiers, roles=ROLES_SCHEMA.to_frame())
    rows = gpu_seconds(segments).join(
        named.select("key", "period", *_CONFIGURATION), on=["key", "period"]
    )
    devices = _laid_over(samples, line, segments, month.calendar)
    told = rows.join(devices.sums, on=list(_CELL), how="left", maintain_order="left")
    return [
        told.drop("key", "period"),
        jobs_held(line, month.calendar),
        line.jobs.unplaced.select("cluster", "partition").unique(),
        devices.seen,
        _sampled(samples, month.calendar),
        line.jobs.keys.select(_NODE),
    ]


def _laid_over(
    samples: Rows | None,
    line: Timeline,
    segments: pl.DataFrame,
    calendar: Calendar,
) -> DeviceTime:
    return device_time(
        GPU_SAMPLES.schema.to_frame().lazy() if samples is None else samples,
        keys=line.jobs.keys,
        segments=segments,
        bins=calendar.bins,
    )


def _sampled(samples: Rows | None, calendar: Calendar) -> pl.DataFrame:
    """`cluster, node` of which there are samples."""
    if samples is None:
        return GPU_SAMPLES.schema.to_frame().select(_NODE)
    told = within(samples, calendar.begin_s, calendar.end_s)
    return told.select(_NODE).unique().collect(engine="streaming")


def jobs_held(line: Timeline, calendar: Calendar) -> pl.DataFrame:
    """What the jobs of a timeline held in a calendar, as `NodeSums.held` has it."""
    spread = line.jobs.placed.filter("estimated").join(line.jobs.keys, on="key")
    inside = (pl.col("begin_s") < calendar.end_s, pl.col("end_s") > calendar.begin_s)
    placing = line.jobs.placed.filter(pl.col("gpus") > 0, *inside)
    placed = line.jobs.keys.join(placing, on="key", how="semi").select("cluster").unique()
    parts = [
        _held_gpu_s(line.jobs.unplaced, calendar, "unplaced"),
        _held_gpu_s(spread, calendar, "spread"),
        placed.with_columns(placed=True),
    ]
    return _held(pl.concat([HELD_SCHEMA.to_frame(), *parts], how="diagonal"))


def _held_gpu_s(jobs: pl.DataFrame, calendar: Calendar, name: str) -> pl.DataFrame:
    """GPU-seconds within the calendar by cluster; zero where only unknown counts were held."""
    begin = pl.col("begin_s").clip(lower_bound=calendar.begin_s)
    end = pl.col("end_s").clip(upper_bound=calendar.end_s)
    inside = jobs.filter((pl.col("gpus") > 0) | pl.col("gpus").is_null(), begin < end)
    return inside.group_by("cluster").agg((pl.col("gpus") * (end - begin)).sum().alias(name))


def _held(parts: pl.DataFrame) -> pl.DataFrame:
    sums = (
        pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum()).alias(name)
        for name in ("unplaced", "spread")
    )
    return parts.group_by("cluster").agg(*sums, pl.col("placed").any()).sort("cluster")


def _numbered(seconds: pl.DataFrame) -> pl.DataFrame:
    """With a number for each node (`key`) and, from 1, for each known configuration (`period`)."""
    names = pl.col("partitions").list.join(",")
    configuration = pl.struct(*_CONFIGURATION[:-1], names).rank("dense").cast(pl.Int64)
    return seconds.with_columns(
        key=pl.struct(_NODE).rank("dense").cast(pl.Int64),
        period=pl.when(pl.col("gpu_count").is_null()).then(0).otherwise(configuration),
    )


def _added(numbered: pl.DataFrame) -> pl.DataFrame:
    return (
        numbered.group_by(_CELL)
        .agg(pl.col(_CONFIGURATION).first(), pl.col(_SECONDS).sum())
        .sort(_CELL)
    )


def _devices(
    numbered: pl.DataFrame, seen: pl.DataFrame, sampled: pl.DataFrame, nodes: pl.DataFrame
) -> DeviceTime:
    told = numbered.filter(pl.any_horizontal(pl.col(SUMS_SCHEMA.names()).is_not_null()))
    return DeviceTime(
        sums=told.group_by(_CELL).agg(pl.col(SUMS_SCHEMA.names()).sum()).sort(_CELL),
        needs=NEEDS_SCHEMA.to_frame(),
        unused=UNUSED_SCHEMA.to_frame(),
        seen=seen.unique(),
        strangers=sampled.unique().join(nodes, on=list(_NODE), how="anti").sort(_NODE),
    )
