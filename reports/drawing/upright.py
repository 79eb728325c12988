"""Upright charts: bars side by side or one on another, dots in order, many small charts."""

import json

import altair as alt

from reports.charts.description import Chart
from reports.drawing.paper import (
    UPRIGHT_PX,
    Drawing,
    Paper,
    Row,
    axis_title,
    data,
    figures_axis,
    layered,
    marks,
    series_colours,
    single,
    values,
    wrapped_names,
)

_LETTER_PX = 6.5
_PERIODS_NAMED = 12
_FACET_PX = 88
_BESIDE_FACET_PX = 66


def columns(chart: Chart, paper: Paper) -> Drawing:
    """Bars side by side for each name, each with its figure above."""
    base = alt.Chart(data(marks(chart, paper)))
    apart = alt.XOffset("series:N", sort=[series.name for series in chart.series])
    across, up = _places(chart, paper), _up(chart)
    drawn = base.mark_bar().encode(
        x=across, xOffset=apart, y=up, color=series_colours(chart, paper)
    )
    said = base.mark_text(dy=-7, fontSize=11).encode(x=across, xOffset=apart, y=up, text="label:N")
    return layered(drawn, said, height_px=UPRIGHT_PX)


def layers(chart: Chart, paper: Paper) -> Drawing:
    """An upright bar a period, of parts that add up."""
    order = {series.name: place for place, series in enumerate(chart.series)}
    rows = [row | {"order": order[row["series"]]} for row in marks(chart, paper)]
    drawn = (
        alt.Chart(data(rows))
        .mark_bar(stroke=paper.theme.ground, strokeWidth=0.6)
        .encode(
            x=_places(chart, paper),
            y=_up(chart).stack("zero"),
            color=series_colours(chart, paper),
            order="order:Q",
        )
    )
    return single(drawn, height_px=UPRIGHT_PX)


def periods(chart: Chart, paper: Paper) -> Drawing:
    """An upright bar a period up to its low bound, paler on to the high one."""
    rows = marks(chart, paper)
    far_one_first = sorted(rows, key=lambda row: row["series"] == chart.series[0].name)
    drawn = (
        alt.Chart(data(far_one_first))
        .mark_bar()
        .encode(
            x=_places(chart, paper),
            y=_up(chart).stack(None),
            color=series_colours(chart, paper),
        )
    )
    return single(drawn, height_px=UPRIGHT_PX)


def dots(chart: Chart, paper: Paper) -> Drawing:
    """One dot a case, in order, with the band of reference."""
    across = alt.X(
        "place:Q",
        axis=alt.Axis(labels=False, ticks=False, grid=False),
        scale=alt.Scale(domain=[-1, len(chart.categories)], nice=False),
        title="Applications, from the smallest cut to the largest",
    )
    low = min(0.0, *values(chart), 0.0)
    top = [low, max(1.0, *values(chart))] if chart.measure == "share" else alt.Undefined
    up = alt.Y(
        "value:Q", title=axis_title(chart), axis=figures_axis(chart), scale=alt.Scale(domain=top)
    )
    drawn = (
        alt.Chart(data(marks(chart, paper)))
        .mark_circle(size=60, opacity=1)
        .encode(x=across, y=up, color=series_colours(chart, paper))
    )
    return layered(*_band(chart, paper), drawn, height_px=UPRIGHT_PX)


def multiples(chart: Chart, paper: Paper) -> Drawing:
    """A small chart of bars for each facet, the first series behind the second."""
    wide = (paper.width_px - 2 * _BESIDE_FACET_PX) // 2
    small = [_facet(chart, paper, place, wide) for place in range(len(chart.facets))]
    return alt.concat(*small, columns=2, spacing=14)


def _facet(chart: Chart, paper: Paper, place: int, wide: int) -> alt.Chart:
    long = len(chart.categories)
    rows: list[Row] = [
        {"place": at, "series": series.name, "value": value}
        for series in chart.series
        for at, value in enumerate(series.values[place * long : (place + 1) * long])
        if value is not None
    ]
    drawn = (
        alt.Chart(data(rows), title=alt.Title(chart.facets[place], limit=wide))
        .mark_bar()
        .encode(
            x=_places(chart, Paper(paper.theme, wide)),
            y=alt.Y("value:Q", title=None, axis=figures_axis(chart)).stack(None),
            color=series_colours(chart, paper),
        )
    )
    return single(drawn, height_px=_FACET_PX, width_px=wide)


def _places(chart: Chart, paper: Paper) -> alt.X:
    """Names at the foot: all of them over several lines, or every so many where there are many."""
    count = len(chart.categories)
    step = -(-count // min(_PERIODS_NAMED, max(1, paper.width_px // 70)))
    letters = max(8, int(paper.width_px / count * step / _LETTER_PX))
    names = wrapped_names(chart.categories, letters)
    axis = alt.Axis(
        labelExpr=f"{json.dumps(names)}[datum.value]",
        values=list(range(0, count, step)),
        ticks=False,
        labelAngle=0,
        labelLimit=0,
        title=None,
        grid=False,
    )
    return alt.X("place:O", axis=axis, scale=alt.Scale(domain=list(range(count)), padding=0.15))


def _up(chart: Chart) -> alt.Y:
    return alt.Y("value:Q", title=axis_title(chart), axis=figures_axis(chart))


def _band(chart: Chart, paper: Paper) -> list[alt.Chart]:
    band = chart.band
    if band is None:
        return []
    of = alt.Chart(data([{"low": band.low, "high": band.high, "centre": band.centre}]))
    said = alt.Chart(data([{"low": band.low, "label": band.label, "at": len(chart.categories)}]))
    return [
        of.mark_rect(color=paper.theme.roles["quiet"], opacity=0.25).encode(y="low:Q", y2="high:Q"),
        of.mark_rule(strokeDash=[2, 3], color=paper.theme.ink).encode(y="centre:Q"),
        said.mark_text(align="right", baseline="top", dy=5).encode(
            x=alt.X("at:Q"), y="low:Q", text="label:N"
        ),
    ]
