"""GPU-seconds of a window by account and user, as the store has them."""

from datetime import datetime
from typing import Final

import polars as pl

HELD_SCHEMA: Final = pl.Schema(
    {
        "account": pl.String(),
        "user": pl.String(),
        "held_s": pl.Int64(),
        "suspended_s": pl.Int64(),
        "unseen_s": pl.Int64(),
        "jobs_without_gpus": pl.Int64(),
    }
)


def held_time(jobs: pl.LazyFrame, *, begin: datetime, end: datetime) -> pl.DataFrame:
    """What the jobs of one cluster held in [begin, end), by account and user (HELD_SCHEMA).

    `held_s`: GPU-seconds from start to end, suspension included. `suspended_s`: those of them in
    which the job was suspended, taken to be its last: sacct does not tell when they were.
    `unseen_s`: GPU-seconds that jobs still running when last seen may have held since then.
    `jobs_without_gpus`: started jobs of the window whose GPUs are unknown. All in whole seconds.
    """
    first, last = pl.lit(begin), pl.lit(end)
    until = pl.col("held_until")
    held = _seconds(pl.max_horizontal("start", first), pl.min_horizontal(until, last))
    unseen = _seconds(pl.max_horizontal(until, first), last)
    running = pl.col("end").is_null()
    paused = until - pl.duration(seconds=pl.col("suspended_s").fill_null(0))
    suspended = _seconds(pl.max_horizontal("start", first, paused), pl.min_horizontal(until, last))
    return (
        jobs.filter(pl.col("started") & (pl.col("start") < last))
        .filter((until >= first) | running)
        .select(
            pl.col("account", "user").fill_null(""),
            "gpus",
            held=held,
            suspended=suspended,
            unseen=pl.when(running).then(unseen).otherwise(0),
        )
        .group_by("account", "user")
        .agg(
            held_s=(pl.col("gpus") * pl.col("held")).sum(),
            suspended_s=(pl.col("gpus") * pl.col("suspended")).sum(),
            unseen_s=(pl.col("gpus") * pl.col("unseen")).sum(),
            jobs_without_gpus=pl.col("gpus").is_null().sum(),
        )
        .sort("account", "user")
        .collect(engine="streaming")
        .cast(HELD_SCHEMA)
    )


def _seconds(begin: pl.Expr, end: pl.Expr) -> pl.Expr:
    return (end - begin).dt.total_seconds().clip(lower_bound=0)
