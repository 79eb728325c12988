"""Node snapshots become periods: from when until when a node had which GPUs."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import polars as pl

from analytics.gpu_models import NO_GPU, UNKNOWN_MODEL, Aliases, GpuNames

PERIODS_SCHEMA: Final = pl.Schema(
    {
        "cluster": pl.String(),
        "node": pl.String(),
        "begin_s": pl.Int64(),
        "end_s": pl.Int64(),
        "gpus": pl.Int64(),
        "gpu_types": pl.String(),
        "gpu_model": pl.String(),
        "cpus": pl.Int64(),
        "partitions": pl.String(),
        "features": pl.String(),
        "state": pl.String(),
        "assumed": pl.Boolean(),
    }
)

_CONFIGURATION: Final = ("gpus", "gpu_types", "cpus", "partitions", "features")
_NODE: Final = ("cluster", "node")
NO_JOBS: Final = pl.Schema(
    {"cluster": pl.String(), "node": pl.String(), "first_job_s": pl.Int64()}
).to_frame()
NO_ALIASES: Final[Aliases] = MappingProxyType({})


def node_periods(
    nodes: pl.DataFrame,
    observed: pl.DataFrame,
    *,
    until_s: int,
    first_jobs: pl.DataFrame = NO_JOBS,
    catalogue: GpuNames | None = None,
    aliases: Aliases = NO_ALIASES,
) -> pl.DataFrame:
    """The configuration of each node over time, as half-open periods (PERIODS_SCHEMA).

    A configuration holds from its snapshot until a later snapshot that differs in GPUs, CPUs,
    partitions or features; the last one is carried on to `until_s`. Before a node's first
    snapshot that snapshot is assumed, back to the beginning of its cluster's observed span, and
    `assumed` is true; a node that an earlier snapshot of its cluster did not have came with its
    first job after that (`first_jobs`: `cluster, node, first_job_s`), else with its snapshot.

    `gpu_model` is as `gpu_model()` has it, "unknown" for GPUs without a type, "none" for a node
    without GPUs. `state` is what the period's last snapshot showed, null while assumed. The
    order of rows does not matter.
    """
    seen = _changes(nodes, until_s)
    before = _assumed(seen, nodes, observed, first_jobs)
    periods = pl.concat([before, seen]).filter(pl.col("begin_s") < pl.col("end_s"))
    named = periods.join(_models(periods, catalogue, aliases), on=["cluster", "gpu_types"])
    untyped = pl.when(pl.col("gpus") > 0).then(pl.lit(UNKNOWN_MODEL)).otherwise(pl.lit(NO_GPU))
    named = named.with_columns(pl.col("gpu_model").fill_null(untyped))
    return named.select(PERIODS_SCHEMA.names()).sort("cluster", "node", "begin_s")


def _changes(nodes: pl.DataFrame, until_s: int) -> pl.DataFrame:
    """One row for each run of like snapshots of a node."""
    snapshots = nodes.select(
        *_NODE,
        pl.col("valid_from").dt.epoch("s").alias("begin_s"),
        pl.col("gpus").fill_null(0),
        pl.col("gpu_types").fill_null(""),
        "cpus",
        pl.col("partitions").fill_null(""),
        pl.col("features").fill_null(""),
        "state",
    )
    ordered = snapshots.sort(pl.all()).unique(
        [*_NODE, "begin_s"], keep="first", maintain_order=True
    )
    configuration = pl.struct(_CONFIGURATION)
    changed = (configuration != configuration.shift(1)).fill_null(True)
    return (
        ordered.with_columns(changed.over(_NODE).cum_sum().over(_NODE).alias("_run"))
        .group_by(*_NODE, "_run", *_CONFIGURATION)
        .agg(pl.col("begin_s").min(), pl.col("state").sort_by("begin_s").last())
        .sort(*_NODE, "begin_s")
        .with_columns(
            pl.col("begin_s").shift(-1).over(_NODE).fill_null(until_s).alias("end_s"),
            pl.lit(False).alias("assumed"),
        )
        .drop("_run")
    )


def _assumed(
    seen: pl.DataFrame, nodes: pl.DataFrame, observed: pl.DataFrame, first_jobs: pl.DataFrame
) -> pl.DataFrame:
    """What is taken to have held before the first snapshot of each node."""
    since = observed.group_by("cluster").agg(pl.col("begin_s").min().alias("_since"))
    first = seen.filter(pl.col("begin_s") == pl.col("begin_s").min().over(_NODE))
    came = pl.col("first_job_s").clip(lower_bound=pl.max_horizontal("_since", "_without_s"))
    begin = pl.when(pl.col("_without_s").is_null()).then("_since").otherwise(came)
    return (
        _with_last_absence(first, nodes)
        .join(since, on="cluster")
        .join(first_jobs, on=list(_NODE), how="left")
        .with_columns(
            begin.alias("begin_s"),
            pl.col("begin_s").alias("end_s"),
            pl.lit(None, dtype=pl.String).alias("state"),
            pl.lit(True).alias("assumed"),
        )
        .select(seen.columns)
    )


def _with_last_absence(first: pl.DataFrame, nodes: pl.DataFrame) -> pl.DataFrame:
    """Add `_without_s`, the last snapshot of the cluster before the node's first one."""
    moments = nodes.select("cluster", _without_s=pl.col("valid_from").dt.epoch("s")).unique()
    return first.sort("begin_s").join_asof(
        moments.sort("_without_s"),
        left_on="begin_s",
        right_on="_without_s",
        by="cluster",
        allow_exact_matches=False,
        check_sortedness=False,
    )


def _models(
    periods: pl.DataFrame,
    catalogue: GpuNames | None,
    aliases: Aliases,
) -> pl.DataFrame:
    """The model of each distinct GPU-types text of a cluster."""
    distinct = periods.select("cluster", "gpu_types").unique()
    models = [
        gpu_model(types, catalogue=catalogue, aliases=aliases.get(cluster, {}))
        for cluster, types in distinct.iter_rows()
    ]
    return distinct.with_columns(pl.Series("gpu_model", models, dtype=pl.String))


def gpu_model(
    gpu_types: str, *, catalogue: GpuNames | None, aliases: Mapping[str, str]
) -> str | None:
    """The card that a text such as `a100:4` names; null where there is no type.

    It is the catalogue's id, or Slurm's own name where the catalogue does not know it; several
    cards in one node are joined by a plus sign.
    """
    names = [entry.rsplit(":", 1)[0] for entry in gpu_types.split(",") if entry]
    found = {
        (catalogue.resolve(name, aliases) if catalogue else aliases.get(name)) or name
        for name in names
    }
    return "+".join(sorted(found)) or None
