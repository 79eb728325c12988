"""What telemetry tells of groups of jobs, from what it tells of each job."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from analytics.parted import Rows
from analytics.resubmissions import JOB_KEY

_SUMS: Final = ("covered_gpu_s", "activity_gpu_s")


def activity_of_groups(
    activity: pl.DataFrame | None, jobs: Rows, by: Sequence[str]
) -> pl.DataFrame:
    """Covered and active GPU-seconds by group and period: `by`, `bin`, and those two.

    `activity` has JOB_ACTIVITY_SCHEMA; a job that stands once with each model of its GPUs has
    with each its share by GPUs.
    """
    schema = jobs.collect_schema()
    if activity is None:
        empty = {name: schema[name] for name in by} | {"bin": pl.Int64()}
        return pl.DataFrame(schema=empty | dict.fromkeys(_SUMS, pl.Float64()))
    dealt = "gpus_of_job" in schema
    share = pl.col("gpus") / pl.col("gpus_of_job") if dealt else pl.lit(1.0)
    keys = [name for name in JOB_KEY if name not in by]
    placed = jobs.select(*by, *keys, _share=share).join(
        activity.lazy().select(*JOB_KEY, "bin", *_SUMS), on=list(JOB_KEY)
    )
    rows = placed.with_columns(pl.col(name) * pl.col("_share") for name in _SUMS)
    return (
        rows.collect(engine="streaming")
        .sort(*JOB_KEY, "bin", *by)
        .group_by(*by, "bin", maintain_order=True)
        .agg(pl.col(name).sum() for name in _SUMS)
    )
