"""The record of one machine: each figure with its grade and the source it rests on."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from dash import dcc, html

from dashboard.aria import aria
from dashboard.empty import explain
from dashboard.filters import write_query
from dashboard.pages.base import PageRequest
from dashboard.pages.capacity_now import page_of
from dashboard.sources import citation
from model.countries import country_name
from model.machines import FIGURES, Machine
from reports.findings.machine import figure_name, figure_noun, figure_words, machine_finding

_ABOUT: Final = (
    ("Operator", "operator"), ("Site", "site"), ("Sector", "sector"), ("Tier", "tier"),
    ("Partition", "partition"), ("What the count covers", "scope"), ("Caveat", "caveat"),
)  # fmt: skip


def machine_parts(request: PageRequest) -> list[Any]:
    """The way back, the record, its figures, and the records before and after it."""
    key = request.filters.machine or ""
    machine = request.reader.registry.machine(key)
    if machine is None:
        return [
            _path(request, key),
            explain(
                f"The registry has no machine “{key}”",
                "The list has every record with its id.",
                command="plimsoll machines list",
            ),
        ]
    return [_path(request, machine.name, machine), _record(request, machine), _sources(machine)]


def _path(request: PageRequest, name: str, machine: Machine | None = None) -> html.Nav:
    every = replace(request.filters, machine=None, country=None)
    steps: list[Any] = [dcc.Link("All countries", href=page_of(request) + write_query(every))]
    if machine is not None:
        into = replace(every, country=machine.country)
        steps.append(
            dcc.Link(country_name(machine.country), href=page_of(request) + write_query(into))
        )
    steps.append(html.Span(name, **aria(current="page")))
    return html.Nav(
        html.Ol([html.Li(step) for step in steps]),
        className="pl-path",
        **aria(label="From all countries down to here"),
    )


def _record(request: PageRequest, machine: Machine) -> html.Section:
    return html.Section(
        [
            html.H2(machine_finding(machine), id="finding-machine"),
            html.Dl(list(_about(request, machine)), className="pl-facts"),
            _figures(machine),
            html.P(["The same record: ", html.Code(f"plimsoll machines show {machine.id}")]),
        ],
        className="pl-panel",
        **aria(labelledby="finding-machine"),
    )


def _about(request: PageRequest, machine: Machine) -> Iterator[Any]:
    for name, field in _ABOUT:
        if value := getattr(machine, field):
            yield from (html.Dt(name), html.Dd(str(value)))
    for each in machine.other_counts:
        yield from (html.Dt("Another count"), html.Dd(f"{each.count:,}: {each.basis}"))
    registry = request.reader.registry
    for name, others in (
        ("Continued by", [registry.machine(machine.superseded_by or "")]),
        ("Continues", [m for m in registry.machines if m.superseded_by == machine.id]),
        ("Part of", [registry.machine(machine.part_of or "")]),
    ):
        for other in filter(None, others):
            query = write_query(replace(request.filters, machine=other.id))
            link = dcc.Link(other.name, href=page_of(request) + query)
            yield from (html.Dt(name), html.Dd(link))


def _figures(machine: Machine) -> html.Div:
    heads = ("Figure", "Value", "Grade", "Source")
    return html.Div(
        html.Table(
            [
                html.Caption("Each figure, and the publication that it rests on"),
                html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
                html.Tbody([_figure(machine, name) for name in _told(machine)]),
            ]
        ),
        className="pl-scroll",
        tabIndex=0,
        role="region",
        **aria(label=f"Figures of {machine.name}"),
    )


def _told(machine: Machine) -> list[str]:
    return [name for name in FIGURES if getattr(machine, name) not in (None, ())]


def _figure(machine: Machine, name: str) -> html.Tr:
    sources = [source for source in machine.sources if name in source.covers]
    cited: list[Any] = []
    for source in sources:
        cited += [html.Br()] if cited else []
        cited.append(citation(source))
    return html.Tr(
        [
            html.Th(figure_name(name), scope="row"),
            html.Td(figure_words(getattr(machine, name))),
            html.Td(machine.origin(name) or "no data", className="pl-grade"),
            html.Td(cited or "general knowledge, no publication"),
        ]
    )


def _sources(machine: Machine) -> html.Section:
    lines: list[Any] = [
        html.Li(
            [
                citation(source),
                f": {', '.join(figure_noun(name) for name in source.covers)}.",
                f" {source.says}" if source.says else "",
            ]
        )
        for source in machine.sources
    ]
    lines += [
        html.Li(
            [
                f"Corrected: {figure_noun(each.figure)}, ",
                f"from {each.was} to {each.now}, by ",
                citation(each),
                ".",
            ]
        )
        for each in machine.corrections
    ]
    return html.Section(
        [
            html.H2("Sources", id="machine-sources"),
            html.P(
                "Links lead to the publishers' sites. Nothing is fetched until you follow one.",
                className="pl-lead",
            ),
            html.Ul(lines, className="pl-notes"),
        ],
        className="pl-panel",
        **aria(labelledby="machine-sources"),
    )
