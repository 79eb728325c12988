"""Demand and waits: why jobs wait, the backlog, what never started, waits, and how jobs end."""

from typing import Any, Final

from dash import html

from dashboard.controls import choice, estate_controls
from dashboard.drill import path_down
from dashboard.empty import no_clusters, no_jobs, no_partition, no_store, unknown_gpus
from dashboard.filters import DEFAULT_PERIOD, GRANULARITIES, Filters
from dashboard.pages.base import Page, PageRequest
from dashboard.pages.demand_queue import (
    Part,
    backlog_panel,
    jobs_panel,
    ladder_panel,
    never_started_panel,
    queue_panels,
)
from dashboard.pages.demand_tiles import demand_tiles
from dashboard.pages.demand_waits import bands_panel, chances_panel, outcomes_panel, waits_panel
from dashboard.panels import render, stack
from dashboard.reader import Reader
from dashboard.scope import Scope
from dashboard.tiles import tiles
from model.question import Answer

PATH: Final = "demand"


def controls(reader: Reader, filters: Filters) -> list[Any]:
    """Period, clusters, tier, and how finely the period is cut."""
    shared = estate_controls(reader, filters)
    if not shared:
        return []
    steps: dict[str, str] = {name: name.capitalize() for name in GRANULARITIES}
    return [*shared, choice("period", "By", filters.period, steps, default=DEFAULT_PERIOD)]


def body(request: PageRequest) -> html.Div:
    """The tiles and panels of the page."""
    reader, filters = request.reader, request.filters
    if reader.store is None:
        return stack([no_store()])
    also = (("partition", filters.partition),) if filters.partition else ()
    scope = Scope(reader, filters, also)
    if not reader.clusters():
        return stack([no_jobs()])
    if scope.is_empty:
        return stack([no_clusters()])
    queue = reader.ask_if_any(scope.question("queue"))
    if queue is None:
        return stack([no_jobs()])
    page = f"{request.view.base}{PATH}"
    path = path_down(filters, page=page)
    dimension = _dimension(scope)
    demand = scope.ask("demand", by=(dimension,))
    if demand.frame.is_empty():
        return stack([path, no_partition(filters.partition) if filters.partition else no_jobs()])
    waits = scope.ask("waits")
    return stack(
        [
            html.P(scope.stated(queue), className="pl-as-of"),
            path,
            tiles(demand_tiles(queue, demand, waits, dimension)),
            *(
                part if isinstance(part, html.Section) else render(part, request.view)
                for part in _parts(scope, queue, demand, waits, dimension=dimension, page=page)
            ),
        ]
    )


def _dimension(scope: Scope) -> str:
    """What the chosen jobs are split by: the partitions of one cluster, else the clusters."""
    chosen = len(scope.filters.clusters) or len(scope.reader.clusters())
    return "partition" if chosen == 1 or scope.filters.partition else "cluster"


def _parts(
    scope: Scope, queue: Answer, demand: Answer, waits: Answer, *, dimension: str, page: str
) -> list[Part]:
    unknown = bool(
        queue.frame["gpus"].null_count() or demand.frame["allocated_gpu_hours"].null_count()
    )
    return [
        *queue_panels(queue),
        *([unknown_gpus()] if unknown else []),
        backlog_panel(scope, demand, dimension=dimension, page=page),
        jobs_panel(scope, queue),
        waits_panel(scope, waits),
        bands_panel(scope, waits),
        chances_panel(scope, waits),
        never_started_panel(scope),
        ladder_panel(scope, demand, dimension=dimension),
        outcomes_panel(scope),
    ]


DEMAND: Final = Page(
    name="Demand and waits",
    path=PATH,
    heading="Demand and waits: what waits, why, and for how long",
    controls=controls,
    body=body,
)
