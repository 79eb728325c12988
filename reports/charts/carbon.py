"""Charts of energy and carbon: by period, by cluster, and what the energy rests on."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from model.question import Period
from reports.charts.description import Chart, Series
from reports.charts.utilisation import period_label
from reports.palette import Role
from reports.wording import number, share

_LABELLED: Final = 0.06
_QUALITY: Final[Sequence[tuple[str, str, Role]]] = (
    ("energy_measured_share", "Measured", "main"),
    ("energy_modelled_share", "Modelled from activity", "pale"),
    ("energy_tdp_share", "At design power", "faint"),
)
_CARBON: Final[Sequence[tuple[str, str, Role]]] = (
    ("carbon_operational_kg", "In running", "main"),
    ("carbon_embodied_kg", "Of making the machines (unverified)", "second"),
)
_ENERGY: Final[Sequence[tuple[str, str, Role]]] = (
    ("energy_kwh", "Of jobs", "main"),
    ("idle_energy_kwh", "Of idle GPUs", "second"),
)
_HOURLY: Final[Sequence[tuple[str, str, Role]]] = (
    ("g_per_effective_gpu_hour", "Of an effective GPU-hour", "second"),
    ("g_per_gpu_hour", "Of a GPU-hour", "main"),
)


def emissions_chart(
    frame: pl.DataFrame, *, granularity: Period, period: str, synthetic: bool = False
) -> Chart | None:
    """Operational and embodied carbon by period; None where none is known."""
    return _layers(
        frame,
        _CARBON,
        granularity,
        title=f"Carbon of jobs, tonnes of CO2 equivalent by {granularity}, {period}",
        unit="t CO2e",
        synthetic=synthetic,
    )


def energy_chart(
    frame: pl.DataFrame, *, granularity: Period, period: str, synthetic: bool = False
) -> Chart | None:
    """Energy of jobs and of idle GPUs by period; None where none is known."""
    return _layers(
        frame,
        _ENERGY,
        granularity,
        title=f"Energy, the facility's share (PUE) included, MWh by {granularity}, {period}",
        unit="MWh",
        synthetic=synthetic,
    )


def _layers(
    frame: pl.DataFrame,
    parts: Sequence[tuple[str, str, Role]],
    granularity: Period,
    *,
    title: str,
    unit: str,
    synthetic: bool,
) -> Chart | None:
    known = [each for each in parts if frame[each[0]].drop_nulls().len()]
    if not known:
        return None
    names = tuple(period_label(start, granularity) for start in frame["period_start"])
    sums = "; ".join(
        f"{name} {number(float(frame[column].sum()) / 1000)} {unit}" for column, name, _ in known
    )
    return Chart(
        kind="layers",
        title=title,
        summary=f"Stacked bars, {len(names)} periods. In all: {sums}.",
        categories=names,
        series=tuple(
            Series(name, tuple((frame[column] / 1000).to_list()), role)
            for column, name, role in known
        ),
        axis=unit,
        synthetic=synthetic,
    )


def hourly_chart(frame: pl.DataFrame, *, period: str, synthetic: bool = False) -> Chart | None:
    """Grams of a GPU-hour and of an effective one, by cluster; None where none is known."""
    rows = frame.filter(pl.col("g_per_gpu_hour").is_not_null()).sort(
        "g_per_gpu_hour", "cluster", descending=[True, False]
    )
    if rows.is_empty():
        return None
    shown = [each for each in _HOURLY if rows[each[0]].drop_nulls().len()]
    return Chart(
        kind="pairs",
        title=f"Operational carbon, g CO2e, of a GPU-hour by cluster, {period}",
        summary="Dots by cluster. "
        + " ".join(
            f"{row['cluster']}: {number(row['g_per_gpu_hour'])} g of a GPU-hour, "
            f"{number(row['g_per_effective_gpu_hour'])} of an effective one."
            for row in rows.iter_rows(named=True)
        ),
        categories=tuple(rows["cluster"]),
        series=tuple(Series(name, tuple(rows[key].to_list()), role) for key, name, role in shown),
        axis="g CO2e",
        synthetic=synthetic,
    )


def quality_chart(frame: pl.DataFrame, *, period: str, synthetic: bool = False) -> Chart | None:
    """What the energy of each cluster rests on, as shares of it; None where none is known."""
    rows = frame.filter(pl.col("energy_tdp_share").is_not_null()).sort(
        "energy_kwh", "cluster", descending=[True, False], nulls_last=True
    )
    if rows.is_empty():
        return None
    return Chart(
        kind="stack",
        title=f"What the energy of jobs rests on, as a share of it, by cluster, {period}",
        summary="Stacked bars. "
        + " ".join(
            f"{row['cluster']}: {row['energy_quality']}." for row in rows.iter_rows(named=True)
        ),
        categories=tuple(rows["cluster"]),
        series=tuple(
            Series(
                name,
                tuple(rows[column].to_list()),
                role,
                labels=tuple(share(value) if value >= _LABELLED else "" for value in rows[column]),
            )
            for column, name, role in _QUALITY
        ),
        measure="share",
        synthetic=synthetic,
    )
