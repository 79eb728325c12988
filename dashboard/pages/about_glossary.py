"""The glossary: every column of every table, as `config/metrics.yaml` has it."""

from typing import Any, Final

from dash import html

from dashboard.glossary import anchor
from model.metrics import DIMENSIONS, Metric, load_metrics
from reports.wording import plural

_TITLES: Final = {DIMENSIONS: "Dimensions: what tables are split and filtered by"}


def glossary(find: str | None) -> html.Section:
    """The tables with their columns, those alone that hold all the words looked for."""
    words = (find or "").casefold().split()
    found = {
        table: kept
        for table, metrics in load_metrics().by_table().items()
        if (kept := [metric for metric in metrics if _holds(metric, words)])
    }
    count = sum(len(metrics) for metrics in found.values())
    said = plural(count, "column") + f" of {plural(len(found), 'table')}"
    return html.Section(
        [
            html.H2(f"Glossary: {said}" + (f" with “{find}”" if words else "")),
            html.P(
                "A table is what “plimsoll show TABLE” prints. Open one to see what its columns "
                "mean, in which unit, how they are reckoned, and after whom.",
                className="pl-lead",
            ),
            *(_table(table, metrics, opened=bool(words)) for table, metrics in found.items()),
            *([] if found else [html.P("No column has these words. Look for fewer of them.")]),
        ],
        className="pl-panel",
    )


def _holds(metric: Metric, words: list[str]) -> bool:
    text = " ".join(
        part
        for part in (metric.table, metric.name, metric.label, metric.definition, metric.unit)
        if part
    ).casefold()
    return all(word in text for word in words)


def _table(table: str, metrics: list[Metric], *, opened: bool) -> html.Details:
    title = _TITLES.get(table, table)
    entries = [part for metric in metrics for part in _entry(metric)]
    return html.Details(
        [
            html.Summary([html.Strong(title), f" ({plural(len(metrics), 'column')})"]),
            html.Dl(entries),
        ],
        id=anchor(table),
        open=opened,
        className="pl-definitions",
    )


def _entry(metric: Metric) -> list[Any]:
    more = {"Unit": metric.unit, "Reckoned as": metric.formula, "After": metric.source}
    told = "; ".join(f"{name.lower()}: {text}" for name, text in more.items() if text)
    return [
        html.Dt([metric.label, " ", html.Code(metric.name)], id=anchor(metric.table, metric.name)),
        html.Dd([metric.definition, *([html.Br(), html.Small(f"{told}.")] if told else [])]),
    ]
