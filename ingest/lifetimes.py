"""From a job's submission to its end: when it started, if it did, and how long it held."""

from collections import Counter
from datetime import datetime
from typing import Final

import polars as pl

from ingest.states import ENDED, INTERIM, NEVER_RAN, PENDING, RUNNING
from ingest.times import Moments, moments, seconds
from model.schemas import UTC_US

NO_NODES: Final = ("None assigned", "None", "(null)", "N/A", "none")
"""What stands in NodeList where no node was assigned."""

_LONGEST_S: Final = 100 * 366 * 86_400

TIMES: Final = {"Submit": "submit", "Eligible": "eligible", "Start": "start", "End": "end"}

_NEVER: Final = (
    "without NodeList, jobs of zero seconds that were cancelled or missed their deadline "
    "are taken as never started"
)
_NO_END: Final = "without End, the end is taken as start + elapsed + suspended"
_NO_SUSPENDED: Final = "without Suspended, suspended time is taken as end - start - elapsed"
_DOUBLED: Final = "times in an hour that daylight saving doubles are read as the earlier one"
_SKIPPED: Final = "times in an hour that daylight saving skips are read as an hour later"
_NO_ELAPSED: Final = "running jobs without an elapsed time are counted up to their start only"


def read_times(frame: pl.DataFrame, *, zone: str, counts: Counter[str]) -> pl.DataFrame:
    """The frame with `submit`, `eligible`, `start`, `end` (UTC), `elapsed_s`, `suspended_s`, and
    `_bad_submit`, `_bad_start`, `_bad_end` where a time could not be read.

    `counts` gains what was assumed.
    """
    read = {name: moments(frame[name], zone) for name in TIMES if name in frame.columns}
    columns: list[pl.Series] = []
    for name, column in TIMES.items():
        found = read.get(name)
        columns.append(found.utc.rename(column) if found else _nulls(column, UTC_US, frame.height))
        if found and name != "Eligible":
            columns.append(found.bad.rename(f"_bad_{column}"))
    timed = frame.with_columns(
        *columns,
        _duration(frame, ("ElapsedRaw", "Elapsed"), "elapsed_s"),
        _duration(frame, ("Suspended",), "suspended_s"),
    )
    counts[_SKIPPED] += sum(found.shifted for found in read.values())
    if any(found.ambiguous for found in read.values()):
        counts[_DOUBLED] += sum(found.ambiguous for found in read.values())
        return _undoubled(timed, read)
    return timed


def live(frame: pl.DataFrame, *, window_end: datetime | None, counts: Counter[str]) -> pl.DataFrame:
    """The frame with `started`, `start`, `end`, `held_until`, `suspended_s`, `observed_until`.

    Expects what `read_times` gives, `job_state` and `finality`. A job started if a node was
    assigned to it; `start` is null unless it did.
    """
    elapsed = pl.coalesce("elapsed_s", _span(pl.col("start"), pl.col("end")))
    ends = pl.col("finality").is_in([ENDED, INTERIM])
    frame = frame.with_columns(
        _elapsed=elapsed, end=pl.when(ends).then("end"), started=pl.lit(value=False)
    ).with_columns(started=_started(frame))
    if "NodeList" not in frame.columns:
        counts[_NEVER] += int(frame.select(_zero_and_cancelled().sum()).item())
    frame = frame.with_columns(_suspended(frame), end=_end(frame, ends))
    if "End" not in frame.columns:
        counts[_NO_END] += int((frame["started"] & frame["end"].is_not_null()).sum())
    if "Suspended" not in frame.columns:
        counts[_NO_SUSPENDED] += int((frame["suspended_s"] > 0).sum())
    frame = frame.with_columns(
        _unstarted=pl.col("started") & pl.col("start").is_null(),
        start=pl.when("started").then("start"),
    ).with_columns(held_until=_held_until(window_end))
    unclear = frame["started"] & frame["end"].is_null() & frame["_elapsed"].is_null()
    counts[_NO_ELAPSED] += int(unclear.sum()) if window_end is None else 0
    latest = pl.max_horizontal("submit", "start", "end", "held_until")
    observed = latest if window_end is None else pl.lit(window_end, UTC_US)
    return frame.with_columns(_ended_runs(), observed_until=observed)


