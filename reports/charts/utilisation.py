"""Charts of nodes' GPU time: by cluster, by month, and inference beside training."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import polars as pl

from model.question import Period
from reports.charts.description import Chart, Series
from reports.palette import Role
from reports.wording import number, share

_STATES: Final[tuple[tuple[str, Role, tuple[str, ...]], ...]] = (
    ("Allocated", "main", ("no_data", "low", "ineffective", "partial", "effective", "active")),
    ("Allocated, doing nothing", "fourth", ("allocated_unused", "model_loaded_idle")),
    ("Free", "second", ("free",)),
    ("Free, but the node is full", "fifth", ("blocked",)),
    ("Reserved, unused", "sixth", ("reserved",)),
    ("Down", "quiet", ("down",)),
    ("Not observed", "faint", ("not_observed",)),
)
_LABELLED: Final = 0.06
INFERENCE: Final = "inference"


def clusters_chart(frame: pl.DataFrame, *, period: str, synthetic: bool = False) -> Chart | None:
    """Both utilisations of each cluster over the whole period; None where none is known."""
    rows = frame.filter(pl.col("utilisation_available").is_not_null()).sort(
        "utilisation_available", "cluster", descending=[True, False]
    )
    if rows.is_empty():
        return None
    return Chart(
        kind="pairs",
        title=f"GPU-hours allocated as a share of those available and installed, {period}",
        summary="Two dots a cluster. "
        + " ".join(
            f"{row['cluster']}: {share(row['utilisation_available'])} of available, "
            f"{share(row['utilisation_installed'])} of installed."
            for row in rows.iter_rows(named=True)
        ),
        categories=tuple(rows["cluster"]),
        series=(
            Series("Of installed", tuple(rows["utilisation_installed"].to_list()), "second"),
            Series("Of available", tuple(rows["utilisation_available"].to_list()), "main"),
        ),
        measure="share",
        synthetic=synthetic,
    )


def months_chart(
    frame: pl.DataFrame, *, granularity: Period, period: str, synthetic: bool = False
) -> Chart | None:
    """Available and allocated GPU-hours of each cluster by period, a small chart a cluster.

    Where either is unknown or withheld, neither is drawn: available alone would look idle.
    """
    known = frame.filter(
        pl.col("available_gpu_hours").is_not_null(), pl.col("allocated_gpu_hours").is_not_null()
    )
    if known.is_empty():
        return None
    starts = known["period_start"].unique().sort().to_list()
    size = known.group_by("cluster").agg(pl.col("available_gpu_hours").sum().alias("size"))
    names = size.sort("size", "cluster", descending=[True, False])["cluster"].to_list()
    grid = pl.DataFrame({"cluster": names}).join(
        pl.DataFrame({"period_start": starts}), how="cross", maintain_order="left_right"
    )
    rows = grid.join(known, on=["cluster", "period_start"], how="left", maintain_order="left")
    return Chart(
        kind="multiples",
        title=f"GPU-hours available and allocated by {granularity} and cluster, {period}",
        summary=(
            f"One small chart for each of {len(names)} clusters, {len(starts)} bars each: what "
            "was allocated in front of what was available."
        ),
        categories=tuple(period_label(start, granularity) for start in starts),
        facets=tuple(names),
        series=(
            Series("Available", tuple(rows["available_gpu_hours"].to_list()), "faint"),
            Series("Allocated", tuple(rows["allocated_gpu_hours"].to_list()), "main"),
        ),
        axis="GPU-hours",
        synthetic=synthetic,
    )


def period_label(start: date, granularity: Period) -> str:
    """A period's short name on an axis: "May 2026", "4 May 2026", "2026"."""
    match granularity:
        case "year":
            return f"{start:%Y}"
        case "quarter":
            return f"Q{(start.month - 1) // 3 + 1} {start:%Y}"
        case "month":
            return f"{start:%b %Y}"
        case _:
            return f"{start.day} {start:%b %Y}"


def beside_training(frame: pl.DataFrame) -> pl.DataFrame:
    """The lines of `inference` of clusters that have inference nodes, beside their other nodes.

    Lines whose use is withheld are left out: they would look like idle ones.
    """
    has = frame.filter(pl.col("node_role") == INFERENCE)["cluster"].unique().to_list()
    return (
        frame.filter(
            pl.col("cluster").is_in(has),
            pl.col("installed_gpu_hours") > 0,
            pl.col("allocated_gpu_hours").is_not_null(),
        )
        .with_columns((pl.col("node_role") != INFERENCE).alias("other"))
        .sort("cluster", "other", "node_role", "gpu_model", nulls_last=True)
        .drop("other")
    )


def states_chart(frame: pl.DataFrame, *, period: str, synthetic: bool = False) -> Chart | None:
    """The states of GPU time as shares of installed time, a bar for each line of `inference`."""
    rows = beside_training(frame)
    if rows.is_empty():
        return None
    parts = [(name, role, _hours(rows, states)) for name, role, states in _STATES]
    names = tuple(line_name(row) for row in rows.iter_rows(named=True))
    return Chart(
        kind="stack",
        title=f"State of GPU time as a share of installed GPU-hours, by node role, {period}",
        summary="Stacked bars. "
        + " ".join(
            f"{name}: {number(row['free_gpu_hours'])} of {number(row['installed_gpu_hours'])} "
            "GPU-hours free."
            for name, row in zip(names, rows.iter_rows(named=True), strict=True)
        ),
        categories=names,
        series=tuple(
            _part(hours.to_list(), rows["installed_gpu_hours"].to_list(), name=name, role=role)
            for name, role, hours in parts
            if (hours > 0).any()
        ),
        measure="share",
        synthetic=synthetic,
    )


def line_name(row: Mapping[str, Any]) -> str:
    """The name of a line of `inference`: "isca inference (a30)"."""
    model = f" ({row['gpu_model']})" if row["gpu_model"] else ""
    return f"{row['cluster']} {row['node_role'] or 'role unknown'}{model}"


def _hours(rows: pl.DataFrame, states: Sequence[str]) -> pl.Series:
    return rows.select(pl.sum_horizontal(f"{state}_gpu_hours" for state in states)).to_series()


def _part(hours: Sequence[float], installed: Sequence[float], *, name: str, role: Role) -> Series:
    values = tuple(part / whole for part, whole in zip(hours, installed, strict=True))
    labels = tuple(share(value) if value >= _LABELLED else "" for value in values)
    return Series(name, values, role, labels=labels)
