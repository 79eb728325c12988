"""Single jobs, those that waited longest first: `plimsoll show jobs`."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import polars as pl

from analytics.asks import asks
from analytics.calendar import Calendar
from analytics.dimensions import filter_where
from analytics.finding import Finding
from analytics.last_seen import last_seen
from analytics.parted import Rows, distinct, lazy
from analytics.tally import batches
from model.errors import InputError
from model.hostlist import expand
from model.schemas import UNLIMITED_S
from model.suggestions import did_you_mean
from model.wait_reasons import WaitReasons, reason_name

JOB_LIST_COLUMNS: Final = (
    "cluster",
    "job_label",
    "stage",
    "reason_class",
    "reason",
    "job_state",
    "partition",
    "account",
    "user",
    "qos",
    "gpus",
    "submit",
    "start",
    "end",
    "wait_s",
    "elapsed_s",
    "limit_s",
    "gpu_hours",
    "limit_gpu_hours",
)
WAITING: Final = "waiting"
LISTED: Final = 200

_HOUR_S: Final = 3600
_KEPT: Final = ("job_label", "reason", "account", "user", "qos", "job_state")
_ID: Final = "job_id"
_ORDER: Final = ("wait_s", "cluster", _ID, "submit")
_SOME: Final = "{} of {} jobs are listed: those that waited longest."
_EARLIER: Final = (
    "Stages are those of an earlier moment; reasons and states are those last recorded."
)


def job_list(
    jobs: Rows,
    *,
    calendar: Calendar,
    observed: pl.DataFrame,
    reasons: WaitReasons,
    until_s: int | None = None,
    where: Mapping[str, Sequence[str]] | None = None,
    listed: int = LISTED,
) -> Finding:
    """The jobs that were in the queue or held resources within the calendar.

    Args:
        jobs: The JOBS facts with `gpu_untracked` (`analytics.tracking`).
        calendar: Its first and last moment are those of the list; periods play no part.
        observed: What was observed of each cluster: OBSERVED_SCHEMA.
        reasons: The classes of reasons.
        until_s: An earlier moment to look at, in epoch seconds.
        where: Columns of the list with the values to keep.
        listed: How many jobs are listed at most.

    Returns:
        A line a record of accounting (JOB_LIST_COLUMNS), the longest wait first: an array that
        waits in one record is one line, with the GPUs of all its tasks. Times are in the
        calendar's zone, seconds Int64, hours Float64; null is unknown, or has not come yet.

    Raises:
        InputError: for a column that the list has not.
    """
    asked = dict(where or {})
    for name in asked:
        if name not in JOB_LIST_COLUMNS:
            raise InputError(f"no column {name!r}", hint=did_you_mean(name, JOB_LIST_COLUMNS))
    names = distinct(jobs, "reason")["reason"]
    lines = (
        _of_batch(batch, calendar, last_seen(observed), until_s)
        .with_columns(**_reasons(names.drop_nulls().to_list(), reasons))
        .select(*JOB_LIST_COLUMNS, _ID)
        for batch in batches(jobs)
    )
    first, count = [], 0
    for each in lines:
        kept = lazy(filter_where(each, asked))
        top, size = pl.collect_all([_longest(kept, listed), kept.select(pl.len())])
        first.append(top)
        count += size.item()
    frame = _longest(pl.concat(first).lazy(), listed).collect()
    notes = [_SOME.format(f"{listed:,}", f"{count:,}")] if count > listed else []
    return Finding(frame.drop(_ID), (*notes, *([] if until_s is None else [_EARLIER])))


def ran_on(jobs: Rows, nodes: Collection[str]) -> Rows:
    """The jobs that ran on one of the nodes; a job on several is there for each of them."""
    lists = distinct(jobs, "node_list")["node_list"].drop_nulls()
    wanted = [each for each in lists if not set(nodes).isdisjoint(_names(each))]
    return jobs.filter(pl.col("node_list").is_in(wanted))


def _names(node_list: str) -> list[str]:
    try:
        return list(expand(node_list))
    except InputError:
        return []


def _of_batch(
    jobs: pl.LazyFrame, calendar: Calendar, seen: pl.DataFrame, until_s: int | None
) -> pl.LazyFrame:
    told = jobs.with_columns(
        _held=pl.col("gpus"), _until_s=pl.col("held_until").dt.timestamp("us") // 1_000_000
    )
    moment_s = pl.min_horizontal("seen_s", pl.lit(until_s, pl.Int64))
    rows = asks(told, [*_KEPT, "_held", "_until_s"], last_seen=seen).with_columns(
        _moment_s=moment_s
    )
    over_s = pl.coalesce("end_s", "_until_s", "waits_until_s")
    touches = (pl.col("submit_s") < calendar.end_s) & (
        over_s.is_null() | (over_s >= calendar.begin_s)
    )
    seen_by_then = pl.col("submit_s") < pl.col("_moment_s")
    return (
        rows.filter(touches, seen_by_then)
        .with_columns(stage=_stage())
        .with_columns(**_figures())
        .with_columns(**_moments(calendar.timezone))
    )


def _stage() -> pl.Expr:
    """Where a job stood at the moment: `end_s` is null while it runs or waits."""
    moment_s = pl.col("_moment_s")
    left_s = pl.col("waits_until_s")
    waits = left_s.is_null() | (left_s >= moment_s)
    started = pl.col("start_s").is_not_null()
    over = pl.col("end_s").is_not_null() & (pl.col("end_s") <= moment_s)
    return (
        pl.when(waits)
        .then(pl.lit(WAITING))
        .when(started & over)
        .then(pl.lit("ended"))
        .when(started)
        .then(pl.lit("running"))
        .when(over)
        .then(pl.lit("never started"))
        .otherwise(pl.lit("no longer listed"))
    )


def _figures() -> dict[str, pl.Expr]:
    waiting, started = pl.col("stage") == WAITING, pl.col("start_s").is_not_null()
    left_s = pl.coalesce("start_s", "end_s", "waits_until_s")
    wait_s = pl.when(waiting).then("_moment_s").otherwise(left_s) - pl.col("submit_s")
    held_until_s = pl.min_horizontal(pl.coalesce("_until_s", "end_s", "_moment_s"), "_moment_s")
    runs = started & ~waiting
    elapsed_s = pl.when(runs).then(held_until_s - pl.col("start_s")).clip(lower_bound=0)
    limit_s = pl.when(pl.col("limit_s") != UNLIMITED_S).then("limit_s")
    asked = pl.col("gpus")
    hours = pl.when(runs).then(pl.col("_held") * elapsed_s / _HOUR_S).otherwise(0.0)
    return {
        "wait_s": wait_s.clip(lower_bound=0),
        "elapsed_s": elapsed_s,
        "limit_s": limit_s,
        "gpus": pl.when(runs).then(pl.col("_held")).otherwise(asked),
        "gpu_hours": hours,
        "limit_gpu_hours": pl.when(~pl.col("cut")).then(asked * limit_s / _HOUR_S),
        "job_state": pl.when(pl.col("stage").is_in(["ended", "never started"])).then("job_state"),
    }


def _moments(timezone: str) -> dict[str, pl.Expr]:
    """Times in the zone; what lies after the moment of the list has not come yet."""
    return {
        name: pl.from_epoch(pl.when(come).then(f"{name}_s"), time_unit="s")
        .dt.replace_time_zone("UTC")
        .dt.convert_time_zone(timezone)
        for name, come in (
            ("submit", pl.lit(value=True)),
            ("start", pl.col("start_s") < pl.col("_moment_s")),
            ("end", pl.col("end_s") <= pl.col("_moment_s")),
        )
    }


def _reasons(seen: Sequence[str], reasons: WaitReasons) -> dict[str, pl.Expr]:
    reason = pl.col("reason")
    return {
        name: reason.replace_strict(found, default=None, return_dtype=pl.String)
        for name, found in (
            ("reason", {each: reason_name(each) for each in seen}),
            ("reason_class", {each: reasons.class_of(each) for each in seen}),
        )
    }


def _longest(lines: pl.LazyFrame, listed: int) -> pl.LazyFrame:
    return lines.sort(_ORDER, descending=[True, False, False, False], nulls_last=True).head(listed)
