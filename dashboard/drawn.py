"""Bodies of pages as they were drawn: made once an edition and a screen, and sent as they are.

Within a request a body goes into Dash's reply as a mark, which the drawn JSON replaces when the
reply leaves: neither the drawing nor the writing of it is done again.
"""

import time
from collections.abc import Callable
from secrets import token_hex
from typing import Any, Final

import dash_mantine_components as dmc
import flask
import zstandard
from plotly.io.json import to_json_plotly

from dashboard.filters import Filters
from dashboard.grid_rows import collected
from dashboard.reader import Reader

_FRESH_S: Final = 600
"""Bodies say how old the data are, in words: no longer than this without another look."""

_MOVING: Final = (
    "The store was written to while this page was drawn: some of its figures may be older than "
    "others. Load it anew when the ingest has ended."
)
_MARKS: Final = "plimsoll_drawn"

Screen = tuple[Any, ...]
"""What the drawing of a page goes by besides its filters."""


def drawn(
    reader: Reader, page: str, filters: Filters, screen: Screen, draw: Callable[[], list[Any]]
) -> Any:
    """The body of a page, as a mark that `fill` replaces; outside a request as `draw` gives it."""
    if not flask.has_request_context():
        return draw()
    packed = remembered(reader, page, filters, screen, draw)
    mark = f"drawn-{token_hex(16)}"
    flask.g.setdefault(_MARKS, {})[mark] = packed
    return mark


def remembered(
    reader: Reader, page: str, filters: Filters, screen: Screen, draw: Callable[[], list[Any]]
) -> bytes:
    """The JSON of a body, packed; drawn if it is not remembered. Raises what `draw` raises."""
    edition = reader.edition()
    steady = True

    def made() -> bytes:
        nonlocal steady
        with collected() as tables:
            tree, steady = reader.of_one_edition(draw)
        if not steady:
            tree = [dmc.Alert(_MOVING, color="yellow", variant="light"), *tree]
        steady = steady and reader.edition() == edition
        if steady:
            reader.tables.recall((edition, page, filters), lambda: tables)
        return zstandard.compress(to_json_plotly(tree).encode())

    moment = int(time.time() // _FRESH_S)
    key = (edition, page, filters, *screen, moment)
    return reader.drawn.recall(key, made, keep=lambda _: steady)


def fill(response: flask.Response) -> None:
    """Put into the reply of a callback each body for which a mark stands."""
    for mark, packed in flask.g.get(_MARKS, {}).items():
        body = response.get_data()
        response.set_data(body.replace(f'"{mark}"'.encode(), zstandard.decompress(packed)))
