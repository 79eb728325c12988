"""Spans of time: a line a name, drawn where something is known of it and empty where it is not."""

from datetime import datetime
from typing import Any

import plotly.graph_objects as go

from dashboard.figures.frame import Pen, plain
from dashboard.figures.lying import name_lines
from reports.charts.description import Chart, Span
from reports.wording import day


def spans(figure: go.Figure, chart: Chart, pen: Pen) -> None:
    """A bar from the beginning of each span to its end, on an axis of time up to `until`."""
    for place, series in enumerate(chart.series):
        mine = [span for span in chart.spans if span.series == place]
        figure.add_bar(
            x=[(span.end - span.begin).total_seconds() * 1000 for span in mine],
            base=[_local(span.begin) for span in mine],
            y=[span.line for span in mine],
            orientation="h",
            width=0.34 if pen.narrow else 0.5,
            name=plain(series.name),
            marker={"color": pen.theme.roles[series.role], "line": {"width": 0}},
            hovertext=[_said(chart, span) for span in mine],
            hoverinfo="text",
        )
    figure.update_layout(barmode="overlay", xaxis=_time(chart, pen))
    name_lines(figure, chart, pen, below=36)


def _said(chart: Chart, span: Span) -> str:
    name, series = chart.categories[span.line], chart.series[span.series]
    return (
        f"<b>{plain(name)}</b><br>{plain(series.name)}: {day(span.begin)} to before {day(span.end)}"
    )


def _time(chart: Chart, pen: Pen) -> dict[str, Any]:
    ends = [span.end for span in chart.spans] + ([chart.until] if chart.until else [])
    return {
        "type": "date",
        "range": [_local(min(span.begin for span in chart.spans)), _local(max(ends))],
        "tickformat": "%b %Y",
        "nticks": 4 if pen.narrow else 8,
        "showgrid": True,
        "gridcolor": pen.theme.grid,
        "zeroline": False,
        "fixedrange": True,
        "tickfont": {"color": pen.theme.soft_ink, "size": 13},
    }


def _local(moment: datetime) -> str:
    """The clock as it stands in the answer: Plotly knows no zones."""
    return moment.replace(tzinfo=None).isoformat()
