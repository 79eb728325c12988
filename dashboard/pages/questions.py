"""The questions that are asked most, each a link to where it is answered."""

from dataclasses import replace
from typing import Final

from dash import dcc, html

from dashboard.aria import aria
from dashboard.filters import Filters, write_query

_QUESTIONS: Final = (
    ("Which application was cut most?", "shortfall", "finding-applications"),
    ("How much may be granted next?", "shortfall", "finding-grantable"),
    ("Which inference nodes could move, and what does that free?", "utilisation", "finding-moves"),
    ("Why are jobs waiting now?", "demand", "finding-queue"),
    ("How much has the UK per head beside Germany?", "capacity", "finding-countries"),
    ("How old are the data, and what is missing?", "health", ""),
)
_UNIT: Final = "a100_equivalents_16bit"


def questions(filters: Filters, base: str) -> html.Nav:
    """The questions, with the filters of the page; capacity is told in A100-equivalents."""
    return html.Nav(
        [
            html.Span("Questions:"),
            html.Ul(
                [
                    html.Li(dcc.Link(asked, href=_address(page, place, filters, base)))
                    for asked, page, place in _QUESTIONS
                ]
            ),
        ],
        className="pl-deeper",
        **aria(label="Questions that are asked most"),
    )


def _address(page: str, place: str, filters: Filters, base: str) -> str:
    kept = replace(filters, unit=_UNIT) if page == "capacity" else filters
    anchor = f"#{place}" if place else ""
    return f"{base}{page}{write_query(kept)}{anchor}"
