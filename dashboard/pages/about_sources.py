"""Whose data the figures rest on, with the licences under which they are passed on."""

from collections import Counter
from typing import Any

from dash import html

from dashboard.sources import citation, denominator_sources
from model.grid_carbon import load_grid_carbon
from model.origin import Source
from model.published_rounds import load_published_rounds
from model.registry import Registry
from reports.wording import plural

_GRADES = {
    "A-operator": "the operator's own word",
    "B-top500": "the TOP500 lists",
    "C-epoch": "Epoch AI's lists",
    "C-press": "the press",
    "D-secondary": "somebody who quotes another",
    "E-unverified": "general knowledge, not verified",
}


def sources(registry: Registry) -> html.Section:
    """Credits, what countries and grids are reckoned with, and how far machines can be trusted."""
    grid = load_grid_carbon().file
    return html.Section(
        [
            html.H2("Sources and credits"),
            html.P(
                "Figures of a site's own clusters come from its own logs: see the ledger in Data "
                "health. Everything else comes from these.",
                className="pl-lead",
            ),
            _list([*registry.attribution, *grid.attribution]),
            html.H3("Countries"),
            _list(list(denominator_sources(registry))),
            html.H3("Electricity"),
            _list([citation(each) for series in grid.series.values() for each in series.sources]),
            html.H3("Published rounds of allocation"),
            _list([citation(each) for each in _published()]),
            html.H3("Machines"),
            html.P(_machines(registry)),
            _list(_graded(registry)),
        ],
        className="pl-panel",
    )


def _published() -> list[Source]:
    """The publications of the rounds, each once."""
    found = {(each.source.title, each.source.date): each.source for each in load_published_rounds()}
    return list(found.values())


def _machines(registry: Registry) -> str:
    cited = sum(len(machine.sources) for machine in registry.machines)
    return (
        f"{plural(len(registry.machines), 'record')} cite {plural(cited, 'publication')}; the "
        "page Capacity shows those of each machine. By the best source of each record:"
    )


def _graded(registry: Registry) -> list[str]:
    best = Counter(
        min((source.grade for source in machine.sources), default="E-unverified")
        for machine in registry.machines
    )
    return [
        f"{grade} ({_GRADES[grade]}): {plural(best[grade], 'record')}" for grade in sorted(best)
    ]


def _list(lines: list[Any]) -> html.Ul:
    return html.Ul([html.Li(line) for line in lines], className="pl-notes")
