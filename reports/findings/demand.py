"""What waits, what never started, how long jobs waited and how they ended, in sentences."""

from typing import Any, Final

import polars as pl

from reports.charts.demand import ladder_rows, waiting_groups
from reports.charts.waits import band_name, by_band
from reports.wording import between, duration, large, number, plural, share

_HELD_BACK: Final = {
    "capacity": "for capacity",
    "policy": "for a policy limit",
    "user": "for what the user asked to wait for",
    "outcome": "for another reason",
    "other": "for another reason",
    None: "for no recorded reason",
}


def with_unknown_gpus(queue: pl.DataFrame) -> pl.DataFrame:
    """The lines of `queue` where accounting does not track GPUs: those asked for are unknown."""
    return queue.with_columns(pl.lit(None, pl.Int64).alias("gpus"))


def queue_finding(queue: pl.DataFrame, on: str) -> str:
    """What share of what waits is held back by capacity, by policy, and by the rest."""
    if queue.is_empty():
        return f"No job was waiting on {on}"
    gpus, jobs = waiting_gpus(queue), int(queue["jobs"].sum())
    waits = f"{number(gpus)} GPUs waited for" if gpus else f"{plural(jobs, 'job')} waiting"
    if not reasons_known(queue):
        why = f"{number(gpus)} GPUs were waited for" if gpus else f"{plural(jobs, 'job')} waited"
        return f"{why} on {on}; why is not on record"
    known = ", how many GPUs they ask for unknown" if gpus is None else ", none of them for GPUs"
    parts = _parts(queue, "gpus" if gpus else "jobs")
    return f"Of {waits} on {on}{'' if gpus else known}, {parts}"


def reasons_known(queue: pl.DataFrame) -> bool:
    """Whether any line of `queue` has a reason."""
    return queue["reason"].null_count() < queue.height


def waiting_gpus(queue: pl.DataFrame) -> int | None:
    """The GPUs that waiting jobs ask for; None where those of one line are not known."""
    return None if queue["gpus"].null_count() else int(queue["gpus"].sum())


def held_back(queue: pl.DataFrame, column: str) -> dict[str, float]:
    """The share of each class of reasons, the largest first: words of the class and share."""
    whole = float(queue[column].sum())
    sums: dict[str, float] = {}
    for kind, part in queue.group_by("reason_class").agg(pl.col(column).sum()).iter_rows():
        words = _HELD_BACK.get(kind, _HELD_BACK["other"])
        sums[words] = sums.get(words, 0) + part
    ordered = sorted(sums.items(), key=lambda pair: (-pair[1], pair[0]))
    return {words: part / whole for words, part in ordered if part}


def _parts(queue: pl.DataFrame, column: str) -> str:
    first, *others = held_back(queue, column).items()
    said = [f"{share(first[1])} wait {first[0]}"]
    said += [f"{share(part)} {words}" for words, part in others]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"


def backlog_finding(demand: pl.DataFrame, dimension: str) -> str:
    """Where the longest backlog is, and how many have none."""
    rows = waiting_groups(demand)
    if rows.is_empty():
        if demand["pending_jobs"].sum() == 0:
            return f"No {dimension} has a backlog: no job was waiting"
        return "How long the backlog would take is not known"
    row = rows.row(0, named=True)
    days = between(row["backlog_days"], row["backlog_days_high"])
    name = row[dimension] or f"a {dimension} without a name"
    said = f"What waits at {name} would fill its GPUs for {days} days"
    free = demand.filter(pl.col("pending_jobs") == 0).height
    return f"{said}; at {plural(free, f'other {dimension}')} nothing waits" if free else said


def longest_wait_finding(jobs: pl.DataFrame) -> str:
    """The first line of `jobs`: the longest wait."""
    if jobs.is_empty():
        return "No job was in the queue in this period"
    row = jobs.row(0, named=True)
    has = "has waited" if row["stage"] == "waiting" else "waited"
    name = f"job {row['job_label']} of {row['cluster']}"
    return f"The longest wait: {name} {has} {duration(row['wait_s'])}"


