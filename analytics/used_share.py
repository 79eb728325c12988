"""What share of their grants awards used in the end, with its range."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

HISTORY_SCHEMA: Final = pl.Schema({"cluster": pl.String(), "used_share": pl.Float64()})
FEWEST_ENDED: Final = 4
"""Quartiles of fewer ended awards say too little: then the range is all of 0 to 1."""

_SHARES_SCHEMA: Final = pl.Schema(
    {
        "cluster": pl.String(),
        "_share_low": pl.Float64(),
        "_share_high": pl.Float64(),
        "used_share_low": pl.Float64(),
        "used_share_median": pl.Float64(),
        "used_share_high": pl.Float64(),
        "used_share_basis": pl.String(),
        "awards_ended": pl.Int64(),
    }
)


@dataclass(frozen=True)
class UsedShare:
    """What share of their grant ended awards used: the middle, its range, and of how many."""

    low: float
    median: float | None
    high: float
    ended: int
    basis: str | None


def used_share(shares: Sequence[float], *, basis: str | None) -> UsedShare:
    """Median and quartiles; of fewer than FEWEST_ENDED the range 0 to 1, wider where seen."""
    series = pl.Series(shares, dtype=pl.Float64)
    if series.is_empty():
        return UsedShare(0.0, None, 1.0, 0, None)
    median = float(series.quantile(0.5, "linear") or 0.0)
    if len(series) < FEWEST_ENDED:
        return UsedShare(0.0, median, max(1.0, *shares), len(series), basis)
    low, high = (float(series.quantile(q, "linear") or 0.0) for q in (0.25, 0.75))
    return UsedShare(low, median, high, len(series), basis)


def used_share_of(cluster: str | None, history: pl.DataFrame) -> UsedShare:
    """That of the cluster's own ended awards, else, where they are too few, of all clusters'."""
    own = history.filter(pl.col("cluster").eq_missing(pl.lit(cluster, pl.String)))[
        "used_share"
    ].to_list()
    if len(own) >= FEWEST_ENDED:
        return used_share(own, basis="this cluster")
    every = history["used_share"].to_list()
    return used_share(every, basis="this cluster" if len(own) == len(every) else "all clusters")


def used_shares_of(clusters: Sequence[str | None], history: pl.DataFrame) -> pl.DataFrame:
    """A row a cluster: what to weigh by (`_share_low`, `_share_high`) and what to show of it."""
    rows = []
    for cluster in clusters:
        found = used_share_of(cluster, history)
        shown = (found.low, found.median, found.high) if found.ended else (None, None, None)
        rows.append((cluster, found.low, found.high, *shown, found.basis, found.ended))
    return pl.DataFrame(rows, schema=_SHARES_SCHEMA, orient="row")
