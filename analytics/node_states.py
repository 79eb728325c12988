"""GPU time of nodes in each state, with what of it could be given to others: one row a node."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import polars as pl

from analytics.allocated_states import ALLOCATED_SECONDS, with_allocated_states
from analytics.calendar import Calendar
from analytics.device_time import DeviceTime, no_devices
from analytics.estate import Estate
from analytics.node_labels import OF_A_NODE, Where, of_clusters
from analytics.node_notes import Sight, notes
from analytics.occupancy import every_job_is_placed
from analytics.parted import Frames, Parted, lazy, of_all, touching
from analytics.reclaim import POOL, Reclaimable, reclaimable
from analytics.swept_time import SweptTime, swept_time
from analytics.utilisation_table import ratio, summed
from model.inference_thresholds import InferenceThresholds

STATES: Final = (
    "not_observed",
    "down",
    "reserved",
    "blocked",
    "free",
    "allocated_unused",
    "model_loaded_idle",
    "low",
    "ineffective",
    "partial",
    "effective",
    "active",
    "no_data",
)
"""The states of a GPU's time, as `docs` and the metric registry define them."""

_FROM_OCCUPANCY: Final = ("not_observed", "down", "reserved", "blocked", "free")
_HOUR_S: Final = 3600
_APART: Final = 1 << 32
"""More than the nodes of a cluster."""


@dataclass(frozen=True)
class NodeStates:
    """GPU-seconds of all nodes with GPUs of some clusters.

    `rows` have `key`, `period` and `bin`, the dimensions of nodes, and GPU-seconds: `capacity`,
    the states of occupancy, `allocated`, `covered`, `reclaimable` and ALLOCATED_SECONDS. `labels`
    (of `key` and `period`), `periods` and `roles` tell of the nodes, `headroom` what their pools
    keep, `devices` what telemetry tells of them, None without any.
    """

    rows: pl.DataFrame
    labels: pl.DataFrame
    periods: pl.DataFrame
    roles: pl.DataFrame
    headroom: pl.DataFrame
    devices: DeviceTime | None
    notes: tuple[str, ...]


def node_states(
    estate: Estate,
    *,
    calendar: Calendar,
    by: Sequence[str],
    where: Where,
    thresholds: InferenceThresholds,
) -> NodeStates:
    """The states of all nodes of the clusters asked for: pools and comparisons need them all.

    Pools lie within clusters, and so each cluster is swept by itself.
    """
    estate = of_clusters(
        estate, {name: where[name] for name in ("cluster", "tier") if name in where}
    )
    swept_by = _swept_by(estate, by)
    begin_s, end_s = calendar.begin_s - thresholds.free_window_s, calendar.end_s
    frames = of_all(
        touching(estate.jobs, begin_s, end_s + thresholds.free_window_s),
        "states of nodes",
        partial(_of_clusters, estate, calendar, swept_by, thresholds),
        ["partition" in by, _finer(swept_by), calendar.bins, thresholds],
        estate.jobs.parts if isinstance(estate.jobs, Parted) else None,
        *_depends(estate),
    )
    rows, labels, periods, roles, headroom, held, beside, *of_devices = frames
    sight = Sight.of(estate, periods, held, calendar=calendar, finer=_finer(by))
    watched = estate.samples is not None
    return NodeStates(
        rows=rows,
        labels=labels,
        periods=periods,
        roles=roles,
        headroom=headroom,
        devices=DeviceTime(*of_devices) if watched else None,
        notes=notes(sight, beside, by=by),
    )


def _swept_by(estate: Estate, by: Sequence[str]) -> Sequence[str]:
    """Dimensions for which the sweep comes to the same: without unplaced jobs, those of nodes."""
    if "partition" in by or not every_job_is_placed(estate.jobs, estate.nodes):
        return by
    return POOL


def _finer(by: Sequence[str]) -> bool:
    return bool(OF_A_NODE & {*by})


def _depends(estate: Estate) -> list[object]:
    """What the states of nodes depend on beside jobs."""
    samples = estate.samples
    return [
        samples.parts if isinstance(samples, Parted) else None,
        *(each.sort(pl.all()) for each in (estate.nodes, estate.events, estate.observed)),
        [estate.catalogue, estate.aliases, estate.mig_profiles, estate.inference_cards],
        [dict(estate.tiers), estate.node_roles],
    ]


