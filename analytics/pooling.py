"""What pooling would save, after Erlang: an illustration, not a forecast.

It takes each pool for an M/M/c queue of jobs that need one GPU each and come at random; GPU jobs
are gangs with heavy tails.
"""

from typing import Any, Final

import polars as pl

from analytics.queueing import mean_wait, servers_for_mean_wait
from analytics.utilisation_table import ratio

_CELL: Final = ("group", "bin")
_SCHEMA: Final = pl.Schema(
    {
        "group": pl.Int64(),
        "bin": pl.Int64(),
        "pools": pl.Int64(),
        "gpus_split": pl.Int64(),
        "pooled_gpus_same_wait": pl.Int64(),
    }
)


def sizes(segments: pl.DataFrame) -> pl.DataFrame:
    """What `pooled_for_same_wait` needs of the pools of a group, by `group`, `bin` and `key`.

    `segments` have `group`, `bin`, `key` (of the pool), `begin_s`, `end_s`, and `idle`,
    `allocated`, `observed`, `idle_unknown`. The sums are seconds, and add up over time.
    """
    seconds = pl.col("end_s") - pl.col("begin_s")
    return segments.group_by(*_CELL, "key").agg(
        (seconds * (pl.col("observed") > 0)).sum().alias("observed_s"),
        (seconds * (pl.col("idle") + pl.col("allocated"))).sum().alias("usable_s"),
        (seconds * pl.col("allocated")).sum().alias("allocated_s"),
        pl.col("idle_unknown").any().alias("unknown"),
    )


def pooled_for_same_wait(pools: pl.DataFrame) -> pl.DataFrame:
    """The GPUs of all pools of a group, and how many in one pool would keep the mean wait.

    `pools` is what `sizes` gives. Columns by `group` and `bin`: `pools` with GPUs,
    `gpus_split`, their mean number of GPUs in use or idle, rounded for each pool, and
    `pooled_gpus_same_wait`; null where a pool is not known, is full, or none has a load.
    """
    observed_s = pl.col("observed_s")
    sized = pools.select(
        *_CELL,
        "key",
        ratio(pl.col("usable_s"), observed_s).round(0).alias("gpus"),
        ratio(pl.col("allocated_s"), observed_s).alias("load"),
        "unknown",
    )
    with_gpus = sized.filter(pl.col("unknown") | (pl.col("gpus") > 0)).sort(*_CELL, "key")
    cells = with_gpus.group_by(_CELL, maintain_order=True).agg("gpus", "load", "unknown")
    rows = [
        (group, number, *_pooled(gpus, loads, unknown=any(unknown)))
        for group, number, gpus, loads, unknown in cells.iter_rows()
    ]
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def _pooled(gpus: list[float], loads: list[float], *, unknown: bool) -> tuple[Any, ...]:
    if unknown:
        return len(gpus), None, None
    sizes = [int(size) for size in gpus]
    return len(sizes), sum(sizes), same_wait_pooled(sizes, loads)


def same_wait_pooled(sizes: list[int], loads: list[float]) -> int | None:
    """GPUs that in one pool give the mean wait of pools of these sizes and loads (in GPUs).

    None where no pool has a load, or one has as much as it has GPUs: its queue grows for ever.
    """
    whole = sum(loads)
    if whole == 0 or any(load >= size for size, load in zip(sizes, loads, strict=True)):
        return None
    split = sum(
        load / whole * mean_wait(size, load) for size, load in zip(sizes, loads, strict=True)
    )
    return servers_for_mean_wait(whole, mean_wait=split) if split > 0 else None
