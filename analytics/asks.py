"""What a job asked for, as integers, and until when it waited: the rows behind `demand`."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from analytics.array_tasks import lists_every_task, task_count
from analytics.like_jobs import limit_bin
from analytics.resubmissions import JOB_KEY

ALIKE: Final = ("cluster", "partition")
"""What likeness is told by, beside the time limit."""


def asks(jobs: pl.LazyFrame, by: Sequence[str], *, last_seen: pl.DataFrame) -> pl.LazyFrame:
    """Jobs by what they asked for, beside the columns `by`; moments are epoch seconds.

    `gpus` is what all `tasks` of the record asked for, null where unknown; an untold rest of a
    cut array list is flagged by `cut`. `waits_until_s` is the last second at which the job still
    waited, null where it waits until further notice: a later window that was stated for its
    cluster, and no longer has it, ends the wait with what was last seen of it. A window cannot
    miss a job that is not eligible: sacct lists none that had not become so by its end.

    `last_seen` is what `analytics.last_seen.last_seen` gives.
    """
    started = pl.col("started") & pl.col("start").is_not_null()
    asks_some = (_asked() != 0).fill_null(value=True)
    tasks = pl.when(started).then(pl.lit(1, pl.Int64)).otherwise(task_count(pl.col("job_label")))
    with_seen = jobs.join(last_seen.lazy(), on="cluster", how="left")
    return with_seen.select(
        *with_alike(by),
        *(name for name in JOB_KEY if name not in with_alike(by)),
        "limit_s",
        "seen_s",
        limit_bin(),
        submit_s=_epoch_s("submit"),
        start_s=pl.when(started).then(_epoch_s("start")),
        end_s=_epoch_s("end"),
        waits_until_s=_waits_until(started),
        tasks=tasks,
        gpus=_asked() * tasks,
        cut=~started & ~lists_every_task(pl.col("job_label")) & asks_some,
    )


def with_alike(by: Sequence[str]) -> list[str]:
    """The dimensions with `ALIKE` among them."""
    return [*by, *(name for name in ALIKE if name not in by)]


def _asked() -> pl.Expr:
    """GPUs asked for; without any, unknown where accounting did not track them."""
    return pl.when((pl.col("req_gpus") > 0) | ~pl.col("gpu_untracked")).then("req_gpus")


def _waits_until(started: pl.Expr) -> pl.Expr:
    last_seen_s = -(-pl.col("observed_until").dt.timestamp("us") // 1_000_000)
    left_out = pl.max_horizontal(last_seen_s, _epoch_s("eligible")) < pl.col("stated_until_s")
    return (
        pl.when(started | pl.col("end").is_not_null())
        .then(pl.min_horizontal(pl.when(started).then(_epoch_s("start")), _epoch_s("end") - 1))
        .when(left_out & pl.col("eligible").is_not_null())
        .then(last_seen_s)
    )


def _epoch_s(column: str) -> pl.Expr:
    return pl.col(column).dt.timestamp("us") // 1_000_000
