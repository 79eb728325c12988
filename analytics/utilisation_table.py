"""From GPU-seconds of nodes to the columns of `utilisation`."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from analytics.calendar import Calendar

VALUE_COLUMNS: Final = (
    "installed_gpu_hours",
    "not_observed_gpu_hours",
    "down_gpu_hours",
    "reservation_gpu_hours",
    "available_gpu_hours",
    "allocated_gpu_hours",
    "idle_gpu_hours",
    "utilisation_installed",
    "utilisation_available",
    "device_activity_mean",
    "telemetry_coverage",
)

_HOUR_S: Final = 3600


def tabulated(rows: pl.DataFrame, *, by: Sequence[str], calendar: Calendar) -> pl.DataFrame:
    """The columns of `utilisation` for each group of `by` and each period of the calendar.

    `rows` hold GPU-seconds: `bin`, the columns of `by`, `capacity`, the states, and of allocated
    time what telemetry covers and its activity; a null among them makes its group's sum unknown.
    """
    seconds = pl.DataFrame.pipe(rows, summed, by=by, calendar=calendar)
    idle = pl.col("free") + pl.col("blocked")
    available = pl.col("reserved") + pl.col("allocated") + idle
    watched = pl.col("capacity") - pl.col("not_observed")
    hours = {
        "installed": pl.col("capacity"),
        "not_observed": pl.col("not_observed"),
        "down": pl.col("down"),
        "reservation": pl.col("reserved"),
        "available": available,
        "allocated": pl.col("allocated"),
        "idle": idle,
    }
    return seconds.select(
        *period_column(calendar),
        *by,
        *((value / _HOUR_S).alias(f"{name}_gpu_hours") for name, value in hours.items()),
        ratio(pl.col("allocated"), watched).alias("utilisation_installed"),
        ratio(pl.col("allocated"), available).alias("utilisation_available"),
        ratio(pl.col("activity"), pl.col("covered")).alias("device_activity_mean"),
        ratio(pl.col("covered"), pl.col("allocated")).alias("telemetry_coverage"),
    )


def summed(rows: pl.DataFrame, *, by: Sequence[str], calendar: Calendar) -> pl.DataFrame:
    """Sums of all other columns by `bin` and `by`, a row for each group in each period.

    A group without rows in a period has zeros; a sum over an unknown value is unknown.
    """
    values = [name for name in rows.columns if name not in {"bin", *by}]
    groups = rows.select(by).unique() if by else pl.DataFrame({"_": [0]}).select([])
    sums = rows.group_by("bin", *by).agg(*(_sum_or_unknown(name) for name in values), pl.len())
    every = calendar.bins.select("bin", "period_start")
    every = every.join(groups, how="cross") if by else every
    filled = every.join(sums, on=["bin", *by], how="left", nulls_equal=True)
    empty = pl.col("len").is_null()
    known = [pl.when(empty).then(0).otherwise(pl.col(name)).alias(name) for name in values]
    return filled.with_columns(known).sort("bin", *by, nulls_last=True).drop("len")


def period_column(calendar: Calendar) -> list[str]:
    """The first column of a table, which a total does without."""
    return [] if calendar.period == "total" else ["period_start"]


def ratio(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """`part / whole`, null where there is nothing to divide by."""
    return pl.when(whole > 0).then(part / whole)


def _sum_or_unknown(name: str) -> pl.Expr:
    column = pl.col(name)
    return pl.when(~column.is_null().any()).then(column.sum()).alias(name)
