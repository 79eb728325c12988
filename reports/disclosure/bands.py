"""Small clusters together, where each of them alone is withheld."""

from collections.abc import Mapping
from typing import Final

import polars as pl

_SUMS: Final = (
    "installed_gpu_hours",
    "not_observed_gpu_hours",
    "down_gpu_hours",
    "reservation_gpu_hours",
    "available_gpu_hours",
    "allocated_gpu_hours",
    "idle_gpu_hours",
)
_SEEN: Final = pl.col("telemetry_coverage") * pl.col("allocated_gpu_hours")


def with_bands(
    frame: pl.DataFrame, kept: pl.DataFrame, bands: Mapping[str, frozenset[str]]
) -> pl.DataFrame:
    """The lines of `utilisation` by cluster, and one for each band of clusters after them.

    `frame` has all figures, `kept` those that may be published; the bands' names are those of
    `cluster`. Periods stay apart.
    """
    dated = [name for name in ("period_start",) if name in frame.columns]
    lines = [
        _summed(frame.filter(pl.col("cluster").is_in(list(members))), name, dated)
        for name, members in bands.items()
    ]
    joined = pl.concat(
        [kept, *(line.select(kept.columns) for line in lines)], how="vertical_relaxed"
    )
    return joined.sort(dated, maintain_order=True) if dated else joined


def _summed(frame: pl.DataFrame, name: str, by: list[str]) -> pl.DataFrame:
    allocated = pl.col("allocated_gpu_hours")
    known = pl.col("device_activity_mean").is_not_null()
    sums = [
        *(pl.when(pl.col(each).null_count() == 0).then(pl.col(each).sum()) for each in _SUMS),
        pl.when(_SEEN.is_not_null().any()).then(_SEEN.sum()).alias("seen"),
        (pl.col("device_activity_mean") * _SEEN).filter(known).sum().alias("active"),
        _SEEN.filter(known).sum().alias("seen_active"),
    ]
    grouped = frame.group_by(by, maintain_order=True).agg(sums) if by else frame.select(sums)
    return grouped.with_columns(
        pl.lit(name).alias("cluster"),
        utilisation_installed=_ratio(allocated, pl.col("installed_gpu_hours")),
        utilisation_available=_ratio(allocated, pl.col("available_gpu_hours")),
        telemetry_coverage=_ratio(pl.col("seen"), allocated),
        device_activity_mean=_ratio(pl.col("active"), pl.col("seen_active")),
    )


def _ratio(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    return pl.when(whole > 0).then(part / whole)
