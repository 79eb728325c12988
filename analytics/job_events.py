"""The moments of a job (submitted, started, ended, left the queue) and what is booked at each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import narwhals as nw
import polars as pl

from analytics.calendar import Calendar
from analytics.reductions import Frame, booked, load_events

JOB: Final = "job"
PHYSICAL: Final = "physical"
SUSPENDED: Final = "suspended"
EXECUTING: Final = "executing"


@dataclass(frozen=True)
class Census:
    """What one pass over the jobs tells of them, so that no sum is carried for nothing.

    `loads` are held and summed; those `unknown` are missing on some started job.
    """

    loads: tuple[str, ...]
    unknown: frozenset[str] = frozenset()
    suspended: bool = False

    def __or__(self, other: "Census") -> "Census":
        return Census(
            loads=other.loads,
            unknown=self.unknown | other.unknown,
            suspended=self.suspended or other.suspended,
        )


def job_moments(jobs: pl.LazyFrame, by: Sequence[str], *, physical: pl.Expr | None) -> pl.LazyFrame:
    """Jobs as integers: moments in epoch seconds, loads, and flags, beside the columns `by`.

    `until_s` is null unless the job started. `waits_until_s` is where the wait ended: the start,
    or the end of a job that never started, or as far as a pending job was observed. `queued_s` is
    the moment by which it is counted as waiting: of a pending job the last second that was seen.
    """
    submit_s = _epoch_s("submit")
    started = pl.col("started") & pl.col("start").is_not_null()
    start_s = pl.when(started).then(_epoch_s("start"))
    held_until_s = pl.coalesce(_epoch_s("held_until"), _epoch_s("end"), start_s)
    waits_until_s = pl.coalesce(start_s, _epoch_s("end"), _epoch_s("observed_until"))
    pending = ~started & pl.col("end").is_null()
    cards = {} if physical is None else {PHYSICAL: physical}
    return jobs.select(
        *by,
        submit_s=submit_s,
        start_s=start_s,
        until_s=pl.when(started).then(pl.max_horizontal(held_until_s, start_s)),
        waits_until_s=pl.max_horizontal(waits_until_s, submit_s),
        queued_s=pl.max_horizontal(waits_until_s - pending.cast(pl.Int64), submit_s),
        started=started,
        ended=pl.col("end").is_not_null(),
        suspended_s=pl.col("suspended_s"),
        gpus=pl.col("gpus"),
        cpus=pl.col("cpus"),
        nodes=pl.col("nodes"),
        job=pl.lit(1, pl.Int64),
        untracked=pl.col("gpu_untracked"),
        **cards,
    )


def take_census(moments: pl.DataFrame) -> Census:
    """Which loads are unknown on some started job, and whether any was suspended."""
    loads = tuple(load for load in ("gpus", PHYSICAL, "cpus", "nodes") if load in moments.columns)
    suspended_s = pl.col("suspended_s")
    missing: dict[str, pl.Expr] = {load: pl.col(load).is_null() for load in loads}
    missing[EXECUTING] = pl.col("gpus").is_null() | suspended_s.is_null()
    missing[SUSPENDED] = suspended_s.is_null() | (suspended_s > 0)
    started = moments.lazy().filter("started")
    found = started.select(**{name: each.any() for name, each in missing.items()}).collect()
    some = {name for name, any_missing in found.row(0, named=True).items() if any_missing}
    return Census(
        loads=(*loads, JOB), unknown=frozenset(some - {SUSPENDED}), suspended=SUSPENDED in some
    )


def reduce_jobs(jobs: Frame, census: Census, *, dates: Frame, calendar: Calendar) -> list[Frame]:
    """Everything that `usage` prints, booked by `GROUP` and period.

    `jobs` are moments with their `GROUP`, `dates` the calendar's ticks on the same engine: see
    `reductions.booked`.
    """
    begin_s, end_s = calendar.begin_s, calendar.end_s
    queued = jobs.filter(nw.col("submit_s") < end_s, nw.col("queued_s") >= begin_s)
    running = jobs.filter(
        nw.col("started"), nw.col("start_s") < end_s, nw.col("until_s") >= begin_s
    )
    unstarted = queued.filter(~nw.col("started"), nw.col("queued_s") < end_s)
    events = [
        (queued, _not_before(begin_s, "submit_s"), _submits(begin_s)),
        (running, _not_before(begin_s, "start_s"), _starts(begin_s, census)),
        (_before(end_s, running), nw.col("until_s"), _ends(census)),
        (unstarted, nw.col("queued_s"), _unstarted()),
    ]
    if census.suspended:
        suspended = _suspensions(running).filter(nw.col("until_s") >= begin_s)
        begins = suspended.filter(nw.col("start_s") < end_s)
        events += [
            (begins, _not_before(begin_s, "start_s"), load_events([SUSPENDED], sign=1)),
            (_before(end_s, suspended), nw.col("until_s"), load_events([SUSPENDED], sign=-1)),
        ]
    return [
        booked(frame, moment, dates=dates, periods=len(calendar), sums=sums)
        for frame, moment, sums in events
    ]


def _epoch_s(column: str) -> pl.Expr:
    return pl.col(column).dt.timestamp("us") // 1_000_000


def _not_before(begin_s: int, moment: str) -> nw.Expr:
    return nw.when(nw.col(moment) >= begin_s).then(nw.col(moment)).otherwise(nw.lit(begin_s))


def _before(end_s: int, jobs: Frame) -> Frame:
    return jobs.filter(nw.col("until_s") < end_s)


def _suspensions(running: Frame) -> Frame:
    """The suspended time, taken to be the last of the job's held time: sacct says only how long.

    Where it is unknown, all of the job's time may have been suspended and none counts.
    """
    at_most = nw.col("until_s") - nw.col("start_s")
    known = nw.when(nw.col("suspended_s") < at_most).then(nw.col("suspended_s")).otherwise(at_most)
    return running.filter(
        nw.col("suspended_s").is_null() | (nw.col("suspended_s") > 0)
    ).with_columns(start_s=nw.col("until_s") - known, suspended=nw.col("gpus"))


def _count(condition: nw.Expr) -> nw.Expr:
    return condition.cast(nw.Int64)


def _submits(begin_s: int) -> dict[str, nw.Expr]:
    return {
        "submitted": _count(nw.col("submit_s") >= begin_s),
        "queue_joined": _count(nw.col("waits_until_s") > nw.col("submit_s")),
    }


def _starts(begin_s: int, census: Census) -> dict[str, nw.Expr]:
    here = _count(nw.col("start_s") >= begin_s)
    waited = nw.col("start_s") > nw.col("submit_s")
    wait_s = nw.col("start_s") - nw.col("submit_s")
    unknown = _unknown(census)
    untold = {"gpus_untold": here * unknown["gpus"]} if "gpus" in unknown else {}
    return {
        **load_events(census.loads, sign=1),
        **{f"{load}_unknown_level": missing for load, missing in unknown.items()},
        **{f"{load}_unknown_in": missing for load, missing in unknown.items()},
        **untold,
        f"{JOB}_in": nw.col(JOB),
        "started": here,
        "queue_left": here * _count(waited),
        "wait_s": here * nw.when(waited).then(wait_s).otherwise(nw.lit(0)),
        "gpu_jobs": here * _count(nw.col("gpus") > 0),
        "untracked": here * _count(nw.col("untracked")),
    }


def _ends(census: Census) -> dict[str, nw.Expr]:
    return {
        **load_events(census.loads, sign=-1),
        **{f"{load}_unknown_level": missing * -1 for load, missing in _unknown(census).items()},
        "ended": _count(nw.col("ended")),
    }


def _unstarted() -> dict[str, nw.Expr]:
    ended, waited = nw.col("ended"), nw.col("waits_until_s") > nw.col("submit_s")
    return {
        "never_started": _count(ended),
        "queue_left": _count(ended & waited),
        "queue_unseen": _count(~ended & waited),
    }


def _unknown(census: Census) -> dict[str, nw.Expr]:
    executing = nw.col("gpus").is_null() | nw.col("suspended_s").is_null()
    return {
        load: _count(executing if load == EXECUTING else nw.col(load).is_null())
        for load in sorted(census.unknown)
    }
