"""The headlines of demand and waits."""

from dashboard.pages.demand_queue import moment_of
from dashboard.tiles import Tile
from model.question import Answer
from reports.charts.demand import waiting_groups
from reports.findings.demand import (
    held_back,
    never_started,
    reasons_known,
    waiting_gpus,
    with_unknown_gpus,
)
from reports.wording import between, duration, large, number, plural, share


def demand_tiles(
    queue: Answer, demand: Answer, waits: Answer, *, dimension: str, tracked: bool
) -> list[Tile]:
    """GPUs waited for, the longest backlog, the median wait, and what never started.

    Where accounting does not track GPUs (`tracked`) a request of none is unknown, not zero.
    """
    return [
        _waited_for(queue, tracked=tracked),
        _backlog(demand, dimension),
        _median(waits),
        _never(demand, tracked=tracked),
    ]


def _waited_for(queue: Answer, *, tracked: bool) -> Tile:
    frame, on = queue.frame if tracked else with_unknown_gpus(queue.frame), moment_of(queue)
    gpus, jobs = waiting_gpus(frame), plural(int(frame["jobs"].sum()), "job")
    if gpus is None:
        under = f"How many the {jobs} waiting on {on} ask for is not known: plimsoll doctor"
    elif not gpus or not reasons_known(frame):
        under = f"by {jobs} on {on}" + (": why is not on record" if gpus else "")
    else:
        parts = held_back(frame, "gpus").items()
        under = f"by {jobs} on {on}: " + ", ".join(f"{share(part)} {said}" for said, part in parts)
    return Tile("GPUs waited for", number(gpus), gpus, under, "queue", "gpus")


def _backlog(demand: Answer, dimension: str) -> Tile:
    rows = waiting_groups(demand.frame)
    low = rows["backlog_days"][0] if rows.height else None
    high = rows["backlog_days_high"][0] if rows.height else None
    name = rows[dimension][0] if rows.height else None
    if rows.is_empty():
        waiting = demand.frame["pending_jobs"].sum()
        under = "Nothing ran in the 28 days before" if waiting else "No job was waiting"
        value = None if waiting else 0.0
        return Tile("Longest backlog", "0 days", value, under, "demand", "backlog_days")
    under = (
        f"at {name}, of what it ran in the 28 days before {moment_of(demand)}; "
        f"{between(rows['pending_gpu_hours_low'][0], rows['pending_gpu_hours_high'][0])} GPU-hours"
    )
    value = high if low is None else low
    return Tile(
        "Longest backlog", f"{between(low, high)} days", value, under, "demand", "backlog_days"
    )


def _median(waits: Answer) -> Tile:
    row = waits.frame.row(0, named=True) if waits.frame.height else {}
    value = row.get("wait_p50_s")
    if value is None:
        return Tile("Median wait", "", None, "No job started in this period", "waits", "wait_p50_s")
    under = (
        f"of {plural(row['jobs'], 'job')} that started; one in ten waited longer than "
        f"{duration(row['wait_p90_s'])}"
    )
    return Tile("Median wait", duration(value), value, under, "waits", "wait_p50_s")


def _never(demand: Answer, *, tracked: bool) -> Tile:
    name, column = "GPU-hours never started", "cancelled_pending_gpu_hours_low"
    low, high = never_started(demand.frame) if tracked else (None, None)
    jobs = plural(int(demand.frame["cancelled_pending_jobs"].sum()), "job")
    if low is None and high is None:
        under = f"How many the {jobs} that left the queue asked for is not known: plimsoll doctor"
        return Tile(name, "", None, under, "demand", column)
    held = demand.frame["allocated_gpu_hours"]
    beside = "" if held.null_count() else f", beside {large(float(held.sum()))} allocated"
    value = high if low is None else low
    bound = "at most" if low is None else "at least"
    above = f" (at most {large(high)})" if low is not None and high is not None else ""
    under = f"{bound}{above} asked for by {jobs} that left the queue{beside}"
    return Tile(name, large(value), value, under, "demand", column)
