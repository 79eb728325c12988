"""Whether a cluster's accounting tracks GPUs at all, told by cluster and month."""

import polars as pl

from analytics.parted import Frames, Part, Rows, of_each

_MONTH = "_start_month"


def gpu_partitions(nodes: pl.LazyFrame) -> pl.LazyFrame:
    """`cluster, partition` of every partition that a node with GPUs was ever part of."""
    return (
        nodes.filter(pl.col("gpus") > 0)
        .select("cluster", pl.col("partitions").str.split(",").alias("partition"))
        .explode("partition", empty_as_null=False)
        .filter(pl.col("partition") != "")
        .unique()
    )


def with_gpu_tracking(jobs: Rows, *, gpu_partitions: pl.LazyFrame | None = None) -> Rows:
    """Add `gpu_untracked`, and make the GPUs of such jobs unknown: they are not zero.

    Where no started job of a cluster carries a GPU in a month (UTC, of the start), accounting did
    not track GPUs there, and every started job of its GPU partitions is untracked. A CPU-only job
    on a GPU node of a tracking cluster holds zero GPUs. To be asked of all jobs of a cluster,
    before any filter. Partitions that jobs asked GPUs in count as GPU partitions beside the given
    ones.
    """
    months = _months_without_gpus(jobs)
    if months.is_empty():
        return jobs.with_columns(gpu_untracked=pl.lit(False))
    partitions = _partitions_with_gpus(jobs, gpu_partitions)
    untracked = partitions.join(months, on="cluster").with_columns(gpu_untracked=pl.lit(True))
    return (
        jobs.with_columns(_start_month().alias(_MONTH))
        .join(untracked.lazy(), on=["cluster", "partition", _MONTH], how="left")
        .with_columns(pl.col("gpu_untracked").fill_null(False) & pl.col("started"))
        .with_columns(gpus=pl.when(~pl.col("gpu_untracked")).then("gpus"))
        .drop(_MONTH)
    )


def _partitions_with_gpus(jobs: Rows, given: pl.LazyFrame | None) -> pl.DataFrame:
    asked = [frame for (frame,) in of_each(jobs, "partitions that were asked for GPUs", _asked)]
    known = [] if given is None else [given.select("cluster", "partition").collect()]
    return pl.concat([*asked, *known]).drop_nulls().unique().sort("cluster", "partition")


def _asked(part: Part) -> Frames:
    asked = part.frame.filter(pl.col("req_gpus") > 0).select("cluster", "partition").unique()
    return [asked.collect(engine="streaming")]


def _months_without_gpus(jobs: Rows) -> pl.DataFrame:
    """`cluster` and month in which no started job carries a GPU entry."""
    parts = [frame for (frame,) in of_each(jobs, "months with GPUs", _tracked)]
    months = pl.concat(parts).group_by("cluster", _MONTH).agg(pl.col("tracked").any())
    return months.filter(~pl.col("tracked")).select("cluster", _MONTH).sort("cluster", _MONTH)


def _tracked(part: Part) -> Frames:
    months = (
        part.frame.filter("started")
        .group_by("cluster", _start_month().alias(_MONTH))
        .agg(tracked=(pl.col("gpus") > 0).any())
    )
    return [months.collect(engine="streaming")]


def _start_month() -> pl.Expr:
    return pl.col("start").dt.year().cast(pl.Int32) * 12 + pl.col("start").dt.month()
