"""A panel: a finding as its heading, then the chart, its table and its sources, one tab each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode

import dash_mantine_components as dmc
import polars as pl
from dash import dcc, html

from dashboard.applies import ignored_by, ignored_sentence
from dashboard.aria import aria
from dashboard.downloads import download_query
from dashboard.figures import Pen, draw, legend_entries
from dashboard.filters import NO_FILTERS, Filters, write_query
from dashboard.glossary import address
from dashboard.grids import grid
from dashboard.turns import go_on
from model.question import Answer
from reports.charts import Chart
from reports.command import command_of
from reports.definitions import definition, heading
from reports.palette import Theme
from reports.wording import day

Content = Any
PICTURES: Final = ("svg", "png")
"""Kinds of file in which a chart can be had."""


@dataclass(frozen=True)
class View:
    """How a page is seen: the screen's theme and width, the page's path, its filters.

    `offers` are the filters of the page that some tables do not know, `watch` is told of each
    chart as it is drawn: see `dashboard.pictures`.
    """

    theme: Theme
    narrow: bool = False
    base: str = "/"
    page: str = ""
    filters: Filters = NO_FILTERS
    offers: tuple[str, ...] = ()
    watch: Callable[["Drawn"], None] | None = None

    @property
    def pen(self) -> Pen:
        """How charts are drawn for this screen."""
        return Pen(self.theme, narrow=self.narrow)

    @property
    def screen(self) -> tuple[str, bool, str]:
        """What the drawing of a page goes by besides its filters and the store."""
        return self.theme.scheme, self.narrow, self.base

    def ignored_by(self, table: str) -> str | None:
        """A sentence on the filters in use that a table does not know; None where it knows all."""
        return ignored_sentence(ignored_by(table, self.filters, offered=self.offers))


@dataclass(frozen=True)
class Drawn:
    """A chart as it stands on a page, with the answer that it draws."""

    key: str
    chart: Chart
    answer: Answer


@dataclass(frozen=True)
class Panel:
    """What a panel says: `finding` with its number, a chart or none, and the answer behind it.

    `shown` replaces the answer's frame in the table where several answers (`more`) make it up;
    `columns` chooses among its columns.
    """

    key: str
    finding: str
    answer: Answer
    chart: Chart | None = None
    shown: pl.DataFrame | None = None
    more: tuple[Answer, ...] = ()
    columns: tuple[str, ...] = ()
    sources: tuple[Content, ...] = ()
    before: tuple[Content, ...] = ()


def render(panel: Panel, view: View) -> html.Section:
    """The section of a page that shows a panel."""
    go_on()
    heading_id = f"finding-{panel.key}"
    return html.Section(
        [
            html.H2(panel.finding, id=heading_id),
            *panel.before,
            unfiltered(panel.answer.question.table, view),
            dmc.Tabs(
                [_tab_list(panel), *_tab_panels(panel, view)],
                id={"tabs": panel.key},
                value="chart" if panel.chart else "table",
                persistence=True,
                persistence_type="memory",
                keepMounted=False,
                className="pl-tabs",
            ),
        ],
        className="pl-panel",
        **aria(labelledby=heading_id),
    )


def unfiltered(table: str, view: View) -> html.P | None:
    """What a reader must know of the filters in use that do not apply to a table."""
    said = view.ignored_by(table)
    return html.P(said, className="pl-lead pl-ignored") if said else None


def _tab_list(panel: Panel) -> dmc.TabsList:
    names = (["chart"] if panel.chart else []) + ["table", "sources"]
    return dmc.TabsList(
        [dmc.TabsTab(name.capitalize(), value=name) for name in names],
        **aria(label=f"Ways to see: {panel.finding}"),
    )


def _tab_panels(panel: Panel, view: View) -> list[dmc.TabsPanel]:
    found = [
        dmc.TabsPanel(_table(panel, view), value="table"),
        dmc.TabsPanel(_sources(panel), value="sources"),
    ]
    if panel.chart:
        drawn = Drawn(panel.key, panel.chart, panel.answer)
        found.insert(0, dmc.TabsPanel(chart_block(drawn, view), value="chart"))
    return found


def chart_block(drawn: Drawn, view: View) -> html.Figure:
    """A chart with its title; what it shows stands in words for those who do not see it."""
    if view.watch:
        view.watch(drawn)
    key, chart = drawn.key, drawn.chart
    figure = draw(chart, view.pen)
    return html.Figure(
        [
            html.Figcaption(chart.title),
            _legend(chart, view),
            html.Div(
                dcc.Graph(
                    id={"chart": key},
                    figure=figure,
                    config={"displayModeBar": False, "scrollZoom": False, "doubleClick": False},
                    responsive=True,
                    style={"height": f"{figure.layout.height}px"},
                ),
                role="img",
                **aria(label=f"{chart.summary} The figures are in the table."),
            ),
            _picture_links(drawn, view),
        ],
        className="pl-chart",
    )


def _picture_links(drawn: Drawn, view: View) -> html.P:
    query = urlencode({"page": view.page}) + write_query(view.filters).replace("?", "&", 1)
    links: list[Content] = ["Download this chart: "]
    for kind in PICTURES:
        address = f"{view.base}download/chart/{quote(drawn.key)}.{kind}?{query}"
        name = f"Download the chart “{drawn.chart.title}” as {kind.upper()}"
        links += [html.A(kind.upper(), href=address, download="", **aria(label=name)), " "]
    return html.P(links, className="pl-downloads")


def _legend(chart: Chart, view: View) -> html.Ul | None:
    entries = legend_entries(chart, view.pen)
    if not entries:
        return None
    return html.Ul(
        [
            html.Li([html.Span(className=_swatch(chart, place), style={"color": colour}), name])
            for place, (name, colour) in enumerate(entries)
        ],
        className="pl-legend",
    )


def _swatch(chart: Chart, place: int) -> str:
    if chart.kind not in {"pairs", "dots"}:
        return "pl-swatch"
    ring = chart.kind == "pairs" and chart.series[place].role != "main"
    return "pl-swatch pl-ring" if ring else "pl-swatch pl-round"


def _table(panel: Panel, view: View) -> list[Content]:
    frame = panel.answer.frame if panel.shown is None else panel.shown
    return [
        *(_downloads(answer, view) for answer in (panel.answer, *panel.more)),
        grid(panel.answer, frame, key=panel.key, columns=panel.columns),
        _definitions(panel, view),
    ]


def _downloads(answer: Answer, view: View) -> html.P:
    table = answer.question.table
    query = download_query(answer.question)
    by = f" by {', '.join(answer.question.by)}" if answer.question.by else ""
    links: list[Content] = [f"Download {table}{by}: "]
    for kind in ("csv", "xlsx"):
        address = f"{view.base}download/{quote(table)}.{kind}{query}"
        name = f"Download {table}{by} as {kind.upper()}"
        link = html.A(kind.upper(), href=address, download="", **aria(label=name))
        links += [link, " "]
    return html.P(links, className="pl-downloads")


def _definitions(panel: Panel, view: View) -> html.Details | None:
    frame = panel.answer.frame if panel.shown is None else panel.shown
    names = [name for name in panel.columns or frame.columns if name in frame.columns]
    table = panel.answer.question.table
    known = [(name, text) for name in names if (text := definition(table, name))]
    if not known:
        return None
    entries = [
        part for name, text in known for part in (html.Dt(heading(table, name)), html.Dd(text))
    ]
    return html.Details(
        [html.Summary("What the columns mean"), html.Dl(entries), _more(table, view)],
        className="pl-definitions",
    )


def _more(table: str, view: View) -> html.P:
    place = address(view.base, table)
    return html.P(dcc.Link(f"Units, formulas and sources of {table} in the glossary", href=place))


def _sources(panel: Panel) -> list[Content]:
    answer = panel.answer
    lines: list[Content] = [html.Li(note) for note in answer.notes]
    if answer.data_as_of:
        assumed = ", assumed from the latest record" if answer.as_of_assumed else ""
        lines.append(html.Li(f"Data as of {day(answer.data_as_of)}{assumed}."))
    if answer.store_version:
        lines.append(html.Li(["Store version ", html.Code(answer.store_version)]))
    lines += [
        html.Li(["The same figures: ", html.Code(command_of(each.question))])
        for each in (answer, *panel.more)
    ]
    return [html.Ul([*lines, *(html.Li(source) for source in panel.sources)], className="pl-notes")]


def stack(parts: Sequence[Content]) -> html.Div:
    """Parts of a page one under another, None left out."""
    return html.Div([part for part in parts if part is not None], className="pl-stack")
