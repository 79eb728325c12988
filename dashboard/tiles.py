"""Headline figures: at most four, each with its denominator and its definition."""

from dataclasses import dataclass

import dash_mantine_components as dmc
from dash import html

from dashboard.aria import aria
from dashboard.panels import View
from reports.definitions import definition
from reports.wording import NO_DATA


@dataclass(frozen=True)
class Tile:
    """A headline: `figure` as read, `value` as reckoned, `under` its denominator and date.

    `table` and `column` of `plimsoll show` define it. A `value` of None is shown as "no data",
    and `under` then says why.
    """

    name: str
    figure: str
    value: float | None
    under: str
    table: str
    column: str


def tiles(shown: list[Tile], view: View) -> html.Dl:
    """The headline figures of a page; each says which filters in use it does not know."""
    return html.Dl([_tile(tile, view) for tile in shown], className="pl-tiles")


def _tile(tile: Tile, view: View) -> html.Div:
    missing = tile.value is None
    figure = html.Data(
        NO_DATA if missing else tile.figure,
        value="" if missing else repr(tile.value),
        className="pl-figure pl-missing" if missing else "pl-figure",
    )
    return html.Div(
        [
            html.Dt([html.Span(tile.name), _meaning(tile)]),
            html.Dd([figure, html.Span(tile.under, className="pl-under"), _ignored(tile, view)]),
        ],
        className="pl-tile",
    )


def _ignored(tile: Tile, view: View) -> html.Span | None:
    said = view.ignored_by(tile.table)
    return html.Span(said, className="pl-under pl-ignored") if said else None


def _meaning(tile: Tile) -> dmc.Tooltip:
    meaning = definition(tile.table, tile.column) or ""
    return dmc.Tooltip(
        html.Button(
            "?",
            type="button",
            className="pl-what",
            **aria(label=f"What “{tile.name}” means: {meaning}"),
        ),
        label=meaning,
        withinPortal=False,
        multiline=True,
        w=280,
        events={"hover": True, "focus": True, "touch": True},
    )
