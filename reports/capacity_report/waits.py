"""Waits and unmet demand: what waits and why, how long jobs waited, and what never ran."""

from datetime import date, datetime
from typing import Any, Final

import polars as pl

from model.question import Answer
from reports.capacity_report.desk import Desk, Exhibit, missing
from reports.charts.demand import backlog_chart, never_started_chart, queue_chart
from reports.charts.outcomes import outcomes_chart
from reports.charts.waits import bands_chart, by_band, curves_chart, waits_chart
from reports.document import Block
from reports.findings.demand import (
    backlog_finding,
    bands_finding,
    chances_finding,
    held_back_sentence,
    never_started_finding,
    outcomes_finding,
    queue_finding,
    reasons_known,
    waits_finding,
    with_unknown_gpus,
)
from reports.missing import no_eligible, no_jobs, no_reasons, unknown_gpus
from reports.wording import day

_QUEUE: Final = ("cluster", "reason_class", "reason", "jobs", "gpus")
_BACKLOG: Final = (
    "cluster", "pending_jobs", "pending_gpu_hours_low", "pending_gpu_hours_high", "backlog_days",
    "backlog_days_high",
)  # fmt: skip
_WAITS: Final = (
    "jobs", "wait_p50_s", "wait_p90_s", "wait_p95_s", "slowdown_median", "policy_share",
    "capacity_share",
)  # fmt: skip
_NEVER: Final = (
    "period_start", "cancelled_pending_jobs", "cancelled_pending_gpu_hours_low",
    "cancelled_pending_gpu_hours_high", "allocated_gpu_hours",
)  # fmt: skip

_PRINTED_TIMES_S: Final = (0, 60, 600, 3600, 6 * 3600, 86_400, 3 * 86_400, 7 * 86_400)


def write(desk: Desk) -> list[Block]:
    """The blocks of the section."""
    if not desk.has_store:
        return []
    waits = desk.if_any(desk.question("waits"))
    usage = desk.if_any(desk.question("usage"))
    if waits is None or usage is None:
        return [missing(no_jobs())]
    untracked, tracked = _tracking(usage)
    return [
        *([missing(unknown_gpus())] if untracked else []),
        *_waits(desk, waits),
        *_bands(desk),
        *_chances(desk, waits),
        *_queue(desk, tracked=tracked),
        *_demand(desk, tracked=tracked),
        *_outcomes(desk),
    ]


def _tracking(usage: Answer) -> tuple[bool, bool]:
    """Whether the GPUs of some jobs are not tracked, and whether those of any are."""
    row = usage.frame.row(0, named=True)
    untracked = bool(row.get("gpu_untracked_jobs"))
    return untracked, not untracked or bool(row.get("gpu_hours"))


def _waits(desk: Desk, total: Answer) -> list[Block]:
    step = desk.step()
    answer = desk.answer(desk.question("waits", period=step))
    period = desk.period(answer)
    exhibit = Exhibit(
        key="waits-course",
        say=lambda: waits_finding(total.frame),
        answer=answer,
        caption=f"Waits of the jobs that started, by {step}, {period}",
        columns=("period_start", *_WAITS),
        chart=lambda: waits_chart(
            answer.frame, granularity=step, period=period, synthetic=answer.synthetic
        ),
        more={"waits-total": total},
        also=(lambda: held_back_sentence(total.frame),),
        headline=True,
    )
    return desk.show(exhibit)


def _bands(desk: Desk) -> list[Block]:
    answer = desk.answer(desk.question("waits", by=("gpus_band",)))
    period = desk.period(answer)
    exhibit = Exhibit(
        key="waits-by-size",
        say=lambda: bands_finding(answer.frame),
        answer=answer,
        caption=f"Waits by the GPUs of a job, {period}",
        columns=("gpus_band", *_WAITS),
        chart=lambda: bands_chart(answer.frame, period=period, synthetic=answer.synthetic),
        shown=by_band(answer.frame),
    )
    return desk.show(exhibit)


