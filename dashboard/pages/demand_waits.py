"""Panels of waits: by period, by size, the chances of a start, and how jobs ended."""

from typing import Final

from dash import html

from dashboard.empty import no_eligible
from dashboard.panels import Panel
from dashboard.scope import Scope
from model.question import Answer
from reports.charts.outcomes import outcomes_chart
from reports.charts.waits import bands_chart, by_band, curves_chart, waits_chart
from reports.findings.demand import (
    bands_finding,
    chances_finding,
    held_back_sentence,
    outcomes_finding,
    waits_finding,
)
from reports.wording import number, sentence

Part = Panel | html.Section

_WAITS: Final = (
    "jobs", "wait_p50_s", "wait_p90_s", "wait_p95_s", "wait_mean_s", "eligible_wait_p50_s",
    "eligible_wait_p95_s", "slowdown_median", "slowdown_median_600", "policy_share",
    "capacity_share", "cohort_jobs", "p_started_1h", "p_started_24h", "p_cancelled_24h",
)  # fmt: skip


def waits_panel(scope: Scope, total: Answer) -> Panel:
    """Median and tails by period, with what held jobs back."""
    granularity = scope.filters.period
    answer = scope.ask("waits", period=granularity)
    held_back = held_back_sentence(total.frame)
    return Panel(
        key="waits",
        finding=waits_finding(total.frame),
        answer=answer,
        chart=waits_chart(
            answer.frame,
            granularity=granularity,
            period=scope.span(answer),
            synthetic=answer.synthetic,
        ),
        more=(total,),
        columns=("period_start", *_WAITS),
        before=(html.P(held_back, className="pl-lead"),) if held_back else (),
    )


def bands_panel(scope: Scope, total: Answer) -> Panel:
    """Median and tails by the GPUs of the job, with the slowdown."""
    answer = scope.ask("waits", by=("gpus_band",))
    return Panel(
        key="bands",
        finding=bands_finding(answer.frame),
        answer=answer,
        shown=by_band(answer.frame),
        chart=bands_chart(answer.frame, period=scope.span(answer), synthetic=answer.synthetic),
        columns=("gpus_band", *_WAITS),
        before=_slowdown(total),
    )


def _slowdown(total: Answer) -> tuple[html.P, ...]:
    row = total.frame.row(0, named=True) if total.frame.height else {}
    median = row.get("slowdown_median")
    if median is None:
        return ()
    said = (
        f"from submission to its end the job in the middle took {number(median, decimals=1)} "
        "times as long as its run"
    )
    return (html.P(sentence(said), className="pl-lead"),)


def chances_panel(scope: Scope, total: Answer) -> Part:
    """The curves of those that came to the queue; what would bring them where there are none."""
    answer = scope.ask("wait_curves")
    if answer.frame.is_empty():
        return no_eligible()
    return Panel(
        key="chances",
        finding=chances_finding(total.frame),
        answer=answer,
        chart=curves_chart(answer.frame, period=scope.span(answer), synthetic=answer.synthetic),
        more=(total,),
        before=(
            html.P(
                "Jobs that still waited when last seen count for as long as they were seen.",
                className="pl-lead",
            ),
        ),
    )


def outcomes_panel(scope: Scope) -> Panel:
    """How jobs ended, in what they had held."""
    answer = scope.ask("outcomes")
    return Panel(
        key="outcomes",
        finding=outcomes_finding(answer.frame),
        answer=answer,
        chart=outcomes_chart(answer.frame, period=scope.span(answer), synthetic=answer.synthetic),
    )
