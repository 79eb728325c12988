"""Energy and carbon: what jobs and idle GPUs drew, what that emitted, how well it is known."""

from typing import Final

from model.question import Answer
from reports.capacity_report.desk import Desk, Exhibit, missing
from reports.charts.carbon import emissions_chart, energy_chart, hourly_chart, quality_chart
from reports.document import Block
from reports.findings.carbon import carbon_finding, energy_finding, hourly_finding, quality_finding
from reports.missing import no_jobs, yearly_factors

_EMISSIONS: Final = (
    "period_start", "carbon_operational_kg", "carbon_embodied_kg", "intensity_g_per_kwh",
    "intensity_basis", "g_per_gpu_hour", "gpu_hours",
)  # fmt: skip
_ENERGY: Final = ("period_start", "energy_kwh", "idle_energy_kwh", "energy_quality", "gpu_hours")
_CLUSTERS: Final = (
    "cluster", "g_per_gpu_hour", "g_per_effective_gpu_hour", "g_per_gpu_hour_with_embodied", "pue",
    "pue_basis", "intensity_g_per_kwh", "intensity_basis",
)  # fmt: skip
_QUALITY: Final = (
    "cluster", "energy_kwh", "energy_measured_share", "energy_modelled_share",
    "energy_tdp_share", "energy_quality",
)  # fmt: skip


def write(desk: Desk) -> list[Block]:
    """The blocks of the section."""
    if not desk.has_store:
        return []
    total = desk.if_any(desk.question("carbon"))
    if total is None:
        return [missing(no_jobs())]
    clusters = desk.answer(desk.question("carbon", by=("cluster",)))
    yearly = total.frame["intensity_yearly_share"][0] == 1
    return [
        *_course(desk, total),
        *_hourly(desk, clusters),
        *_quality(desk, total, clusters),
        *([missing(yearly_factors())] if yearly else []),
    ]


def _course(desk: Desk, total: Answer) -> list[Block]:
    step, row = desk.step(), total.frame.row(0, named=True)
    answer = desk.answer(desk.question("carbon", period=step))
    period = desk.period(answer)
    emitted = Exhibit(
        key="carbon-course",
        say=lambda: carbon_finding(row),
        answer=answer,
        caption=f"Carbon of jobs, in running and of making the machines, by {step}, {period}",
        columns=_EMISSIONS,
        chart=lambda: emissions_chart(
            answer.frame, granularity=step, period=period, synthetic=answer.synthetic
        ),
        more={"carbon-total": total},
        headline=True,
    )
    drawn = Exhibit(
        key="energy",
        say=lambda: energy_finding(row),
        answer=answer,
        caption=f"Energy of jobs and of idle GPUs, by {step}, {period}",
        columns=_ENERGY,
        chart=lambda: energy_chart(
            answer.frame, granularity=step, period=period, synthetic=answer.synthetic
        ),
        more={"carbon-total": total},
    )
    return [*desk.show(emitted), *desk.show(drawn)]


def _hourly(desk: Desk, clusters: Answer) -> list[Block]:
    period = desk.period(clusters)
    exhibit = Exhibit(
        key="carbon-per-hour",
        say=lambda: hourly_finding(clusters.frame),
        answer=clusters,
        caption=f"Carbon of a GPU-hour by cluster, {period}",
        columns=_CLUSTERS,
        chart=lambda: hourly_chart(clusters.frame, period=period, synthetic=clusters.synthetic),
        lead=(
            "Idle and embodied carbon are not in it. An effective GPU-hour is one of a card kept "
            "busy; it is known where telemetry tells."
        ),
    )
    return desk.show(exhibit)


def _quality(desk: Desk, total: Answer, clusters: Answer) -> list[Block]:
    period = desk.period(clusters)
    exhibit = Exhibit(
        key="energy-quality",
        say=lambda: quality_finding(total.frame.row(0, named=True)),
        answer=clusters,
        caption=f"What the energy of jobs rests on, by cluster, {period}",
        columns=_QUALITY,
        chart=lambda: quality_chart(clusters.frame, period=period, synthetic=clusters.synthetic),
        more={"carbon-total": total},
        lead=(
            "At design power is an upper estimate for the cards, for want of telemetry and of "
            "Slurm's energy counters."
        ),
    )
    return desk.show(exhibit)
