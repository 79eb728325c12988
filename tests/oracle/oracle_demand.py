"""`demand`, `queue` and `outcomes`: what jobs asked for, and what became of it, job by job."""

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from oracle_jobs import groups, tracked, usage
from oracle_waits import CAPACITY, POLICY
from oracle_world import Bin, Group, Row, Table, World, added, bin_of

DAY_S = 86_400
WITHIN = {"1h": 3_600, "": DAY_S, "7d": 7 * DAY_S}
SAME = ("cluster", "user", "name_hash", "partition", "req_gpus", "limit_s")
NOTHING = {
    "limit_gpu_hours": 0.0, "allocated_gpu_hours": 0.0, "cancelled_pending_jobs": 0,
    "resubmitted_jobs": 0, "cancelled_pending_gpu_hours_low": 0.0,
    "cancelled_pending_gpu_hours_high": 0.0, "cancelled_pending_gpu_hours_high_1h": 0.0,
    "cancelled_pending_gpu_hours_high_7d": 0.0, "pending_jobs": 0, "pending_gpu_hours_low": 0.0,
    "pending_gpu_hours_high": 0.0, "backlog_days": None, "backlog_days_high": None,
}  # fmt: skip


class Asks:
    """What the jobs of a world asked for, between two bounds."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.jobs = tracked(world)
        self.took: dict[Any, list[int]] = defaultdict(list)
        for job in self.jobs:
            if job["started"] and job["end"] is not None and job["suspended_s"] is not None:
                elapsed = job["held_until"] - job["start"] - job["suspended_s"]
                self.took[_kind(job)].append(elapsed)

    def bounds(self, job: Row) -> tuple[Fraction | None, Fraction | None]:
        """GPU-seconds at least and at most; None where unknown."""
        asked = asked_gpus(job)
        if asked is None:
            return None, None
        gpus, limit = asked * tasks(job), job["limit_s"]
        took = self.took[_kind(job)]
        mean = Fraction(sum(took), len(took)) if took else Fraction(0)
        low = mean if limit in {None, -1} else min(mean, Fraction(limit))
        if not gpus:
            return Fraction(0), Fraction(0)
        return gpus * low, None if limit in {None, -1} else Fraction(gpus * limit)

    def came_again_after(self, job: Row) -> int | None:
        """Seconds from the end of a job that never ran to the next one that asks for the same."""
        request = [job[name] for name in SAME]
        if None in request:
            return None
        others = [each for each in self.jobs if [each[name] for name in SAME] == request]
        if job["end"] > job["submit"]:
            later = [each["submit"] for each in others if each["submit"] >= job["end"]]
        else:
            later = [each["submit"] for each in others if _place(each) > _place(job)]
        return min(later) - job["end"] if later else None

    def seen_until(self, cluster: str) -> int | None:
        windows = self.world.marked_windows[cluster]
        return max((end + assumed for _, end, assumed in windows), default=None)

    def pends(self, job: Row, moment: int) -> bool:
        """Whether a job waits at a moment, as far as anybody knows."""
        if job["submit"] >= moment:
            return False
        if job["started"] or job["end"] is not None:
            waits = job["start"] is None or job["start"] >= moment
            return waits and (job["end"] is None or job["end"] > moment)
        windows = self.world.marked_windows[job["cluster"]]
        stated = max((end for _, end, assumed in windows if not assumed), default=None)
        # A window lists no job that had not become eligible by its end: it cannot leave it out.
        eligible = job["eligible"] is not None and (stated or 0) > job["eligible"]
        left_out = stated is not None and job["observed_until"] < stated and eligible
        return not left_out or job["observed_until"] >= moment

    def rate(self, cluster: str, jobs: list[Row], moment: int) -> Fraction:
        """GPU-hours a day over the 28 days before a moment, as far as they were observed."""
        held = watched = 0
        for begin, end in self.world.observed[cluster]:
            first, last = max(begin, moment - 28 * DAY_S), min(end, moment)
            watched += max(0, last - first)
            for job in jobs:
                overlap = min(last, job["held_until"]) - max(first, job["start"])
                held += (job["gpus"] or 0) * max(0, overlap)
        return Fraction(held * DAY_S, 3600 * watched) if watched else Fraction(0)


def _kind(job: Row) -> Group:
    limit = job["limit_s"]
    octave = limit if limit in {None, -1} else limit.bit_length() - 1
    return job["cluster"], job["partition"], octave


def _place(job: Row) -> tuple[int, bool, int]:
    outlasts = job["started"] or job["end"] is None or job["end"] > job["submit"]
    return job["submit"], outlasts, job["job_id"]


def asked_gpus(job: Row) -> int | None:
    """GPUs that a job asked for; no GPU asked for where none is ever told of is unknown."""
    if job["gpu_untracked"] and not job["req_gpus"]:
        return None
    return None if job["req_gpus"] is None else int(job["req_gpus"])


def tasks(job: Row) -> int:
    """Array tasks that wait in one record."""
    label = job["job_label"]
    if job["started"] or "[" not in label:
        return 1
    count = 0
    for part in label.partition("[")[2].partition("]")[0].partition("%")[0].split(","):
        first, _, rest = part.partition("-")
        last, _, step = rest.partition(":")
        count += len(range(int(first), int(last or first) + 1, int(step or 1)))
    return count


def demand(world: World, bins: Sequence[Bin], by: Sequence[str]) -> Table:
    """What `demand` must print, by (period, *by)."""
    asks = Asks(world)
    table: Table = defaultdict(lambda: dict(NOTHING))
    for cell, row in usage(world, bins, by).items():
        table[cell]["allocated_gpu_hours"] = row["gpu_hours"]
    for whole in asks.jobs:
        for group, job in groups(world, whole, by):
            _book_started(table, group, job, bins)
            if not job["started"] and job["end"] is not None:
                _book_gone(asks, table, group, job, whole, bins)
            _book_pending(asks, table, group, job, bins)
    _add_backlog(asks, table, bins, by)
    return dict(table)


def _add(row: Row, name: str, seconds: Fraction | int | None) -> None:
    known = row[name]
    row[name] = None if seconds is None or known is None else known + Fraction(seconds) / 3600


def _book_started(table: Table, group: Group, job: Row, bins: Sequence[Bin]) -> None:
    label = bin_of(bins, job["start"])
    if label == "outside":
        return
    asked, limit = asked_gpus(job), job["limit_s"]
    known = asked == 0 or (asked is not None and limit not in {None, -1})
    _add(table[label, *group], "limit_gpu_hours", (asked and asked * limit) if known else None)


def _book_gone(
    asks: Asks, table: Table, group: Group, job: Row, whole: Row, bins: Sequence[Bin]
) -> None:
    label = bin_of(bins, job["end"])
    if label == "outside":
        return
    row = table[label, *group]
    again = asks.came_again_after(whole)
    low, high = asks.bounds(job)
    for name, within in WITHIN.items():
        left_out = again is not None and again <= within
        if not left_out:
            end = f"_{name}" if name else ""
            _add(row, f"cancelled_pending_gpu_hours_high{end}", high)
    left_out = again is not None and again <= DAY_S
    if not left_out:
        _add(row, "cancelled_pending_gpu_hours_low", low)
    row["resubmitted_jobs" if left_out else "cancelled_pending_jobs"] += tasks(job)


def _book_pending(asks: Asks, table: Table, group: Group, job: Row, bins: Sequence[Bin]) -> None:
    seen = asks.seen_until(job["cluster"])
    for label, _, end in bins:
        if seen is not None and asks.pends(job, min(end, seen)):
            row = table[label, *group]
            low, high = asks.bounds(job)
            row["pending_jobs"] += tasks(job)
            _add(row, "pending_gpu_hours_low", low)
            _add(row, "pending_gpu_hours_high", high)


def _add_backlog(asks: Asks, table: Table, bins: Sequence[Bin], by: Sequence[str]) -> None:
    held: dict[Group, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for whole in asks.jobs:
        for group, job in groups(asks.world, whole, by):
            if job["started"]:
                held[group][job["cluster"]].append(job)
    for group, of_clusters in held.items():
        for label, _, end in bins:
            rate = Fraction(0)
            for cluster, jobs in of_clusters.items():
                seen = asks.seen_until(cluster)
                if seen is not None:
                    rate += asks.rate(cluster, jobs, min(end, seen))
            row = table[label, *group]
            for name, bound in (("backlog_days", "low"), ("backlog_days_high", "high")):
                pending = row[f"pending_gpu_hours_{bound}"]
                row[name] = pending / rate if rate and pending is not None else None


def queue(world: World, until: int | None = None) -> Table:
    """What `queue` must print of a moment, by (cluster, class, reason)."""
    asks = Asks(world)
    lines: dict[Group, list[Row]] = defaultdict(list)
    for job in asks.jobs:
        seen = asks.seen_until(job["cluster"])
        if seen is not None and until is not None:
            seen = min(seen, until)
        if seen is not None and asks.pends(job, seen):
            waited = {"waited": seen - job["submit"]}
            lines[job["cluster"], _class(job["reason"]), job["reason"]].append(job | waited)
    table: Table = {}
    for line, jobs in lines.items():
        row: Row = dict.fromkeys(("gpus", "pending_gpu_hours_low", "pending_gpu_hours_high"), 0)
        row |= {"jobs": sum(tasks(job) for job in jobs)}
        for job in jobs:
            asked = asked_gpus(job)
            low, high = asks.bounds(job)
            added({line: row}, line, gpus=None if asked is None else asked * tasks(job))
            _add(row, "pending_gpu_hours_low", low)
            _add(row, "pending_gpu_hours_high", high)
        waits = sorted(job["waited"] for job in jobs for _ in range(tasks(job)))
        row |= {"oldest_wait_s": waits[-1], "median_wait_s": waits[(len(waits) - 1) // 2]}
        table[line] = row
    return table


def _class(reason: str | None) -> str | None:
    if reason is None:
        return None
    return "policy" if reason in POLICY else "capacity" if reason in CAPACITY else "user"


def outcomes(world: World, bins: Sequence[Bin], by: Sequence[str]) -> Table:
    """What `outcomes` must print, by (period, *by, job_state)."""
    keys = [*by, *({"job_state"} - set(by))]
    place = keys.index("job_state")
    seconds: dict[Group, dict[Group, int | None]] = defaultdict(dict)
    counts: dict[Group, int] = defaultdict(int)
    groups_seen = set()
    for whole in tracked(world):
        for group, job in groups(world, whole, keys):
            label = bin_of(bins, job["end"]) if job["started"] else "outside"
            if label == "outside":
                continue
            groups_seen.add(group)
            cell = (label, *group)
            counts[cell] += 1
            others = (label, *group[:place], *group[place + 1 :])
            so_far = seconds[others].get(group, 0)
            known = job["gpus"] is not None and so_far is not None
            held = (job["held_until"] - job["start"]) * (job["gpus"] or 0)
            seconds[others][group] = so_far + held if known else None
    table: Table = {}
    for label, _, _ in bins:
        for group in groups_seen:
            others = (label, *group[:place], *group[place + 1 :])
            mine, all_of_them = seconds[others].get(group, 0), seconds[others].values()
            whole_s = None if None in all_of_them else sum(all_of_them)
            failed = group[place] in {"NODE_FAIL", "BOOT_FAIL"}
            table[label, *group] = {
                "jobs_ended": counts[label, *group],
                "gpu_hours": None if mine is None else mine / 3600,
                "gpu_hours_share": None if mine is None or not whole_s else mine / whole_s,
                "node_failure_gpu_hours": (None if mine is None else mine / 3600)
                if failed
                else 0.0,
            }
    return table
