"""The chart of what an account ran, month by month."""

import polars as pl

from reports.charts.description import Chart, Series
from reports.charts.utilisation import period_label
from reports.wording import number


def account_chart(usage: pl.DataFrame, *, account: str, synthetic: bool = False) -> Chart | None:
    """GPU-hours of an account by month, from `usage` by account; None of no month."""
    rows = usage.sort("period_start")
    if rows.is_empty():
        return None
    values = tuple(rows["gpu_hours"].to_list())
    names = tuple(period_label(start, "month") for start in rows["period_start"])
    said = "; ".join(f"{name} {number(value)}" for name, value in zip(names, values, strict=True))
    return Chart(
        kind="layers",
        title=f"GPU-hours that jobs of the account {account} held, by month",
        summary=f"Bars, GPU-hours: {said}.",
        categories=names,
        series=(Series("GPU-hours", values, "main"),),
        axis="GPU-hours",
        synthetic=synthetic,
    )
