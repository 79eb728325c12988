"""Chart descriptions drawn by Plotly: direct labels, horizontal grid lines, zero baselines."""

from html import escape
from typing import Any, Final

import plotly.graph_objects as go

from reports.charts import Chart, Series
from reports.palette import FONT, Role, Theme
from reports.wording import number, share

_LINE_PX: Final = 30
_TALL_LINE_PX: Final = 46
_FACET_PX: Final = 190
_STANDARD_PX: Final = 380
_LONG_NAME: Final = 44
_MILLION: Final = 1_000_000
_SMALL_RANGE: Final = 5
SYNTHETIC: Final = "SYNTHETIC DATA"


def draw(chart: Chart, *, theme: Theme, narrow: bool = False) -> go.Figure:
    """The figure of a chart; on a narrow screen names stand above their bars."""
    painter = {
        "columns": _columns,
        "bars": _bars,
        "stack": _stack,
        "pairs": _pairs,
        "dots": _dots,
        "multiples": _multiples,
    }[chart.kind]
    figure = go.Figure(layout=_layout(chart, theme))
    painter(figure, chart, theme, narrow)
    if chart.synthetic:
        figure.add_annotation(_watermark(theme))
    return figure


def plain(text: str) -> str:
    """Text from data as Plotly must be given it: it reads some HTML in labels, links too."""
    flat = " ".join(str(text).split())
    return escape(flat, quote=False)


def _short(text: str) -> str:
    return plain(text if len(text) <= _LONG_NAME else f"{text[: _LONG_NAME - 1]}…")


def _layout(chart: Chart, theme: Theme) -> dict[str, Any]:
    return {
        "font": {"family": FONT, "size": 14, "color": theme.ink},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 8, "r": 16, "t": 12, "b": 44},
        "height": _STANDARD_PX,
        "showlegend": False,
        "separators": ".,",
        "dragmode": False,
        "hoverlabel": {
            "bgcolor": theme.ground,
            "bordercolor": theme.soft_ink,
            "font": {"family": FONT, "size": 14, "color": theme.ink},
        },
        "meta": {"title": chart.title},
    }


def _value_axis(chart: Chart, theme: Theme, *, lines: bool = True) -> dict[str, Any]:
    return {
        "rangemode": "tozero",
        "showgrid": lines,
        "gridcolor": theme.grid,
        "zeroline": True,
        "zerolinecolor": theme.soft_ink,
        "zerolinewidth": 1,
        "fixedrange": True,
        "automargin": True,
        "tickformat": _tick_format(chart),
        "title": {"text": plain(chart.axis), "font": {"size": 13, "color": theme.soft_ink}},
        "tickfont": {"color": theme.soft_ink},
        "nticks": 6,
    }


def _tick_format(chart: Chart) -> str:
    if chart.measure == "share":
        return ",.0%"
    largest = max((v for s in chart.series for v in s.values if v is not None), default=0)
    return ",.1f" if largest < _SMALL_RANGE else ",.0f"


def _name_axis(theme: Theme, **more: Any) -> dict[str, Any]:
    return {
        "type": "category",
        "showgrid": False,
        "fixedrange": True,
        "automargin": True,
        "tickfont": {"color": theme.ink},
        **more,
    }


def _said(chart: Chart, value: float | None) -> str:
    return share(value, decimals=1) if chart.measure == "share" else number(value)


def _hover(chart: Chart, series: Series, names: tuple[str, ...]) -> dict[str, Any]:
    axis = f" {plain(chart.axis)}" if chart.axis and chart.measure == "count" else ""
    return {
        "hovertext": [
            f"<b>{plain(name)}</b><br>{plain(series.name)}: {_said(chart, value)}{axis}"
            for name, value in zip(names, series.values, strict=True)
        ],
        "hoverinfo": "text",
    }


def _colours(series: Series, theme: Theme) -> list[str]:
    roles: tuple[Role, ...] = series.roles or (series.role,) * len(series.values)
    return [theme.roles[role] for role in roles]


def _legend(theme: Theme) -> dict[str, Any]:
    return {
        "orientation": "h",
        "x": 0,
        "xanchor": "left",
        "y": 1,
        "yanchor": "bottom",
        "traceorder": "normal",
        "itemclick": False,
        "itemdoubleclick": False,
        "font": {"size": 14, "color": theme.ink},
    }


