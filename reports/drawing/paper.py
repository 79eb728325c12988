"""What all drawings share: their size and theme, their axes, and rows of what is marked."""

import json
from dataclasses import dataclass
from textwrap import wrap
from typing import Any, Final

import altair as alt

from reports.charts.description import Chart, Series
from reports.palette import Theme

Drawing = alt.Chart | alt.LayerChart | alt.ConcatChart
Row = dict[str, Any]

LINE_PX: Final = 20
UPRIGHT_PX: Final = 205
_NAME_PX: Final = 250
_SMALL_RANGE: Final = 5


@dataclass(frozen=True)
class Paper:
    """What is drawn on: the theme, and how wide the drawing is with all that stands beside it."""

    theme: Theme
    width_px: int

    def colour(self, series: Series, place: int = 0) -> str:
        """The colour of a series, or of its mark at a place where marks have their own."""
        return self.theme.roles[series.roles[place] if series.roles else series.role]


def data(rows: list[Row]) -> alt.InlineData:
    """Rows as a drawing's data."""
    return alt.InlineData(values=rows)


def marks(chart: Chart, paper: Paper) -> list[Row]:
    """A row for each known value: its place, its series and colour, its label."""
    return [
        {
            "place": place,
            "series": series.name,
            "colour": paper.colour(series, place),
            "value": value,
            "label": series.labels[place] if series.labels else "",
        }
        for series in chart.series
        for place, value in enumerate(series.values)
        if value is not None
    ]


def values(chart: Chart) -> list[float]:
    """Every known value of a chart."""
    return [value for series in chart.series for value in series.values if value is not None]


def series_colours(chart: Chart, paper: Paper, *, keyed: bool = True) -> alt.Color:
    """A colour for each series by its name; if `keyed`, with a key above where there are more."""
    several = keyed and len(chart.series) > 1
    return alt.Color(
        "series:N",
        scale=alt.Scale(
            domain=[series.name for series in chart.series],
            range=[paper.colour(series) for series in chart.series],
        ),
        legend=alt.Legend(title=None, orient="top", direction="horizontal", columns=3)
        if several
        else None,
    )


def own_colours() -> alt.Color:
    """The colour that each row brings."""
    return alt.Color("colour:N", scale=None, legend=None)


def figures_axis(chart: Chart, **more: Any) -> alt.Axis:
    """An axis of figures."""
    return alt.Axis(format=tick_format(chart), tickCount=6, domain=False, **more)


def tick_format(chart: Chart) -> str:
    """How the figures of an axis are written: shares in per cent, small ones with a decimal."""
    if chart.measure == "share":
        return ",.0%"
    return ",.1f" if max(values(chart), default=0) < _SMALL_RANGE else ",.0f"


def names_scale(chart: Chart, *, beside_px: int = 6) -> alt.Y:
    """A line for each category, its name beside it, whether anything is known of it or not."""
    places = list(range(len(chart.categories)))
    axis = alt.Axis(
        labelExpr=f"{json.dumps(chart.categories)}[datum.value]",
        values=places,
        ticks=False,
        domain=False,
        grid=False,
        labelLimit=_NAME_PX,
        labelPadding=beside_px,
        title=None,
    )
    return alt.Y("place:O", axis=axis, scale=alt.Scale(domain=places, padding=0.1))


def wrapped_names(names: tuple[str, ...], letters: int) -> tuple[list[str], ...]:
    """Names over several lines, for the foot of a column."""
    return tuple(wrap(name, letters, max_lines=3) or [""] for name in names)


def axis_title(chart: Chart) -> str | None:
    """The title of the axis of figures, None for none."""
    return chart.axis or None


def known(chart: Chart, place: int) -> list[float]:
    """The known values of all series at a place."""
    found = (series.values[place] for series in chart.series)
    return [value for value in found if value is not None]


def single(part: alt.Chart, *, height_px: int, width_px: int | None = None) -> alt.Chart:
    """A drawing of one part, of a height; of the paper's width where none is given."""
    part.height = height_px
    if width_px is not None:
        part.width = width_px
    return part


def layered(*parts: alt.Chart, height_px: int) -> alt.LayerChart:
    """Parts one above another, the first at the bottom, on a drawing of a height."""
    return alt.LayerChart(layer=list(parts), height=height_px)
