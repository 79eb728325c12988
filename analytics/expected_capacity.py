"""What a cluster is expected to have on offer in a period to come."""

from dataclasses import replace
from typing import Final

import polars as pl

from analytics.calendar import Calendar
from analytics.estate import Estate
from analytics.finding import Finding
from analytics.utilisation import utilisation

EXPECTED_SCHEMA: Final = pl.Schema(
    {
        "cluster": pl.String(),
        "bin": pl.Int64(),
        "installed": pl.Float64(),
        "planned_maintenance": pl.Float64(),
        "planned_reservations": pl.Float64(),
        "availability": pl.Float64(),
        "availability_days": pl.Float64(),
        "expected_available": pl.Float64(),
    }
)
_DAY_S: Final = 86_400
_PLANNED: Final = ("maintenance", "reserved")
_BY: Final = ("cluster",)


def expected_capacity(estate: Estate, *, coming: Calendar, past: Calendar) -> Finding:
    """GPU-hours expected to be available by cluster and period of `coming` (EXPECTED_SCHEMA).

    `installed` is the last known inventory, carried on. Planned maintenance and reservations are
    those that the events know, with their end, in the coming period. `availability` is what was
    available in `past` of the time that was observed and not in maintenance: past maintenance is
    left out because the coming one is subtracted by itself. Expected =
    (installed - maintenance - reservations) x availability; null where a part is unknown.
    """
    estate = replace(estate, samples=None)
    seen, notes = _availability(estate, past)
    clusters = pl.concat([estate.observed["cluster"], estate.nodes["cluster"]]).unique()
    every = pl.DataFrame({"cluster": clusters.sort()}).join(coming.bins.select("bin"), how="cross")
    frame = (
        every.join(_planned(estate, coming), on=["cluster", "bin"], how="left")
        .join(seen, on="cluster", how="left")
        .with_columns(
            expected_available=(
                pl.col("installed") - pl.col("planned_maintenance") - pl.col("planned_reservations")
            )
            * pl.col("availability")
        )
    )
    return Finding(frame.select(EXPECTED_SCHEMA.names()).cast(EXPECTED_SCHEMA), notes)


def _planned(estate: Estate, coming: Calendar) -> pl.DataFrame:
    """The nodes' time in the coming period as if it had been observed, with nobody on them."""
    window = (
        estate.nodes.select("cluster")
        .unique()
        .with_columns(
            begin_s=pl.lit(coming.begin_s, pl.Int64),
            end_s=pl.lit(coming.end_s, pl.Int64),
            assumed=pl.lit(False),
        )
    )
    known = pl.col("kind").is_in(_PLANNED) & pl.col("end").is_not_null()
    ahead = replace(
        estate, jobs=estate.jobs.clear(), observed=window, events=estate.events.filter(known)
    )
    frame = utilisation(ahead, calendar=coming, by=_BY).frame
    dated = (
        frame
        if "period_start" in frame.columns
        else frame.join(coming.bins.select("period_start"), how="cross")
    )
    numbered = dated.join(coming.bins.select("bin", "period_start"), on="period_start")
    return numbered.select(
        "cluster",
        "bin",
        installed="installed_gpu_hours",
        planned_maintenance="down_gpu_hours",
        planned_reservations="reservation_gpu_hours",
    )


def _availability(estate: Estate, past: Calendar) -> tuple[pl.DataFrame, tuple[str, ...]]:
    whole = utilisation(estate, calendar=past, by=_BY)
    watched = pl.col("installed_gpu_hours") - pl.col("not_observed_gpu_hours")
    maintained = _maintenance(estate, past, whole.frame)
    base = watched - pl.col("maintenance")
    span_days = (past.end_s - past.begin_s) / _DAY_S
    frame = whole.frame.join(maintained, on="cluster", how="left").select(
        "cluster",
        availability=pl.when(base > 0).then(pl.col("available_gpu_hours") / base),
        availability_days=pl.when(pl.col("installed_gpu_hours") > 0).then(
            watched / pl.col("installed_gpu_hours") * span_days
        ),
    )
    return frame, whole.notes


def _maintenance(estate: Estate, past: Calendar, whole: pl.DataFrame) -> pl.DataFrame:
    """Past GPU-hours lost to maintenance alone: what is down because of it and nothing else."""
    others = pl.col("kind") != "maintenance"
    if estate.events.filter(~others).is_empty():
        return whole.select("cluster", maintenance=pl.lit(0.0))
    without = utilisation(
        replace(estate, events=estate.events.filter(others)), calendar=past, by=_BY
    ).frame.select("cluster", _down="down_gpu_hours")
    return whole.join(without, on="cluster", how="left").select(
        "cluster", maintenance=pl.col("down_gpu_hours") - pl.col("_down")
    )