def _columns(figure: go.Figure, chart: Chart, theme: Theme, narrow: bool) -> None:  # noqa: FBT001
    for series in chart.series:
        figure.add_bar(
            x=[_short(name) for name in chart.categories],
            y=series.values,
            name=plain(series.name),
            marker={"color": theme.roles[series.role], "line": {"width": 0}},
            text=[] if narrow else [plain(label) for label in series.labels],
            textposition="outside",
            textangle=0,
            cliponaxis=False,
            textfont={"color": theme.ink, "size": 13},
            **_hover(chart, series, chart.categories),
        )
    figure.update_layout(
        barmode="group",
        bargap=0.35,
        bargroupgap=0.08,
        showlegend=len(chart.series) > 1,
        legend=_legend(theme),
        margin_t=44,
        xaxis=_name_axis(theme),
        yaxis=_value_axis(chart, theme),
    )


def _bars(figure: go.Figure, chart: Chart, theme: Theme, narrow: bool) -> None:  # noqa: FBT001
    (series,) = chart.series
    lines = list(range(len(chart.categories)))
    figure.add_bar(
        x=series.values,
        y=lines,
        orientation="h",
        marker={"color": _colours(series, theme), "line": {"width": 0}},
        text=[plain(label) for label in series.labels],
        textposition="outside",
        cliponaxis=False,
        textfont={"color": theme.ink, "size": 13},
        width=0.42 if narrow else 0.62,
        **_hover(chart, series, chart.categories),
    )
    axis = _value_axis(chart, theme, lines=False)
    largest = max((v for v in series.values if v is not None), default=1) or 1
    figure.update_layout(
        xaxis=axis | {"range": [0, largest * (1.3 if narrow else 1.14)], "showticklabels": False},
        height=_named_lines(figure, chart, theme, narrow=narrow, names=list(chart.categories)),
    )


def _named_lines(
    figure: go.Figure, chart: Chart, theme: Theme, *, narrow: bool, names: list[str]
) -> int:
    """Name the lines of a lying chart, beside them or above; gives the height in pixels."""
    lines = list(range(len(names)))
    figure.update_layout(
        yaxis={
            "range": [len(names) - 0.5, -0.8 if narrow else -0.5],
            "tickmode": "array",
            "tickvals": lines,
            "ticktext": [f"{_short(name)}  " for name in names],
            "showticklabels": not narrow,
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
            "automargin": True,
            "tickfont": {"color": theme.ink},
        },
        margin={"l": 8, "r": 16, "t": 8, "b": 40 if chart.axis else 12},
    )
    if narrow:
        for line, name in zip(lines, names, strict=True):
            figure.add_annotation(
                x=0, xref="paper", y=line, yshift=19, text=_short(name), showarrow=False,
                xanchor="left", font={"size": 13, "color": theme.ink},
            )  # fmt: skip
    return 60 + len(names) * (_TALL_LINE_PX if narrow else _LINE_PX)


def _stack(figure: go.Figure, chart: Chart, theme: Theme, narrow: bool) -> None:  # noqa: FBT001
    lines = list(range(len(chart.categories)))
    for series in chart.series:
        figure.add_bar(
            x=series.values,
            y=lines,
            orientation="h",
            name=plain(series.name),
            marker={"color": theme.roles[series.role], "line": {"width": 1, "color": theme.ground}},
            width=0.42 if narrow else 0.66,
            text=[plain(label) for label in series.labels],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            constraintext="none",
            **_hover(chart, series, chart.categories),
        )
    height = _named_lines(figure, chart, theme, narrow=narrow, names=list(chart.categories))
    figure.update_layout(
        barmode="stack",
        showlegend=True,
        legend=_legend(theme),
        uniformtext={"minsize": 11, "mode": "hide"},
        xaxis=_value_axis(chart, theme, lines=False),
        height=height + 60,
        margin_t=64 if narrow else 40,
    )


def _pairs(figure: go.Figure, chart: Chart, theme: Theme, narrow: bool) -> None:  # noqa: FBT001
    lines = list(range(len(chart.categories)))
    for line in lines:
        known = [s.values[line] for s in chart.series if s.values[line] is not None]
        if len(known) > 1:
            figure.add_scatter(
                x=[min(known), max(known)],
                y=[line, line],
                mode="lines",
                line={"color": theme.roles["faint"], "width": 4},
                hoverinfo="skip",
                showlegend=False,
            )
    for series in chart.series:
        figure.add_scatter(
            x=series.values,
            y=lines,
            mode="markers",
            name=plain(series.name),
            marker={"color": theme.roles[series.role], "size": 13},
            **_hover(chart, series, chart.categories),
        )
    height = _named_lines(figure, chart, theme, narrow=narrow, names=list(chart.categories))
    figure.update_layout(
        showlegend=True,
        legend=_legend(theme),
        xaxis=_value_axis(chart, theme) | _whole_if_share(chart),
        height=height + 70,
        margin_t=44,
        margin_b=52,
    )


