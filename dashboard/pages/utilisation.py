"""Utilisation: clusters, months, and inference nodes beside training nodes."""

from typing import Any, Final

import polars as pl
from dash import html

from dashboard.controls import ESTATE, choice, estate_controls
from dashboard.empty import no_clusters, no_inference, no_jobs, no_nodes, no_store
from dashboard.filters import DEFAULT_PERIOD, GRANULARITIES, Filters
from dashboard.pages.base import Page, PageRequest
from dashboard.pages.many_small import many_small_panels
from dashboard.pages.utilisation_moves import moves_panel
from dashboard.panels import Panel, render, stack
from dashboard.reader import Reader
from dashboard.scope import Scope
from model.question import Answer
from reports.charts.utilisation import clusters_chart, months_chart, states_chart
from reports.findings.utilisation import (
    idle_nodes,
    inference_beside_training,
    reclaimable_finding,
    spread_of_clusters,
    used_of_available,
)

_HOURS: Final = (
    "installed_gpu_hours", "not_observed_gpu_hours", "down_gpu_hours", "reservation_gpu_hours",
    "available_gpu_hours", "allocated_gpu_hours", "idle_gpu_hours",
)  # fmt: skip
_CLUSTERS: Final = ("cluster", "utilisation_available", "utilisation_installed", *_HOURS)
_NODES: Final = (
    "cluster", "node", "node_role", "gpu_model", "gpus", "idle_gpu_hours",
    "reclaimable_low_gpu_hours", "utilisation_available", "role_basis", "role_evidence",
    "available_gpu_hours", "allocated_gpu_hours", "down_gpu_hours",
)  # fmt: skip
_INFERENCE: Final = (
    "cluster", "node_role", "gpu_model", "nodes", "candidate_nodes", "utilisation_available",
    "training_utilisation_available", "installed_gpu_hours", "allocated_gpu_hours",
    "free_gpu_hours", "blocked_gpu_hours", "reserved_gpu_hours", "down_gpu_hours",
    "not_observed_gpu_hours", "reclaimable_low_gpu_hours", "reclaimable_high_gpu_hours",
    "headroom_gpus",
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
        return stack([no_store()])
    scope = Scope(request.reader, request.filters)
    if not request.reader.clusters():
        return stack([no_jobs()])
    if scope.is_empty:
        return stack([no_clusters()])
    clusters = request.reader.ask_if_any(scope.question("utilisation", by=("cluster",)))
    if clusters is None:
        return stack([no_jobs()])
    if clusters.frame["installed_gpu_hours"].drop_nulls().is_empty():
        return stack([no_nodes()])
    panels = [
        _clusters(scope, clusters),
        _months(scope),
        *_inference(scope),
        moves_panel(scope),
        *many_small_panels(scope),
    ]
    return stack(
        [
            html.P(scope.stated(clusters), className="pl-as-of"),
            *(
                part if isinstance(part, html.Section) else render(part, request.view)
                for part in panels
                if part is not None
            ),
        ]
    )


def _clusters(scope: Scope, answer: Answer) -> Panel:
    chart = clusters_chart(answer.frame, period=scope.span(answer), synthetic=answer.synthetic)
    return Panel(
        key="clusters",
        finding=spread_of_clusters(answer.frame),
        answer=answer,
        chart=chart,
        columns=_CLUSTERS,
        before=_downtime(answer),
    )


def _downtime(answer: Answer) -> tuple[html.P, ...]:
    if answer.frame["down_gpu_hours"].sum() > 0:
        return ()
    said = (
        "No downtime is on record, so that available equals installed and the two shares are one."
    )
    return (html.P(said, className="pl-lead"),)


def _months(scope: Scope) -> Panel:
    granularity = scope.filters.period
    answer = scope.ask("utilisation", by=("cluster",), period=granularity)
    chart = months_chart(
        answer.frame,
        granularity=granularity,
        period=scope.span(answer),
        synthetic=answer.synthetic,
    )
    return Panel(
        key="months",
        finding=used_of_available(answer.frame),
        answer=answer,
        chart=chart,
        columns=("period_start", *_CLUSTERS),
    )


def _inference(scope: Scope) -> list[Panel | html.Section]:
    answer = scope.ask("inference")
    nodes = _nodes(scope)
    chart = states_chart(answer.frame, period=scope.span(answer), synthetic=answer.synthetic)
    if chart is None:
        return [no_inference(), nodes]
    beside = Panel(
        key="inference",
        finding=inference_beside_training(answer.frame),
        answer=answer,
        chart=chart,
        columns=_INFERENCE,
        before=(html.P(f"{reclaimable_finding(answer.frame)}.", className="pl-lead"),),
    )
    return [beside, nodes]


def _nodes(scope: Scope) -> Panel:
    answer = scope.ask("nodes")
    by_node = scope.ask("inference", by=("node",))
    spare = by_node.frame.group_by("cluster", "node").agg(pl.col("reclaimable_low_gpu_hours").sum())
    shown = answer.frame.join(spare, on=["cluster", "node"], how="left").sort(
        pl.col("node_role") != "inference",
        "idle_gpu_hours",
        descending=[False, True],
        nulls_last=True,
    )
    return Panel(
        key="nodes",
        finding=idle_nodes(answer.frame),
        answer=answer,
        shown=shown.filter(pl.col("gpus").fill_null(1) > 0),
        more=(by_node,),
        columns=_NODES,
    )


UTILISATION: Final = Page(
    name="Utilisation",
    path="utilisation",
    heading="Utilisation: what stood idle, and where",
    controls=controls,
    body=body,
    offers=ESTATE,
)
