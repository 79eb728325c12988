"""Charts of many small clusters beside one: stranded GPU time, and how many there are."""

from datetime import date
from typing import Final

import polars as pl

from model.question import Period
from reports.charts.description import Chart, Series
from reports.charts.utilisation import period_label
from reports.wording import number

_AT_LEAST: Final = 2


def stranded_chart(
    frame: pl.DataFrame, *, granularity: Period, period: str, synthetic: bool = False
) -> Chart | None:
    """Idle GPU-hours by period, those apart for which a job waited elsewhere."""
    rows = frame.filter(pl.col("idle_gpu_hours").is_not_null())
    if rows.is_empty() or not rows["stranded_gpu_hours"].drop_nulls().len():
        return None
    rest = rows["idle_gpu_hours"] - rows["stranded_gpu_hours"]
    idle, stranded = float(rows["idle_gpu_hours"].sum()), float(rows["stranded_gpu_hours"].sum())
    return Chart(
        kind="layers",
        title=f"Idle GPU-hours by {granularity}, {period}",
        summary=(
            f"Stacked bars. Of {number(idle, decimals=0)} idle GPU-hours at most "
            f"{number(stranded, decimals=0)} stood idle while a job waited elsewhere."
        ),
        categories=tuple(period_label(start, granularity) for start in rows["period_start"]),
        series=(
            Series(
                "While a job waited elsewhere (at most)",
                tuple(rows["stranded_gpu_hours"].to_list()),
                "second",
            ),
            Series("Otherwise idle", tuple(rest.to_list()), "faint"),
        ),
        axis="GPU-hours",
        synthetic=synthetic,
    )


def growth_chart(frame: pl.DataFrame) -> Chart | None:
    """Clusters by year, and how many of one size would be as concentrated."""
    rows = frame.sort("year")
    if rows.height < _AT_LEAST:
        return None
    last = rows.row(-1, named=True)
    return Chart(
        kind="lines",
        title="Local and Tier-2 clusters of the UK at the end of each year",
        summary=(
            f"Two lines. In {last['year']} there were {number(last['clusters'])} clusters, as "
            f"concentrated as {number(last['effective_clusters'])} of one size."
        ),
        categories=tuple(str(year) for year in rows["year"]),
        series=(
            Series("Clusters", tuple(rows["clusters"].to_list()), "main"),
            Series("Effective number", tuple(rows["effective_clusters"].to_list()), "second"),
        ),
        axis="clusters",
        at=tuple(date(year, 12, 31) for year in rows["year"]),
    )
