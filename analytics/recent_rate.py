"""GPU-hours a day that were held over the four weeks before given moments."""

from collections.abc import Iterable, Sequence
from typing import Final

import polars as pl

from analytics.reductions import summed_by

RECENT_S: Final = 28 * 86_400
_DAY_HOURS_S: Final = 3600 / 86_400
_EDGE: Final = "_edge"
_GROUP: Final = "_rate_group"
_HELD: Final = "_held_s"
_EVENTS: Final = ("level", "offset")


def recent_rate(
    held: Iterable[pl.LazyFrame],
    by: Sequence[str],
    *,
    moments: pl.DataFrame,
    observed: pl.DataFrame,
) -> pl.DataFrame:
    """What groups held a day in the observed part of the RECENT_S before each moment.

    Args:
        held: Rows in batches: `by`, `cluster`, `gpus`, and `start_s`, `until_s` of those that ran.
        by: The dimensions of a group.
        moments: `cluster, bin, moment_s`, for each cluster and period.
        observed: OBSERVED_SCHEMA.

    Returns:
        `by`, `bin`, `gpu_hours_a_day`: of several clusters the sum of their rates. Groups that
        held nothing, and periods before which nothing was observed, have no row.
    """
    spans = _spans(moments, observed)
    edges = pl.concat([spans["from_s"], spans["until_s"]]).unique().sort()
    groups = [*by, *({"cluster"} - set(by))]
    levels = [_booked(batch, groups, edges) for batch in held]
    totals = _held_until_edges(pl.concat(levels), groups, edges)
    spent = _between(totals, spans, edges, groups)
    rate = pl.col(_HELD) / pl.col("seconds") / _DAY_HOURS_S
    return (
        spent.with_columns(rate=rate)
        .sort(*groups, "bin")
        .group_by(*by, "bin", maintain_order=True)
        .agg(gpu_hours_a_day=pl.col("rate").sum())
    )


def _spans(moments: pl.DataFrame, observed: pl.DataFrame) -> pl.DataFrame:
    """The observed spans before each moment: `cluster, bin, from_s, until_s`."""
    return (
        moments.join(observed.select("cluster", "begin_s", "end_s"), on="cluster")
        .select(
            "cluster",
            "bin",
            from_s=pl.max_horizontal(pl.col("moment_s") - RECENT_S, "begin_s"),
            until_s=pl.min_horizontal("moment_s", "end_s"),
        )
        .filter(pl.col("from_s") < pl.col("until_s"))
    )


def _booked(jobs: pl.LazyFrame, groups: list[str], edges: pl.Series) -> pl.DataFrame:
    """GPUs, and GPUs times their moment, that begin or end before each edge and no earlier one."""
    if edges.is_empty():
        return (
            jobs.select(*groups)
            .head(0)
            .collect()
            .with_columns(pl.lit(0, pl.Int64).alias(name) for name in (_EDGE, *_EVENTS))
        )
    first_s, last_s = int(edges[0]), int(edges[-1])
    ran = jobs.filter(
        pl.col("gpus") > 0, pl.col("until_s") > first_s, pl.col("start_s") < last_s
    ).select(*groups, "gpus", start_s=pl.max_horizontal("start_s", first_s), until_s="until_s")
    rows = ran.collect(engine="streaming")
    begins, ends = (
        rows.select(
            *groups,
            pl.lit(edges).search_sorted(pl.col(name), side="right").cast(pl.Int64).alias(_EDGE),
            level=pl.col("gpus") * sign,
            offset=pl.col("gpus") * sign * (pl.col(name) - first_s),
        )
        for name, sign in (("start_s", 1), ("until_s", -1))
    )
    return summed_by(pl.concat([begins, ends]), [*groups, _EDGE], _EVENTS)


def _held_until_edges(events: pl.DataFrame, groups: list[str], edges: pl.Series) -> pl.DataFrame:
    """GPU-seconds held from the first edge to each: `groups`, `_edge`, `_held_s`, on a grid."""
    distinct = events.select(groups).unique().with_row_index(_GROUP)
    grid = distinct.select(_GROUP).join(
        pl.DataFrame({_EDGE: range(edges.len()), "edge_s": edges}), how="cross"
    )
    sums = (
        summed_by(events, [*groups, _EDGE], _EVENTS)
        .join(distinct, on=groups, nulls_equal=True)
        .select(_GROUP, _EDGE, *_EVENTS)
    )
    filled = grid.join(sums, on=[_GROUP, _EDGE], how="left").sort(_GROUP, _EDGE)
    through = [pl.col(name).fill_null(0).cum_sum().over(_GROUP) for name in _EVENTS]
    level, offset = through
    held_s = level * (pl.col("edge_s") - edges.min()) - offset
    return filled.select(_GROUP, _EDGE, held_s.alias(_HELD)).join(distinct, on=_GROUP).drop(_GROUP)


def _between(
    totals: pl.DataFrame, spans: pl.DataFrame, edges: pl.Series, groups: list[str]
) -> pl.DataFrame:
    """What each group held in the spans before each moment, and how long those are."""
    numbers = pl.DataFrame({"edge_s": edges, _EDGE: range(edges.len())})
    numbered = spans.join(numbers, left_on="from_s", right_on="edge_s").join(
        numbers, left_on="until_s", right_on="edge_s", suffix="_until"
    )
    before, after = totals, totals.rename({_EDGE: f"{_EDGE}_until", _HELD: f"{_HELD}_until"})
    pieces = numbered.join(before, on=["cluster", _EDGE]).join(
        after, on=[*groups, f"{_EDGE}_until"], nulls_equal=True
    )
    return pieces.group_by(*groups, "bin").agg(
        (pl.col(f"{_HELD}_until") - pl.col(_HELD)).sum().alias(_HELD),
        seconds=(pl.col("until_s") - pl.col("from_s")).sum(),
    )
