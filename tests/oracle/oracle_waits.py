"""`waits`: nearest ranks of plain lists, and the Aalen-Johansen estimate in exact fractions."""

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from math import ceil
from typing import Any

from oracle_compare import Near
from oracle_jobs import groups, tracked
from oracle_world import Bin, Group, Row, Table, World, bin_of

COLUMNS = (
    "wait_p50_s", "wait_p90_s", "wait_p95_s", "wait_mean_s", "eligible_wait_p50_s",
    "eligible_wait_p95_s", "slowdown_median", "slowdown_median_600", "p_started_1h",
    "p_started_24h", "p_cancelled_24h", "policy_share", "capacity_share",
)  # fmt: skip
NOTHING = {"jobs": 0, "cohort_jobs": 0} | dict.fromkeys(COLUMNS)
POLICY = {
    "QOSMaxGRESPerUser", "AssocGrpGRES", "JobArrayTaskLimit", "QOSGrpNodeLimit", "Licenses",
    "AssocMaxJobsLimit",
}  # fmt: skip
CAPACITY = {"None", "Priority", "Resources", "ReqNodeNotAvail", "Reservation"}


def waits(world: World, bins: Sequence[Bin], by: Sequence[str]) -> Table:
    """What `waits` must print, by (period, *by)."""
    started: dict[Group, list[Row]] = defaultdict(list)
    cohorts: dict[Group, list[Row]] = defaultdict(list)
    for whole in tracked(world):
        for group, job in groups(world, whole, by):
            for moment, lists in (("start", started), ("eligible", cohorts)):
                label = bin_of(bins, job[moment])
                if label != "outside":
                    lists[label, *group].append(job)
    telling = {job["cluster"] for job in world.jobs if job["eligible"] is not None}
    untold = defaultdict(lambda: True)
    for whole in tracked(world):
        for group, job in groups(world, whole, by):
            untold[group] &= job["cluster"] not in telling
    table: Table = {}
    for label, _, _ in bins:
        for group, silent in untold.items():
            cell = (label, *group)
            table[cell] = NOTHING | ({"cohort_jobs": None} if silent else {})
            table[cell] |= _of_started(started[cell]) | _of_cohort(cohorts[cell])
    return table


def nearest_rank(values: list[Any], percent: int) -> Any:
    """The smallest value that at least so many per cent do not exceed."""
    if not values:
        return None
    return sorted(values)[ceil(Fraction(percent, 100) * len(values)) - 1]


def _near(values: list[Any], percent: int) -> Near | None:
    found = nearest_rank(values, percent)
    return None if found is None else Near(float(found))


def _of_started(jobs: list[Row]) -> Row:
    if not jobs:
        return {}
    waited = [max(0, job["start"] - job["submit"]) for job in jobs]
    told = [job for job in jobs if job["eligible"] is not None]
    since_eligible = [max(0, job["start"] - job["eligible"]) for job in told]
    ended = [job for job in jobs if job["end"] is not None]
    return {
        "jobs": len(jobs),
        **{f"wait_p{share}_s": _near(waited, share) for share in (50, 90, 95)},
        "wait_mean_s": sum(waited) / len(waited),
        **{f"eligible_wait_p{share}_s": _near(since_eligible, share) for share in (50, 95)},
        "slowdown_median": _near([slowdown(job, 10) for job in ended], 50),
        "slowdown_median_600": _near([slowdown(job, 600) for job in ended], 50),
    }


def slowdown(job: Row, tau: int) -> Fraction:
    """Bounded slowdown of a job that ended."""
    run = job["held_until"] - job["start"]
    wait = max(0, job["start"] - job["submit"])
    return max(Fraction(1), Fraction(wait + run, max(run, tau)))


def fate(job: Row) -> tuple[int, str]:
    """How long a job waited since it was eligible, and what ended the wait."""
    if job["started"]:
        until, how = job["start"], "started"
    elif job["end"] is not None:
        until, how = job["end"], "cancelled"
    else:
        until, how = job["observed_until"], "censored"
    return max(0, until - job["eligible"]), how


def _of_cohort(jobs: list[Row]) -> Row:
    if not jobs:
        return {}
    fates = [fate(job) for job in jobs]
    policy, capacity = (
        sum(fate(job)[0] for job in jobs if job["reason"] in reasons)
        for reasons in (POLICY, CAPACITY)
    )
    share = Fraction(policy, policy + capacity) if policy + capacity else None
    return {
        "cohort_jobs": len(jobs),
        "p_started_1h": chance(fates, "started", 3_600),
        "p_started_24h": chance(fates, "started", 86_400),
        "p_cancelled_24h": chance(fates, "cancelled", 86_400),
        "policy_share": None if share is None else float(share),
        "capacity_share": None if share is None else float(1 - share),
    }


def chance(fates: list[tuple[int, str]], cause: str, by_second: int) -> float | None:
    """Aalen-Johansen: the chance that the wait has ended so by then."""
    undecided, chance_so_far = Fraction(1), Fraction(0)
    for moment in sorted({time for time, how in fates if how != "censored" and time <= by_second}):
        at_risk = sum(time >= moment for time, _ in fates)
        ends = [how for time, how in fates if time == moment and how != "censored"]
        chance_so_far += undecided * Fraction(ends.count(cause), at_risk)
        undecided *= 1 - Fraction(len(ends), at_risk)
    if undecided and not any(time >= by_second for time, _ in fates):
        return None
    return float(chance_so_far)
