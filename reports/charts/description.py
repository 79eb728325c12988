"""What a chart shows, apart from how it is drawn: one description for every renderer."""

from dataclasses import dataclass
from typing import Literal

from reports.palette import Role

Kind = Literal["columns", "bars", "stack", "pairs", "dots", "multiples"]
"""columns: upright bars side by side; bars: lying bars, one series; stack: lying bars of parts;
pairs: dots of several series on one line each; dots: one dot a case, in order;
multiples: one small chart of upright bars for each facet."""

Measure = Literal["count", "share"]


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
class Chart:
    """A chart: `title` tells measure, unit and period; `summary` says in words what it shows.

    `facets` names the small charts of "multiples": then every series holds the values of all
    facets one after another, `categories` those of one.
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
    synthetic: bool = False
