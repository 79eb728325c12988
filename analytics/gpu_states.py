"""In which state every GPU of a node spent its time, from occupancy alone."""

from typing import Final

import polars as pl

from analytics.timeline import Timeline

OCCUPANCY_STATES: Final = ("not_observed", "down", "reserved", "blocked", "free", "allocated")
"""They share out installed time: in each second their sum is the node's number of GPUs."""

INVENTORY_KNOWN: Final = ("capacity", "not_observed", "down", "reserved", "blocked", "free")
"""What cannot be told without the node's configuration."""

LEFT_OUT: Final = ("beyond_capacity", "outside_window", "unknown_count")
"""GPU time that is not in the states, or hidden in `not_observed`: what notes report."""


def with_states(timeline: Timeline) -> pl.DataFrame:
    """The segments with the number of GPUs in each state, and `capacity`, their sum.

    Held GPUs are allocated, as far as the node has that many. The others are down where an event
    says so, reserved, blocked where jobs hold all of the node's CPUs, else free. Outside the
    observed windows all are not observed; so are the others on a node where a job holds an
    unknown number of GPUs.
    """
    sizes = timeline.periods.select(
        pl.col("period").cast(pl.Int32),
        pl.col("gpus").alias("capacity"),
        pl.col("cpus").alias("node_cpus"),
    )
    joined = timeline.segments.join(sizes, on="period", how="left", maintain_order="left")
    capacity = pl.col("capacity").fill_null(0)
    used = pl.min_horizontal(pl.col("gpus").cast(pl.Int64), capacity)
    return (
        joined.with_columns(
            capacity,
            used.alias("_used"),
            (capacity - used).alias("_rest"),
            _state().alias("_state"),
        )
        .with_columns(*_counts(), *_left_out())
        .drop("_used", "_rest", "_state", "node_cpus")
    )


def _state() -> pl.Expr:
    """The state of the GPUs that no job holds."""
    full = (pl.col("node_cpus") > 0) & (pl.col("cpus") >= pl.col("node_cpus"))
    return (
        pl.when(pl.col("observed") == 0)
        .then(pl.lit("outside"))
        .when(pl.col("unknown") > 0)
        .then(pl.lit("not_observed"))
        .when(pl.col("down") > 0)
        .then(pl.lit("down"))
        .when(pl.col("reserved") > 0)
        .then(pl.lit("reserved"))
        .when(full)
        .then(pl.lit("blocked"))
        .otherwise(pl.lit("free"))
    )


def _counts() -> list[pl.Expr]:
    outside = pl.col("_state") == "outside"
    rest = [
        pl.when(pl.col("_state") == state).then("_rest").otherwise(0).alias(state)
        for state in ("down", "reserved", "blocked", "free")
    ]
    not_observed = (
        pl.when(outside)
        .then("capacity")
        .when(pl.col("_state") == "not_observed")
        .then("_rest")
        .otherwise(0)
    )
    allocated = pl.when(outside).then(0).otherwise("_used")
    return [not_observed.alias("not_observed"), *rest, allocated.alias("allocated")]


def _left_out() -> list[pl.Expr]:
    outside = pl.col("_state") == "outside"
    beyond = pl.when(outside).then(0).otherwise(pl.col("gpus") - pl.col("_used"))
    unknown = pl.when(pl.col("_state") == "not_observed").then("_rest").otherwise(0)
    return [
        beyond.cast(pl.Int64).alias("beyond_capacity"),
        pl.when(outside).then("gpus").otherwise(0).cast(pl.Int64).alias("outside_window"),
        unknown.alias("unknown_count"),
    ]


def gpu_seconds(segments: pl.DataFrame) -> pl.DataFrame:
    """GPU-seconds in each state by node (`key`), configuration (`period`) and calendar `bin`."""
    seconds = pl.col("end_s") - pl.col("begin_s")
    columns = ("capacity", *OCCUPANCY_STATES, *LEFT_OUT)
    return (
        segments.filter(pl.col("bin").is_not_null())
        .group_by("key", "period", "bin")
        .agg((pl.col(name) * seconds).sum() for name in columns)
        .sort("key", "period", "bin")
    )
