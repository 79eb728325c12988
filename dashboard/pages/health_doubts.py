"""What is wrong, doubtful or assumed, each with the line that mends it."""

from typing import Any

import polars as pl
from dash import dcc, html

from dashboard.panels import Panel, View
from model.question import Answer
from reports.findings.health import SEVERITIES, symptoms_finding, symptoms_of


def doubts_panel(symptoms: Answer, view: View) -> Panel:
    """The symptoms of the doctor, by severity, as a list to act on and as a table."""
    listed: list[Any] = []
    for severity, title in SEVERITIES.items():
        found = symptoms_of(symptoms.frame, severity)
        if found.height:
            listed += [
                html.H3(f"{title} ({found.height})"),
                html.Ul([_line(row) for row in found.iter_rows(named=True)], className="pl-doubts"),
            ]
    more = html.P(
        [
            "Checked as ",
            html.Code("plimsoll doctor"),
            " does; with the report of sreport (",
            html.Code("--sreport"),
            ") it also compares the GPU-hours of every account. ",
            dcc.Link("How the figures are made", href=f"{view.base}about"),
            ".",
        ],
        className="pl-lead",
    )
    return Panel(
        key="doubts",
        finding=symptoms_finding(symptoms.frame),
        answer=symptoms,
        shown=symptoms.frame.with_columns(
            pl.col("cluster").fill_null("all"), pl.col("remedy").fill_null("nothing to do")
        ),
        before=(more, *listed),
    )


def _line(row: dict[str, Any]) -> html.Li:
    clusters = row["clusters"]
    place = f"{', '.join(clusters)}: " if clusters else ""
    return html.Li([html.Strong(place), row["what"], *_remedy(row)])


def _remedy(row: dict[str, Any]) -> list[Any]:
    if not row["remedy"]:
        return []
    whose = f" for {row['first']}" if len(row["clusters"]) > 1 else ""
    return [
        html.Span(f" What mends it{whose}:", className="pl-mends"),
        html.Pre(html.Code(row["remedy"]), className="pl-line"),
    ]
