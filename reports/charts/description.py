"""What a chart shows, apart from how it is drawn: one description for every renderer."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from reports.palette import Role

Kind = Literal[
    "columns",
    "bars",
    "stack",
    "pairs",
    "dots",
    "multiples",
    "ranges",
    "periods",
    "lines",
    "layers",
    "spans",
]
"""columns: upright bars side by side; bars: lying bars, one series; stack: lying bars of parts;
pairs: dots of several series on one line each; dots: one dot a case, in order;
multiples: one small chart of upright bars for each facet; ranges: lying bars from zero to a low
bound (the first series) and on to a high one (the second); periods: the same, upright, in the
order of time; lines: a line a series over `at`, named at its end; layers: upright bars of parts
that add up, in the order of time; spans: a line a name over time, drawn where it has a span."""

Measure = Literal["count", "share"]
Scale = Literal["time", "log"]


@dataclass(frozen=True)
class Series:
    """Values of one name, one for each category of the chart; None is unknown.

    `labels` stand beside the marks; `roles` colours single marks apart from the rest.
    """

    name: str
    values: tuple[float | None, ...]
    role: Role = "main"
    labels: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()


@dataclass(frozen=True)
class Band:
    """A reference: a line at `centre`, shaded from `low` to `high`, with its name."""

    low: float
    high: float
    centre: float
    label: str


@dataclass(frozen=True)
class Span:
    """From `begin` to `end` on the line of the category at place `line`, of a series."""

    line: int
    begin: datetime
    end: datetime
    series: int = 0


@dataclass(frozen=True)
class Chart:
    """A chart: `title` tells measure, unit and period; `summary` says in words what it shows.

    `facets` names the small charts of "multiples": then every series holds the values of all
    facets one after another, `categories` those of one.

    `at` places the categories of "lines": dates on a scale of "time", positive numbers on one of
    "log", which has `ticks` with their names and is called `across`. `steps` draws what stays as
    it is from one point to the next.

    `spans` are those of "spans", whose series hold the days of each category; `until` is the
    moment at which the axis ends.
    """

    kind: Kind
    title: str
    summary: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    measure: Measure = "count"
    axis: str = ""
    band: Band | None = None
    facets: tuple[str, ...] = ()
    at: tuple[date, ...] | tuple[float, ...] = ()
    scale: Scale = "time"
    ticks: tuple[tuple[float, str], ...] = ()
    across: str = ""
    steps: bool = False
    spans: tuple[Span, ...] = ()
    until: datetime | None = None
    synthetic: bool = False
