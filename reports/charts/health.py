"""Charts of what was observed: the spans in which jobs are known, and what telemetry saw."""

from datetime import datetime
from typing import Final

import polars as pl

from reports.charts.description import Chart, Series, Span
from reports.palette import Role
from reports.wording import day, plural, share

_KINDS: Final[tuple[tuple[str, bool, Role], ...]] = (
    ("Window stated at ingest", False, "main"),
    ("Taken from the records", True, "pale"),
)


def observed_chart(observed: pl.DataFrame, *, now: datetime, synthetic: bool) -> Chart | None:
    """A line a cluster, drawn where its jobs are known; None where nothing was observed."""
    if observed.is_empty():
        return None
    names = observed["cluster"].unique(maintain_order=True).to_list()
    rows = list(observed.iter_rows(named=True))
    spans = tuple(
        Span(names.index(r["cluster"]), r["observed_from"], r["observed_to"], int(r["assumed"]))
        for r in rows
    )
    return Chart(
        kind="spans",
        title=f"Days on which the jobs of each cluster are known, up to {day(now)}",
        summary="A line a cluster. " + " ".join(_sentence(observed, name) for name in names),
        categories=tuple(names),
        series=tuple(
            Series(title, _days(observed, names, assumed=assumed), role)
            for title, assumed, role in _KINDS
            if not assumed or observed["assumed"].any()
        ),
        axis="days",
        spans=spans,
        until=now,
        synthetic=synthetic,
    )


def _days(observed: pl.DataFrame, names: list[str], *, assumed: bool) -> tuple[float, ...]:
    mine = observed.filter(pl.col("assumed") == assumed)
    return tuple(float(mine.filter(pl.col("cluster") == name)["days"].sum()) for name in names)


def _sentence(observed: pl.DataFrame, name: str) -> str:
    mine = observed.filter(pl.col("cluster") == name)
    gaps = mine["gap_days"].drop_nulls().len()
    broken = f" with {plural(gaps, 'gap')}" if gaps else ""
    first, last = mine.row(0, named=True), mine.row(-1, named=True)
    return f"{name}: {day(first['observed_from'])} to {day(last['observed_to'])}{broken}."


def telemetry_chart(utilisation: pl.DataFrame, *, period: str, synthetic: bool) -> Chart | None:
    """A bar a cluster: how much of what was allocated telemetry saw; None where there was none."""
    rows = utilisation.filter(pl.col("allocated_gpu_hours") > 0).sort(
        pl.col("telemetry_coverage").fill_null(0.0), "cluster", descending=[True, False]
    )
    if rows.is_empty():
        return None
    values = tuple(rows["telemetry_coverage"].to_list())
    labels = tuple(share(value, decimals=1) if value else "none" for value in values)
    return Chart(
        kind="bars",
        title=f"GPU-hours seen by telemetry as a share of those allocated, {period}",
        summary="A bar a cluster. "
        + " ".join(f"{n}: {label}." for n, label in zip(rows["cluster"], labels, strict=True)),
        categories=tuple(rows["cluster"]),
        series=(Series("Seen by telemetry", values, "main", labels),),
        measure="share",
        synthetic=synthetic,
    )
