"""Callbacks that the browser answers itself: the address, the filters' query, the colours."""

from typing import Any

from dash import ALL, ClientsideFunction, Input, Output, State


def add_clientside_callbacks(app: Any) -> None:
    """Wire what `assets/plimsoll.js` does."""

    def js(name: str) -> ClientsideFunction:
        return ClientsideFunction("plimsoll", name)

    app.clientside_callback(
        js("readAddress"),
        Output("address", "data"),
        Output("view", "data", allow_duplicate=True),
        Input("moved", "data"),
        prevent_initial_call="initial_duplicate",
    )
    app.clientside_callback(
        js("writeFilters"),
        Output("query", "data"),
        Output({"link": ALL, "path": ALL}, "href"),
        Input({"filter": ALL, "default": ALL}, "value"),
        State({"filter": ALL, "default": ALL}, "id"),
        State("query", "data"),
        State({"link": ALL, "path": ALL}, "id"),
        State({"drawn": ALL}, "id"),
    )
    app.clientside_callback(
        js("switchScheme"),
        Output("view", "data"),
        Input("scheme", "n_clicks"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        js("provideScheme"),
        Output("provider", "forceColorScheme"),
        Output("scheme", "children"),
        Input("view", "data"),
    )
    app.clientside_callback(
        js("arrive"), Output("arrival", "storage_type"), Input("arrival", "data")
    )
