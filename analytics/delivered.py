"""Of the registry's capacity, what was available, held and worked: `plimsoll show delivered`."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from analytics.calendar import Calendar
from analytics.finding import Finding
from analytics.utilisation_table import period_column, ratio
from model.machines import Machine
from model.registry import Registry

DELIVERED_COLUMNS: Final = (
    "machine",
    "cluster",
    "gpus",
    "gpus_in_inventory",
    "a100_equivalents_16bit",
    "installed_gpu_hours",
    "not_observed_gpu_hours",
    "available_gpu_hours",
    "allocated_gpu_hours",
    "effective_gpu_hours",
    "effective_share",
    "telemetry_coverage",
    "delivered_share",
    "a100_equivalents_delivered",
)
_HOUR_S: Final = 3600
_BELOW: Final = ("allocated_unused", "model_loaded_idle", "low", "ineffective", "partial")
"""States of allocated time that telemetry shows to be less than effective."""

_OF_OCCUPANCY: Final = ("installed", "not_observed", "down", "allocated", "no_data")
_SUMMED: Final = (*_OF_OCCUPANCY, "effective", *_BELOW)


def delivered(
    states: pl.DataFrame,
    machines: Mapping[str, Machine],
    registry: Registry,
    *,
    calendar: Calendar,
) -> Finding:
    """A line a period and cluster that is also a machine of the registry, by cluster.

    `states` is the table of `inference`, of all node roles; `machines` has the registry's record
    of each cluster. `gpus` and `a100_equivalents_16bit` are the registry's, `gpus_in_inventory`
    the mean number of the cluster's own nodes. `delivered_share` is allocated time, less what
    telemetry shows to have been less than effective, over installed time that was observed. Where
    telemetry saw a part only (`telemetry_coverage`), or GPU_UTIL alone, it is an upper bound:
    nothing is extrapolated to devices that were not seen. `effective_share` is of the time that
    was seen, `a100_equivalents_delivered` the delivered share of the registry's A100-equivalents.
    """
    hours = states.filter(pl.col("cluster").is_in(list(machines)))
    group = [*period_column(calendar), "cluster"]
    sums = hours.group_by(group).agg(*(_sum_or_unknown(name) for name in _SUMMED))
    lengths = calendar.bins.select("period_start", length_s=pl.col("end_s") - pl.col("begin_s"))
    dated = (
        sums.join(lengths, on="period_start")
        if "period_start" in group
        else sums.join(lengths.select("length_s"), how="cross")
    )
    known = dated.join(_records(machines, registry), on="cluster")
    covered = pl.col("allocated") - pl.col("no_data")
    below = pl.sum_horizontal(_BELOW)
    effective = ratio(pl.col("effective"), pl.col("effective") + below)
    watched = pl.col("installed") - pl.col("not_observed")
    share = ratio(pl.col("allocated") - below.fill_null(0.0), watched)
    frame = known.with_columns(
        *(pl.col(name).alias(f"{name}_gpu_hours") for name in (*_OF_OCCUPANCY, "effective")),
        gpus_in_inventory=pl.col("installed") * _HOUR_S / pl.col("length_s"),
        available_gpu_hours=watched - pl.col("down"),
        effective_share=effective,
        telemetry_coverage=ratio(covered, pl.col("allocated")),
        delivered_share=share,
        a100_equivalents_delivered=pl.col("a100_equivalents_16bit") * share,
    )
    ordered = frame.sort(group).select(*period_column(calendar), *DELIVERED_COLUMNS)
    return Finding(ordered, tuple(_notes(ordered)))


def _sum_or_unknown(name: str) -> pl.Expr:
    """The sum over rows; of what only telemetry tells, over those that have it."""
    column = pl.col(f"{name}_gpu_hours")
    if name not in _OF_OCCUPANCY:
        return pl.when(column.count() > 0).then(column.sum()).alias(name)
    return pl.when(column.null_count() == 0).then(column.sum()).alias(name)


def _records(machines: Mapping[str, Machine], registry: Registry) -> pl.DataFrame:
    rows = [
        (cluster, machine.id, machine.gpus, _a100_equivalents(machine, registry))
        for cluster, machine in machines.items()
    ]
    schema = {
        "cluster": pl.String,
        "machine": pl.String,
        "gpus": pl.Int64,
        "a100_equivalents_16bit": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _a100_equivalents(machine: Machine, registry: Registry) -> float | None:
    parts = [
        (registry.gpus.a100_equivalents_16bit(part.gpu), part.count) for part in machine.components
    ]
    if not parts or any(rate is None for rate, _ in parts):
        return None
    return sum(rate.value * count for rate, count in parts if rate)


def _notes(frame: pl.DataFrame) -> list[str]:
    said = []
    last = frame.unique("cluster", keep="last", maintain_order=True)
    for cluster, machine, gpus, found in last.select(
        "cluster", "machine", "gpus", "gpus_in_inventory"
    ).iter_rows():
        if gpus is not None and found is not None and round(found) != gpus:
            said.append(
                f"The registry counts {gpus:,} GPUs of {machine}, the nodes of {cluster} had "
                f"{found:,.0f}: shares are of the nodes, A100-equivalents of the registry."
            )
    part = frame.filter(pl.col("telemetry_coverage") < 1)["cluster"].unique().sort()
    if len(part):
        said.append(
            f"Of {', '.join(part)} telemetry saw a part of allocated time or none: what it did not "
            "see counts as delivered, an upper bound."
        )
    return said
