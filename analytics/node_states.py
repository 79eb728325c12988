"""GPU time of nodes in each state, with what of it could be given to others: one row a node."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from analytics.allocated_states import ALLOCATED_SECONDS, with_allocated_states
from analytics.calendar import Calendar
from analytics.estate import Estate
from analytics.node_labels import Where
from analytics.reclaim import Reclaimable, reclaimable
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


@dataclass(frozen=True)
class NodeStates:
    """GPU-seconds of all nodes with GPUs of some clusters.

    `rows` have `key`, `period` and `bin`, the dimensions of nodes, and GPU-seconds: `capacity`,
    the states of occupancy, `allocated`, `covered`, `reclaimable` and ALLOCATED_SECONDS. `time`
    and `spare` are what they were made of.
    """

    rows: pl.DataFrame
    time: SweptTime
    spare: Reclaimable


def node_states(
    estate: Estate,
    *,
    calendar: Calendar,
    by: Sequence[str],
    where: Where,
    thresholds: InferenceThresholds,
) -> NodeStates:
    """The states of all nodes of the clusters asked for: pools and comparisons need them all."""
    time = _all_roles(estate, calendar, by=by, where=where, thresholds=thresholds)
    spare = reclaimable(
        time.swept,
        estate.observed,
        calendar=calendar,
        thresholds=thresholds,
        unused=time.devices.unused if time.devices else None,
    )
    rows = with_allocated_states(_rows(time, spare), time.devices, spare, estate.mig_profiles)
    return NodeStates(rows=rows, time=time, spare=spare)


def _all_roles(
    estate: Estate,
    calendar: Calendar,
    *,
    by: Sequence[str],
    where: Where,
    thresholds: InferenceThresholds,
) -> SweptTime:
    return swept_time(
        estate,
        calendar=calendar,
        by=by,
        where={name: where[name] for name in ("cluster", "tier") if name in where},
        with_roles=True,
        with_devices=True,
        margin_s=thresholds.free_window_s,
    )


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
