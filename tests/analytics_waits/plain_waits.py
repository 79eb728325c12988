"""`waits` in plain Python: one job after the other, fractions, no histogram."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from model.wait_reasons import load_wait_reasons

Row = Mapping[str, Any]
Figures = dict[str, Fraction | int | None]
HOUR, DAY = 3_600, 86_400
STARTED, CANCELLED, STILL = "started", "cancelled", "still waiting"


def nearest_rank(values: list[Any], percent: int) -> Any:
    return sorted(values)[-(-percent * len(values) // 100) - 1] if values else None


def fate(job: Row) -> tuple[int, str]:
    if job["started"]:
        until, end = job["start"], STARTED
    elif job["end"] is not None:
        until, end = job["end"], CANCELLED
    else:
        until, end = job["observed_until"], STILL
    return max(0, until - job["eligible"]), end


def chances(fates: list[tuple[int, str]], by: int) -> dict[str, Fraction | None]:
    """Walk through the seconds in which something happened, with the jobs still at risk."""
    unknown: dict[str, Fraction | None] = {STARTED: None, CANCELLED: None}
    if not fates:
        return unknown
    share, left, waiting = {STARTED: Fraction(0), CANCELLED: Fraction(0)}, Fraction(1), len(fates)
    for second in sorted({t for t, _ in fates if t <= by}):
        here = [end for t, end in fates if t == second]
        for end in share:
            share[end] += left * Fraction(here.count(end), waiting)
        left *= 1 - Fraction(len(here) - here.count(STILL), waiting)
        waiting -= len(here)
    seen_to = max(t for t, _ in fates)
    return unknown if left > 0 and seen_to < by else dict(share)


def slowdown(job: Row, tau: int) -> Fraction:
    wait, run = max(0, job["start"] - job["submit"]), max(0, job["held_until"] - job["start"])
    return max(Fraction(1), Fraction(wait + run, max(run, tau)))


def of_started(jobs: list[Row]) -> Figures:
    waits = [max(0, job["start"] - job["submit"]) for job in jobs]
    eligible = [max(0, j["start"] - j["eligible"]) for j in jobs if j["eligible"] is not None]
    ended = [job for job in jobs if job["end"] is not None]
    return {
        "jobs": len(jobs),
        "wait_p50_s": nearest_rank(waits, 50),
        "wait_p90_s": nearest_rank(waits, 90),
        "wait_p95_s": nearest_rank(waits, 95),
        "wait_mean_s": Fraction(sum(waits), len(waits)) if waits else None,
        "eligible_wait_p50_s": nearest_rank(eligible, 50),
        "eligible_wait_p95_s": nearest_rank(eligible, 95),
        "slowdown_median": nearest_rank([slowdown(job, 10) for job in ended], 50),
        "slowdown_median_600": nearest_rank([slowdown(job, 600) for job in ended], 50),
    }


def of_cohort(jobs: list[Row]) -> Figures:
    fates = [fate(job) for job in jobs]
    blamed = {"policy": 0, "capacity": 0}
    for job, (waited, _) in zip(jobs, fates, strict=True):
        blame = load_wait_reasons().class_of(job["reason"])
        if blame in blamed:
            blamed[blame] += waited
    total = sum(blamed.values())
    return {
        "cohort_jobs": len(jobs),
        "p_started_1h": chances(fates, HOUR)[STARTED],
        "p_started_24h": chances(fates, DAY)[STARTED],
        "p_cancelled_24h": chances(fates, DAY)[CANCELLED],
        "policy_share": Fraction(blamed["policy"], total) if total else None,
        "capacity_share": Fraction(blamed["capacity"], total) if total else None,
    }


def plain_waits(
    jobs: Iterable[Row], within: range, period_of: Callable[[int], date], group: str
) -> dict[tuple[date, Any], Figures]:
    started, cohorts = defaultdict(list), defaultdict(list)
    for job in jobs:
        if job["started"] and job["start"] in within:
            started[period_of(job["start"]), job[group]].append(job)
        if job["eligible"] is not None and job["eligible"] in within:
            cohorts[period_of(job["eligible"]), job[group]].append(job)
    return {
        cell: of_started(started[cell]) | of_cohort(cohorts[cell]) for cell in {*started, *cohorts}
    }
