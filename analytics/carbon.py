"""Energy and carbon of jobs, period by period: `plimsoll show carbon`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from analytics.calendar import Calendar
from analytics.carbon_parts import Sites, carbon_of_jobs, effective_of_jobs
from analytics.grid import BASES
from analytics.idle_energy import IdleEnergy
from analytics.parted import Rows
from analytics.utilisation_table import ratio

__all__ = ["CARBON_COLUMNS", "CarbonTable", "Sites", "carbon"]

CARBON_COLUMNS: Final = (
    "gpu_hours",
    "energy_kwh",
    "energy_quality",
    "energy_measured_share",
    "energy_modelled_share",
    "energy_tdp_share",
    "carbon_operational_kg",
    "carbon_embodied_kg",
    "intensity_g_per_kwh",
    "intensity_basis",
    "intensity_actual_share",
    "intensity_forecast_share",
    "intensity_yearly_share",
    "idle_energy_kwh",
    "g_per_gpu_hour",
    "g_per_gpu_hour_with_embodied",
    "g_per_effective_gpu_hour",
)

_QUALITY_WORDS: Final = {
    "measured": "energy_measured_share",
    "modelled": "energy_modelled_share",
    "TDP": "energy_tdp_share",
}
_BASIS_WORDS: Final = {name: f"intensity_{name}_share" for name in BASES}
_MJ_PER_KWH: Final = 3_600_000_000
_MG_PER_KG: Final = 1_000_000
_UG_PER_KG: Final = 1_000_000_000
_G_PER_KG: Final = 1000
_HOUR_S: Final = 3600


@dataclass(frozen=True)
class CarbonTable:
    """The table, and of its jobs what notes speak of: hours of a job of unknown power."""

    frame: pl.DataFrame
    unknown_job_hours: float
    unknown_embodied_hours: float
    effective: pl.DataFrame


def carbon(
    jobs: Rows,
    sites: Sites,
    *,
    calendar: Calendar,
    by: Sequence[str] = (),
    idle: IdleEnergy | None = None,
) -> CarbonTable:
    """Energy and carbon of the jobs that held anything, by period and group.

    Args:
        jobs: The JOBS facts with a column for each dimension of `by`, and `JOB_GPUS`.
        sites: What is known of their clusters, cards, nodes, grids and devices.
        calendar: The periods; each is printed for each group, zeros where nothing ran.
        by: Dimensions, columns of `jobs`.
        idle: What nobody's GPUs drew; without it, or where it has no rows, unknown.

    Returns:
        `period_start` (unless the period is the total), `by`, then `CARBON_COLUMNS`. Null is
        unknown: where the power of a job that held anything in the period cannot be known, its
        group's energy is, and where the intensity of some of the energy is not known, its carbon.
    """
    sums = carbon_of_jobs(jobs, sites, calendar=calendar, by=by)
    effective = effective_of_jobs(jobs, sites, by=by)
    booked = sums.by_period(sites.grid, calendar).cast(
        {pl.Int128: pl.Float64}  # exact up to here; what follows is division
    )
    of_groups = booked.group_by("bin", *by).agg(pl.exclude("bin", *by, "_region").sum())
    every = _every(of_groups, idle.rows if idle else None, by, calendar)
    told = every.join(effective, on=["bin", *by], how="left", nulls_equal=True)
    dated = () if calendar.period == "total" else ("period_start",)
    frame = (
        told.with_columns(**_energy())
        .with_columns(**_operational())
        .with_columns(**_intensity())
        .with_columns(**_of_an_hour())
        .sort("period_start", *by)
        .select(*dated, *by, *CARBON_COLUMNS)
    )
    return CarbonTable(
        frame=frame,
        unknown_job_hours=_hours(booked, "power_unknown_seconds"),
        unknown_embodied_hours=_hours(booked, "embodied_unknown_seconds"),
        effective=effective,
    )


def _every(
    sums: pl.DataFrame, idle: pl.DataFrame | None, by: Sequence[str], calendar: Calendar
) -> pl.DataFrame:
    """Every period of each group that ran jobs or had idle GPUs, zeros where neither did."""
    bins = calendar.bins.select("bin", "period_start")
    values = [name for name in sums.columns if name not in {"bin", *by}]
    unused = sums.select("bin", *by).with_columns(idle_energy_kwh=pl.lit(None, pl.Float64))
    of_site = (unused if idle is None else idle).with_columns(_told=pl.lit(value=True))
    drawing = of_site.filter(pl.col("idle_energy_kwh").is_null() | (pl.col("idle_energy_kwh") > 0))
    every = bins
    if by:
        groups = pl.concat([sums.select(by), drawing.select(by)]).unique()
        every = bins.join(groups, how="cross")
    keys = ["bin", *by]
    nothing = pl.lit(None if idle is None else 0.0, pl.Float64)
    return (
        every.join(sums, on=keys, how="left", nulls_equal=True)
        .join(of_site, on=keys, how="left", nulls_equal=True)
        .with_columns(
            pl.col(values).fill_null(0.0),
            pl.when(pl.col("_told"))
            .then("idle_energy_kwh")
            .otherwise(nothing)
            .alias("idle_energy_kwh"),
        )
        .drop("_told")
    )


def _energy() -> dict[str, pl.Expr]:
    known = pl.col("power_unknown_seconds") == 0
    total = pl.col("mw_seconds")
    parts = {name: pl.col(f"{name}_mw_seconds") for name in ("measured", "modelled")}
    parts["tdp"] = total - parts["measured"] - parts["modelled"]
    shares = {
        f"energy_{name}_share": pl.when(known).then(ratio(part, total))
        for name, part in parts.items()
    }
    embodied_known = pl.col("embodied_unknown_seconds") == 0
    return {
        "gpu_hours": pl.col("gpus_seconds") / _HOUR_S,
        "energy_kwh": pl.when(known).then(total / _MJ_PER_KWH),
        **shares,
        "energy_quality": _as_text(_QUALITY_WORDS, shares),
        "carbon_embodied_kg": pl.when(embodied_known).then(
            pl.col("embodied_ug_s_seconds") / _UG_PER_KG
        ),
    }


def _operational() -> dict[str, pl.Expr]:
    known = pl.col("energy_kwh").is_not_null() & (pl.col("mw_unknown") == 0)
    return {
        "carbon_operational_kg": pl.when(known).then(_kilograms("mw_carbon")),
        "_gpu_jobs_kg": pl.when(known).then(_kilograms("gpu_mw_carbon")),
    }


def _kilograms(load: str) -> pl.Expr:
    return pl.col(load) / _MJ_PER_KWH / _MG_PER_KG


def _intensity() -> dict[str, pl.Expr]:
    total, energy = pl.col("mw_seconds"), pl.col("energy_kwh")
    told = {name: pl.col(f"mw_{name}") for name in ("actual", "forecast", "unknown")}
    told["yearly"] = total - sum(told.values(), pl.lit(0.0))
    known = energy.is_not_null()
    shares = {
        f"intensity_{name}_share": pl.when(known).then(ratio(told[name], total)) for name in BASES
    }
    return {
        "intensity_g_per_kwh": ratio(pl.col("carbon_operational_kg") * _G_PER_KG, energy),
        **shares,
        "intensity_basis": _as_text(_BASIS_WORDS, shares),
    }


def _of_an_hour() -> dict[str, pl.Expr]:
    hours, jobs_kg = pl.col("gpu_hours"), pl.col("_gpu_jobs_kg")
    of_an_hour = ratio(jobs_kg * _G_PER_KG, hours)
    both = ratio((jobs_kg + pl.col("carbon_embodied_kg")) * _G_PER_KG, hours)
    return {
        "g_per_gpu_hour": of_an_hour,
        "g_per_gpu_hour_with_embodied": both,
        "g_per_effective_gpu_hour": ratio(of_an_hour, pl.col("effective_share")),
    }


def _as_text(names: Mapping[str, str], shares: Mapping[str, pl.Expr]) -> pl.Expr:
    """Shares in words, those of nothing left out: "measured 12 %, TDP 88 %"; null without any."""
    parts = [
        pl.when(shares[share] > 0).then(pl.format("{} {} %", pl.lit(name), _percent(shares[share])))
        for name, share in names.items()
    ]
    text = pl.concat_str(parts, separator=", ", ignore_nulls=True)
    return pl.when(text.str.len_chars() > 0).then(text)


def _percent(share: pl.Expr) -> pl.Expr:
    rounded = (share * 100).round().cast(pl.Int64)
    return pl.when(rounded == 0).then(pl.lit("< 1")).otherwise(rounded.cast(pl.String))


def _hours(booked: pl.DataFrame, name: str) -> float:
    return float(booked[name].sum()) / _HOUR_S
