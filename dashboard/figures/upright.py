"""Upright charts: grouped bars, dots in order, and one small chart for each of many."""

from typing import Any, Final

import plotly.graph_objects as go

from dashboard.figures.frame import (
    Pen,
    axis_title,
    hover,
    name_axis,
    plain,
    short,
    value_axis,
    wrapped,
)
from dashboard.figures.lying import bars
from reports.charts.description import Chart, Series
from reports.palette import FONT

_FACET_PX: Final = 190
_BETWEEN_PX: Final = 62
_PERIODS_NAMED: Final = 13


def columns(figure: go.Figure, chart: Chart, pen: Pen) -> None:
    """Bars side by side for each name; on a narrow screen they lie, one a line."""
    if pen.narrow:
        bars(figure, _lying(chart), pen)
        return
    for series in chart.series:
        figure.add_bar(
            x=[wrapped(name) for name in chart.categories],
            y=series.values,
            name=plain(series.name),
            marker={"color": pen.theme.roles[series.role], "line": {"width": 0}},
            text=[plain(label) for label in series.labels],
            textposition="outside",
            textangle=0,
            cliponaxis=False,
            textfont={"color": pen.theme.ink, "size": 13},
            **hover(chart, series, chart.categories),
        )
    figure.update_layout(
        barmode="group",
        bargap=0.35,
        bargroupgap=0.08,
        margin_t=28,
        xaxis=name_axis(pen),
        yaxis=value_axis(chart, pen, title=axis_title(chart.axis, pen)),
    )


def _lying(chart: Chart) -> Chart:
    lines = [
        (f"{series.name}, {name}", series, place)
        for place, name in enumerate(chart.categories)
        for series in chart.series
    ]
    merged = Series(
        name=chart.axis,
        values=tuple(series.values[place] for _, series, place in lines),
        labels=tuple(series.labels[place] for _, series, place in lines),
        roles=tuple(series.role for _, series, _ in lines),
    )
    return Chart(
        kind="bars",
        title=chart.title,
        summary=chart.summary,
        categories=tuple(name for name, _, _ in lines),
        series=(merged,),
        measure=chart.measure,
    )


def dots(figure: go.Figure, chart: Chart, pen: Pen) -> None:
    """One dot a case, in order, with the band of reference."""
    count = len(chart.categories)
    for series in chart.series:
        figure.add_scatter(
            x=list(range(1, count + 1)),
            y=series.values,
            mode="markers",
            name=plain(series.name),
            marker={"color": pen.theme.roles[series.role], "size": 7 if pen.narrow else 10},
            cliponaxis=False,
            **hover(chart, series, chart.categories),
        )
    _band(figure, chart, pen)
    title = (
        "From the smallest cut to the largest"
        if pen.narrow
        else ("Applications, from the smallest cut to the largest")
    )
    figure.update_layout(
        xaxis={
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
            "range": [0, count + 1],
            "showticklabels": False,
            "title": axis_title(title, pen),
        },
        yaxis=value_axis(chart, pen, title=axis_title(chart.axis, pen), **_share_range(chart)),
    )


def _share_range(chart: Chart) -> dict[str, Any]:
    values = [v for series in chart.series for v in series.values if v is not None]
    if chart.measure != "share" or not values:
        return {}
    low = min(0.0, *values)
    return {"range": [low * 1.08, max(1.0, *values) * 1.04], "rangemode": "normal"}


def _band(figure: go.Figure, chart: Chart, pen: Pen) -> None:
    band = chart.band
    if band is None:
        return
    quiet = pen.theme.roles["quiet"]
    figure.add_hrect(y0=band.low, y1=band.high, fillcolor=quiet, opacity=0.25, line_width=0)
    figure.add_hline(y=band.centre, line={"color": pen.theme.ink, "width": 1, "dash": "dot"})
    figure.add_annotation(
        x=1,
        xref="paper",
        xanchor="right",
        y=band.low,
        yanchor="top",
        showarrow=False,
        text=plain(band.label),
        font={"size": 13, "color": pen.theme.ink},
    )


def layers(figure: go.Figure, chart: Chart, pen: Pen) -> None:
    """An upright bar a period, of parts that add up."""
    for series in chart.series:
        figure.add_bar(
            x=[plain(name) for name in chart.categories],
            y=series.values,
            name=plain(series.name),
            marker={
                "color": pen.theme.roles[series.role],
                "line": {"width": 1, "color": pen.theme.ground},
            },
            **hover(chart, series, chart.categories),
        )
    figure.update_layout(
        barmode="stack",
        bargap=0.25,
        xaxis=name_axis(pen, nticks=3 if pen.narrow else _PERIODS_NAMED, tickangle=0),
        yaxis=value_axis(chart, pen, title=axis_title(chart.axis, pen)),
    )


def multiples(figure: go.Figure, chart: Chart, pen: Pen) -> None:
    """A small chart of bars for each facet, the first series behind the second."""
    across = 1 if pen.narrow else min(2, len(chart.facets))
    down = -(-len(chart.facets) // across)
    inner = down * _FACET_PX
    figure.set_subplots(
        rows=down,
        cols=across,
        horizontal_spacing=0.09,
        vertical_spacing=_BETWEEN_PX / inner if down > 1 else 0,
        subplot_titles=[f"<b>{short(name)}</b>" for name in chart.facets],
    )
    for place in range(len(chart.facets)):
        _facet(figure, chart, pen, place=place, across=across)
    figure.update_xaxes(name_axis(pen, nticks=3 if pen.narrow else 6, tickangle=0))
    figure.update_yaxes(value_axis(chart, pen, nticks=4))
    figure.update_annotations(font={"size": 14, "color": pen.theme.ink, "family": FONT})
    figure.update_layout(
        barmode="overlay",
        bargap=0.18,
        height=inner + 60,
        margin={"l": 8, "r": 8, "t": 28, "b": 32},
    )


def _facet(figure: go.Figure, chart: Chart, pen: Pen, *, place: int, across: int) -> None:
    long = len(chart.categories)
    for series in chart.series:
        values = series.values[place * long : (place + 1) * long]
        figure.add_bar(
            x=[plain(name) for name in chart.categories],
            y=values,
            name=plain(series.name),
            marker={"color": pen.theme.roles[series.role], "line": {"width": 0}},
            row=place // across + 1,
            col=place % across + 1,
            **hover(chart, Series(series.name, values), chart.categories),
        )
