"""Panels of demand: what waits now and why, where, which jobs, and what never started."""

from datetime import date, datetime
from typing import Any, Final

import polars as pl
from dash import html

from dashboard.drill import deeper
from dashboard.empty import no_reasons
from dashboard.panels import Panel
from dashboard.scope import Scope
from model.question import Answer
from reports.charts.demand import (
    ACTIVITY_SHOWN,
    backlog_chart,
    ladder_chart,
    never_started_chart,
    queue_chart,
)
from reports.findings.demand import (
    backlog_finding,
    ladder_finding,
    longest_wait_finding,
    never_started_finding,
    queue_finding,
    reasons_known,
    with_unknown_gpus,
)
from reports.wording import day, plural, share

Part = Panel | html.Section

_BACKLOG: Final = (
    "pending_jobs", "pending_gpu_hours_low", "pending_gpu_hours_high", "backlog_days",
    "backlog_days_high",
)  # fmt: skip
_NEVER: Final = (
    "period_start", "cancelled_pending_jobs", "cancelled_pending_gpu_hours_low",
    "cancelled_pending_gpu_hours_high", "resubmitted_jobs",
    "cancelled_pending_gpu_hours_high_1h", "cancelled_pending_gpu_hours_high_7d",
    "allocated_gpu_hours",
)  # fmt: skip
_LADDER: Final = (
    "limit_gpu_hours", "allocated_gpu_hours", "active_gpu_hours", "activity_coverage",
)  # fmt: skip
_JOBS: Final = (
    "cluster", "job_label", "wait_s", "gpus", "reason_class", "reason", "partition", "account",
    "user", "qos", "limit_s", "limit_gpu_hours", "submit",
)  # fmt: skip
_JOBS_OVER: Final = (*_JOBS, "stage", "job_state", "start", "end", "elapsed_s", "gpu_hours")


def moment_of(answer: Answer) -> str:
    """The day at whose beginning, or in which, the queue is looked at."""
    asked, known = answer.question.until, answer.data_as_of
    moments: list[date] = [_date(each) for each in (asked, known) if each]
    return day(min(moments)) if moments else "an unknown day"


def _date(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def queue_panels(queue: Answer, *, tracked: bool) -> list[Part]:
    """What waits, by reason; where no reason is on record, what would bring it."""
    on = moment_of(queue)
    known = queue.frame if tracked else with_unknown_gpus(queue.frame)
    panel = Panel(
        key="queue",
        finding=queue_finding(known, on),
        answer=queue,
        chart=queue_chart(queue.frame, on=on, synthetic=queue.synthetic),
        before=_classes(queue),
    )
    silent = queue.frame.height > 0 and not reasons_known(queue.frame)
    return [panel, *([no_reasons()] if silent else [])]


def _classes(queue: Answer) -> tuple[html.P, ...]:
    if not reasons_known(queue.frame):
        return ()
    said = (
        "More GPUs shorten waits for capacity. They do not shorten waits for a policy limit, "
        "which is the site's to raise, nor waits that the user asked for."
    )
    return (html.P(said, className="pl-lead"),)


def backlog_panel(scope: Scope, demand: Answer, *, dimension: str, page: str) -> Panel:
    """How long what waits would fill the GPUs, with the way down to each."""
    on = moment_of(demand)
    names = [name for name in demand.frame[dimension].to_list() if name]
    down = deeper(names, dimension=dimension, filters=scope.filters, page=page)
    return Panel(
        key="backlog",
        finding=backlog_finding(demand.frame, dimension),
        answer=demand,
        chart=backlog_chart(demand.frame, dimension=dimension, on=on, synthetic=demand.synthetic),
        columns=(dimension, *_BACKLOG),
        before=(down,) if down else (),
    )


def jobs_panel(scope: Scope, queue: Answer) -> Panel:
    """The jobs that wait longest; where none waits, those that waited longest in the period."""
    waiting = (("stage", "waiting"),) if queue.frame.height else ()
    answer = scope.ask("jobs", where=waiting)
    lead = (
        "A line is a job, or an array that waits in one record. Users are named as the store "
        "names them, by pseudonym unless the site chose otherwise."
    )
    return Panel(
        key="jobs",
        finding=longest_wait_finding(answer.frame),
        answer=answer,
        columns=_JOBS if waiting else _JOBS_OVER,
        before=(html.P(lead, className="pl-lead"),),
    )


def never_started_panel(scope: Scope, *, tracked: bool) -> Panel:
    """What jobs that never started asked for, by period."""
    granularity = scope.filters.period
    answer = scope.ask("demand", period=granularity)
    frame = answer.frame
    gone, again = (
        int(frame[f"{name}_jobs"].sum()) for name in ("cancelled_pending", "resubmitted")
    )
    lead = (
        f"{plural(gone, 'job')} left the queue without a start; "
        f"{plural(again, 'more was', 'more were')} submitted again within a day and "
        f"{'is' if again == 1 else 'are'} left out."
    )
    return Panel(
        key="never",
        finding=never_started_finding(frame, tracked=tracked),
        answer=answer,
        chart=never_started_chart(
            frame, granularity=granularity, period=scope.span(answer), synthetic=answer.synthetic
        ),
        columns=_NEVER,
        before=(html.P(lead, className="pl-lead"),),
    )


def ladder_panel(scope: Scope, demand: Answer, *, dimension: str) -> Panel:
    """Asked for, held and active, as a ladder of shares."""
    return Panel(
        key="ladder",
        finding=ladder_finding(demand.frame),
        answer=demand,
        chart=ladder_chart(
            demand.frame,
            dimension=dimension,
            period=scope.span(demand),
            synthetic=demand.synthetic,
        ),
        columns=(dimension, *_LADDER),
        before=(
            html.P(
                "Time limits are padded by habit: the distance between the two is no shortage.",
                className="pl-lead",
            ),
            html.P(_activity(demand.frame), className="pl-lead"),
        ),
    )


def _activity(demand: pl.DataFrame) -> Any:
    known = demand.filter(pl.col("active_gpu_hours").is_not_null())
    if known.is_empty():
        return [
            "How active the GPUs were is not known: no telemetry covers these jobs. Bring it with ",
            html.Code("plimsoll ingest telemetry FILE --cluster mycluster"),
            ".",
        ]
    coverage = demand["activity_coverage"].fill_null(0.0)
    held = demand["allocated_gpu_hours"].fill_null(0.0)
    whole = float(held.sum())
    part = float((coverage * held).sum()) / whole if whole else 0.0
    said = f"Telemetry tells the activity of {share(part, decimals=1)} of the allocated GPU-hours"
    if (coverage < ACTIVITY_SHOWN).all():
        return f"{said}: too little to draw. The table has what was seen."
    return f"{said}; the chart takes the rest to be like it."
