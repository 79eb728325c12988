"""Fragmentation: GPUs idle in one pool while jobs wait for GPUs in another."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from analytics.calendar import Calendar
from analytics.estate import Estate
from analytics.finding import Finding
from analytics.fragmentation_notes import fragmentation_notes
from analytics.node_labels import Where, of_clusters
from analytics.peaks import peaks
from analytics.pooling import pooled_for_same_wait
from analytics.pools import UNKNOWNS, Pool, pool_segments
from analytics.sweep import cuts, steps, swept
from analytics.swept_time import swept_time
from analytics.utilisation_table import period_column, ratio
from analytics.waiting import asking_for, waiting_gpus, without_eligible
from model.errors import InputError

DIMENSIONS: Final = ("tier", "cluster")
FILTERS: Final = ("tier", "cluster", "partition", "gpu_model")

_HOUR_S: Final = 3600
_TERMS: Final = ("idle", "pending", "met", "demand", "observed", *UNKNOWNS)
_DEMAND_UNKNOWN: Final = pl.col("allocated_unknown") | pl.col("pending_unknown")


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
    pool: Pool = ("cluster", "partition") if "cluster" in by else ("cluster",)
    estate = of_clusters(estate, where)
    time = swept_time(estate, calendar=calendar, by=(), where=where)
    jobs = estate.jobs
    if "gpu_model" in where:
        models = list(where["gpu_model"])
        jobs = asking_for(jobs, models, catalogue=estate.catalogue, aliases=estate.aliases)
    silent = without_eligible(estate.jobs)
    segments = pool_segments(
        estate,
        time,
        waiting_gpus(jobs, begin_s=calendar.begin_s, end_s=calendar.end_s),
        pool=pool,
        where=where,
        calendar=calendar,
        silent=silent,
    )
    frame = _tabulated(segments, by=by, calendar=calendar)
    said = fragmentation_notes(
        estate, time, segments, pool=pool, where=where, silent=silent, calendar=calendar
    )
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


def _tabulated(segments: pl.DataFrame, *, by: tuple[str, ...], calendar: Calendar) -> pl.DataFrame:
    groups = _groups(segments, by)
    grouped = _in_groups(segments, groups, by).with_columns(
        pl.min_horizontal("pending", "idle").alias("met"),
        (pl.col("allocated") + pl.col("pending")).alias("demand"),
    )
    together = _together(grouped, calendar)
    every = groups.join(calendar.bins.select("bin", "period_start"), how="cross")
    for figures in (
        _hours(together),
        _peaks(grouped, together),
        pooled_for_same_wait(grouped),
    ):
        every = every.join(figures, on=["group", "bin"], how="left")
    return _columns(every.sort("bin", *by, nulls_last=True), by=by, calendar=calendar)


def _groups(segments: pl.DataFrame, by: tuple[str, ...]) -> pl.DataFrame:
    """The groups of `by` with a number each; one where nothing is split."""
    if not by:
        return pl.DataFrame({"group": [0]}, schema={"group": pl.Int64})
    numbered = segments.select(by).unique().sort(by).with_row_index("group")
    return numbered.cast({"group": pl.Int64})


def _in_groups(segments: pl.DataFrame, groups: pl.DataFrame, by: tuple[str, ...]) -> pl.DataFrame:
    if not by:
        return segments.with_columns(group=pl.lit(0, pl.Int64))
    return segments.join(groups, on=list(by), nulls_equal=True, maintain_order="left")


def _together(grouped: pl.DataFrame, calendar: Calendar) -> pl.DataFrame:
    """The pools of each group added up, segment by segment."""
    terms = {name: pl.col(name) for name in _TERMS}
    of_groups = grouped.drop("key").rename({"group": "key"})
    keys = of_groups.select("key").unique()
    summed = swept([steps(of_groups, **terms), cuts(keys, calendar)], calendar)
    return (
        summed.filter(pl.col("bin").is_not_null())
        .rename({"key": "group"})
        .with_columns(pl.col(name) > 0 for name in UNKNOWNS)
    )


def _hours(together: pl.DataFrame) -> pl.DataFrame:
    seconds = pl.col("end_s") - pl.col("begin_s")
    stranded = pl.min_horizontal("pending", "idle") - pl.col("met")
    idle_known, pending_known = (
        ~pl.col(name).any() for name in ("idle_unknown", "pending_unknown")
    )
    sums = {
        "stranded": ((stranded * seconds).sum(), idle_known & pending_known),
        "pending": ((pl.col("pending") * seconds).sum(), pending_known),
        "idle": ((pl.col("idle") * seconds).sum(), idle_known),
    }
    return together.group_by("group", "bin").agg(
        pl.when(known).then(total).alias(name) for name, (total, known) in sums.items()
    )


def _peaks(grouped: pl.DataFrame, together: pl.DataFrame) -> pl.DataFrame:
    cell = ("group", "bin")
    watched = pl.col("observed") > 0
    apart = peaks(grouped.filter(watched), "demand", by=("key", *cell))
    pooled = peaks(together.filter(watched), "demand", by=cell)
    unknown = together.group_by(cell).agg(_DEMAND_UNKNOWN.any().alias("_unknown"))
    added = apart.group_by(cell).agg(pl.col("peak").cast(pl.Int64).sum().alias("peak_sum"))
    both = added.join(pooled.rename({"peak": "peak_pooled"}), on=cell)
    known = both.join(unknown, on=cell).filter(~pl.col("_unknown"))
    return known.select(*cell, "peak_sum", pl.col("peak_pooled").cast(pl.Int64))


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
