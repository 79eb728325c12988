"""Demand and waits: why jobs wait, the backlog, what never started, waits, and how jobs end."""

from typing import Any, Final

from dash import html

from dashboard.controls import ESTATE, choice, estate_controls
from dashboard.drill import path_down
from dashboard.empty import no_clusters, no_jobs, no_partition, no_store, unknown_gpus
from dashboard.filters import DEFAULT_PERIOD, GRANULARITIES, Filters
from dashboard.pages.base import Page, PageRequest
from dashboard.pages.demand_queue import (
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
    untracked, tracked = _tracking(scope.ask("usage"))
    return stack(
        [
            html.P(scope.stated(queue), className="pl-as-of"),
            path,
            tiles(
                demand_tiles(queue, demand, waits, dimension=dimension, tracked=tracked),
                request.view,
            ),
            *([unknown_gpus()] if untracked or queue.frame["gpus"].null_count() else []),
            *(
                part if isinstance(part, html.Section) else render(part, request.view)
                for part in [
                    *queue_panels(queue, tracked=tracked),
                    backlog_panel(scope, demand, dimension=dimension, page=page),
                    jobs_panel(scope, queue),
                    waits_panel(scope, waits),
                    bands_panel(scope, waits),
                    chances_panel(scope, waits),
                    never_started_panel(scope, tracked=tracked),
                    ladder_panel(scope, demand, dimension=dimension),
                    outcomes_panel(scope),
                ]
            ),
        ]
    )


def _dimension(scope: Scope) -> str:
    """What the chosen jobs are split by: the partitions of one cluster, else the clusters."""
    chosen = len(scope.filters.clusters) or len(scope.reader.clusters())
    return "partition" if chosen == 1 or scope.filters.partition else "cluster"


def _tracking(usage: Answer) -> tuple[bool, bool]:
    """Whether the GPUs of some jobs are not tracked, and whether those of any are."""
    row = usage.frame.row(0, named=True) if usage.frame.height else {}
    untracked = bool(row.get("gpu_untracked_jobs"))
    return untracked, not untracked or bool(row.get("gpu_hours"))


DEMAND: Final = Page(
    name="Demand and waits",
    path=PATH,
    heading="Demand and waits: what waits, why, and for how long",
    controls=controls,
    body=body,
    offers=ESTATE,
)
