"""Saved views: pages with their filters that somebody named, for everyone who reads the store."""

from typing import Any, Final

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard.aria import aria
from dashboard.empty import explain, no_store
from dashboard.filters import Filters, read_filters
from dashboard.keeping import VIEWS_PATH, copy_button
from dashboard.pages.base import Page, PageRequest
from dashboard.panels import stack
from dashboard.reader import Reader
from dashboard.standing import chosen
from reports.wording import day, plural
from store import SavedView

_HEADS: Final = ("View", "Page", "Filters", "Saved on", "Change")


def controls(_: Reader, __: Filters) -> list[Any]:
    """The page has no filters."""
    return []


def body(request: PageRequest) -> html.Div:
    """The list of views, each with what can be done with it."""
    store = request.reader.store
    if store is None:
        return stack([no_store()])
    views = store.catalogue.views.all()
    return stack([_list(views, request.view.base) if views else _none()])


def _none() -> html.Section:
    return explain(
        "No view is saved yet",
        "Set the filters of a page as you want to see it again, open “Save or share this view” "
        "beside its heading, and give it a name.",
    )


def _list(views: list[SavedView], base: str) -> html.Section:
    return html.Section(
        [
            html.H2(f"{plural(len(views), 'view')} saved", id="saved-views"),
            html.P(
                "Everyone who opens this dashboard sees these views and can change them: it does "
                "not know who is who. The dates of a view stay as they were saved.",
                className="pl-lead",
            ),
            html.Div(
                html.Table(
                    [
                        html.Thead(html.Tr([html.Th(head, scope="col") for head in _HEADS])),
                        html.Tbody([_line(view, base) for view in views]),
                    ]
                ),
                className="pl-scroll",
                tabIndex=0,
                role="region",
                **aria(labelledby="saved-views"),
            ),
        ],
        className="pl-panel",
    )


def _line(view: SavedView, base: str) -> html.Tr:
    address = f"{base}{view.page}{view.query}"
    return html.Tr(
        [
            html.Th(dcc.Link(view.name, href=address), scope="row"),
            html.Td(view.page.capitalize() or "Overview"),
            html.Td(chosen(read_filters(view.query)) or "none"),
            html.Td(day(view.saved_at)),
            html.Td([copy_button(address, said="Copy the link", name=view.name), _changes(view)]),
        ]
    )


def _changes(view: SavedView) -> html.Details:
    return html.Details(
        [
            html.Summary("Rename or delete", **aria(label=f"Rename or delete {view.name}")),
            dmc.TextInput(
                id={"view-new-name": view.view_id},
                label=f"New name of “{view.name}”",
                value=view.name,
            ),
            html.Button(
                "Rename",
                id={"view-rename": view.view_id},
                type="button",
                className="pl-button pl-plain",
            ),
            html.Button(
                "Delete for everyone",
                id={"view-delete": view.view_id},
                type="button",
                className="pl-button pl-plain",
            ),
        ],
        className="pl-saving",
    )


VIEWS: Final = Page(
    name="Saved views",
    path=VIEWS_PATH,
    heading="Saved views: pages as somebody wanted to see them again",
    controls=controls,
    body=body,
    is_live=True,
)
