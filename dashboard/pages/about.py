"""About the figures: what each column means, whose data they rest on, how the pages were tested."""

from importlib.metadata import version
from typing import Any, Final

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard.filters import Filters
from dashboard.pages.about_glossary import glossary
from dashboard.pages.about_sources import sources
from dashboard.pages.about_statement import statement
from dashboard.pages.base import Page, PageRequest
from dashboard.panels import stack
from dashboard.reader import Reader

PATH: Final = "about"


def controls(_: Reader, filters: Filters) -> list[Any]:
    """Words to look for in the glossary."""
    return [
        dmc.TextInput(
            id={"filter": "find", "default": ""},
            label="Look for in the glossary",
            value=filters.find or "",
            debounce=400,
            inputProps={"type": "search"},
            className="pl-control pl-wide",
        )
    ]


def body(request: PageRequest) -> html.Div:
    """The sections of the page."""
    return stack(
        [
            _method(request.view.base),
            glossary(request.filters.find),
            sources(request.reader.registry),
            statement(),
            _program(request.reader),
        ]
    )


def _method(base: str) -> html.Section:
    return html.Section(
        [
            html.H2("How to read the figures"),
            html.Ul(
                [
                    html.Li(
                        "What is not known is “no data”, never zero. Each such place says why."
                    ),
                    html.Li(
                        "Where a figure is only known between two bounds, both are given. What is "
                        "estimated is called an estimate."
                    ),
                    html.Li(
                        [
                            (
                                "Each panel's Sources tab has the command that prints the same "
                                "figures; "
                            ),
                            dcc.Link("Data health", href=f"{base}health"),
                            " tells how old the data are and what is missing.",
                        ]
                    ),
                    html.Li(
                        "Days and months begin at midnight in the site's time zone. A period "
                        "includes its first day and ends before its last."
                    ),
                ],
                className="pl-notes",
            ),
        ],
        className="pl-panel",
    )


def _program(reader: Reader) -> html.Section:
    facts = {
        "Program": f"Plimsoll {version('plimsoll')}",
        "Licence": "Apache License, Version 2.0",
        "Store": reader.version() or "none",
        "Time zone": reader.timezone,
        "Documentation": "the folder docs of the source: a tutorial, tasks, reference pages and "
        "the methods, with what is assumed and what that costs",
        "Commands": "plimsoll --help, and plimsoll COMMAND --help",
    }
    lines = [part for name, text in facts.items() for part in (html.Dt(name), html.Dd(text))]
    return html.Section(
        [html.H2("Program, licence and documentation"), html.Dl(lines, className="pl-facts")],
        className="pl-panel",
    )


ABOUT: Final = Page(
    name="About the figures",
    path=PATH,
    heading="About the figures: meanings, sources, accessibility",
    controls=controls,
    body=body,
)
