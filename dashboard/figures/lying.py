"""Lying charts: a line a name, its bar or its dots to the right."""

from collections.abc import Sequence
from typing import Any, Final

import plotly.graph_objects as go

from dashboard.figures.frame import Pen, axis_title, hover, plain, short, value_axis
from reports.charts.description import Chart, Series
from reports.palette import ink_on

_LINE_PX: Final = 30
_TALL_LINE_PX: Final = 46
_NARROW_PX: Final = 240
_WIDE_PX: Final = 520
"""What a line has for its bar and its label: on a screen of 320 px, and of 1,000 px or so."""

_LETTER_PX: Final = 7
_GAP_PX: Final = 6
_MOST_OF_A_LINE: Final = 0.65


def bars(figure: go.Figure, chart: Chart, pen: Pen) -> None:
    """One bar a name, its figure at its end."""
    (series,) = chart.series
    figure.add_bar(
        x=series.values,
        y=list(range(len(chart.categories))),
        orientation="h",
        marker={"color": _colours(series, pen), "line": {"width": 0}},
        text=[plain(label) for label in series.labels],
        textposition="outside",
        cliponaxis=False,
        textfont={"color": pen.theme.ink, "size": 13},
        width=0.42 if pen.narrow else 0.62,
        **hover(chart, series, chart.categories),
    )
    labels = series.labels or ("",) * len(series.values)
    room = room_for(series.values, labels, pen)
    axis = value_axis(chart, pen, showgrid=False, showticklabels=False, range=[0, room])
    figure.update_layout(xaxis=axis)
    name_lines(figure, chart, pen, below=8)


def room_for(ends: Sequence[float | None], labels: Sequence[str], pen: Pen) -> float:
    """How far the axis of bars must reach for the label at each bar's end to fit beside it."""
    line_px = _NARROW_PX if pen.narrow else _WIDE_PX
    reaches = [
        end / (1 - min(_MOST_OF_A_LINE, (len(label) * _LETTER_PX + _GAP_PX) / line_px))
        for end, label in zip(ends, labels, strict=True)
        if end is not None
    ]
    return max(reaches, default=1) or 1


def stack(figure: go.Figure, chart: Chart, pen: Pen) -> None:
    """One bar a name, of parts."""
    for series in chart.series:
        ink = ink_on(pen.theme.roles[series.role])
        figure.add_bar(
            x=series.values,
            y=list(range(len(chart.categories))),
            orientation="h",
            name=plain(series.name),
            marker={
                "color": pen.theme.roles[series.role],
                "line": {"width": 1, "color": pen.theme.ground},
            },
            width=0.42 if pen.narrow else 0.66,
            text=[plain(label) for label in series.labels],
            textposition="inside",
            insidetextanchor="middle",
            insidetextfont={"color": ink, "size": 13},
            textangle=0,
            constraintext="none",
            **hover(chart, series, chart.categories),
        )
    figure.update_layout(
        barmode="stack", xaxis=value_axis(chart, pen, showgrid=False, range=[0, 1.002])
    )
    name_lines(figure, chart, pen, below=36)


def pairs(figure: go.Figure, chart: Chart, pen: Pen) -> None:
    """Dots of several series on one line a name, joined where they differ."""
    for line in range(len(chart.categories)):
        _join(figure, chart, pen, line)
    for series in chart.series:
        figure.add_scatter(
            x=series.values,
            y=list(range(len(chart.categories))),
            mode="markers",
            name=plain(series.name),
            marker=_dot(series, pen),
            **hover(chart, series, chart.categories),
        )
    whole = {"range": [0, 1.02]} if chart.measure == "share" else {}
    titled = {"title": axis_title(chart.axis, pen)} if chart.axis else {}
    figure.update_layout(xaxis=value_axis(chart, pen, showgrid=True, **titled, **whole))
    name_lines(figure, chart, pen, below=58 if chart.axis else 36)


def _dot(series: Series, pen: Pen) -> dict[str, Any]:
    """The main series is a full dot, another a ring: both show where they coincide."""
    colour = pen.theme.roles[series.role]
    if series.role == "main":
        return {"color": colour, "size": 11}
    return {"symbol": "circle-open", "color": colour, "size": 17, "line": {"width": 3}}


def _join(figure: go.Figure, chart: Chart, pen: Pen, line: int) -> None:
    known = [v for series in chart.series if (v := series.values[line]) is not None]
    if len(known) > 1:
        figure.add_scatter(
            x=[min(known), max(known)],
            y=[line, line],
            mode="lines",
            line={"color": pen.theme.roles["quiet"], "width": 4},
            hoverinfo="skip",
        )


def name_lines(figure: go.Figure, chart: Chart, pen: Pen, *, below: int) -> None:
    """Name the lines, beside them or (on a narrow screen) above, and give each its height."""
    count = len(chart.categories)
    line_px = _TALL_LINE_PX if pen.narrow else _LINE_PX
    top = 12
    figure.update_layout(
        yaxis=_line_axis(chart, pen),
        margin={"l": 16 if pen.narrow else 8, "r": 26, "t": top, "b": below},
        height=top + below + count * line_px,
    )
    if pen.narrow:
        for line, name in enumerate(chart.categories):
            figure.add_annotation(
                x=0,
                xref="paper",
                y=line,
                yshift=20,
                text=short(name),
                showarrow=False,
                xanchor="left",
                font={"size": 13, "color": pen.theme.ink},
            )


def _line_axis(chart: Chart, pen: Pen) -> dict[str, Any]:
    count = len(chart.categories)
    return {
        "range": [count - 0.5, -0.7 if pen.narrow else -0.5],
        "tickmode": "array",
        "tickvals": list(range(count)),
        "ticktext": [f"{short(name)}  " for name in chart.categories],
        "showticklabels": not pen.narrow,
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "automargin": True,
        "tickfont": {"color": pen.theme.ink},
    }


def _colours(series: Series, pen: Pen) -> list[str]:
    roles = series.roles or (series.role,) * len(series.values)
    return [pen.theme.roles[role] for role in roles]
