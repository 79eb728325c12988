"""sreport's usage beside the store's, by account and user, with every difference explained.

What slurmdbd sums up differs from a sum of sacct's Elapsed for reasons that are its own: it
counts the GPUs of suspended jobs, it shares the unused time of a reservation out over those who
may use it, a parent account contains its children, and the hour that runs is not in it yet.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import polars as pl

from reports.doctor.account_tree import (
    AccountRow,
    Parents,
    children,
    parents_by_depth,
    parents_by_sums,
)
from reports.doctor.held_time import held_time
from reports.doctor.reconciliation import Cause, Line, Reconciliation
from reports.doctor.sreport_text import SreportUsage

Windows = Sequence[tuple[datetime, datetime]]
_LATEST_HOURS: Final = 72


def reconcile(
    report: SreportUsage,
    jobs: pl.LazyFrame,
    *,
    cluster: str,
    observed: Windows,
    reserved: bool = False,
    pseudonym: Callable[[pl.Series], pl.Series] | None = None,
) -> Reconciliation:
    """Compare one cluster of a report with its jobs (JOBS).

    Args:
        report: What sreport printed.
        jobs: The jobs of the cluster.
        cluster: Its name.
        observed: The windows that logs cover, disjoint and in order.
        reserved: Whether the cluster had a reservation then, which may have been for users.
        pseudonym: What makes users' names into those of the store, where it keeps pseudonyms.
    """
    rows = report.rows.filter(pl.col("cluster").str.to_lowercase() == cluster.lower())
    if pseudonym:
        rows = rows.with_columns(pseudonym(rows["user"]))
    until = _summed_until(rows, jobs, report)
    held = held_time(jobs, begin=report.begin, end=until or report.end)
    late = held_time(jobs, begin=until, end=report.end) if until else held.clear()
    possible: list[Cause] = []
    if _uncovered(report.begin, until or report.end, observed):
        possible.append("not observed")
    if reserved:
        possible.append("reserved for users")
    users = [
        _user_line(row, unit_s=report.unit_s, possible=possible)
        for row in _side_by_side(rows, held, late)
    ]
    accounts, nested = _account_lines(rows, users, report)
    return Reconciliation(
        cluster=cluster,
        begin=report.begin,
        end=report.end,
        unit_s=report.unit_s,
        lines=(*users, *accounts),
        summed_until=until,
        nested=nested,
    )


def _side_by_side(
    rows: pl.DataFrame, held: pl.DataFrame, late: pl.DataFrame
) -> list[dict[str, Any]]:
    key = ["account", "user"]
    later = late.select(*key, late_s=pl.col("held_s"), late_suspended_s=pl.col("suspended_s"))
    reported = rows.filter(pl.col("user").is_not_null()).select(*key, reported_s="gpu_s")
    both = reported.join(held, on=key, how="full", coalesce=True)
    both = both.join(later, on=key, how="full", coalesce=True).fill_null(0).sort(key)
    busy = pl.sum_horizontal("reported_s", "held_s", "unseen_s", "late_s", "jobs_without_gpus") > 0
    return both.filter(busy).to_dicts()


def _user_line(row: Mapping[str, Any], *, unit_s: int, possible: Sequence[Cause]) -> Line:
    held = row["held_s"] + row["late_s"]
    elapsed = held - row["suspended_s"] - row["late_suspended_s"]
    left = row["reported_s"] - elapsed
    causes: dict[Cause, int] = {}
    if row["late_s"]:
        causes["not summed up yet"] = row["late_suspended_s"] - row["late_s"]
    if _counts_suspended(left - sum(causes.values()), row["suspended_s"], unit_s):
        causes["suspended"] = row["suspended_s"]
    left -= sum(causes.values())
    if left and (cause := _cause_of_rest(left, row, unit_s=unit_s, possible=possible)):
        causes[cause], left = left, 0
    return Line(
        account=row["account"],
        user=row["user"],
        reported_s=row["reported_s"],
        elapsed_s=elapsed,
        held_s=held,
        causes=causes,
        unexplained_s=left,
    )


def _counts_suspended(difference: int, suspended: int, unit_s: int) -> bool:
    """Whether the difference is the suspended time, or nearer to it than to nothing."""
    if not suspended or not difference:
        return False
    return _is_rounding(difference - suspended, unit_s) or 2 * difference > suspended


def _cause_of_rest(
    left: int, row: Mapping[str, Any], *, unit_s: int, possible: Sequence[Cause]
) -> Cause | None:
    if _is_rounding(left, unit_s):
        return "rounding"
    if left < 0:
        return None
    if left <= row["unseen_s"]:
        return "still running"
    if row["jobs_without_gpus"]:
        return "GPUs unknown"
    return possible[0] if possible else None


def _is_rounding(left: int, unit_s: int, figures: int = 1) -> bool:
    """Whether a difference is what rounding that many figures to the unit leaves."""
    return unit_s > 1 and 2 * abs(left) <= unit_s * figures


def _account_lines(
    rows: pl.DataFrame, users: Sequence[Line], report: SreportUsage
) -> tuple[list[Line], bool]:
    accounts = list(_accounts(rows))
    parents = _parents(accounts, report)
    totals = {account.name: account.total_s for account in accounts}
    lines = []
    for account in accounts:
        own = [line for line in users if line.account == account.name]
        under = list(children(parents, account.name)) if parents is not None else None
        lines.append(_account_line(account, own, totals, under, unit_s=report.unit_s))
    return lines, parents is not None


def _accounts(rows: pl.DataFrame) -> Iterator[AccountRow]:
    users = rows.filter(pl.col("user").is_not_null()).group_by("account").agg(pl.col("gpu_s").sum())
    by_users = dict(users.iter_rows())
    for row in rows.filter(pl.col("user").is_null()).iter_rows(named=True):
        name = row["account"]
        yield AccountRow(name, row["depth"], row["gpu_s"], by_users.get(name, 0))


def _parents(accounts: Sequence[AccountRow], report: SreportUsage) -> Parents | None:
    if report.shows_nesting:
        return parents_by_depth(accounts)
    return parents_by_sums(accounts) if report.unit_s == 1 else None


def _account_line(
    account: AccountRow,
    own: Sequence[Line],
    totals: Mapping[str, int],
    under: Sequence[str] | None,
    *,
    unit_s: int,
) -> Line:
    """An account beside its own users: what it holds beyond them is children, or reserved."""
    beyond = account.total_s - account.users_s
    causes: dict[Cause, int] = {}
    if under is None:
        if beyond > 0:
            causes["children or reservation"], beyond = beyond, 0
    elif contained := sum(totals[name] for name in under):
        causes["children"] = contained
        beyond -= contained
    figures = 1 + len(own) + len(under or ())
    if beyond and (_is_rounding(beyond, unit_s, figures) or beyond > 0):
        causes["rounding" if _is_rounding(beyond, unit_s, figures) else "reservation"] = beyond
        beyond = 0
    return Line(
        account=account.name,
        user="",
        reported_s=account.total_s,
        elapsed_s=sum(line.elapsed_s for line in own),
        held_s=sum(line.held_s for line in own),
        causes=causes,
        unexplained_s=beyond,
    )


def _summed_until(rows: pl.DataFrame, jobs: pl.LazyFrame, report: SreportUsage) -> datetime | None:
    """The whole hour up to which slurmdbd has summed usage up, where that is not the end.

    It is told by the figures: up to that hour every user's agree to the second, and up to the
    end they do not.
    """
    if report.unit_s > 1:
        return None
    reported = rows.filter(pl.col("user").is_not_null() & (pl.col("gpu_s") > 0))
    wanted = {(row["account"], row["user"]): row["gpu_s"] for row in reported.to_dicts()}
    hour = report.end
    for _ in range(_LATEST_HOURS):
        held = held_time(jobs, begin=report.begin, end=hour)
        found = {
            (row["account"], row["user"]): row["held_s"] for row in held.to_dicts() if row["held_s"]
        }
        if found == wanted:
            return None if hour == report.end else hour
        if sum(found.values()) <= sum(wanted.values()):
            return None
        hour = _hour_before(hour)
        if hour <= report.begin:
            return None
    return None


def _hour_before(moment: datetime) -> datetime:
    whole = moment.replace(minute=0, second=0, microsecond=0)
    return whole if whole < moment else whole - timedelta(hours=1)


def _uncovered(begin: datetime, end: datetime, observed: Windows) -> bool:
    """Whether a part of [begin, end), as far as it is past, is in no observed window."""
    reached = begin
    for first, last in observed:
        if first <= reached:
            reached = max(reached, last)
    return reached < min(end, datetime.now(UTC))
