"""A chart of lying bars between two bounds, one line a name."""

from collections.abc import Sequence

from reports.charts.description import Chart, Series
from reports.wording import between

Bounds = tuple[str, str]


def ranges_chart(
    names: Sequence[str],
    low: Sequence[float | None],
    high: Sequence[float | None],
    *,
    title: str,
    unit: str,
    bounds: Bounds,
    synthetic: bool,
) -> Chart | None:
    """What lies between `low` and `high` for each name; None where all of it is nothing.

    `bounds` names what the two bounds rest on, for the legend.
    """
    if not any(low) and not any(high):
        return None
    labels = tuple(between(*pair) for pair in zip(low, high, strict=True))
    said = "; ".join(f"{name} {label}" for name, label in zip(names, labels, strict=True))
    at_least, at_most = bounds
    return Chart(
        kind="ranges",
        title=title,
        summary=f"Bars between two bounds, {unit}: {said}.",
        categories=tuple(names),
        series=(
            Series(at_least, tuple(low), "main", labels=labels),
            Series(at_most, tuple(high), "pale", labels=labels),
        ),
        axis=unit,
        synthetic=synthetic,
    )
