"""What all figures share: the page they stand on, their axes, and text made harmless."""

from dataclasses import dataclass
from functools import cache
from html import escape
from textwrap import wrap
from typing import Any, Final

import plotly.graph_objects as go
import plotly.io as pio

from reports.charts.description import Chart, Series
from reports.palette import FONT, Theme
from reports.wording import number, share

STANDARD_PX: Final = 360
_TRACES: Final = ("bar", "scatter")
_UNUSED: Final = {
    "colorscale", "coloraxis", "geo", "mapbox", "map", "polar", "scene", "ternary",
}  # fmt: skip
_LONG_NAME: Final = 44
_COLUMN_NAME: Final = 26
_SMALL_RANGE: Final = 5


@dataclass(frozen=True)
class Pen:
    """How to draw: the theme, and whether the screen is narrow."""

    theme: Theme
    narrow: bool = False


def plain(text: str) -> str:
    """Text from data as Plotly must be given it: it reads some HTML in labels, links too."""
    return escape(" ".join(str(text).split()), quote=False)


def short(text: str) -> str:
    """A name cut to what fits beside a bar."""
    return plain(text if len(text) <= _LONG_NAME else f"{text[: _LONG_NAME - 1]}…")


def wrapped(text: str) -> str:
    """A name over several lines, for the foot of a column."""
    return "<br>".join(plain(line) for line in wrap(text, _COLUMN_NAME, max_lines=3))


def layout(pen: Pen) -> dict[str, Any]:
    """The layout of an empty figure."""
    theme = pen.theme
    return {
        "template": _template(),
        "font": {"family": FONT, "size": 14, "color": theme.ink},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 8, "r": 16, "t": 16, "b": 32},
        "height": STANDARD_PX,
        "showlegend": False,
        "separators": ".,",
        "dragmode": False,
        "hoverlabel": {
            "bgcolor": theme.ground,
            "bordercolor": theme.soft_ink,
            "font": {"family": FONT, "size": 14, "color": theme.ink},
        },
    }


@cache
def _template() -> go.layout.Template:
    """Plotly's own template without the traces, scales and maps that no chart here has.

    The whole of it is three quarters of the JSON of a figure.
    """
    whole = pio.templates["plotly"].to_plotly_json()
    return go.layout.Template(
        data={name: whole["data"][name] for name in _TRACES},
        layout={name: part for name, part in whole["layout"].items() if name not in _UNUSED},
    )


def value_axis(chart: Chart, pen: Pen, **more: Any) -> dict[str, Any]:
    """An axis of figures, from zero."""
    theme = pen.theme
    return {
        "rangemode": "tozero",
        "gridcolor": theme.grid,
        "zeroline": True,
        "zerolinecolor": theme.soft_ink,
        "zerolinewidth": 1,
        "fixedrange": True,
        "automargin": True,
        "tickformat": _tick_format(chart),
        "tickfont": {"color": theme.soft_ink, "size": 13},
        "nticks": 6,
        **more,
    }


def axis_title(text: str, pen: Pen) -> dict[str, Any]:
    """The title of an axis."""
    return {"text": plain(text), "font": {"size": 13, "color": pen.theme.soft_ink}}


def name_axis(pen: Pen, **more: Any) -> dict[str, Any]:
    """An axis of names."""
    return {
        "type": "category",
        "showgrid": False,
        "fixedrange": True,
        "automargin": True,
        "ticklabelstandoff": 6,
        "tickfont": {"color": pen.theme.ink, "size": 13},
        **more,
    }


def hover(chart: Chart, series: Series, names: tuple[str, ...]) -> dict[str, Any]:
    """What a mark says when it is pointed at, with its exact figure."""
    unit = f" {plain(chart.axis)}" if chart.axis and chart.measure == "count" else ""
    return {
        "hovertext": [
            f"<b>{plain(name)}</b><br>{plain(series.name)}: {_said(chart, value)}{unit}"
            for name, value in zip(names, series.values, strict=True)
        ],
        "hoverinfo": "text",
    }


def _said(chart: Chart, value: float | None) -> str:
    return share(value, decimals=1) if chart.measure == "share" else number(value)


def _tick_format(chart: Chart) -> str:
    if chart.measure == "share":
        return ",.0%"
    largest = max((v for s in chart.series for v in s.values if v is not None), default=0)
    return ",.1f" if largest < _SMALL_RANGE else ",.0f"
