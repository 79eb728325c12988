"""Callbacks: from the address to a page, from the filters to the address and the page's body."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from secrets import token_hex
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, dcc, html
from dash.exceptions import PreventUpdate

from dashboard.aria import aria, data
from dashboard.bar import under_filters
from dashboard.choices import accounts, matching, unknown_values
from dashboard.clientside import add_clientside_callbacks
from dashboard.drawn import drawn as as_drawn
from dashboard.empty import explain
from dashboard.filters import NO_FILTERS, Filters, read_filters
from dashboard.freshness import drawn_from
from dashboard.keeping import VIEWS_PATH, add_keeping, keep_form, told_of_changes
from dashboard.pages import PAGES, Page, PageRequest
from dashboard.panels import Drawn, View
from dashboard.reader import Reader
from dashboard.standing import standing
from dashboard.turns import AbandonedError, Turns
from model.errors import PlimsollError
from model.progress import Progress, no_progress
from reports.palette import theme


def add_callbacks(app: Dash, reader: Reader, *, base: str) -> None:
    """Wire the shell to its pages."""
    turns = Turns()
    add_clientside_callbacks(app)
    add_keeping(app, reader, base=base, paths=[page.path for page in PAGES])

    @app.callback(
        Output("main", "children"),
        Output({"link": ALL, "path": ALL}, "className"),
        Output("arrival", "data"),
        Input("address", "data"),
        State("redraw", "data"),
        prevent_initial_call=True,
    )
    def open_page(
        address: dict[str, Any], redraw: str | None
    ) -> tuple[Any, list[str], dict[str, Any]]:
        address |= {"redraw": redraw}
        page = page_at(address["pathname"], base=base)
        marks = ["pl-current" if known is page else "" for known in PAGES]
        arrival = {"moved": address["moved"], "title": page.name if page else "No such page"}
        if page is None:
            return _nowhere(base), marks, arrival
        with _or_nothing():
            shown = turns.draw(
                _tab(address["view"]), lambda: page_layout(page, reader, address, base=base)
            )
        return shown, marks, arrival

    @app.callback(
        Output({"body": ALL}, "children"),
        Output({"drawn": ALL}, "data"),
        Input("query", "data"),
        Input("view", "data"),
        Input("redraw", "data"),
        State({"drawn": ALL}, "data"),
        prevent_initial_call=True,
    )
    def refresh(
        query: str, view: dict[str, Any], redraw: str | None, drawn: list[dict[str, Any]]
    ) -> tuple[list[Any], list[dict[str, Any]]]:
        if not drawn:
            raise PreventUpdate
        now = drawn[0] | {"search": query, "view": view, "redraw": redraw}
        if now == drawn[0]:
            raise PreventUpdate
        page = page_at(now["pathname"], base=base)
        if page is None:
            raise PreventUpdate
        with _or_nothing():
            shown = turns.draw(
                _tab(view), lambda: body(page, reader, read_filters(query), _screen(view, base))
            )
        return [shown], [now]

    @app.callback(
        Output({"filter": "account", "default": ""}, "data"),
        Input({"filter": "account", "default": ""}, "searchValue"),
        State({"filter": "account", "default": ""}, "value"),
        prevent_initial_call=True,
    )
    def search_accounts(typed: str | None, value: str | None) -> list[str]:
        return matching(accounts(reader), "" if typed == value else typed, keep=value)


def warm(reader: Reader, *, base: str, progress: Progress = no_progress) -> None:
    """Draw the pages as they are before any filter is set, so that the first reader need not wait.

    What cannot be answered is left for the page itself to explain.
    """
    for done, page in enumerate(PAGES):
        progress(done, len(PAGES))
        if not page.is_live:
            with suppress(PlimsollError):
                page.controls(reader, NO_FILTERS)
                body(page, reader, NO_FILTERS, _screen(None, base))


def draw_page(
    reader: Reader,
    path: str,
    filters: Filters,
    watch: Callable[[Drawn], None] | None = None,
    *,
    base: str,
) -> None:
    """Draw the body of the page at a path, if there is one, and tell `watch` of its charts.

    Raises PlimsollError where the page cannot be shown.
    """
    page = page_at(base + path, base=base)
    if page is not None:
        view = _seen(page, filters, _screen(None, base))
        page.body(PageRequest(reader=reader, filters=filters, view=replace(view, watch=watch)))


def page_at(pathname: str | None, *, base: str) -> Page | None:
    """The page of an address, None where there is none."""
    path = (pathname or base).removeprefix(base).strip("/")
    return next((page for page in PAGES if page.path == path), None)


def page_layout(page: Page, reader: Reader, address: dict[str, Any], *, base: str) -> list[Any]:
    """A whole page, its filters set from the query of its address.

    Its body has a name of its own, so that an answer that comes when the reader has gone to
    another page falls nowhere.
    """
    query = address["search"]
    filters = read_filters(query)
    name = token_hex(8)
    shown = body(page, reader, filters, _screen(address["view"], base))
    return [
        dcc.Store(id="query", data=query),
        dcc.Store(id={"drawn": name}, data=address),
        html.Div(
            [html.H1(page.heading, tabIndex=-1), _keep_form(page, base)], className="pl-heading"
        ),
        *_filter_bar(page.controls(reader, filters)),
        html.Div(shown, id={"body": name}),
    ]


def _keep_form(page: Page, base: str) -> html.Details | html.P:
    return told_of_changes() if page.path == VIEWS_PATH else keep_form(base=base)


def _filter_bar(controls: Sequence[Any]) -> list[html.Form]:
    if not controls:
        return []
    return [html.Form(list(controls), className="pl-filters", **aria(label="Filters"))]


def body(page: Page, reader: Reader, filters: Filters, screen: View) -> Any:
    """What stands below the filters; a fault that a person can act on is shown as such."""
    view = _seen(page, filters, screen)

    def draw() -> list[Any]:
        version = drawn_from(reader)
        return [
            under_filters(reader, filters, view),
            *_faults(page, reader, filters),
            page.body(PageRequest(reader=reader, filters=filters, view=view)),
            html.Div(standing(reader, filters, base=view.base), **data(version=version)),
        ]

    try:
        return draw() if page.is_live else as_drawn(reader, page.path, filters, view.screen, draw)
    except PlimsollError as fault:
        return [
            under_filters(reader, filters, view),
            *_faults(page, reader, filters),
            explain("This page cannot be shown", str(fault)),
        ]


def _faults(page: Page, reader: Reader, filters: Filters) -> list[dmc.Alert]:
    """What the address asks for in vain."""
    unknown = unknown_values(reader, filters) if page.offers else []
    return [
        dmc.Alert(fault, color="yellow", variant="light") for fault in (*filters.faults, *unknown)
    ]


@contextmanager
def _or_nothing() -> Iterator[None]:
    """Answer nothing to a reader who has gone on."""
    try:
        yield
    except AbandonedError:
        raise PreventUpdate from None


def _tab(view: dict[str, Any] | None) -> str | None:
    return str((view or {}).get("tab") or "")[:64] or None


def _screen(told: dict[str, Any] | None, base: str) -> View:
    shown = told or {}
    return View(
        theme=theme(shown.get("scheme", "light")), narrow=bool(shown.get("narrow")), base=base
    )


def _seen(page: Page, filters: Filters, screen: View) -> View:
    return replace(screen, page=page.path, filters=filters, offers=page.offers)


def _nowhere(base: str) -> list[Any]:
    return [
        html.H1("There is no page at this address", tabIndex=-1),
        html.P(["Go to the ", dcc.Link("first page", href=base), "."]),
    ]
