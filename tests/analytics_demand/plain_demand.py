"""Demand reckoned job by job in plain Python, with exact fractions."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

Row = dict[str, Any]
HOUR = 3600
DAY = 24 * HOUR
WINDOWS = {"1h": HOUR, "": DAY, "7d": 7 * DAY}
SAME = ("cluster", "user", "name_hash", "partition", "req_gpus", "limit_s")


class Reckoning:
    """Figures of groups and periods; `windows` by cluster, all of them stated."""

    def __init__(self, rows: Sequence[Row], windows: dict[str, list[tuple[int, int]]]) -> None:
        self.rows, self.windows = list(rows), windows

    def figures(self, group: Sequence[Row], begin: int, end: int) -> dict[str, Any]:
        started = [row for row in group if row["started"] and begin <= row["start"] < end]
        gone = [row for row in group if is_gone(row) and begin <= row["end"] < end]
        once = [row for row in gone if not self.came_again(row, DAY)]
        pending = [row for row in group if self.pends(row, end)]
        found = {
            "limit_gpu_hours": total(started, most),
            "cancelled_pending_jobs": sum(map(tasks, once)),
            "resubmitted_jobs": sum(map(tasks, gone)) - sum(map(tasks, once)),
            "cancelled_pending_gpu_hours_low": total(once, self.least),
            "cancelled_pending_gpu_hours_high": total(once, most),
            "pending_jobs": sum(map(tasks, pending)),
            "pending_gpu_hours_low": total(pending, self.least),
            "pending_gpu_hours_high": total(pending, most),
        }
        for name in ("1h", "7d"):
            left = [row for row in gone if not self.came_again(row, WINDOWS[name])]
            found[f"cancelled_pending_gpu_hours_high_{name}"] = total(left, most)
        rate = self.rate(group, end)
        for name, bound in (("backlog_days", "low"), ("backlog_days_high", "high")):
            stock = found[f"pending_gpu_hours_{bound}"]
            found[name] = stock / rate if rate and stock is not None else None
        return found

    def moment(self, cluster: str, end: int) -> int:
        return min(end, max(until for _, until in self.windows[cluster]))

    def pends(self, row: Row, end: int) -> bool:
        moment = self.moment(row["cluster"], end)
        if row["submit"] >= moment:
            return False
        if row["start"] is None and row["end"] is None:
            last = max(until for _, until in self.windows[row["cluster"]])
            listed = row["eligible"] is not None and row["eligible"] < last
            return not listed or row["observed_until"] >= min(moment, last)
        return (row["start"] is None or row["start"] >= moment) and (
            row["end"] is None or row["end"] > moment
        )

    def least(self, row: Row) -> Fraction | None:
        """GPU-seconds at least."""
        if row["req_gpus"] is None:
            return None
        alike = [
            Fraction(max(0, other["held_until"] - other["start"] - other["suspended_s"]))
            for other in self.rows
            if other["started"]
            and other["end"] is not None
            and other["suspended_s"] is not None
            and kind(other) == kind(row)
        ]
        if not alike:
            return Fraction(0)
        mean = sum(alike) / len(alike)
        limited = mean if row["limit_s"] in {None, -1} else min(mean, row["limit_s"])
        return row["req_gpus"] * tasks(row) * limited

    def came_again(self, row: Row, window_s: int) -> bool:
        return any(
            row["end"] <= other["submit"] <= row["end"] + window_s and follows(other, row)
            for other in self.rows
            if all(row[name] is not None and row[name] == other[name] for name in SAME)
        )

    def rate(self, group: Sequence[Row], end: int) -> Fraction:
        """GPU-hours a day over the observed part of the four weeks before."""
        rate = Fraction(0)
        for cluster, windows in self.windows.items():
            moment = self.moment(cluster, end)
            spans = [
                (max(begin, moment - 28 * DAY), min(until, moment)) for begin, until in windows
            ]
            seconds = sum(max(0, until - begin) for begin, until in spans)
            held = sum(
                (row["gpus"] or 0)
                * max(0, min(until, row["held_until"]) - max(begin, row["start"]))
                for row in group
                if row["started"] and row["cluster"] == cluster
                for begin, until in spans
            )
            if seconds:
                rate += Fraction(held, HOUR) / Fraction(seconds, DAY)
        return rate


def follows(other: Row, row: Row) -> bool:
    """Two that are gone in one second follow each other by their ids, any other is later."""
    both_at_once = other["submit"] == row["submit"] == row["end"]
    if both_at_once and is_gone(other) and other["end"] <= other["submit"]:
        return bool(other["job_id"] > row["job_id"])
    return other is not row


def is_gone(row: Row) -> bool:
    return not row["started"] and row["end"] is not None


def most(row: Row) -> int | None:
    """GPU-seconds at most."""
    if row["req_gpus"] == 0:
        return 0
    if row["req_gpus"] is None or row["limit_s"] in {None, -1}:
        return None
    return int(row["req_gpus"] * tasks(row) * row["limit_s"])


def tasks(row: Row) -> int:
    return {"83_[1-6,9%2]": 7, "7_[3]": 1, "9_[0-8:4]": 3}.get(row["job_label"], 1)


def kind(row: Row) -> tuple[Any, ...]:
    limit = row["limit_s"]
    octave = limit.bit_length() - 1 if limit and limit > 0 else limit
    return row["cluster"], row["partition"], octave


def total(rows: Sequence[Row], bound: Any) -> Fraction | None:
    parts = [bound(row) for row in rows]
    return None if None in parts else Fraction(sum(parts), HOUR)
