"""Capacity on one day: countries, machines, and what is listed but never counted."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any, Final

import polars as pl
from dash import dcc, html

from analytics.capacity_totals import PUBLIC_SECTORS
from dashboard.aria import aria
from dashboard.filters import write_query
from dashboard.pages.base import PageRequest
from dashboard.panels import Panel
from dashboard.reader import today
from dashboard.sources import denominator_sources, machine_sources
from model.countries import HOME, country_name
from model.question import Answer, Question
from reports.charts.capacity import counted, machines_chart, ranked_machines
from reports.charts.densities import densities_chart
from reports.findings.capacity import largest_machines, uk_against_largest
from reports.findings.densities import uk_beside
from reports.units import CAPACITY_UNITS, DENSITIES, CapacityUnit
from reports.wording import plural

PUBLIC: Final = tuple(("sector", sector) for sector in PUBLIC_SECTORS)
"""Filters that leave the machines that the public pays for."""

_COLUMNS: Final = (
    "machine", "country", "sector", "tier", "status", "gpu_model", "gpus",
    "a100_equivalents_16bit", "rgu", "memory_tb", "fp64_pflops", "grade", "in_service",
    "retired", "scope", "caveat",
)  # fmt: skip
_DENSITIES: Final = (
    "country", "machines", "value", "gpus_without", "per_million_people",
    "per_1000_researchers_low", "per_1000_researchers_high", "per_billion_usd_gdp",
    "population_year", "researchers_year", "researchers_newer_year", "gdp_year",
    "old_denominators",
)  # fmt: skip


def asked_day(request: PageRequest) -> date:
    """The day of the comparison."""
    return request.filters.on or today()


def asked_unit(request: PageRequest) -> CapacityUnit:
    """The unit of the comparison."""
    return CAPACITY_UNITS[request.filters.unit]


def asked_peer(request: PageRequest) -> str:
    """The country beside which the UK is set: the chosen one, else the peer of the settings."""
    chosen = request.filters.country
    return chosen if chosen and chosen != HOME else request.reader.settings.outlook.peer


def asked_model(request: PageRequest) -> tuple[tuple[str, str], ...]:
    """The filter on the GPU model, empty where none is chosen."""
    model = request.filters.gpu_model
    return (("gpu_model", model),) if model else ()


def listed_capacity(request: PageRequest) -> Answer:
    """The machines that the filters leave."""
    country = request.filters.country
    where = (("country", country),) if country else ()
    on, grade = asked_day(request), request.filters.grade
    where = (*where, *asked_model(request))
    return request.reader.ask(Question("capacity", on=on, where=where, min_grade=grade))


def per_head_panel(request: PageRequest) -> Panel:
    """Countries beside each other, over the chosen denominator."""
    on, unit = asked_day(request), asked_unit(request)
    density = DENSITIES[request.filters.per]
    answer = request.reader.ask(
        Question(
            "densities",
            on=on,
            where=(*PUBLIC, ("unit", unit.column), *asked_model(request)),
            min_grade=request.filters.grade,
        )
    )
    codes = answer.frame.sort(density.high, descending=True, nulls_last=True)["country"].to_list()
    return Panel(
        key="countries",
        finding=uk_beside(answer.frame, unit, density, peer=asked_peer(request), on=on),
        answer=answer,
        chart=densities_chart(answer.frame, unit, density, peer=asked_peer(request), on=on),
        shown=answer.frame.with_columns(
            pl.col("country").replace({code: country_name(code) for code in codes})
        ).sort("value", descending=True, nulls_last=True),
        columns=_DENSITIES,
        sources=denominator_sources(request.reader.registry),
        before=(
            html.P(f"{_in_all(request)}.", className="pl-lead"),
            *(() if request.filters.country else (_into_countries(request, codes),)),
        ),
    )


def _in_all(request: PageRequest) -> str:
    on, grade = asked_day(request), request.filters.grade
    whole = request.reader.ask(
        Question("capacity", on=on, where=asked_model(request), min_grade=grade)
    )
    return uk_against_largest(whole.frame, asked_unit(request), on)


def _into_countries(request: PageRequest, codes: Iterable[str]) -> html.Details:
    links = [
        (country_name(code), write_query(replace(request.filters, country=code))) for code in codes
    ]
    return folded_links("Look into one country", links, page=page_of(request))


def page_of(request: PageRequest) -> str:
    """The address of the page."""
    return f"{request.view.base}capacity"


def folded_links(name: str, links: Iterable[tuple[str, str]], *, page: str) -> html.Details:
    """Links that open under a word, so that many of them take one line."""
    return html.Details(
        [
            html.Summary(name),
            html.Ul([html.Li(dcc.Link(text, href=page + query)) for text, query in links]),
        ],
        className="pl-links",
    )


def country_path(request: PageRequest) -> html.Nav | None:
    """The way back from one country; None where all are shown."""
    code = request.filters.country
    if not code:
        return None
    every = page_of(request) + write_query(replace(request.filters, country=None))
    return html.Nav(
        html.Ol(
            [
                html.Li(dcc.Link("All countries", href=every)),
                html.Li(html.Span(country_name(code), **aria(current="page"))),
            ]
        ),
        className="pl-path",
        **aria(label="From all countries down to here"),
    )


def ranking_panel(request: PageRequest, answer: Answer) -> Panel:
    """The largest machines, with a link to the record of every listed one."""
    unit = asked_unit(request)
    shown = ranked_machines(answer.frame, unit)["id"].to_list()
    ranked = counted(answer.frame).sort("gpus", "machine", descending=[True, False])
    records = machine_links(request, ranked.select("id", "machine").iter_rows())
    return Panel(
        key="machines",
        finding=largest_machines(answer.frame, unit),
        answer=answer,
        chart=machines_chart(answer.frame, unit, asked_day(request)) if shown else None,
        columns=_COLUMNS,
        sources=(_grades(answer), *machine_sources(request.reader.registry, shown)),
        before=(folded_links("Look into one machine", records, page=page_of(request)),),
    )


def machine_links(request: PageRequest, named: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The name and the query of the record of each machine."""
    return [(name, write_query(replace(request.filters, machine=key))) for key, name in named]


