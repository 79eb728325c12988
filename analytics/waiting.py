"""How many GPUs waited, and when: what jobs asked for from eligible until they left the queue."""

from collections.abc import Sequence
from functools import partial

import polars as pl

from analytics.array_tasks import task_count
from analytics.gpu_models import UNKNOWN_MODEL, Aliases, GpuNames, by_gpu_model
from analytics.parted import Frames, Part, Rows, lazy, of_each, of_part, parts_of, touching


def waiting_gpus(jobs: Rows, *, begin_s: int, end_s: int) -> pl.DataFrame:
    """What waited in [begin_s, end_s): `cluster, partition, begin_s, end_s, gpus`, in seconds.

    A job waits from its eligible time to its start, to its end if it never started, and as far
    as it was observed if it is still pending; a job that never became eligible does not wait.
    `gpus` is what was asked for, of all tasks of an array, null where that is unknown; jobs
    without GPUs are left out. A job that asked for none and held an unknown number is unknown.
    """
    rows = _waiting(jobs, begin_s=begin_s, end_s=end_s).select(
        "cluster",
        pl.col("partition").fill_null(""),
        begin_s=pl.col("eligible").dt.epoch("s").clip(lower_bound=begin_s),
        end_s=_waits_until().dt.epoch("s").clip(upper_bound=end_s),
        gpus=_asked() * task_count(pl.col("job_label")),
    )
    return rows.collect(engine="streaming")


def waiting_places(jobs: Rows, *, begin_s: int, end_s: int) -> pl.DataFrame:
    """The `cluster, partition` of what waited in [begin_s, end_s): see `waiting_gpus`."""
    found: list[pl.DataFrame] = []
    for part in parts_of(touching(jobs, begin_s, end_s)):
        span = part.within(begin_s, end_s)
        found += of_part(jobs, part, "where jobs waited", partial(_places, span=span), span)
    return pl.concat(found).unique().sort("cluster", "partition")


def _places(part: Part, *, span: tuple[int, int]) -> Frames:
    waiting = _waiting(part.frame, begin_s=span[0], end_s=span[1])
    places = waiting.select("cluster", pl.col("partition").fill_null("")).unique()
    return [places.collect(engine="streaming")]


def _waiting(jobs: Rows, *, begin_s: int, end_s: int) -> pl.LazyFrame:
    """The jobs that waited for GPUs: few, so that only their labels need be read."""
    since_s, until_s = pl.col("eligible").dt.epoch("s"), _waits_until().dt.epoch("s")
    return lazy(touching(jobs, begin_s, end_s)).filter(
        since_s < end_s, until_s > begin_s, since_s < until_s, _asked().fill_null(1) > 0
    )


def _asked() -> pl.Expr:
    """GPUs of one task; null of a job that asked for none and held an unknown number."""
    held_unknown = pl.col("started") & pl.col("gpus").is_null()
    return pl.when((pl.col("req_gpus") > 0) | ~held_unknown).then("req_gpus")


def _waits_until() -> pl.Expr:
    return pl.when("started").then("start").otherwise(pl.coalesce("end", "observed_until"))


def asking_for(
    jobs: Rows, models: Sequence[str], *, catalogue: GpuNames | None, aliases: Aliases
) -> Rows:
    """The jobs with `req_gpus` of these GPU models: what named one of them, or named no model."""
    as_asked = jobs.with_columns(pl.col("started").alias("_ran"), started=pl.lit(False))
    models_asked = by_gpu_model(as_asked, catalogue=catalogue, aliases=aliases)
    fits = pl.col("gpu_model").is_in([*models, UNKNOWN_MODEL]) | pl.col("gpus").is_null()
    return models_asked.filter(fits).with_columns(req_gpus="gpus", started="_ran")


def without_eligible(jobs: Rows) -> tuple[str, ...]:
    """The clusters whose log tells of no job when it became eligible."""
    parts = [frame for (frame,) in of_each(jobs, "clusters that tell when eligible", _telling)]
    told = pl.concat(parts).group_by("cluster").agg(pl.col("eligible").any())
    return tuple(sorted(told.filter(~pl.col("eligible"))["cluster"]))


def _telling(part: Part) -> Frames:
    told = part.frame.group_by("cluster").agg(pl.col("eligible").is_not_null().any())
    return [told.collect(engine="streaming")]
