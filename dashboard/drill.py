"""Links from a cluster to its partitions, and back up."""

from collections.abc import Sequence
from dataclasses import replace

from dash import dcc, html

from dashboard.aria import aria
from dashboard.filters import Filters, write_query


def path_down(filters: Filters, *, page: str) -> html.Nav | None:
    """Where a reader stands, each step up a link; None at the top. `page` is its address."""
    if len(filters.clusters) != 1 and not filters.partition:
        return None
    whole = replace(filters, clusters=(), partition=None)
    steps = [("All clusters", whole)]
    if filters.clusters:
        steps.append((", ".join(filters.clusters), replace(filters, partition=None)))
    if filters.partition:
        steps.append((f"partition {filters.partition}", filters))
    last = len(steps) - 1
    return html.Nav(
        html.Ol(
            [
                html.Li(
                    html.Span(name, **aria(current="page"))
                    if place == last
                    else dcc.Link(name, href=page + write_query(to))
                )
                for place, (name, to) in enumerate(steps)
            ]
        ),
        className="pl-path",
        **aria(label="From all clusters down to here"),
    )


def deeper(names: Sequence[str], *, dimension: str, filters: Filters, page: str) -> html.Nav | None:
    """A link for each cluster, or each partition of a cluster; None where there is no choice."""
    if filters.partition or not names:
        return None
    links = [dcc.Link(name, href=page + write_query(_into(filters, dimension, name)))
             for name in names]  # fmt: skip
    return html.Nav(
        [
            html.Span(f"Look into one {dimension}:"),
            html.Ul([html.Li(link) for link in links]),
        ],
        className="pl-deeper",
        **aria(label=f"Each {dimension} by itself"),
    )


def _into(filters: Filters, dimension: str, name: str) -> Filters:
    if dimension == "partition":
        return replace(filters, partition=name)
    return replace(filters, clusters=(name,), partition=None)
