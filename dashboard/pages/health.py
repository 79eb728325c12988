"""Data health: how old the data are, what is missing or doubtful, and what became of each row."""

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from dash import html

from dashboard.controls import choice, several
from dashboard.empty import no_clusters, no_jobs, no_store
from dashboard.filters import Filters
from dashboard.pages.base import Page, PageRequest
from dashboard.pages.health_doubts import doubts_panel
from dashboard.pages.health_files import files_panel, quarantine_panels, sources_panel
from dashboard.pages.health_tiles import health_tiles
from dashboard.panels import Panel, render, stack
from dashboard.reader import Reader
from dashboard.scope import Scope
from dashboard.tiles import tiles
from model.question import Answer, Question
from reports.charts.health import observed_chart, telemetry_chart
from reports.findings.health import observed_finding, telemetry_finding

PATH: Final = "health"
_COVERED: Final = ("cluster", "allocated_gpu_hours", "telemetry_coverage")


def controls(reader: Reader, filters: Filters) -> list[Any]:
    """Clusters, and the reason for which rows were set aside."""
    names = [cluster.name for cluster in reader.clusters()]
    shown = [several("cluster", "Clusters", filters.clusters, names, everything="All clusters")]
    aside = reader.ask_if_any(Question("quarantine"))
    if aside is not None and aside.frame.height:
        reasons = {name: name for name in aside.frame["reason"].unique().sort()}
        chosen = filters.reason if filters.reason in reasons else None
        shown.append(
            choice("reason", "Rows set aside as", chosen, reasons, everything="Not listed")
        )
    return shown if names or len(shown) > 1 else []


def body(request: PageRequest) -> html.Div:
    """The tiles and panels of the page."""
    reader = request.reader
    if reader.store is None:
        return stack([no_store()])
    filters = request.filters
    scope = Scope(reader, Filters(clusters=filters.clusters))
    if not {cluster.name for cluster in reader.clusters()} >= set(filters.clusters):
        return stack([no_clusters()])
    now = datetime.now(ZoneInfo(reader.timezone))
    observed = scope.ask("observed")
    covered = _covered(scope)
    files, sources = scope.ask("files"), scope.ask("sources")
    symptoms = scope.ask("symptoms")
    headline = health_tiles(observed, symptoms, files, covered[0] if covered else None, now=now)
    parts = [
        _observed(observed, now),
        doubts_panel(symptoms, request.view),
        *([_telemetry(*covered, scope)] if covered else []),
        *sources_panel(sources, now=now),
        files_panel(files),
        *quarantine_panels(scope, filters, page=f"{request.view.base}{PATH}"),
    ]
    return stack(
        [
            tiles(headline, request.view),
            *(render(part, request.view) if isinstance(part, Panel) else part for part in parts),
        ]
    )


def _observed(observed: Answer, now: datetime) -> Panel | html.Section:
    if observed.frame.is_empty():
        return no_jobs()
    return Panel(
        key="observed",
        finding=observed_finding(observed.frame, now=now),
        answer=observed,
        chart=observed_chart(observed.frame, now=now, synthetic=observed.synthetic),
        before=(
            html.P(
                "What ran outside these spans is unknown, and counted nowhere as zero.",
                className="pl-lead",
            ),
        ),
    )


def _covered(scope: Scope) -> tuple[Answer, Answer] | None:
    """Utilisation as a whole and by cluster; None where the store has no jobs to tell it from."""
    whole = scope.reader.ask_if_any(scope.question("utilisation"))
    each = scope.reader.ask_if_any(scope.question("utilisation", by=("cluster",)))
    return (whole, each) if whole and each else None


def _telemetry(whole: Answer, each: Answer, scope: Scope) -> Panel:
    return Panel(
        key="telemetry",
        finding=telemetry_finding(whole.frame["telemetry_coverage"][0], each.frame),
        answer=each,
        more=(whole,),
        chart=telemetry_chart(each.frame, period=scope.span(each), synthetic=each.synthetic),
        columns=_COVERED,
    )


HEALTH: Final = Page(
    name="Data health",
    path=PATH,
    heading="Data health: how old the data are, and what is missing",
    controls=controls,
    body=body,
)
