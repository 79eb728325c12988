"""What energy and carbon say, in sentences."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from reports.wording import number, share

_UNDER = 0.005


def carbon_finding(row: Mapping[str, Any]) -> str:
    """What jobs emitted in running and what the making of machines adds, from one line."""
    if row["carbon_operational_kg"] is None:
        return "What jobs emitted is not known: their energy, or the grid's intensity, is not"
    said = f"Jobs emitted {_tonnes(row['carbon_operational_kg'])} of CO2 equivalent in running"
    if row["carbon_embodied_kg"]:
        said += f"; making the machines adds about {_tonnes(row['carbon_embodied_kg'])}"
    if row["g_per_gpu_hour"] is None:
        return said
    return f"{said}. A GPU-hour came to {number(row['g_per_gpu_hour'], decimals=0)} g"


def energy_finding(row: Mapping[str, Any]) -> str:
    """What jobs drew, and what GPUs drew that did nothing."""
    jobs, idle = row["energy_kwh"], row["idle_energy_kwh"]
    if jobs is None:
        return "What jobs drew is not known: the cards or cores of some are not"
    said = f"Jobs drew {number(jobs / 1000)} MWh"
    if idle is None:
        return f"{said}; what idle GPUs drew is not known"
    beside = f"{said}, idle GPUs {number(idle / 1000)} MWh"
    return f"{beside}: {_part(idle / (jobs + idle))} of both" if jobs + idle else beside


def hourly_finding(frame: pl.DataFrame) -> str:
    """The clusters with the least and the most carbon of a GPU-hour."""
    known = frame.filter(pl.col("g_per_gpu_hour").is_not_null()).sort("g_per_gpu_hour", "cluster")
    if known.is_empty():
        return "What a GPU-hour emitted is not known of any cluster"
    low, high = known.row(0, named=True), known.row(-1, named=True)
    least, most = (number(row["g_per_gpu_hour"], decimals=0) for row in (low, high))
    if known.height == 1:
        return f"A GPU-hour on {low['cluster']} emitted {least} g of CO2 equivalent"
    return (
        f"A GPU-hour emitted between {least} g of CO2 equivalent ({low['cluster']}) and {most} g "
        f"({high['cluster']})"
    )


def quality_finding(row: Mapping[str, Any]) -> str:
    """What the energy rests on, from one line."""
    if row["energy_tdp_share"] is None:
        return "What the energy of jobs rests on is not known"
    return (
        f"Of the energy of jobs {_part(row['energy_measured_share'])} was measured, "
        f"{_part(row['energy_modelled_share'])} modelled from activity, and "
        f"{_part(row['energy_tdp_share'])} is taken at design power"
    )


def _tonnes(kilograms: float) -> str:
    return f"{number(kilograms / 1000)} t"


def _part(value: float) -> str:
    return f"less than {share(2 * _UNDER)}" if 0 < value < _UNDER else share(value)