def never_started_finding(demand: pl.DataFrame, *, tracked: bool = True) -> str:
    """How much was asked for by jobs that never started, beside what was allocated.

    Where accounting does not track GPUs (`tracked`) a request of none is unknown.
    """
    jobs = int(demand["cancelled_pending_jobs"].sum())
    if not jobs:
        return "Every job that ended in this period had started"
    low, high = never_started(demand) if tracked else (None, None)
    if low is None and high is None:
        return f"{plural(jobs, 'job')} never started; how much they asked for is not known"
    held = demand["allocated_gpu_hours"]
    beside = "" if held.null_count() else f", beside {large(float(held.sum()))} allocated"
    return f"Jobs that never started asked for {between(low, high)} GPU-hours{beside}"


def never_started(demand: pl.DataFrame) -> tuple[float | None, float | None]:
    """Both bounds of what never ran, over all lines; None where one of the lines lacks it."""
    columns = (demand[f"cancelled_pending_gpu_hours_{end}"] for end in ("low", "high"))
    low, high = (None if c.null_count() else float(c.sum()) for c in columns)
    return low, high


def ladder_finding(demand: pl.DataFrame) -> str:
    """What part of what was asked for to the time limit jobs held."""
    rows = ladder_rows(demand)
    if rows.is_empty():
        return "How time limits compare with what jobs held is not known"
    asked, held = (float(rows[f"{name}_gpu_hours"].sum()) for name in ("limit", "allocated"))
    return f"Jobs held {share(held / asked)} of the GPU-hours that their time limits allowed"


def waits_finding(waits: pl.DataFrame) -> str:
    """The median wait and the tail of all jobs, from the line of `waits` without --by."""
    row = waits.row(0, named=True) if waits.height else {}
    if not row.get("jobs"):
        return "No job started in this period"
    median = row["wait_p50_s"]
    half = "at once" if median < 1 else f"within {duration(median)}"
    return (
        f"Half of {plural(row['jobs'], 'job')} started {half}; one in ten waited longer than "
        f"{duration(row['wait_p90_s'])}"
    )


def bands_finding(waits: pl.DataFrame) -> str:
    """How the median wait grows with the GPUs asked for."""
    rows = by_band(waits).filter(
        pl.col("wait_p50_s").is_not_null(), pl.col("gpus_band").is_not_null()
    )
    asking = rows.filter(pl.col("gpus_band") != "0")
    if asking.is_empty():
        return "How many GPUs the jobs asked for is not known"
    few, many = asking.row(0, named=True), asking.row(-1, named=True)
    if asking.height == 1:
        return f"Jobs of {band_name(few['gpus_band'])} waited {_at_median(few)} at the median"
    return (
        f"Jobs of {band_name(many['gpus_band'])} waited {_at_median(many)} at the median, jobs of "
        f"{band_name(few['gpus_band'])} {_at_median(few)}"
    )


def _at_median(row: dict[str, Any]) -> str:
    return duration(row["wait_p50_s"]) if row["wait_p50_s"] >= 1 else "less than a second"


def chances_finding(waits: pl.DataFrame) -> str:
    """How likely a job that could start had started within a day, or was given up."""
    row = waits.row(0, named=True) if waits.height else {}
    if row.get("p_started_24h") is None:
        return "How likely jobs were to start within a day is not known"
    return (
        f"{share(row['p_started_1h'])} of the jobs that could start had done so within an hour, "
        f"{share(row['p_started_24h'])} within a day; {share(row['p_cancelled_24h'], decimals=1)} "
        "were cancelled first"
    )


def held_back_sentence(waits: pl.DataFrame) -> str | None:
    """What held back the jobs of the period, by the time that they waited; None if unknown."""
    row = waits.row(0, named=True) if waits.height else {}
    if row.get("policy_share") is None:
        return None
    return (
        f"Of the time that jobs of this period waited, {share(row['capacity_share'])} was for "
        f"capacity and {share(row['policy_share'])} for a policy limit."
    )


def outcomes_finding(outcomes: pl.DataFrame) -> str:
    """What part of the GPU-hours went to jobs that completed, and what node failures cost."""
    if outcomes["jobs_ended"].sum() == 0:
        return "No job ended in this period"
    if outcomes["gpu_hours"].null_count():
        return "The GPU-hours of some ended jobs are not known"
    whole, failed = (float(outcomes[n].sum()) for n in ("gpu_hours", "node_failure_gpu_hours"))
    if not whole:
        return "No GPU-hours were held by the jobs that ended"
    done = float(outcomes.filter(pl.col("job_state") == "COMPLETED")["gpu_hours"].sum())
    return (
        f"{share(done / whole)} of the GPU-hours of ended jobs went to jobs that completed; at "
        f"most {large(failed)} were lost to node failures"
    )
