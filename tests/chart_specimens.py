"""A chart of every kind, with names that are markup: what each renderer is held against."""

from dataclasses import replace
from datetime import UTC, date, datetime

from reports.charts import Chart, Series
from reports.charts.description import Span

HOSTILE = "<a href='https://evil.example'>free GPUs</a>\n<b>now</b>"
NAMES = ("one", HOSTILE)
CHARTS = {
    kind: Chart(
        kind=kind,
        title="Cards",
        summary="Two bars.",
        categories=NAMES,
        series=(Series("Asked", (4.0, None), "second", labels=("4", "no data")),),
        axis="cards",
    )
    for kind in ("columns", "bars", "stack", "pairs", "dots")
}
CHARTS["multiples"] = Chart(
    kind="multiples",
    title="Hours",
    summary="Two charts.",
    categories=("May", "June"),
    facets=NAMES,
    series=(Series("Available", (3.0, 4.0, 2.0, None), "faint"),),
)
CHARTS["ranges"] = Chart(
    kind="ranges",
    title="Hours",
    summary="Two bars.",
    categories=NAMES,
    series=(
        Series("At least", (3.0, None), labels=("3 to 7", "no data")),
        Series("At most", (7.0, None), "pale", labels=("3 to 7", "no data")),
    ),
)
CHARTS["periods"] = replace(CHARTS["ranges"], kind="periods")
CHARTS["lines"] = Chart(
    kind="lines",
    title="Waits",
    summary="Two lines.",
    categories=NAMES,
    series=(Series("Median", (1.0, None)), Series(HOSTILE, (1.01, 1.01), "second")),
    at=(date(2026, 5, 1), date(2026, 6, 1)),
)
CHARTS["layers"] = replace(CHARTS["ranges"], kind="layers")
CHARTS["spans"] = Chart(
    kind="spans",
    title="Days known",
    summary="One line.",
    categories=NAMES,
    series=(Series("Known", (10.0, 0.0)),),
    spans=(Span(0, datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 11, tzinfo=UTC)),),
    until=datetime(2026, 6, 1, tzinfo=UTC),
)