def _grades(answer: Answer) -> str:
    rows = counted(answer.frame)
    unverified = rows.filter(pl.col("grade").str.starts_with("E"))
    return (
        f"{plural(rows.height, 'machine')} counted; the cards of {unverified.height} are "
        "unverified (grade E, general knowledge) and marked with a star."
    )


def not_counted(request: PageRequest, answer: Answer) -> list[html.Section]:
    """A table of the records that enter no sum, with the reason for each."""
    left = answer.frame.filter(pl.col("counted") != "yes")
    if left.is_empty():
        return []
    heads = ("Machine or claim", "Country", "GPUs stated", "Why not counted", "Caveat")
    lines = [_line(request, row) for row in left.iter_rows(named=True)]
    title = f"{plural(left.height, 'record')} listed here and left out of every sum"
    return [
        html.Section(
            [
                html.H2(title, id="not-counted"),
                html.P(
                    "Capability claims, roll-ups and components of machines counted already, "
                    "planned machines, and machines whose count or dates are unknown.",
                    className="pl-lead",
                ),
                html.Div(
                    html.Table(
                        [
                            html.Thead(html.Tr([html.Th(name, scope="col") for name in heads])),
                            html.Tbody(lines),
                        ]
                    ),
                    className="pl-scroll",
                    tabIndex=0,
                    role="region",
                    **aria(labelledby="not-counted"),
                ),
            ],
            className="pl-panel",
        )
    ]


def _line(request: PageRequest, row: dict[str, Any]) -> html.Tr:
    ((name, query),) = machine_links(request, [(row["id"], row["machine"])])
    rest = (row[column] for column in ("country", "gpus", "why", "caveat"))
    link = dcc.Link(name, href=page_of(request) + query)
    return html.Tr([html.Th(link, scope="row"), *(html.Td(_text(value)) for value in rest)])


def _text(value: Any) -> str:
    if value is None:
        return "no data"
    return f"{value:,}" if isinstance(value, int) else str(value)
