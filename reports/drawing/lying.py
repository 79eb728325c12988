"""Lying charts: a line a name, its bar, its parts or its dots to the right."""

import altair as alt

from reports.charts.description import Chart
from reports.drawing.paper import (
    LINE_PX,
    Drawing,
    Paper,
    axis_title,
    data,
    figures_axis,
    known,
    layered,
    marks,
    names_scale,
    own_colours,
    series_colours,
    values,
)
from reports.palette import ink_on

_BAR = 0.62
_LETTER_PX = 6.4
_BARS_PART = 0.7
_DOT_PX = 14


def bars(chart: Chart, paper: Paper) -> Drawing:
    """One bar a name, its figure at its end."""
    base = alt.Chart(data(marks(chart, paper)))
    across = alt.X("value:Q", axis=None, scale=alt.Scale(domain=[0, _room(chart, paper)]))
    drawn = base.mark_bar(height={"band": _BAR}).encode(
        x=across, y=names_scale(chart), color=own_colours()
    )
    said = base.mark_text(align="left", dx=5).encode(x=across, y=names_scale(chart), text="label:N")
    return layered(drawn, said, height_px=_height_px(chart))


def stack(chart: Chart, paper: Paper) -> Drawing:
    """One bar a name, of parts that stand in the order of the series."""
    rows = []
    for place in range(len(chart.categories)):
        at = 0.0
        for series in chart.series:
            if (value := series.values[place]) is None:
                continue
            colour = paper.colour(series)
            label = series.labels[place] if series.labels else ""
            rows.append(
                {"place": place, "series": series.name, "from": at, "to": at + value}
                | {"middle": at + value / 2, "label": label, "ink": ink_on(colour)}
            )
            at += value
    base = alt.Chart(data(rows))
    scale = alt.Scale(domain=[0, 1]) if chart.measure == "share" else alt.Scale(nice=False)
    across = alt.X("from:Q", title=axis_title(chart), scale=scale, axis=figures_axis(chart))
    drawn = base.mark_bar(height={"band": 0.7}, stroke=paper.theme.ground, strokeWidth=1).encode(
        x=across, x2="to:Q", y=names_scale(chart), color=series_colours(chart, paper)
    )
    said = base.mark_text(fontSize=11).encode(
        x=alt.X("middle:Q"),
        y=names_scale(chart),
        text="label:N",
        color=alt.Color("ink:N", scale=None, legend=None),
    )
    drawing = layered(drawn, said, height_px=_height_px(chart))
    drawing.resolve = alt.Resolve(scale=alt.ScaleResolveMap(color="independent"))
    return drawing


def pairs(chart: Chart, paper: Paper) -> Drawing:
    """Dots of several series on one line a name, joined where they differ."""
    spread = [known(chart, place) for place in range(len(chart.categories))]
    joins = [
        {"place": place, "from": min(found), "to": max(found)}
        for place, found in enumerate(spread)
        if len(found) > 1
    ]
    whole = alt.Scale(domain=[0, 1]) if chart.measure == "share" else alt.Scale(zero=True)
    across = alt.X(
        "value:Q", title=axis_title(chart), scale=whole, axis=figures_axis(chart, grid=True)
    )
    joined = (
        alt.Chart(data(joins))
        .mark_rule(strokeWidth=4, color=paper.theme.roles["quiet"])
        .encode(x=alt.X("from:Q"), x2="to:Q", y=names_scale(chart, beside_px=_DOT_PX))
    )
    dots = (
        alt.Chart(data(marks(chart, paper)))
        .mark_point(size=110, strokeWidth=2.5, opacity=1)
        .encode(
            x=across,
            y=names_scale(chart, beside_px=_DOT_PX),
            color=series_colours(chart, paper),
            fill=_filled(chart, paper),
        )
    )
    return layered(joined, dots, height_px=_height_px(chart))


def ranges(chart: Chart, paper: Paper) -> Drawing:
    """A lying bar a name up to its low bound, paler on to the high one, both said at its end."""
    rows = marks(chart, paper)
    far_one_first = sorted(rows, key=lambda row: row["series"] == chart.series[0].name)
    labels = chart.series[-1].labels or ("",) * len(chart.categories)
    ends = [
        {"place": place, "value": max(known(chart, place), default=0), "label": label}
        for place, label in enumerate(labels)
    ]
    across = alt.X("value:Q", axis=None, scale=alt.Scale(domain=[0, _room(chart, paper)]))
    drawn = (
        alt.Chart(data(far_one_first))
        .mark_bar(height={"band": _BAR})
        .encode(x=across.stack(None), y=names_scale(chart), color=series_colours(chart, paper))
    )
    said = (
        alt.Chart(data(ends))
        .mark_text(align="left", dx=5)
        .encode(x=across, y=names_scale(chart), text="label:N")
    )
    return layered(drawn, said, height_px=_height_px(chart))


def _filled(chart: Chart, paper: Paper) -> alt.Fill:
    """The main series is a full dot, another a ring: both show where they coincide."""
    return alt.Fill(
        "series:N",
        scale=alt.Scale(
            domain=[series.name for series in chart.series],
            range=[paper.colour(s) if s.role == "main" else "transparent" for s in chart.series],
        ),
        legend=None,
    )


def _room(chart: Chart, paper: Paper) -> float:
    """How far the axis goes, so that the longest label stands beside the longest bar."""
    longest = max((len(label) for series in chart.series for label in series.labels), default=0)
    said = min(0.6, (longest * _LETTER_PX + 10) / (paper.width_px * _BARS_PART))
    return (max(values(chart), default=1) or 1) / (1 - said)


def _height_px(chart: Chart) -> int:
    return LINE_PX * len(chart.categories)
