"""What a reader of `grantable` must know: what is assumed, unknown, or promised twice."""

from collections.abc import Mapping

import polars as pl

from analytics.award_places import GPU_HOURS

Pools = Mapping[str, Mapping[str, float]]


def strange_pools(commitments: pl.DataFrame, pools: Pools) -> str | None:
    """Which pools awards name on a cluster whose settings have pools, but not these."""
    names = sorted(
        f"{pool} on {cluster}"
        for cluster, pool in commitments.select("cluster", "pool").unique().iter_rows()
        if pool and cluster in pools and pool not in pools[cluster]
    )
    if not names:
        return None
    return f"The settings know no such pools: {', '.join(names)}. Their awards draw on the rest."


def grantable_notes(frame: pl.DataFrame) -> tuple[str, ...]:
    """Sentences on the lines of `grantable`."""
    if frame.is_empty():
        return ()
    own = frame.filter(pl.col("unit") == GPU_HOURS)
    return tuple(
        note
        for note in (
            _range(frame),
            _uncertain(frame),
            _other_units(frame),
            _no_plans(own),
            _over_committed(own),
        )
        if note
    )


def _range(frame: pl.DataFrame) -> str | None:
    weighed = frame.filter(pl.col("awards_live") > 0)
    if weighed.is_empty():
        return "No live award lies in the period: all that is expected to be available is free."
    unknown = weighed.filter(pl.col("awards_ended") == 0)
    if unknown.height == weighed.height:
        return (
            "No award has ended whose use was observed throughout: live awards may use anything "
            "from nothing to all that remains of them."
        )
    return (
        "Commitments are weighted by what ended awards used of their grants (median; the range is "
        "from the lower to the upper quartile, from 0 to 1 where fewer than four have ended)."
    )


def _uncertain(frame: pl.DataFrame) -> str | None:
    by_period = frame.group_by("period_start").agg(pl.col("awards_uncertain").sum())
    count: int = max(by_period["awards_uncertain"].to_list())
    if not count:
        return None
    return (
        "Live awards that are not certain (no dates, use not observed throughout, or several "
        f"clusters): {count}. The range takes them from nothing to all that may remain."
    )


def _other_units(frame: pl.DataFrame) -> str | None:
    live = frame.filter(pl.col("pool_share").is_null() & (pl.col("awards_live") > 0))
    if live.is_empty():
        return None
    units = ", ".join(sorted(set(live["unit"].drop_nulls())))
    return (
        f"Live awards in {units} have lines of their own, because their worth in GPU-hours or "
        "their cluster is not known: what may be granted beside them has no lower end."
    )


def _no_plans(own: pl.DataFrame) -> str | None:
    plans = own.filter((pl.col("planned_maintenance") > 0) | (pl.col("planned_reservations") > 0))
    if plans.height or own["installed"].null_count() == own.height:
        return None
    return "No maintenance or reservation in the period is known from events: none is taken off."


def _over_committed(own: pl.DataFrame) -> str | None:
    names = own.filter(pl.col("grantable_high") < 0)["resource"].unique().sort().to_list()
    if not names:
        return None
    return f"More is promised than there will be, whatever is used: {', '.join(names)}."
