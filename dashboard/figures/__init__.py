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
_WORD_PX: Final = 28

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
        _mark(figure, pen)
    return figure


def legend_entries(chart: Chart, pen: Pen) -> list[tuple[str, str]]:
    """Name and colour of each series, where a chart has several that are not named in place."""
    if len(chart.series) == 1 or (chart.kind == "lines" and not pen.narrow):
        return []
    return [(series.name, pen.theme.roles[series.role]) for series in chart.series]


def _mark(figure: go.Figure, pen: Pen) -> None:
    """The word across the chart; under a low one, where it would hide labels."""
    word: dict[str, Any] = {"text": SYNTHETIC, "xref": "paper", "yref": "paper", "showarrow": False}
    font: dict[str, Any] = {"color": pen.theme.watermark, "family": FONT}
    height, below = figure.layout.height, figure.layout.margin.b
    if height < _LOW_PX:
        figure.update_layout(height=height + _WORD_PX, margin_b=below + _WORD_PX)
        corner: dict[str, Any] = {
            "x": 1,
            "xanchor": "right",
            "y": 0,
            "yanchor": "top",
            "yshift": -below,
        }
        figure.add_annotation(**word, **corner, font=font | {"size": 16})
        return
    font |= {"size": 24 if pen.narrow else 34, "shadow": f"0 0 2px {pen.theme.ground}"}
    figure.add_annotation(**word, x=0.5, y=0.5, textangle=-18, font=font)
