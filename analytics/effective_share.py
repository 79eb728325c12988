"""What part of the GPU time of groups was effective, as far as telemetry tells."""

from collections.abc import Sequence

import polars as pl

from analytics.energy import JOB_GPUS

_JOB = ("cluster", "job_id", "submit")


class EffectiveShare:
    """Adds up effective and covered GPU-seconds by period and group, a batch of jobs at a time."""

    def __init__(self, by: Sequence[str]) -> None:
        self._by = tuple(by)
        schema = {"bin": pl.Int64(), **dict.fromkeys(self._by, pl.String())}
        schema |= dict.fromkeys(("effective", "covered", "allocated"), pl.Float64())
        self._sums = pl.DataFrame(schema=schema)

    def add(self, jobs: pl.LazyFrame, activity: pl.DataFrame) -> None:
        """Book jobs with what JOB_ACTIVITY_SCHEMA tells of them; unknown effect is left out."""
        told = activity.filter(pl.col("effective_gpu_s").is_not_null())
        if told.is_empty():
            return
        own = [name for name in self._by if name not in _JOB]
        part = pl.when(pl.col(JOB_GPUS) > 0).then(pl.col("gpus") / pl.col(JOB_GPUS)).otherwise(1.0)
        rows = jobs.select(*_JOB, *own, part.alias("_part")).collect(engine="streaming")
        amounts = {
            "effective": "effective_gpu_s",
            "covered": "covered_gpu_s",
            "allocated": "allocated_gpu_s",
        }
        sums = (
            rows.join(told, on=list(_JOB))
            .group_by("bin", *self._by)
            .agg((pl.col(name) * pl.col("_part")).sum().alias(to) for to, name in amounts.items())
        )
        both = pl.concat([self._sums, sums.select(self._sums.columns)], how="vertical_relaxed")
        self._sums = both.group_by("bin", *self._by).agg(pl.all().sum())

    def by_period(self) -> pl.DataFrame:
        """`bin`, the groups, `effective_share` (null where nothing is covered) and the seconds."""
        share = pl.when(pl.col("covered") > 0).then(pl.col("effective") / pl.col("covered"))
        return self._sums.with_columns(effective_share=share)