def _chances(desk: Desk, total: Answer) -> list[Block]:
    answer = desk.if_any(desk.question("wait_curves"))
    if answer is None:
        return [missing(no_eligible())]
    period = desk.period(answer)
    exhibit = Exhibit(
        key="wait-curves",
        say=lambda: chances_finding(total.frame),
        answer=answer,
        caption=f"How likely a job that could start had done so, by the time since, {period}",
        shown=_at_times(answer.frame),
        chart=lambda: curves_chart(answer.frame, period=period, synthetic=answer.synthetic),
        more={"waits-total": total, "wait-curves-all": answer},
        lead="Jobs that still waited when last seen count for as long as they were seen.",
    )
    return desk.show(exhibit)


def _at_times(curves: pl.DataFrame) -> pl.DataFrame:
    """The line of each time that a page prints: the last one up to then."""
    last = [curves.filter(pl.col("t_s") <= at).tail(1) for at in _PRINTED_TIMES_S]
    return pl.concat(last).unique(maintain_order=True)


def _queue(desk: Desk, *, tracked: bool) -> list[Block]:
    queue = desk.answer(desk.question("queue"))
    on = moment_of(queue)
    known = queue.frame if tracked else with_unknown_gpus(queue.frame)
    told = reasons_known(queue.frame)
    exhibit = Exhibit(
        key="queue",
        say=lambda: queue_finding(known, day(on)),
        answer=queue,
        caption=f"What waited on {day(on)}, by reason",
        columns=_QUEUE,
        headers=("cluster", "reason_class", "reason"),
        chart=lambda: queue_chart(queue.frame, on=day(on), synthetic=queue.synthetic),
        shown=known,
        lead=(
            "More GPUs shorten waits for capacity. They do not shorten waits for a policy limit, "
            "which is the site's to raise, nor waits that the user asked for."
        )
        if told and known.height
        else None,
        method="GPUs that waiting jobs ask for, by the reason that Slurm gives",
        headline=known.height > 0,
    )
    silent = known.height > 0 and not told
    return [*desk.show(exhibit), *([missing(no_reasons())] if silent else [])]


def moment_of(answer: Answer) -> date | None:
    """The day at whose beginning, or in which, the queue is looked at."""
    moments = [_day(each) for each in (answer.question.until, answer.data_as_of) if each]
    return min(moments) if moments else None


def _day(moment: Any) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _demand(desk: Desk, *, tracked: bool) -> list[Block]:
    answer = desk.answer(desk.question("demand", by=("cluster",)))
    on = moment_of(answer)
    backlog = Exhibit(
        key="backlog",
        say=lambda: backlog_finding(answer.frame, "cluster"),
        answer=answer,
        caption=f"What waited on {day(on)}, and for how long it would fill the GPUs, by cluster",
        columns=_BACKLOG,
        chart=lambda: backlog_chart(
            answer.frame, dimension="cluster", on=day(on), synthetic=answer.synthetic
        ),
    )
    return [*desk.show(backlog), *_never(desk, tracked=tracked)]


def _never(desk: Desk, *, tracked: bool) -> list[Block]:
    step = desk.step()
    answer = desk.answer(desk.question("demand", period=step))
    period = desk.period(answer)
    exhibit = Exhibit(
        key="never-started",
        say=lambda: never_started_finding(answer.frame, tracked=tracked),
        answer=answer,
        caption=f"Jobs that left the queue without a start, by {step}, {period}",
        columns=_NEVER,
        chart=lambda: never_started_chart(
            answer.frame, granularity=step, period=period, synthetic=answer.synthetic
        ),
        headline=True,
    )
    return desk.show(exhibit)


def _outcomes(desk: Desk) -> list[Block]:
    answer = desk.answer(desk.question("outcomes"))
    period = desk.period(answer)
    exhibit = Exhibit(
        key="outcomes",
        say=lambda: outcomes_finding(answer.frame),
        answer=answer,
        caption=f"How jobs ended, and what they had held, {period}",
        chart=lambda: outcomes_chart(answer.frame, period=period, synthetic=answer.synthetic),
    )
    return desk.show(exhibit)
