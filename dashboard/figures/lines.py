"""Lines over time or over a number's logarithm, each named at its end where there is room."""

from datetime import date
from math import log10
from typing import Any, Final

import plotly.graph_objects as go

from dashboard.figures.frame import STANDARD_PX, Pen, axis_title, hover, plain, value_axis
from reports.charts.description import Chart, Series

_LETTER_PX: Final = 7.5
_NAME_PX: Final = 20
_WHOLE: Final = 1.02
_ROOM: Final = 1.06
_FEW: Final = 4


def lines(figure: go.Figure, chart: Chart, pen: Pen) -> None:
    """A line a series; a point without a figure is a gap."""
    for series in chart.series:
        figure.add_scatter(
            x=chart.at,
            y=series.values,
            mode="lines" if chart.steps else "lines+markers",
            name=plain(series.name),
            line={
                "color": pen.theme.roles[series.role],
                "width": 3,
                "shape": "hv" if chart.steps else "linear",
            },
            marker={"size": 6},
            connectgaps=False,
            cliponaxis=False,
            **hover(chart, series, chart.categories),
        )
    top = _top(chart)
    figure.update_layout(
        margin_r=24 if pen.narrow else _name_room(chart),
        xaxis=_across(chart, pen),
        yaxis=value_axis(chart, pen, title=axis_title(chart.axis, pen), range=[0, top]),
    )
    for series, height in [] if pen.narrow else _spread(chart, top):
        figure.add_annotation(_name(series, height, pen) | _place(chart, series))


def _top(chart: Chart) -> float:
    largest = max((v for s in chart.series for v in s.values if v is not None), default=0.0)
    if chart.measure == "share":
        return max(largest, 1.0) * _WHOLE
    return largest * _ROOM or 1.0


def _name_room(chart: Chart) -> float:
    return 36 + _LETTER_PX * max((len(series.name) for series in chart.series), default=0)


def _across(chart: Chart, pen: Pen) -> dict[str, Any]:
    axis: dict[str, Any] = {
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "automargin": True,
        "linecolor": pen.theme.soft_ink,
        "ticks": "outside",
        "tickfont": {"color": pen.theme.ink, "size": 13},
    }
    if chart.across:
        axis["title"] = axis_title(chart.across, pen)
    if chart.scale == "time" and _is_yearly(chart):
        step = 2 if pen.narrow and len(chart.at) > _FEW else 1
        return axis | {
            "type": "date",
            "tickmode": "array",
            "tickvals": chart.at[::step],
            "ticktext": [plain(name) for name in chart.categories[::step]],
        }
    if chart.scale == "time":
        return axis | {"type": "date", "tickformat": "%b %Y", "nticks": 4 if pen.narrow else 8}
    ticks = chart.ticks[::2] if pen.narrow else chart.ticks
    ends = [float(place) for place in (*chart.at, *(place for place, _ in ticks))]
    return axis | {
        "type": "log",
        "range": [log10(min(ends)), log10(max(ends))],
        "tickmode": "array",
        "tickvals": [place for place, _ in ticks],
        "ticktext": [plain(name) for _, name in ticks],
    }


def _is_yearly(chart: Chart) -> bool:
    days = {(each.month, each.day) for each in chart.at if isinstance(each, date)}
    return len(days) == 1 and len(chart.at) > 1


def _spread(chart: Chart, top: float) -> list[tuple[Series, float]]:
    """Each series that ends somewhere, from the lowest, with the height at which its name fits."""
    ends = [(v[-1], s) for s in chart.series if (v := [x for x in s.values if x is not None])]
    step, least, placed = top * _NAME_PX / STANDARD_PX, 0.0, []
    for end, series in sorted(ends, key=lambda pair: pair[0]):
        height = max(end, least)
        placed.append((series, height))
        least = height + step if series.values[-1] is not None else least
    return placed


def _place(chart: Chart, series: Series) -> dict[str, Any]:
    """Where a line that ends early is named: above its last point, not at the edge."""
    last = max(place for place, value in enumerate(series.values) if value is not None)
    if chart.scale == "log" or last == len(series.values) - 1:
        return {}
    return {"x": chart.at[last], "xref": "x", "yanchor": "bottom", "xshift": 4, "yshift": 4}


def _name(series: Series, height: float, pen: Pen) -> dict[str, Any]:
    dot = f'<span style="color:{pen.theme.roles[series.role]}">●</span>'
    return {
        "text": f"{dot} {plain(series.name)}",
        "x": 1,
        "xref": "paper",
        "y": height,
        "xanchor": "left",
        "yanchor": "middle",
        "xshift": 8,
        "showarrow": False,
        "font": {"size": 13, "color": pen.theme.ink},
    }
