"""Chart descriptions drawn by Plotly."""

from collections.abc import Callable
from typing import Any, Final

import plotly.graph_objects as go

from dashboard.figures.frame import Pen, layout, plain
from dashboard.figures.lines import lines
from dashboard.figures.lying import bars, pairs, stack
from dashboard.figures.ranges import periods, ranges
from dashboard.figures.spans import spans
from dashboard.figures.upright import columns, dots, layers, multiples
from reports.charts.description import Chart, Kind
from reports.palette import FONT, SYNTHETIC

__all__ = ["SYNTHETIC", "Pen", "draw", "legend_entries", "plain"]

_LOW_PX: Final = 180

_PAINTERS: Final[dict[Kind, Callable[[go.Figure, Chart, Pen], None]]] = {
    "columns": columns,
    "bars": bars,
    "stack": stack,
    "pairs": pairs,
    "dots": dots,
    "multiples": multiples,
    "ranges": ranges,
    "periods": periods,
    "lines": lines,
    "layers": layers,
    "spans": spans,
}


def draw(chart: Chart, pen: Pen) -> go.Figure:
    """The figure of a chart; it has no legend of its own: see `legend_entries`."""
    figure = go.Figure(layout=layout(pen))
    _PAINTERS[chart.kind](figure, chart, pen)
    if chart.synthetic:
        figure.add_annotation(_watermark(pen, low=figure.layout.height < _LOW_PX))
    return figure


def legend_entries(chart: Chart, pen: Pen) -> list[tuple[str, str]]:
    """Name and colour of each series, where a chart has several that are not named in place."""
    if len(chart.series) == 1 or (chart.kind == "lines" and not pen.narrow):
        return []
    return [(series.name, pen.theme.roles[series.role]) for series in chart.series]


def _watermark(pen: Pen, *, low: bool) -> dict[str, Any]:
    """The word on the chart: across it, or in a low one at its right."""
    place, font = _beside(pen) if low else _across(pen)
    told = {"color": pen.theme.watermark, "family": FONT}
    paper = {"xref": "paper", "yref": "paper", "showarrow": False}
    return {"text": SYNTHETIC, "font": {**told, **font}, **paper, **place}


def _across(pen: Pen) -> tuple[dict[str, Any], dict[str, Any]]:
    place = {"x": 0.5, "xanchor": "center", "y": 0.5, "yanchor": "middle", "textangle": -18}
    return place, {"size": 24 if pen.narrow else 34, "shadow": f"0 0 2px {pen.theme.ground}"}


def _beside(pen: Pen) -> tuple[dict[str, Any], dict[str, Any]]:
    """Beside the shortest bar, or on a narrow screen beside the name above the longest."""
    right = {"x": 1, "xanchor": "right", "textangle": 0}
    if pen.narrow:
        return {**right, "y": 1, "yanchor": "top"}, {"size": 14}
    return {**right, "y": 0, "yanchor": "bottom"}, {"size": 24}
