"""What nodes' GPU time says, in sentences."""

from typing import Final

import polars as pl

from model.question import Period
from reports.charts.utilisation import INFERENCE, beside_training, period_label
from reports.wording import large, number, plural, share

_MOSTLY: Final = 0.5


def used_of_available(frame: pl.DataFrame) -> str:
    """How much of the available GPU time was allocated, over all rows of `utilisation`."""
    available = _total(frame, "available_gpu_hours")
    allocated = _total(frame, "allocated_gpu_hours")
    if not available:
        return "What was available is not known: no node inventory covers this period"
    part = share(allocated / available)
    return (
        f"{part} of the available GPU-hours were allocated: {large(allocated)} of "
        f"{large(available)}"
    )


def spread_of_clusters(frame: pl.DataFrame) -> str:
    """The busiest and the least busy cluster."""
    known = frame.filter(pl.col("utilisation_available").is_not_null()).sort(
        "utilisation_available"
    )
    if known.is_empty():
        return "The utilisation of no cluster is known"
    low, high = known.row(0, named=True), known.row(-1, named=True)
    if known.height == 1:
        return (
            f"{high['cluster']} ran at {share(high['utilisation_available'])} of its available "
            "GPU-hours"
        )
    return (
        f"Clusters ran at between {share(low['utilisation_available'])} ({low['cluster']}) and "
        f"{share(high['utilisation_available'])} ({high['cluster']}) of their available GPU-hours"
    )


def busiest_period(frame: pl.DataFrame, granularity: Period) -> str:
    """The busiest and the least busy period, from `utilisation` of all clusters by period."""
    known = frame.filter(pl.col("utilisation_available").is_not_null()).sort(
        "utilisation_available", "period_start"
    )
    if known.is_empty():
        return "How busy the clusters were over time is not known"
    low, high = known.row(0, named=True), known.row(-1, named=True)
    first, last = (period_label(row["period_start"], granularity) for row in (low, high))
    most = f"{share(high['utilisation_available'])} in {last}"
    if known.height == 1:
        return f"Of the available GPU-hours {most} were allocated"
    return (
        f"By {granularity}, between {share(low['utilisation_available'])} of the available "
        f"GPU-hours (in {first}) and {most} were allocated"
    )


def inference_beside_training(frame: pl.DataFrame) -> str:
    """How busy inference nodes were beside the other nodes of the same clusters."""
    rows = beside_training(frame)
    ours = pl.col("node_role") == INFERENCE
    inference, others = _busy(rows.filter(ours)), _busy(rows.filter(~ours))
    if inference is None:
        return "How busy inference nodes were is not known"
    said = f"Inference nodes ran at {share(inference)} of their available GPU-hours"
    if others is None:
        return said
    return f"{said}, the other nodes of the same clusters at {share(others)}"


def reclaimable(frame: pl.DataFrame) -> tuple[float | None, float]:
    """The reclaimable (low) and the installed GPU-hours of inference nodes."""
    ours = frame.filter(pl.col("node_role") == INFERENCE)
    known = ours["reclaimable_low_gpu_hours"].drop_nulls()
    return (float(known.sum()) if len(known) else None), float(ours["installed_gpu_hours"].sum())


def reclaimable_finding(frame: pl.DataFrame) -> str:
    """How many GPU-hours of inference nodes could be given to others."""
    low, installed = reclaimable(frame)
    if low is None:
        return "What could be reclaimed from inference nodes is not known"
    return (
        f"At least {number(low, decimals=0)} of the {number(installed, decimals=0)} GPU-hours of "
        "inference nodes could be given to others"
    )


def idle_nodes(frame: pl.DataFrame) -> str:
    """How many inference nodes were allocated for less than half of their available time."""
    ours = frame.filter(
        (pl.col("node_role") == INFERENCE) & pl.col("utilisation_available").is_not_null()
    )
    if ours.is_empty():
        return f"{plural(frame.height, 'node')}, the most idle first"
    idle = ours.filter(pl.col("utilisation_available") < _MOSTLY)
    return (
        f"{number(idle.height)} of {plural(ours.height, 'inference node')} stood idle for more "
        f"than half of the time: {number(_total(idle, 'idle_gpu_hours'), decimals=0)} GPU-hours"
    )


def _total(frame: pl.DataFrame, column: str) -> float:
    return float(frame[column].sum())


def _busy(frame: pl.DataFrame) -> float | None:
    hours = ("installed", "not_observed", "down", "allocated")
    sums = {name: _total(frame, f"{name}_gpu_hours") for name in hours}
    available = sums["installed"] - sums["not_observed"] - sums["down"]
    return sums["allocated"] / available if available > 0 else None
