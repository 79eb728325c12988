"""Charts along a scale: lines over time or over a number's logarithm, and spans of time."""

import json
from datetime import date, datetime

import altair as alt

from reports.charts.description import Chart, Series
from reports.drawing.paper import (
    LINE_PX,
    UPRIGHT_PX,
    Drawing,
    Paper,
    Row,
    axis_title,
    data,
    figures_axis,
    layered,
    names_scale,
    own_colours,
    series_colours,
    single,
    values,
)

_NAME_PX = 15
_LETTER_PX = 6.2


def lines(chart: Chart, paper: Paper) -> Drawing:
    """A line a series, named at its end; a point without a figure is a gap."""
    rows = [
        {"at": _at(chart, place), "value": value, "series": series.name}
        for series in chart.series
        for place, value in enumerate(series.values)
    ]
    top = max(values(chart), default=1.0) or 1.0
    whole = [0, max(top, 1.0)] if chart.measure == "share" else [0, top * 1.06]
    up = alt.Y(
        "value:Q",
        title=axis_title(chart),
        axis=figures_axis(chart),
        scale=alt.Scale(domain=whole, nice=False),
    )
    drawn = (
        alt.Chart(data(rows))
        .mark_line(
            strokeWidth=2.4,
            interpolate="step-after" if chart.steps else "linear",
            point=not chart.steps and {"size": 26, "filled": True},
            invalid="break-paths-filter-domains",
        )
        .encode(x=_across(chart), y=up, color=series_colours(chart, paper, keyed=False))
    )
    named = (
        alt.Chart(data(_names(chart, paper, whole[1])))
        .mark_text(align="left", dx=8)
        .encode(x=_across(chart), y=alt.Y("value:Q"), text="name:N", color=own_colours())
    )
    room = 18 + _LETTER_PX * max(len(series.name) for series in chart.series)
    drawing = layered(drawn, named, height_px=UPRIGHT_PX)
    drawing.resolve = alt.Resolve(scale=alt.ScaleResolveMap(color="independent"))
    drawing.padding = {"right": room, "left": 2, "top": 8, "bottom": 4}
    return drawing


def spans(chart: Chart, paper: Paper) -> Drawing:
    """A bar from the beginning of each span to its end, on an axis of time."""
    rows = [
        {
            "place": span.line,
            "series": chart.series[span.series].name,
            "from": _moment(span.begin),
            "to": _moment(span.end),
        }
        for span in chart.spans
    ]
    ends = [span.end for span in chart.spans] + ([chart.until] if chart.until else [])
    domain = [_moment(min(span.begin for span in chart.spans)), _moment(max(ends))]
    across = alt.X(
        "from:T",
        title=None,
        scale=alt.Scale(type="utc", domain=domain),
        axis=alt.Axis(format="%b %Y", tickCount=7, grid=True, labelFlush=True),
    )
    drawn = (
        alt.Chart(data(rows))
        .mark_bar(height={"band": 0.55})
        .encode(
            x=across,
            x2="to:T",
            y=names_scale(chart),
            color=series_colours(chart, paper),
        )
    )
    return single(drawn, height_px=LINE_PX * len(chart.categories))


def _across(chart: Chart) -> alt.X:
    if chart.scale == "log":
        names = dict(chart.ticks)
        ends = [float(place) for place in (*chart.at, *names) if not isinstance(place, date)]
        axis = alt.Axis(
            values=list(names),
            labelExpr=f"{json.dumps({str(p): n for p, n in names.items()})}[datum.value]",
            grid=False,
        )
        scale = alt.Scale(type="log", domain=[min(ends), max(ends)], nice=False)
        return alt.X("at:Q", title=chart.across or None, axis=axis, scale=scale)
    yearly = _is_yearly(chart)
    axis = alt.Axis(format="%Y" if yearly else "%b %Y", tickCount=8, grid=False)
    if yearly:
        axis.values = [_at(chart, place) for place in range(len(chart.at))]
    return alt.X("at:T", title=chart.across or None, axis=axis, scale=alt.Scale(type="utc"))


def _is_yearly(chart: Chart) -> bool:
    days = {(each.month, each.day) for each in chart.at if isinstance(each, date)}
    return len(days) == 1 and len(chart.at) > 1


def _at(chart: Chart, place: int) -> str | float:
    at = chart.at[place]
    return f"{at.isoformat()[:10]}T00:00:00Z" if isinstance(at, date) else float(at)


def _moment(moment: datetime) -> str:
    """The clock as it stands in the answer, whatever its zone."""
    return f"{moment.replace(tzinfo=None).isoformat()}Z"


def _names(chart: Chart, paper: Paper, top: float) -> list[Row]:
    """The name of each series beside its last point, no two of them on one another."""
    ends: list[tuple[float, int, Series]] = []
    for series in chart.series:
        known = [(v, p) for p, v in enumerate(series.values) if v is not None]
        if known:
            ends.append((*known[-1], series))
    step, least, rows = top * _NAME_PX / UPRIGHT_PX, 0.0, []
    for value, place, series in sorted(ends, key=lambda end: end[0]):
        height = max(value, least)
        colour = paper.colour(series)
        rows.append(
            {"at": _at(chart, place), "value": height, "name": series.name, "colour": colour}
        )
        least = height + step
    return rows
