"""Callbacks of grids whose rows come in blocks: a request names the page, its filters, the table.

What may be asked is what pages ask: the rows are those that the page of the address has drawn,
and where the memory has lost them the page is drawn again.
"""

from collections.abc import Callable
from typing import Any, cast

from dash import ALL, MATCH, ClientsideFunction, Dash, Input, Output, State, no_update
from dash.exceptions import PreventUpdate

from dashboard.filters import Filters, read_filters
from dashboard.grid_rows import Block, Tables, block, collected
from dashboard.grids import told
from dashboard.reader import Reader
from model.errors import PlimsollError

DrawPage = Callable[[str, Filters], None]
"""Draws the body of the page at a path, with filters."""

_NEWER = "These rows are newer than the page: the store has changed. Load the page anew."


def add_grid_rows(app: Dash, reader: Reader, draw: DrawPage, *, base: str) -> None:
    """Answer the requests of grids, and let words in the field above one ask anew."""

    def part(name: str) -> dict[str, Any]:
        return {"grid": MATCH, "of": MATCH, "part": name}

    cast("Any", app).clientside_callback(
        ClientsideFunction("grids", "lookFor"),
        Output(part("words"), "title"),
        Input(part("words"), "value"),
        State(part("words"), "id"),
        prevent_initial_call=True,
    )

    @app.callback(
        Output(part("rows"), "getRowsResponse"),
        Output(part("rows"), "columnSize"),
        Output(part("told"), "children"),
        Input(part("rows"), "getRowsRequest"),
        State(part("rows"), "id"),
        State(part("words"), "value"),
        State({"drawn": ALL}, "data"),
        prevent_initial_call=True,
    )
    def rows(
        request: dict[str, Any] | None,
        asked: dict[str, str],
        words: str | None,
        drawn: list[dict[str, Any]],
    ) -> tuple[dict[str, Any], Any, str]:
        if not request or not drawn:
            raise PreventUpdate
        path = str(drawn[0]["pathname"]).removeprefix(base).strip("/")
        filters = read_filters(drawn[0]["search"])
        found = _block(reader, draw, path, filters, asked["grid"], request, words or "")
        newer = asked["of"] not in ("", reader.version())
        return (
            {"rowData": found.rows, "rowCount": found.found},
            no_update if words or request.get("sortModel") else "autoSize",
            told(found.found, found.held) + (f". {_NEWER}" if newer else ""),
        )


def tables_of(reader: Reader, draw: DrawPage, path: str, filters: Filters) -> Tables:
    """The large tables of a page, from memory or drawn again."""

    def drawn() -> Tables:
        with collected() as tables:
            draw(path, filters)
        return tables

    return reader.tables.recall((reader.edition(), path, filters), drawn)


def _block(
    reader: Reader,
    draw: DrawPage,
    path: str,
    filters: Filters,
    key: str,
    request: dict[str, Any],
    words: str,
) -> Block:
    try:
        frame = tables_of(reader, draw, path, filters).frames.get(key)
    except PlimsollError:
        frame = None
    return Block([], 0, 0) if frame is None else block(frame, request, words)