def _whole_if_share(chart: Chart) -> dict[str, Any]:
    return {"range": [0, 1.02]} if chart.measure == "share" else {}


def _dots(figure: go.Figure, chart: Chart, theme: Theme, narrow: bool) -> None:  # noqa: FBT001
    for series in chart.series:
        figure.add_scatter(
            x=list(range(1, len(chart.categories) + 1)),
            y=series.values,
            mode="markers",
            name=plain(series.name),
            marker={"color": theme.roles[series.role], "size": 8 if narrow else 10},
            cliponaxis=False,
            **_hover(chart, series, chart.categories),
        )
    if chart.band:
        _draw_band(figure, chart, theme)
    figure.update_layout(
        showlegend=len(chart.series) > 1,
        legend=_legend(theme),
        margin_t=44 if len(chart.series) > 1 else 12,
        xaxis={
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
            "range": [0, len(chart.categories) + 1],
            "showticklabels": False,
            "title": {
                "text": "Applications, from the smallest cut to the largest",
                "font": {"size": 13, "color": theme.soft_ink},
            },
        },
        yaxis=_value_axis(chart, theme) | _share_range(chart),
    )


def _share_range(chart: Chart) -> dict[str, Any]:
    values = [v for series in chart.series for v in series.values if v is not None]
    if chart.measure != "share" or not values:
        return {}
    low = min(0.0, *values)
    return {"range": [low * 1.08, max(1.0, *values) * 1.04], "rangemode": "normal"}


def _draw_band(figure: go.Figure, chart: Chart, theme: Theme) -> None:
    band = chart.band
    if band is None:
        return
    colour = theme.roles["quiet"]
    figure.add_hrect(y0=band.low, y1=band.high, fillcolor=colour, opacity=0.22, line_width=0)
    figure.add_hline(y=band.centre, line={"color": theme.ink, "width": 1, "dash": "dot"})
    figure.add_annotation(
        x=0.01, xref="paper", xanchor="left", y=band.low, yanchor="top", showarrow=False,
        text=plain(band.label), font={"size": 13, "color": theme.ink},
    )  # fmt: skip


def _multiples(figure: go.Figure, chart: Chart, theme: Theme, narrow: bool) -> None:  # noqa: FBT001
    across = 1 if narrow else min(2, len(chart.facets))
    down = -(-len(chart.facets) // across)
    long = len(chart.categories)
    height = 40 + down * _FACET_PX
    figure.set_subplots(
        rows=down,
        cols=across,
        horizontal_spacing=0.1,
        vertical_spacing=min(0.9 / max(down, 2), 62 / height),
        subplot_titles=[f"<b>{_short(name)}</b>" for name in chart.facets],
    )
    for place, _ in enumerate(chart.facets):
        row, column = place // across + 1, place % across + 1
        for series in chart.series:
            part = Series(series.name, series.values[place * long : (place + 1) * long])
            figure.add_bar(
                x=[plain(name) for name in chart.categories],
                y=part.values,
                name=plain(series.name),
                marker={"color": theme.roles[series.role], "line": {"width": 0}},
                showlegend=place == 0,
                row=row,
                col=column,
                **_hover(chart, part, chart.categories),
            )
    figure.update_xaxes(_name_axis(theme, nticks=6, tickangle=0))
    figure.update_yaxes(_value_axis(chart, theme) | {"nticks": 4, "title": {"text": ""}})
    figure.update_annotations(
        x=None, font={"size": 14, "color": theme.ink, "family": FONT}
    )
    figure.update_layout(
        barmode="overlay",
        bargap=0.18,
        showlegend=True,
        legend=_legend(theme) | {"y": 1 + 34 / height},
        height=height + 60,
        margin={"l": 8, "r": 8, "t": 76, "b": 30},
    )


def _watermark(theme: Theme) -> dict[str, Any]:
    return {
        "text": SYNTHETIC,
        "x": 0.5,
        "y": 0.5,
        "xref": "paper",
        "yref": "paper",
        "showarrow": False,
        "textangle": -18,
        "font": {"size": 34, "color": theme.watermark, "family": FONT},
    }
