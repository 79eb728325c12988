"""Saving a view and sharing its link, beside the heading of every page."""

from collections.abc import Sequence
from secrets import token_hex
from typing import Any, Final

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, ctx, dcc, html
from dash.exceptions import PreventUpdate

from dashboard.aria import aria, data
from dashboard.filters import read_filters, write_query
from dashboard.reader import Reader
from model.errors import InputError
from reports.wording import sentence
from store import SavedViews

VIEWS_PATH: Final = "views"
_NO_STORE: Final = "There is no store yet, so that no view can be kept."


def keep_form(*, base: str) -> html.Details:
    """Name this view and keep it, or copy its link."""
    return html.Details(
        [
            html.Summary("Save or share this view"),
            html.Div(
                [
                    dmc.TextInput(id="view-name", label="Name of the view", className="pl-control"),
                    html.Button(
                        "Save", id="view-save", type="button", className="pl-button pl-plain"
                    ),
                    copy_button("", said="Copy the link"),
                ],
                className="pl-keep",
            ),
            html.P(id="view-told", role="status"),
            html.P(
                [
                    "Saved views are for everyone who opens this dashboard: ",
                    dcc.Link("all saved views", href=f"{base}{VIEWS_PATH}"),
                    ".",
                ]
            ),
        ],
        className="pl-saving",
    )


def told_of_changes() -> html.P:
    """Where the page of saved views says what became of a change."""
    return html.P(id="views-told", role="status")


def copy_button(address: str, *, said: str, name: str = "") -> html.Button:
    """A button that copies the link to an address, to the page itself where it is empty."""
    named = aria(label=f"{said} of {name}") if name else {}
    return html.Button(
        said,
        type="button",
        className="pl-button pl-plain pl-copy",
        **data(address=address),
        **named,
    )


def add_keeping(app: Dash, reader: Reader, *, base: str, paths: Sequence[str]) -> None:
    """Wire what saves, renames and deletes; `paths` are those of the pages that there are."""

    @app.callback(
        Output("view-told", "children"),
        Output("view-name", "value"),
        Input("view-save", "n_clicks"),
        State("view-name", "value"),
        State({"drawn": ALL}, "data"),
        prevent_initial_call=True,
    )
    def save(clicks: int | None, name: str | None, drawn: list[dict[str, Any]]) -> tuple[str, str]:
        if not clicks or not drawn:
            raise PreventUpdate
        page = str(drawn[0]["pathname"]).removeprefix(base).strip("/")
        if page not in paths:
            raise PreventUpdate
        query = write_query(read_filters(drawn[0]["search"]))
        try:
            _views(reader).save(name or "", page=page, query=query)
        except InputError as fault:
            return _said(fault), name or ""
        return f"Saved as “{(name or '').strip()}”.", ""

    @app.callback(
        Output("views-told", "children"),
        Output("redraw", "data", allow_duplicate=True),
        Input({"view-delete": ALL}, "n_clicks"),
        Input({"view-rename": ALL}, "n_clicks"),
        State({"view-new-name": ALL}, "value"),
        State({"view-new-name": ALL}, "id"),
        prevent_initial_call=True,
    )
    def change(
        _deleted: list[int], _renamed: list[int], names: list[str], ids: list[dict[str, int]]
    ) -> tuple[str, str]:
        asked = ctx.triggered_id
        if not asked or not ctx.triggered[0]["value"]:
            raise PreventUpdate
        typed = {known["view-new-name"]: name for known, name in zip(ids, names, strict=True)}
        try:
            told = _change(_views(reader), asked, typed)
        except InputError as fault:
            told = _said(fault)
        return told, token_hex(4)


def _change(views: SavedViews, asked: dict[str, int], typed: dict[int, str]) -> str:
    if "view-delete" in asked:
        views.delete(asked["view-delete"])
        return "The view was deleted."
    view_id = asked["view-rename"]
    views.rename(view_id, typed.get(view_id) or "")
    return "The view was renamed."


def _said(fault: InputError) -> str:
    return " ".join(sentence(part.rstrip(".")) for part in (fault.what, fault.hint) if part)


def _views(reader: Reader) -> SavedViews:
    if reader.store is None:
        raise InputError(_NO_STORE, hint="`plimsoll init` makes one.")
    return reader.store.catalogue.views
