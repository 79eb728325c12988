"""Charts of what may be given next: GPU-hours of the coming period, and nodes to move."""

from typing import Final

import polars as pl

from reports.charts.description import Chart
from reports.charts.ranges import ranges_chart
from reports.wording import day

HOURS: Final = "GPU-hours"
_NODES_SHOWN: Final = 20


def grantable_chart(grantable: pl.DataFrame, *, synthetic: bool = False) -> Chart | None:
    """What may be granted in the coming period, by resource counted in GPU-hours."""
    rows = grantable.filter(pl.col("unit") == HOURS, pl.col("grantable_low").is_not_null()).sort(
        "grantable_low", descending=True
    )
    if rows.is_empty():
        return None
    first, after = rows["period_start"][0], rows["period_end"][0]
    return ranges_chart(
        [resource_name(*each) for each in rows.select("resource", "pool").iter_rows()],
        rows["grantable_low"].to_list(),
        rows["grantable_high"].to_list(),
        title=f"GPU-hours that may be granted from {day(first)} until {day(after)}, by resource",
        unit=HOURS,
        bounds=(
            "At least: live awards used like the better used quarter of ended ones",
            "At most: like the less used quarter",
        ),
        synthetic=synthetic,
    )


def resource_name(resource: str | None, pool: str | None) -> str:
    """A resource with its pool, where it has several."""
    name = resource or "any resource"
    return f"{name} ({pool})" if pool else name


def moves_chart(moves: pl.DataFrame, *, period: str, synthetic: bool = False) -> Chart | None:
    """GPU-hours that moving a node would free, the first nodes of the list."""
    rows = moves.head(_NODES_SHOWN)
    if rows.is_empty():
        return None
    shown = "" if rows.height == moves.height else f", the first {rows.height}"
    return ranges_chart(
        [f"{node} of {cluster}" for cluster, node in rows.select("cluster", "node").iter_rows()],
        rows["gpu_hours_freed_low"].to_list(),
        rows["gpu_hours_freed_high"].to_list(),
        title=f"GPU-hours that moving a node would free{shown}, by node, {period}",
        unit=HOURS,
        bounds=("At least: free or unused for two hours on end", "At most: with unused activity"),
        synthetic=synthetic,
    )
