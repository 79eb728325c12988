"""Many small clusters or one: stranded GPU time, small beside central, and growth."""

from typing import Any, Final

from dash import html

from dashboard.panels import Panel
from dashboard.scope import Scope
from model.question import Question
from reports.charts.pools import growth_chart, stranded_chart
from reports.findings.pools import (
    growth_finding,
    peaks_sentence,
    sizes_finding,
    stranded_finding,
)

_STRANDED: Final = (
    "period_start", "stranded_gpu_hours", "idle_gpu_hours", "stranded_fraction",
    "pending_gpu_hours", "peak_sum", "peak_pooled", "pooling_gain", "pools", "gpus_split",
    "pooled_gpus_same_wait",
)  # fmt: skip


def many_small_panels(scope: Scope) -> list[Panel]:
    """The panels, those left out for which the store has nothing."""
    found = (_stranded(scope), _sizes(scope), _growth(scope))
    return [panel for panel in found if panel is not None]


def _stranded(scope: Scope) -> Panel | None:
    total = scope.reader.ask_if_any(scope.question("fragmentation"))
    if total is None or total.frame.is_empty():
        return None
    row = total.frame.row(0, named=True)
    granularity = scope.filters.period
    answer = scope.ask("fragmentation", period=granularity)
    said = peaks_sentence(row)
    return Panel(
        key="stranded",
        finding=stranded_finding(row),
        answer=answer,
        chart=stranded_chart(
            answer.frame,
            granularity=granularity,
            period=scope.span(answer),
            synthetic=answer.synthetic,
        )
        if row["pools"] != 1
        else None,
        more=(total,),
        columns=_STRANDED,
        before=_lead(
            "An upper bound: it does not ask whether the job fits the free nodes, needs their "
            "cards, or may use them.",
            said,
        ),
    )


def _sizes(scope: Scope) -> Panel | None:
    answer = scope.reader.ask_if_any(scope.question("small_and_central"))
    if answer is None or answer.frame.is_empty():
        return None
    return Panel(
        key="sizes",
        finding=sizes_finding(answer.frame),
        answer=answer,
        before=_lead(
            "Small are clusters of fewer than 32 GPUs. A short wait may be the other side of idle "
            "GPUs, and little carbon of a GPU-hour of older cards."
        ),
    )


def _growth(scope: Scope) -> Panel:
    answer = scope.reader.ask(Question("growth"))
    surveyed = answer.frame["clusters_of_survey"].sum() > 0
    return Panel(
        key="growth",
        finding=growth_finding(answer.frame),
        answer=answer,
        chart=growth_chart(answer.frame),
        before=_lead(
            "Of real machines, from the registry and from surveys of clusters without a job log. "
            "The effective number is how many clusters of one size would be as concentrated.",
            None
            if surveyed
            else "No survey was given, so that most clusters of single groups are missing.",
        ),
    )


def _lead(*sentences: str | None) -> tuple[Any, ...]:
    return (html.P(" ".join(filter(None, sentences)), className="pl-lead"),)
