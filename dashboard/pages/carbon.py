"""Carbon: what jobs and idle GPUs drew, what that emitted, and how well it is known."""

from typing import Any, Final

from dash import html

from dashboard.controls import ESTATE, choice, estate_controls
from dashboard.empty import explain, no_clusters, no_jobs, no_store, notice
from dashboard.filters import DEFAULT_PERIOD, GRANULARITIES, Filters
from dashboard.pages.base import Page, PageRequest
from dashboard.panels import Panel, render, stack
from dashboard.reader import Reader
from dashboard.scope import Scope
from model.question import Answer
from reports import missing
from reports.charts.carbon import emissions_chart, energy_chart, hourly_chart, quality_chart
from reports.findings.carbon import (
    carbon_finding,
    energy_finding,
    hourly_finding,
    quality_finding,
)

_EMISSIONS: Final = (
    "period_start", "carbon_operational_kg", "carbon_embodied_kg", "intensity_g_per_kwh",
    "intensity_basis", "g_per_gpu_hour", "g_per_gpu_hour_with_embodied", "gpu_hours",
)  # fmt: skip
_ENERGY: Final = (
    "period_start", "energy_kwh", "idle_energy_kwh", "energy_quality", "gpu_hours",
)  # fmt: skip
_CLUSTERS: Final = (
    "cluster", "g_per_gpu_hour", "g_per_effective_gpu_hour", "g_per_gpu_hour_with_embodied", "pue",
    "pue_basis", "intensity_g_per_kwh", "intensity_basis", "gpu_hours", "energy_kwh",
    "carbon_operational_kg", "carbon_embodied_kg",
)  # fmt: skip
_QUALITY: Final = (
    "cluster", "energy_kwh", "energy_measured_share", "energy_modelled_share",
    "energy_tdp_share", "energy_quality",
)  # fmt: skip


def controls(reader: Reader, filters: Filters) -> list[Any]:
    """Period, clusters, tier, and how finely the period is cut."""
    shared = estate_controls(reader, filters)
    if not shared:
        return []
    steps: dict[str, str] = {name: name.capitalize() for name in GRANULARITIES}
    return [*shared, choice("period", "By", filters.period, steps, default=DEFAULT_PERIOD)]


def body(request: PageRequest) -> html.Div:
    """The panels of the page."""
    if request.reader.store is None:
        return stack([no_store(), _statement(None)])
    scope = Scope(request.reader, request.filters)
    if not request.reader.clusters():
        return stack([no_jobs(), _statement(None)])
    if scope.is_empty:
        return stack([no_clusters()])
    total = request.reader.ask_if_any(scope.question("carbon"))
    if total is None or total.frame.is_empty():
        return stack([no_jobs(), _statement(None)])
    clusters = scope.ask("carbon", by=("cluster",))
    panels = (
        *_periods(scope, total),
        _hourly(scope, clusters),
        _quality(scope, total, clusters),
    )
    return stack(
        [
            html.P(scope.stated(total), className="pl-as-of"),
            *(render(panel, request.view) for panel in panels),
            _yearly(total),
            _statement(clusters.frame["cluster"][0] if clusters.frame.height else None),
        ]
    )


def _periods(scope: Scope, total: Answer) -> tuple[Panel, Panel]:
    granularity = scope.filters.period
    answer = scope.ask("carbon", period=granularity)
    row = total.frame.row(0, named=True)
    drawn: dict[str, Any] = {
        "granularity": granularity,
        "period": scope.span(answer),
        "synthetic": answer.synthetic,
    }
    carbon = Panel(
        key="carbon",
        finding=carbon_finding(row),
        answer=answer,
        chart=emissions_chart(answer.frame, **drawn),
        columns=_EMISSIONS,
    )
    energy = Panel(
        key="energy",
        finding=energy_finding(row),
        answer=answer,
        chart=energy_chart(answer.frame, **drawn),
        columns=_ENERGY,
    )
    return carbon, energy


def _hourly(scope: Scope, answer: Answer) -> Panel:
    return Panel(
        key="hourly",
        finding=hourly_finding(answer.frame),
        answer=answer,
        chart=hourly_chart(answer.frame, period=scope.span(answer), synthetic=answer.synthetic),
        columns=_CLUSTERS,
        before=(
            html.P(
                "Idle and embodied carbon are not in it. An effective GPU-hour is one of a card "
                "kept busy; it is known where telemetry tells.",
                className="pl-lead",
            ),
        ),
    )


def _quality(scope: Scope, total: Answer, clusters: Answer) -> Panel:
    return Panel(
        key="quality",
        finding=quality_finding(total.frame.row(0, named=True)),
        answer=clusters,
        chart=quality_chart(
            clusters.frame, period=scope.span(clusters), synthetic=clusters.synthetic
        ),
        columns=_QUALITY,
        before=(
            html.P(
                "At design power is an upper estimate for the cards, for want of telemetry and of "
                "Slurm's energy counters.",
                className="pl-lead",
            ),
        ),
    )


def _yearly(total: Answer) -> html.Section | None:
    """What to bring where nothing but yearly factors stands behind the figures."""
    if total.frame["intensity_yearly_share"][0] != 1:
        return None
    return notice(missing.yearly_factors())


def _statement(cluster: str | None) -> html.Section:
    return explain(
        "An impact statement for a proposal",
        "For work that has not run yet: energy, operational and embodied carbon, each low, "
        "central and high, with every assumption and its source. State the card, the hours and "
        "the site or the region.",
        command="plimsoll report impact --gpu h100-sxm --gpu-hours 20000 --site "
        f"{cluster or 'mycluster'}"
        if cluster
        else 'plimsoll report impact --gpu h100-sxm --gpu-hours 20000 --region "West Midlands"',
    )


CARBON: Final = Page(
    name="Carbon",
    path="carbon",
    heading="Carbon: what GPU work drew, and what that emitted",
    controls=controls,
    body=body,
    offers=ESTATE,
)
