"""Overview: four headlines, each with its finding and the page that has the rest."""

from dataclasses import dataclass, replace
from typing import Any, Final

import polars as pl
from dash import dcc, html

from dashboard.applies import where_for
from dashboard.aria import aria
from dashboard.controls import ESTATE, estate_controls
from dashboard.empty import no_clusters, no_jobs, no_store
from dashboard.filters import write_query
from dashboard.pages.base import Page, PageRequest
from dashboard.pages.demand_queue import moment_of
from dashboard.pages.questions import questions
from dashboard.panels import Drawn, chart_block, stack, unfiltered
from dashboard.reader import today
from dashboard.scope import Scope
from dashboard.tiles import Tile, tiles
from model.countries import HOME
from model.errors import PlimsollError
from model.question import Answer, Question
from reports.charts import Chart
from reports.charts.capacity import by_country, countries_chart
from reports.charts.demand import queue_chart
from reports.charts.shortfall import round_name, rounds_chart
from reports.charts.utilisation import clusters_chart, states_chart
from reports.findings.capacity import uk_against_largest
from reports.findings.demand import queue_finding
from reports.findings.shortfall import last_round, round_finding
from reports.findings.utilisation import (
    inference_beside_training,
    reclaimable,
    used_of_available,
)
from reports.units import CAPACITY_UNITS
from reports.wording import day, large, number, plural, share

_UNIT: Final = CAPACITY_UNITS["a100_equivalents_16bit"]
_COUNTRIES_SHOWN: Final = 8


@dataclass(frozen=True)
class _Headline:
    """One subject: its tile if it has one, its finding, its chart, and the page with the rest."""

    tile: Tile | None
    finding: str
    chart: Chart | None
    answer: Answer | None
    page: str
    link: str


def body(request: PageRequest) -> html.Div:
    """The tiles and a panel for each."""
    capacity = _capacity(request)
    if request.reader.store is None:
        return _without(no_store(), capacity, request)
    scope = Scope(request.reader, request.filters)
    if not request.reader.clusters():
        return _without(no_jobs(), capacity, request)
    if scope.is_empty:
        return stack([no_clusters()])
    total = request.reader.ask_if_any(scope.question("utilisation"))
    if total is None:
        return _without(no_jobs(), capacity, request)
    shown = [
        _shortfall(scope), _waiting(scope), _use(scope, total), _inference(scope), capacity
    ]  # fmt: skip
    return stack(
        [
            html.P(scope.stated(total), className="pl-as-of"),
            _tiles(shown, request),
            questions(request.filters, request.view.base),
            *(_panel(headline, request) for headline in shown),
        ]
    )


def _without(lacking: html.Section, capacity: _Headline, request: PageRequest) -> html.Div:
    """What is missing, and the registry's part, which needs no store."""
    return stack([lacking, _tiles([capacity], request), _panel(capacity, request)])


def _tiles(headlines: list[_Headline], request: PageRequest) -> html.Dl:
    return tiles([each.tile for each in headlines if each.tile], request.view)


def _panel(headline: _Headline, request: PageRequest) -> html.Section:
    page, link, answer = headline.page, headline.link, headline.answer
    filters = replace(request.filters, unit=_UNIT.column) if page == "capacity" else request.filters
    address = f"{request.view.base}{page}{write_query(filters)}"
    key = f"overview-{page}-{link[:5]}".replace(" ", "-").lower()
    shown: list[Any] = []
    if answer:
        shown.append(unfiltered(answer.question.table, request.view))
        if headline.chart:
            shown.append(chart_block(Drawn(key, headline.chart, answer), request.view))
    return html.Section(
        [
            html.H2(headline.finding, id=key),
            *shown,
            html.P(dcc.Link(link, href=address), className="pl-more"),
        ],
        className="pl-panel",
        **aria(labelledby=key),
    )


def _shortfall(scope: Scope) -> _Headline:
    answer = scope.reader.ask_if_any(Question("shortfall"))
    row = last_round(answer.frame) if answer else None
    return _Headline(
        tile=_round_tile(row),
        finding=round_finding(row) if row else "No awards are on record: shortfall is unknown",
        chart=rounds_chart(answer.frame, synthetic=answer.synthetic) if answer else None,
        answer=answer,
        page="shortfall",
        link="All rounds and applications",
    )


