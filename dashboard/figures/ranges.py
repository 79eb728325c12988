"""Bars of what is known only between two bounds: full up to the low one, pale up to the high."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from dashboard.figures.frame import Pen, axis_title, hover, name_axis, plain, value_axis
from dashboard.figures.lying import name_lines, room_for
from reports.charts.description import Chart, Series


def ranges(figure: go.Figure, chart: Chart, pen: Pen) -> None:
    """A lying bar a name, its two bounds in words at its end."""
    lines = list(range(len(chart.categories)))
    for series in _far_one_first(chart):
        figure.add_bar(
            x=series.values,
            y=lines,
            orientation="h",
            width=0.42 if pen.narrow else 0.62,
            **_bar(chart, series, pen),
        )
    ends = [max(known, default=None) for known in _known(chart)]
    figure.add_scatter(
        x=[0 if end is None else end for end in ends],
        y=lines,
        mode="text",
        text=[f" {plain(label)}" for label in _labels(chart)],
        textposition="middle right",
        textfont={"color": pen.theme.ink, "size": 13},
        cliponaxis=False,
        hoverinfo="skip",
    )
    room = room_for(ends, _labels(chart), pen)
    axis = value_axis(chart, pen, showgrid=False, showticklabels=False, range=[0, room])
    figure.update_layout(barmode="overlay", xaxis=axis)
    name_lines(figure, chart, pen, below=8)


def periods(figure: go.Figure, chart: Chart, pen: Pen) -> None:
    """An upright bar a period, in the order of time."""
    for series in _far_one_first(chart):
        figure.add_bar(
            x=[plain(name) for name in chart.categories],
            y=series.values,
            **_bar(chart, series, pen),
        )
    figure.update_layout(
        barmode="overlay",
        bargap=0.25,
        xaxis=name_axis(pen, nticks=3 if pen.narrow else 8, tickangle=0),
        yaxis=value_axis(chart, pen, title=axis_title(chart.axis, pen)),
    )


def _far_one_first(chart: Chart) -> Sequence[Series]:
    """The high bound is drawn first, so that the low one stands before it."""
    return chart.series[::-1]


def _bar(chart: Chart, series: Series, pen: Pen) -> dict[str, Any]:
    colours = [pen.theme.roles[role] for role in series.roles or (series.role,)]
    return {
        "name": plain(series.name),
        "marker": {"color": colours if series.roles else colours[0], "line": {"width": 0}},
        **hover(chart, series, chart.categories),
    }


def _known(chart: Chart) -> list[list[float]]:
    bounds = zip(*(series.values for series in chart.series), strict=True)
    return [[value for value in pair if value is not None] for pair in bounds]


def _labels(chart: Chart) -> tuple[str, ...]:
    return chart.series[-1].labels or ("",) * len(chart.categories)
