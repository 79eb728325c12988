"""How the pools of one machine fare: asked, granted and used, side by side."""

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from analytics.applications import with_cuts
from analytics.award_use import USE_SCHEMA
from analytics.shortfall import sum_of_known
from model.schemas import AWARDS

POOL_COLUMNS: Final = (
    "resource",
    "pool",
    "unit",
    "applications",
    "awards",
    "requested",
    "granted",
    "used",
    "offered",
    "awarded_share",
    "used_share",
    "share_of_granted",
    "share_of_used",
    "pool_share",
    "awards_without_use",
)
_LINE: Final = ("resource", "pool", "unit")
_MACHINE: Final = ("resource", "unit")

PoolShares = Mapping[tuple[str, str], float]


def award_pools(
    awards: pl.DataFrame,
    used: pl.DataFrame | None = None,
    *,
    places: pl.DataFrame,
    shares: PoolShares | None = None,
    by: Sequence[str] = (),
) -> pl.DataFrame:
    """A line a resource, pool and unit of the decided applications, and `by` (call, round).

    Args:
        awards: The AWARDS facts.
        used: What `award_use` found; without it all use is unknown.
        places: What `award_places.placed` found: awards of several clusters are listed under
            what their file calls the resource.
        shares: By (cluster, pool), the share of the machine that the settings give the pool.
        by: Columns to split by beforehand: shares are of each part.

    Returns:
        `by`, then POOL_COLUMNS, sorted. `share_of_granted` and `share_of_used` are of all pools
        of the resource in the unit; units are never summed. Null is unknown: `share_of_used`
        where the use of any award of the resource is, `used` where that of each award is.
    """
    use = USE_SCHEMA.to_frame() if used is None else used
    lines = _named(with_cuts(awards).join(use, on=list(AWARDS.key), how="left"), places)
    decided = lines.filter((pl.col("status") == "decided") & pl.col("granted").is_not_null())
    keys = [*by, *_LINE]
    machine = [*by, *_MACHINE]
    sums = decided.group_by(keys).agg(_sums())
    return (
        sums.join(_offers(lines, keys), on=keys, nulls_equal=True)
        .with_columns(
            share_of_granted=_part("granted", machine),
            share_of_used=pl.when(pl.col("awards_without_use").sum().over(machine) == 0).then(
                _part("used", machine)
            ),
            pool_share=_shares(shares or {}),
        )
        .sort(keys, nulls_last=True)
        .select(*by, *POOL_COLUMNS)
    )


def _named(lines: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """With the award's one cluster as its resource, else its own word; "" becomes unknown."""
    one = places.filter(~pl.col("spread")).select(*AWARDS.key, "place")
    return lines.join(one, on=list(AWARDS.key), how="left").with_columns(
        resource=pl.coalesce("place", pl.col("resource").replace("", None)),
        pool=pl.col("pool").replace("", None),
    )


def _offers(lines: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """What each line's rounds offered it: one value a round, resource and pool.

    A single value on all the resources and pools of a round is the whole round's, and nobody can
    say which part of it was this line's: null. So is a sum over a round that does not say.
    """
    a_round = ["call", "round", "unit"]
    value = pl.col("offered").drop_nulls()
    each = lines.group_by(list(dict.fromkeys([*a_round, *_LINE]))).agg(
        pl.when(value.n_unique() == 1).then(value.max()).alias("offered")
    )
    shared = (pl.col("offered").n_unique().over(a_round) == 1) & (pl.len().over(a_round) > 1)
    known = each.with_columns(offered=pl.when(~shared).then("offered"))
    return known.group_by(keys).agg(
        pl.when(pl.col("offered").null_count() == 0).then(pl.col("offered").sum())
    )


def _sums() -> list[pl.Expr]:
    asked, given, used = pl.col("requested"), pl.col("granted"), pl.col("used")
    funded = given > 0
    told = funded & used.is_not_null()
    return [
        _applications(pl.lit(True), "applications"),
        _applications(funded, "awards"),
        sum_of_known("requested"),
        given.sum(),
        pl.when(told.any() | ~funded.any()).then(used.filter(funded).sum()).alias("used"),
        _share(given.filter(asked.is_not_null()), asked).alias("awarded_share"),
        _share(used.filter(told), given.filter(told)).alias("used_share"),
        (funded & used.is_null()).sum().alias("awards_without_use"),
    ]


def _applications(among: pl.Expr, counts: str) -> pl.Expr:
    """Distinct applications, and as many as each line for a whole round stands for."""
    single = pl.col("applications").is_null() & among
    names = pl.struct("call", "round", "application_id").filter(single)
    return (names.n_unique() + pl.col(counts).sum()).cast(pl.Int64).alias(counts)


def _share(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    return pl.when(whole.sum() > 0).then(part.sum() / whole.sum())


def _part(name: str, machine: Sequence[str]) -> pl.Expr:
    whole = pl.col(name).sum().over(machine)
    return pl.when(whole > 0).then(pl.col(name) / whole)


def _shares(shares: PoolShares) -> pl.Expr:
    given = pl.lit(None, pl.Float64)
    for (cluster, pool), share in shares.items():
        here = (pl.col("resource") == cluster) & (pl.col("pool") == pool)
        given = pl.when(here).then(share).otherwise(given)
    return given


def pools_notes(frame: pl.DataFrame) -> tuple[str, ...]:
    """What a reader of the pools' lines must know."""
    notes = []
    untold = int(frame["awards_without_use"].sum())
    if untold:
        notes.append(
            f"Awards of unknown use (no accounts, dates or logs): {untold}. Used is the sum of the "
            "others, and pools have no share of the used where one of the resource is unknown."
        )
    if frame["pool"].null_count() == frame.height:
        notes.append("No award names a pool: the column pool of the awards file would tell.")
    return tuple(notes)