def _waiting(scope: Scope) -> _Headline:
    """What waits and why, which has no tile of its own: four are enough."""
    queue = scope.ask("queue")
    on = moment_of(queue)
    return _Headline(
        tile=None,
        finding=queue_finding(queue.frame, on),
        chart=queue_chart(queue.frame, on=on, synthetic=queue.synthetic),
        answer=queue,
        page="demand",
        link="Why jobs are waiting now",
    )


def _round_tile(row: dict[str, Any] | None) -> Tile:
    value = row["awarded_share"] if row else None
    return Tile(
        name="Granted of what was requested",
        figure=share(value),
        value=value,
        under=_round_under(row),
        table="shortfall",
        column="awarded_share",
    )


def _round_under(row: dict[str, Any] | None) -> str:
    if row is None:
        return "No awards on record: plimsoll ingest awards FILE"
    return (
        f"{large(row['granted'])} of {large(row['requested'])} {row['unit']}, "
        f"{round_name(row)}, {number(row['awards'])} of {number(row['decided'])} funded"
    )


def _use(scope: Scope, total: Answer) -> _Headline:
    row = total.frame.row(0, named=True) if total.frame.height else {}
    value, available = row.get("allocated_gpu_hours"), row.get("available_gpu_hours")
    clusters = scope.ask("utilisation", by=("cluster",))
    part = row.get("utilisation_available")
    return _Headline(
        tile=Tile(
            name="GPU-hours allocated",
            figure=large(value),
            value=value,
            under=f"{share(part)} of {large(available)} available GPU-hours"
            if available
            else "What was available is unknown: plimsoll ingest nodes FILE",
            table="utilisation",
            column="allocated_gpu_hours",
        ),
        finding=used_of_available(total.frame),
        chart=clusters_chart(
            clusters.frame, period=scope.span(total), synthetic=clusters.synthetic
        ),
        answer=clusters,
        page="utilisation",
        link="Utilisation by cluster and month",
    )


def _inference(scope: Scope) -> _Headline:
    answer = scope.ask("inference")
    low, installed = reclaimable(answer.frame)
    nodes = answer.frame.filter(pl.col("node_role") == "inference")["nodes"]
    return _Headline(
        tile=Tile(
            name="Reclaimable from inference nodes",
            figure=large(low),
            value=low,
            under=_inference_under(installed, int(nodes.sum())),
            table="inference",
            column="reclaimable_low_gpu_hours",
        ),
        finding=inference_beside_training(answer.frame),
        chart=states_chart(answer.frame, period=scope.span(answer), synthetic=answer.synthetic),
        answer=answer,
        page="utilisation",
        link="Inference nodes, one by one",
    )


def _inference_under(installed: float, nodes: int) -> str:
    if not installed:
        return "No inference node is known"
    named = plural(nodes, "inference node")
    return f"of {large(installed)} GPU-hours installed in {named}; a lower bound"


def _capacity(request: PageRequest) -> _Headline:
    on = request.filters.on or today()
    try:
        where = where_for("capacity", request.filters)
        answer = request.reader.ask(Question("capacity", on=on, where=where))
    except PlimsollError as fault:
        return _no_capacity(str(fault))
    rows = by_country(answer.frame, _UNIT)
    home = rows.filter(pl.col("country") == HOME)
    value = float(home["value"][0]) if home.height else None
    under = (
        f"in {plural(home['machines'][0], 'public machine')} in service on {day(on)}"
        if (home.height)
        else f"The registry knows no public UK machine on {day(on)}"
    )
    if home.height and home["unknown"][0]:
        under += f"; {number(home['unknown'][0])} cards of unknown model left out"
    leading = answer.frame.filter(
        pl.col("country").is_in(rows["country"].head(_COUNTRIES_SHOWN).to_list())
    )
    return _Headline(
        tile=Tile(
            name="UK A100-equivalents",
            figure=number(value, decimals=0),
            value=value,
            under=under,
            table="capacity",
            column="a100_equivalents_16bit",
        ),
        finding=uk_against_largest(answer.frame, _UNIT, on),
        chart=countries_chart(leading, _UNIT, on),
        answer=answer,
        page="capacity",
        link="All machines, units and sources",
    )


def _no_capacity(why: str) -> _Headline:
    tile = Tile("UK A100-equivalents", "", None, why, "capacity", "a100_equivalents_16bit")
    return _Headline(tile, "Capacity is not known", None, None, "capacity", "Capacity")


OVERVIEW: Final = Page(
    name="Overview",
    path="",
    heading="How much GPU work was asked for, granted, run and left idle",
    controls=estate_controls,
    body=body,
    offers=ESTATE,
)
