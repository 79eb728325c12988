"""Callbacks: from the address to a page, from the filters to the address and the page's body."""

from collections.abc import Sequence
from contextlib import suppress
from secrets import token_hex
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, dcc, html
from dash.exceptions import PreventUpdate

from dashboard.aria import aria
from dashboard.clientside import add_clientside_callbacks
from dashboard.empty import explain
from dashboard.filters import Filters, read_filters
from dashboard.pages import PAGES, Page, PageRequest
from dashboard.panels import View
from dashboard.reader import Reader
from dashboard.standing import standing
from model.errors import PlimsollError
from reports.palette import theme


def add_callbacks(app: Dash, reader: Reader, *, base: str) -> None:
    """Wire the shell to its pages."""
    add_clientside_callbacks(app)

    @app.callback(
        Output("main", "children"),
        Output({"link": ALL, "path": ALL}, "className"),
        Output("arrival", "data"),
        Input("address", "data"),
        prevent_initial_call=True,
    )
    def open_page(address: dict[str, Any]) -> tuple[Any, list[str], str]:
        page = page_at(address["pathname"], base=base)
        marks = ["pl-current" if known is page else "" for known in PAGES]
        if page is None:
            return _nowhere(base), marks, "No such page"
        view = _view(address["view"], base)
        return page_layout(page, reader, address, view), marks, page.name

    @app.callback(
        Output({"body": ALL}, "children"),
        Output({"drawn": ALL}, "data"),
        Input("query", "data"),
        Input("view", "data"),
        State({"drawn": ALL}, "data"),
        prevent_initial_call=True,
    )
    def refresh(
        query: str, view: dict[str, Any], drawn: list[dict[str, Any]]
    ) -> tuple[list[Any], list[dict[str, Any]]]:
        if not drawn or (now := drawn[0] | {"search": query, "view": view}) == drawn[0]:
            raise PreventUpdate
        page = page_at(now["pathname"], base=base)
        if page is None:
            raise PreventUpdate
        return [body(page, reader, read_filters(query), _view(view, base))], [now]


def warm(reader: Reader) -> None:
    """Answer what the pages ask before any filter is set, so that the first reader need not wait.

    What cannot be answered is left for the page itself to explain.
    """
    for page in PAGES:
        with suppress(PlimsollError):
            page.body(PageRequest(reader=reader, filters=Filters(), view=_view(None, "/")))


def page_at(pathname: str | None, *, base: str) -> Page | None:
    """The page of an address, None where there is none."""
    path = (pathname or base).removeprefix(base).strip("/")
    return next((page for page in PAGES if page.path == path), None)


def page_layout(page: Page, reader: Reader, address: dict[str, Any], view: View) -> list[Any]:
    """A whole page, its filters set from the query of its address.

    Its body has a name of its own, so that an answer that comes when the reader has gone to
    another page falls nowhere.
    """
    query = address["search"]
    filters = read_filters(query)
    name = token_hex(8)
    return [
        dcc.Store(id="query", data=query),
        dcc.Store(id={"drawn": name}, data=address),
        html.H1(page.heading, tabIndex=-1),
        *_filter_bar(page.controls(reader, filters)),
        html.Div(body(page, reader, filters, view), id={"body": name}),
    ]


def _filter_bar(controls: Sequence[Any]) -> list[html.Form]:
    if not controls:
        return []
    return [html.Form(list(controls), className="pl-filters", **aria(label="Filters"))]


def body(page: Page, reader: Reader, filters: Filters, view: View) -> Any:
    """What stands below the filters; a fault that a person can act on is shown as such."""
    faults = [dmc.Alert(fault, color="yellow", variant="light") for fault in filters.faults]
    try:
        shown = page.body(PageRequest(reader=reader, filters=filters, view=view))
        return [*faults, shown, standing(reader, filters, base=view.base)]
    except PlimsollError as fault:
        return [*faults, explain("This page cannot be shown", str(fault))]


def _view(data: dict[str, Any] | None, base: str) -> View:
    shown = data or {}
    return View(
        theme=theme(shown.get("scheme", "light")), narrow=bool(shown.get("narrow")), base=base
    )


def _nowhere(base: str) -> list[Any]:
    return [
        html.H1("There is no page at this address", tabIndex=-1),
        html.P(["Go to the ", dcc.Link("first page", href=base), "."]),
    ]
