"""Small clusters against central ones: which is which, and one table of what each is like."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from analytics.calendar import Calendar
from analytics.estate import Estate
from analytics.finding import Finding
from analytics.growth import SMALL_BELOW_GPUS, surveyed_on
from analytics.node_history import node_periods
from analytics.utilisation_table import period_column, ratio

SIZE_CLASS: Final = "size_class"
SMALL: Final = "small"
CENTRAL: Final = "central"
SURVEYED: Final = "surveyed"

VALUE_COLUMNS: Final = (
    "clusters",
    "gpus",
    "pue",
    "utilisation_available",
    "wait_p50_s",
    "wait_p95_s",
    "g_per_gpu_hour",
    "g_per_effective_gpu_hour",
)


def cluster_sizes(estate: Estate, clusters: Sequence[str], *, calendar: Calendar) -> pl.DataFrame:
    """`cluster, gpus, size_class` of each cluster, by its nodes at the end of the calendar.

    Small is a cluster of fewer than 32 GPUs, central any other. Both are null of a cluster
    without a node inventory; of one without GPUs the class is.
    """
    nodes = node_periods(estate.nodes, estate.observed, until_s=calendar.end_s)
    last = nodes.filter(pl.col("begin_s") < calendar.end_s, pl.col("end_s") >= calendar.end_s)
    counted = last.group_by("cluster").agg(pl.col("gpus").sum())
    named = pl.DataFrame({"cluster": list(clusters)}, schema={"cluster": pl.String()})
    small = (
        pl.when(pl.col("gpus") < SMALL_BELOW_GPUS).then(pl.lit(SMALL)).otherwise(pl.lit(CENTRAL))
    )
    sized = named.join(counted, on="cluster", how="left", maintain_order="left")
    return sized.with_columns(pl.when(pl.col("gpus") > 0).then(small).alias(SIZE_CLASS))


def small_and_central(
    sizes: pl.DataFrame,
    pues: Mapping[str, float | None],
    *,
    utilisation: pl.DataFrame,
    waits: pl.DataFrame,
    carbon: pl.DataFrame,
    survey: pl.DataFrame,
    by: Sequence[str],
    calendar: Calendar,
) -> Finding:
    """A line a period and group of `by`, the size class and what else is asked: VALUE_COLUMNS.

    `sizes` is what `cluster_sizes` gives; `utilisation` has `cluster` and its GPU-hours, `waits`
    and `carbon` have `by`; all have `period_start` unless the period is the total. Utilisation is
    allocated over available GPU-hours of all clusters of the class, `pue` the mean of their stated
    PUEs weighted by GPUs, null where one has none stated. Clusters of no class are left out.
    The clusters of `survey` (SURVEY_SCHEMA) in service on the last day are a class of their own:
    no log tells how they were used.
    """
    dated = period_column(calendar)
    classed = sizes.drop_nulls(SIZE_CLASS)
    together = [classed.with_columns(_pue_of(pues)), _surveyed(survey, calendar)]
    lines = (
        pl.concat(together, how="diagonal")
        .group_by(by)
        .agg(
            pl.len().cast(pl.Int64).alias("clusters"),
            pl.col("gpus").sum(),
            _known(pl.col("pue") * pl.col("gpus")).alias("pue") / pl.col("gpus").sum(),
        )
    )
    hours = (
        utilisation.join(classed.select("cluster", SIZE_CLASS), on="cluster")
        .group_by(*dated, *by)
        .agg(_known(pl.col(f"{name}_gpu_hours")) for name in ("allocated", "available"))
    )
    used = ratio(pl.col("allocated_gpu_hours"), pl.col("available_gpu_hours"))
    frame = calendar.bins.select("period_start").join(lines, how="cross")
    on = [*dated, *by]
    figures = ("g_per_gpu_hour", "g_per_effective_gpu_hour")
    for part in (
        hours.with_columns(used.alias("utilisation_available")),
        waits.select(*on, "wait_p50_s", "wait_p95_s"),
        carbon.select(*on, *figures),
    ):
        frame = frame.join(part, on=on, how="left")
    rank = pl.col(SIZE_CLASS).replace_strict({SMALL: 0, CENTRAL: 1, SURVEYED: 2})
    small_first = frame.sort(pl.col("period_start"), rank, *by)
    return Finding(small_first.select(*on, *VALUE_COLUMNS), tuple(_notes(sizes, pues)))


def _surveyed(survey: pl.DataFrame, calendar: Calendar) -> pl.DataFrame:
    last = datetime.fromtimestamp(calendar.end_s - 1, ZoneInfo(calendar.timezone)).date()
    return surveyed_on(survey, last).select(
        pl.col("name").alias("cluster"), "gpus", "pue", pl.lit(SURVEYED).alias(SIZE_CLASS)
    )


def _pue_of(pues: Mapping[str, float | None]) -> pl.Expr:
    stated = pl.col("cluster").replace_strict(dict(pues), default=None, return_dtype=pl.Float64)
    return stated.alias("pue")


def _known(values: pl.Expr) -> pl.Expr:
    """The sum, null where a part is not known."""
    return pl.when(values.is_not_null().all()).then(values.sum())


def _notes(sizes: pl.DataFrame, pues: Mapping[str, float | None]) -> Iterator[str]:
    yield (
        f"Small are clusters of fewer than {SMALL_BELOW_GPUS} GPUs by their node inventory at the "
        "end of the time asked for, central all others. Waits are those of jobs with GPUs."
    )
    unknown = sizes.filter(pl.col("gpus").is_null())["cluster"].to_list()
    if unknown:
        yield f"No nodes were ingested for {', '.join(unknown)}: of no known size, and left out."
    without = sizes.filter(pl.col("gpus") == 0)["cluster"].to_list()
    if without:
        yield f"{', '.join(without)}: no GPUs, and left out."
    classed = sizes.drop_nulls(SIZE_CLASS)["cluster"].to_list()
    unstated = [name for name in classed if pues.get(name) is None]
    if unstated:
        yield (
            f"{len(unstated)} of {len(classed)} clusters state no PUE: that of their class is "
            "empty."
        )
