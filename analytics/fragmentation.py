"""Fragmentation: GPUs idle in one pool while jobs wait for GPUs in another."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from analytics.calendar import Calendar
from analytics.estate import Estate
from analytics.finding import Finding
from analytics.fragmentation_notes import fragmentation_notes
from analytics.node_labels import Where, of_clusters
from analytics.node_time import node_time
from analytics.peaks import peaks_of
from analytics.pool_sums import PoolQuestion, PoolSums, pool_sums, pools_asked
from analytics.pooling import pooled_for_same_wait
from analytics.utilisation_table import period_column, ratio
from analytics.waiting import asking_for, without_eligible
from model.errors import InputError

DIMENSIONS: Final = ("tier", "cluster")
FILTERS: Final = ("tier", "cluster", "partition", "gpu_model")

_HOUR_S: Final = 3600


def fragmentation(
    estate: Estate,
    *,
    calendar: Calendar,
    by: Sequence[str] = (),
    where: Where | None = None,
) -> Finding:
    """GPU-hours stranded between pools, by calendar period and `by` (of tier, cluster).

    Pools are clusters; with `cluster` in `by` they are the partitions of each. At any second
    stranded = min(sum P, sum I) - sum min(P, I) over the pools, where I are idle GPUs as
    `utilisation` counts them and P the GPUs for which eligible jobs wait: what could have run at
    once had the pools been one. An upper bound: it ignores packing, GPU models and ownership.

    Every period and group has a row: `stranded_gpu_hours, pending_gpu_hours, idle_gpu_hours`,
    `stranded_fraction` (of idle), `peak_sum` and `peak_pooled` (GPUs: the sum over pools of the
    time-weighted p95 of allocated and waiting GPUs, and the p95 of their sum), `pooling_gain` =
    1 - pooled / sum, and as an illustration after Erlang `pools`, `gpus_split` and
    `pooled_gpus_same_wait` (see `analytics.pooling`). A sum over what is unknown is null.

    Raises:
        InputError: for a dimension or filter that waiting jobs and nodes do not share.
    """
    where = where or {}
    by = _checked(by, where)
    pool = ("cluster", "partition") if "cluster" in by else ("cluster",)
    estate = of_clusters(estate, where)
    time = node_time(estate, calendar=calendar, by=(), where=where)
    jobs = estate.jobs
    if "gpu_model" in where:
        models = list(where["gpu_model"])
        jobs = asking_for(jobs, models, catalogue=estate.catalogue, aliases=estate.aliases)
    silent = without_eligible(estate.jobs)
    asked = PoolQuestion(estate, jobs, pool, where, by, time.sight, silent)
    keys = pools_asked(asked, time.sums, calendar=calendar)
    groups = _groups(keys, by)
    sums = pool_sums(asked, time.sums, keys, groups, calendar=calendar)
    said = fragmentation_notes(asked, time.sums, keys, sums.untold, calendar=calendar)
    frame = _tabulated(sums, groups, by=by, calendar=calendar)
    return Finding(frame, (*said, *time.notes))


def _checked(by: Sequence[str], where: Where) -> tuple[str, ...]:
    asked = tuple(dict.fromkeys(by))
    for names, known, verb in ((asked, DIMENSIONS, "split"), (where, FILTERS, "filtered")):
        unknown = [name for name in names if name not in known]
        if unknown:
            raise InputError(
                f"fragmentation cannot be {verb} by {', '.join(unknown)}",
                hint=f"it is {verb} by {', '.join(known)}; --by cluster asks between partitions.",
            )
    return asked


def _tabulated(
    sums: PoolSums, groups: pl.DataFrame, *, by: tuple[str, ...], calendar: Calendar
) -> pl.DataFrame:
    every = groups.join(calendar.bins.select("bin", "period_start"), how="cross")
    for figures in (_hours(sums.hours), _peaks(sums), pooled_for_same_wait(sums.sizes)):
        every = every.join(figures, on=["group", "bin"], how="left")
    return _columns(every.sort("bin", *by, nulls_last=True), by=by, calendar=calendar)


def _groups(keys: pl.DataFrame, by: tuple[str, ...]) -> pl.DataFrame:
    """The groups of `by` with a number each; one where nothing is split."""
    if not by:
        return pl.DataFrame({"group": [0]}, schema={"group": pl.Int64})
    numbered = keys.select(by).unique().sort(by).with_row_index("group")
    return numbered.cast({"group": pl.Int64})


def _hours(sums: pl.DataFrame) -> pl.DataFrame:
    idle_known, pending_known = (~pl.col(name) for name in ("idle_unknown", "pending_unknown"))
    known = {
        "stranded": idle_known & pending_known,
        "pending": pending_known,
        "idle": idle_known,
    }
    told = (pl.when(each).then(name).alias(name) for name, each in known.items())
    return sums.select("group", "bin", *told)


def _peaks(sums: PoolSums) -> pl.DataFrame:
    cell = ("group", "bin")
    apart = peaks_of(sums.apart, "demand", by=("key", *cell))
    pooled = peaks_of(sums.pooled, "demand", by=cell)
    known = sums.hours.filter(~pl.col("allocated_unknown"), ~pl.col("pending_unknown"))
    added = apart.group_by(cell).agg(pl.col("peak").cast(pl.Int64).sum().alias("peak_sum"))
    both = added.join(pooled.rename({"peak": "peak_pooled"}), on=cell)
    told = both.join(known, on=cell, how="semi")
    return told.select(*cell, "peak_sum", pl.col("peak_pooled").cast(pl.Int64))


def _columns(rows: pl.DataFrame, *, by: tuple[str, ...], calendar: Calendar) -> pl.DataFrame:
    hours = ("stranded", "pending", "idle")
    return rows.select(
        *period_column(calendar),
        *by,
        *((pl.col(name) / _HOUR_S).alias(f"{name}_gpu_hours") for name in hours),
        ratio(pl.col("stranded"), pl.col("idle")).alias("stranded_fraction"),
        "peak_sum",
        "peak_pooled",
        (1 - ratio(pl.col("peak_pooled"), pl.col("peak_sum"))).alias("pooling_gain"),
        "pools",
        "gpus_split",
        "pooled_gpus_same_wait",
    )