def _of_clusters(
    estate: Estate, calendar: Calendar, by: Sequence[str], thresholds: InferenceThresholds
) -> Frames:
    names = pl.concat([estate.observed["cluster"], estate.nodes["cluster"]]).unique().sort()
    parts = [
        _numbered(place, _of_cluster(_alone(estate, name), calendar, by, thresholds))
        for place, name in enumerate(names)
    ]
    if not parts:
        parts = [_of_cluster(estate, calendar, by, thresholds)]
    return [pl.concat(frames, how="diagonal_relaxed") for frames in zip(*parts, strict=True)]


def _alone(estate: Estate, cluster: str) -> Estate:
    mine = pl.col("cluster") == cluster
    return replace(
        estate,
        jobs=lazy(estate.jobs).filter(mine),
        nodes=estate.nodes.filter(mine),
        events=estate.events.filter(mine),
        observed=estate.observed.filter(mine),
        samples=None if estate.samples is None else lazy(estate.samples).filter(mine),
    )


def _numbered(place: int, frames: Frames) -> Frames:
    """The frames of one of several clusters: no two have a node of one number."""
    return [
        frame.with_columns(pl.col("key") + place * _APART) if "key" in frame.columns else frame
        for frame in frames
    ]


def _of_cluster(
    estate: Estate, calendar: Calendar, by: Sequence[str], thresholds: InferenceThresholds
) -> Frames:
    time = swept_time(
        estate,
        calendar=calendar,
        by=by,
        where={},
        with_roles=True,
        with_devices=True,
        margin_s=thresholds.free_window_s,
    )
    spare = reclaimable(
        time.swept,
        estate.observed,
        calendar=calendar,
        thresholds=thresholds,
        unused=time.devices.unused if time.devices else None,
    )
    rows = with_allocated_states(_rows(time, spare), time.devices, spare, estate.mig_profiles)
    told = time.devices or no_devices()
    return [
        rows,
        time.swept.labels,
        time.periods,
        time.roles,
        spare.headroom.drop("pool"),
        time.held,
        time.left_out,
        told.sums,
        told.needs,
        told.unused.clear(),
        told.seen,
        told.strangers,
    ]


def _rows(time: SweptTime, spare: Reclaimable) -> pl.DataFrame:
    """GPU-seconds of nodes that have GPUs, with `reclaimable`, null where occupancy is unknown."""
    known = pl.col("free").is_not_null()
    return (
        time.on_nodes.filter(pl.col("node_role") != "cpu", pl.col("gpu_count") > 0)
        .join(spare.seconds.drop("unbusy"), on=["key", "period", "bin"], how="left")
        .with_columns(pl.when(known).then(pl.col("reclaimable").fill_null(0.0)))
    )


def state_hours(rows: pl.DataFrame, *, by: Sequence[str], calendar: Calendar) -> pl.DataFrame:
    """GPU-hours by `bin`, `period_start` and `by`: states, bounds and the shares made of them."""
    own = ["capacity", *_FROM_OCCUPANCY, "allocated", "reclaimable", "covered"]
    seconds = [*own, *ALLOCATED_SECONDS]
    sums = summed(rows.select("bin", *by, *seconds), by=by, calendar=calendar)
    available = pl.col("capacity") - pl.col("not_observed") - pl.col("down")
    hours = {
        **{f"{state}_gpu_hours": state for state in STATES},
        "installed_gpu_hours": "capacity",
        "allocated_gpu_hours": "allocated",
        "reclaimable_low_gpu_hours": "reclaimable",
        "reclaimable_high_gpu_hours": "high",
        "mig_reclaimable_gpu_hours": "mig_reclaimable",
    }
    return sums.select(
        "bin",
        "period_start",
        *by,
        *((pl.col(name) / _HOUR_S).alias(column) for column, name in hours.items()),
        ratio(pl.col("allocated"), available).alias("utilisation_available"),
        ratio(pl.col("covered"), pl.col("allocated")).alias("telemetry_coverage"),
        ratio(pl.col("guessed"), pl.col("allocated")).alias("estimated_share"),
    )


def training_beside(rows: pl.DataFrame, calendar: Calendar) -> pl.DataFrame:
    """`bin, cluster, training_utilisation_available`: how much training nodes were used."""
    training = rows.filter(pl.col("node_role") == "training")
    frame = state_hours(training, by=["cluster"], calendar=calendar)
    return frame.select(
        "bin", "cluster", pl.col("utilisation_available").alias("training_utilisation_available")
    )
