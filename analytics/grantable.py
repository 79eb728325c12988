"""What may be granted in a period to come: `plimsoll show grantable`."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from analytics.award_places import GPU_HOURS
from analytics.calendar import Calendar
from analytics.used_share import used_shares_of

GRANTABLE_COLUMNS: Final = (
    "resource",
    "pool",
    "unit",
    "period_start",
    "period_end",
    "expected_available",
    "committed",
    "expected_use_of_commitments",
    "grantable_low",
    "grantable_high",
    "expected_use_low",
    "expected_use_high",
    "awards_live",
    "awards_uncertain",
    "conversion",
    "used_share_low",
    "used_share_median",
    "used_share_high",
    "used_share_basis",
    "awards_ended",
    "installed",
    "planned_maintenance",
    "planned_reservations",
    "availability",
    "availability_days",
    "pool_share",
)
Pools = Mapping[str, Mapping[str, float]]
_LINE: Final = ("place", "cluster", "pool", "unit", "bin")
_WHOLE: Final = ("installed", "planned_maintenance", "planned_reservations", "expected_available")
_ROUNDING: Final = 1e-9


def grantable(
    capacity: pl.DataFrame,
    commitments: pl.DataFrame,
    history: pl.DataFrame,
    *,
    coming: Calendar,
    pools: Pools | None = None,
) -> pl.DataFrame:
    """Expected available GPU-hours less what live awards are expected to use of them.

    Args:
        capacity: What `expected_capacity` found, by cluster and period of `coming`.
        commitments: What `committed` found, a row an award and period (COMMITTED_SCHEMA).
        history: The used shares of ended awards (`used_share.HISTORY_SCHEMA`).
        coming: The periods.
        pools: By cluster, the share of the machine that each pool has. Such a cluster has a line
            for each, and one for what no pool has.

    Returns:
        GRANTABLE_COLUMNS, sorted. A line a cluster (and pool) in GPU-hours, and one for each
        unit of live awards there that is not worth a known number of GPU-hours, or that are on no
        cluster of the store: what may be granted in it is unknown. grantable_low <=
        grantable_high; below zero, more is promised than there will be. Null is unknown:
        `committed` where it is not certain for each award, the low end where live awards of the
        cluster and pool are counted in something else than GPU-hours.
    """
    pools = pools or {}
    pooled = _in_pools(commitments, pools)
    lines = _lines(capacity, pooled, pools)
    sums = pooled.group_by(_LINE).agg(_sums())
    otherwise = _counted_otherwise(pooled)
    shares = used_shares_of(lines["cluster"].unique().to_list(), history)
    return (
        lines.join(sums, on=_LINE, how="left", nulls_equal=True)
        .join(otherwise, on=otherwise.columns[:-1], how="left", nulls_equal=True)
        .join(shares, on="cluster", nulls_equal=True)
        .join(_dates(coming), on="bin")
        .with_columns(pl.col("low", "high", "awards_live", "awards_uncertain").fill_null(0))
        .with_columns(pl.col("_otherwise").fill_null(False))
        .with_columns(_expected_use())
        .with_columns(_bounds(), resource=pl.col("place"))
        .sort("period_start", "place", "pool", "unit", nulls_last=True)
        .select(GRANTABLE_COLUMNS)
    )


def _in_pools(commitments: pl.DataFrame, pools: Pools) -> pl.DataFrame:
    """Awards in a pool that their cluster's settings do not have draw on what no pool has."""
    known = _pools_frame(pools).select("cluster", "pool", _known=pl.lit(True))
    found = commitments.join(known, on=["cluster", "pool"], how="left")
    return found.with_columns(pool=pl.when("_known").then("pool")).drop("_known")


def _pools_frame(pools: Pools) -> pl.DataFrame:
    rows = [(name, pool, share) for name, each in pools.items() for pool, share in each.items()]
    schema = {"cluster": pl.String(), "pool": pl.String(), "pool_share": pl.Float64()}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _lines(capacity: pl.DataFrame, pooled: pl.DataFrame, pools: Pools) -> pl.DataFrame:
    """The lines of clusters and their pools, and of what else live awards are counted in."""
    own = pooled.filter(pl.col("unit") == GPU_HOURS).select("cluster", "pool").unique()
    of_clusters = capacity.join(_parts(capacity, own, pools), on="cluster").with_columns(
        *(pl.col(name) * pl.col("pool_share") for name in _WHOLE),
        place=pl.col("cluster"),
        unit=pl.lit(GPU_HOURS),
    )
    beyond = pooled.select(_LINE).unique()
    others = beyond.join(of_clusters, on=_LINE, how="anti", nulls_equal=True)
    return pl.concat([of_clusters, others], how="diagonal")


def _parts(capacity: pl.DataFrame, drawn_on: pl.DataFrame, pools: Pools) -> pl.DataFrame:
    """Each pool's share, and what no pool has, unless that is nothing and no award draws on it."""
    shares = _pools_frame(pools)
    taken = shares.group_by("cluster").agg(_taken=pl.col("pool_share").sum())
    rest = (
        capacity.select("cluster")
        .unique()
        .join(taken, on="cluster", how="left")
        .select(
            "cluster", pool=pl.lit(None, pl.String), pool_share=1 - pl.col("_taken").fill_null(0)
        )
    )
    nothing = pl.col("pool_share") < _ROUNDING
    drawn = rest.filter(nothing).join(
        drawn_on, on=["cluster", "pool"], how="semi", nulls_equal=True
    )
    return pl.concat([shares, rest.filter(~nothing), drawn.with_columns(pool_share=0.0)])


def _sums() -> list[pl.Expr]:
    return [
        pl.col("low", "high").sum(),
        pl.len().cast(pl.Int64).alias("awards_live"),
        (~pl.col("certain")).sum().cast(pl.Int64).alias("awards_uncertain"),
        pl.when(pl.col("conversion").count() > 0)
        .then(pl.col("conversion").drop_nulls().unique().sort().str.join("; "))
        .alias("conversion"),
    ]


def _dates(coming: Calendar) -> pl.DataFrame:
    def day(name: str) -> pl.Expr:
        return (
            pl.from_epoch(name, "s")
            .dt.replace_time_zone("UTC")
            .dt.convert_time_zone(coming.timezone)
            .dt.date()
        )

    return coming.bins.select("bin", period_start=day("begin_s"), period_end=day("end_s"))


def _expected_use() -> list[pl.Expr]:
    told = ~pl.col("_otherwise")
    committed = pl.when((pl.col("awards_uncertain") == 0) & told).then("high")
    return [
        committed.alias("committed"),
        pl.when(committed == 0)
        .then(0.0)
        .otherwise(committed * pl.col("used_share_median"))
        .alias("expected_use_of_commitments"),
        (pl.col("low") * pl.col("_share_low")).alias("expected_use_low"),
        pl.when(told).then(pl.col("high") * pl.col("_share_high")).alias("expected_use_high"),
    ]


def _bounds() -> list[pl.Expr]:
    available = pl.col("expected_available")
    return [
        (available - pl.col("expected_use_high")).alias("grantable_low"),
        (available - pl.col("expected_use_low")).alias("grantable_high"),
    ]


def _counted_otherwise(pooled: pl.DataFrame) -> pl.DataFrame:
    """Where live awards of a cluster and pool are in a unit of no known worth in GPU-hours."""
    others = pooled.filter(pl.col("cluster").is_not_null() & (pl.col("unit") != GPU_HOURS))
    keys = others.select("cluster", "pool", "bin").unique()
    return keys.with_columns(unit=pl.lit(GPU_HOURS), _otherwise=pl.lit(True))
