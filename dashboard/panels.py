"""A panel: a finding as its heading, then the chart, its table and its sources, one tab each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import dash_mantine_components as dmc
import polars as pl
from dash import dcc, html

from dashboard.aria import aria
from dashboard.downloads import download_query
from dashboard.figures import Pen, draw, legend_entries
from dashboard.glossary import address
from dashboard.grids import grid
from model.question import Answer
from reports.charts import Chart
from reports.command import command_of
from reports.definitions import definition, heading
from reports.palette import Theme
from reports.wording import day

Content = Any


@dataclass(frozen=True)
class View:
    """How the reader's screen is: its theme, and whether it is narrow."""

    theme: Theme
    narrow: bool = False
    base: str = "/"

    @property
    def pen(self) -> Pen:
        """How charts are drawn for this screen."""
        return Pen(self.theme, narrow=self.narrow)


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
    heading_id = f"finding-{panel.key}"
    return html.Section(
        [
            html.H2(panel.finding, id=heading_id),
            *panel.before,
            dmc.Tabs(
                [_tab_list(panel), *_tab_panels(panel, view)],
                value="chart" if panel.chart else "table",
                keepMounted=False,
                className="pl-tabs",
            ),
        ],
        className="pl-panel",
        **aria(labelledby=heading_id),
    )


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
        found.insert(0, dmc.TabsPanel(chart_block(panel.key, panel.chart, view), value="chart"))
    return found


def chart_block(key: str, chart: Chart, view: View) -> html.Figure:
    """A chart with its title; what it shows stands in words for those who do not see it."""
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
        ],
        className="pl-chart",
    )


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