def _ended_runs() -> pl.Expr:
    """A run that was requeued ranks with running ones: seen as it ran, it would stay so for ever.

    Between the two the later observation decides.
    """
    ended_run = (
        (pl.col("job_state") == "REQUEUED") & pl.col("started") & pl.col("end").is_not_null()
    )
    running = pl.lit(RUNNING, pl.Int8)
    return pl.when(ended_run).then(running).otherwise("finality").alias("finality")


def _started(frame: pl.DataFrame) -> pl.Expr:
    waits = pl.col("finality") == PENDING
    if "NodeList" not in frame.columns:
        return ~waits & pl.col("start").is_not_null() & ~_zero_and_cancelled()
    assigned = pl.col("NodeList").is_not_null() & ~pl.col("NodeList").is_in(NO_NODES)
    ran = (pl.col("_elapsed") > 0).fill_null(value=False)
    return ~waits & ((assigned & pl.col("start").is_not_null()) | ran)


def _zero_and_cancelled() -> pl.Expr:
    zero = (pl.col("_elapsed") == 0).fill_null(value=False)
    return zero & pl.col("job_state").is_in(NEVER_RAN) & pl.col("start").is_not_null()


def _suspended(frame: pl.DataFrame) -> pl.Expr:
    held = _span(pl.col("start"), pl.col("end"))
    if "Suspended" in frame.columns:
        told = pl.col("suspended_s").clip(lower_bound=0)
        return (
            pl.when(held.clip(lower_bound=0) < told).then(held).otherwise(told).alias("suspended_s")
        )
    derived = (held - pl.col("elapsed_s")).clip(lower_bound=0)
    return pl.when("started").then(derived).otherwise(0).alias("suspended_s")


def _end(frame: pl.DataFrame, ends: pl.Expr) -> pl.Expr:
    if "End" in frame.columns:
        return pl.col("end")
    return pl.when(pl.col("started") & ends).then(_as_far_as_told())


def _held_until(window_end: datetime | None) -> pl.Expr:
    told = pl.coalesce("end", _as_far_as_told())
    if window_end is not None:
        told = pl.coalesce(told, pl.max_horizontal("start", pl.lit(window_end, UTC_US)))
    return pl.when("started").then(pl.coalesce(told, "start"))


def _as_far_as_told() -> pl.Expr:
    held_s = pl.col("_elapsed") + pl.col("suspended_s").fill_null(0)
    return pl.col("start") + pl.duration(seconds=held_s.clip(lower_bound=0), time_unit="us")


def _span(begin: pl.Expr, end: pl.Expr) -> pl.Expr:
    return (end - begin).dt.total_seconds()


def _duration(frame: pl.DataFrame, names: tuple[str, ...], column: str) -> pl.Series:
    read = _nulls(column, pl.Int64(), frame.height)
    for name in names:
        if name in frame.columns and read.null_count():
            plain = frame[name].cast(pl.Int64, strict=False)
            told = plain if plain.null_count() == frame[name].null_count() else None
            read = read.fill_null(seconds(frame[name]) if told is None else told)
    return read.set((read > _LONGEST_S).fill_null(value=False), None).rename(column)


def _undoubled(frame: pl.DataFrame, read: dict[str, Moments]) -> pl.DataFrame:
    """Take the later reading of a doubled hour where the elapsed time says so."""
    laters = {TIMES[name]: found.latest for name, found in read.items() if found.latest is not None}
    frame = frame.with_columns(
        laters.get(column, _nulls(column, UTC_US, frame.height)).rename(f"_later_{column}")
        for column in ("start", "end")
    )
    told = pl.col("elapsed_s") + pl.col("suspended_s").fill_null(0)
    later_start, later_end = pl.col("_later_start"), pl.col("_later_end")
    fits = _span(pl.col("start"), pl.col("end")) == told
    start_fits = _span(later_start, pl.col("end")) == told
    end_fits = _span(pl.col("start"), later_end) == told
    frame = frame.with_columns(
        start=pl.when(~fits & start_fits & later_end.is_null())
        .then(later_start)
        .otherwise("start"),
        end=pl.when((~fits & end_fits) | ((pl.col("end") < pl.col("start")) & ~fits))
        .then(pl.coalesce(later_end, "end"))
        .otherwise("end"),
    )
    return frame.drop("_later_start", "_later_end")


def _nulls(name: str, kind: pl.DataType, height: int) -> pl.Series:
    return pl.Series(name, [None], dtype=kind).new_from_index(0, height)


__all__ = ["ENDED", "NO_NODES", "RUNNING", "TIMES", "live", "read_times"]
