"""`usage` against a reckoning that walks through every second of every job in plain Python."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from job_rows import facts, job

from analytics.calendar import calendar
from analytics.usage import USAGE_COLUMNS, usage
from model.question import Period

# Summer time begins in London at 01:00 UTC on Sunday 29 March 2026.
DST = int(datetime(2026, 3, 29, 1, tzinfo=UTC).timestamp())
ZONES = ["UTC", "Europe/London", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe"]
Rows = list[dict[str, Any]]

near_midnights = st.builds(
    lambda day, minute, second: DST + day * 86_400 + minute * 900 + second,
    st.integers(-3, 3), st.integers(-12, 12), st.integers(-90, 90),
)  # fmt: skip
unknown_or = lambda numbers: st.none() | numbers  # noqa: E731


@st.composite
def jobs(draw: st.DrawFn) -> dict[str, Any]:
    submit = draw(near_midnights)
    fate = draw(st.sampled_from(["ended", "running", "never", "pending"]))
    common = {
        "submit": submit,
        "account": draw(st.sampled_from(["a", "b", None])),
        "gpus": draw(unknown_or(st.integers(0, 8))),
        "cpus": draw(unknown_or(st.integers(1, 64))),
        "nodes": draw(st.integers(1, 4)),
        "suspended_s": draw(unknown_or(st.integers(0, 40))),
        "observed_until": submit + draw(st.integers(0, 90_000)),
        "gpu_untracked": False,
    }
    start = submit + draw(st.integers(-20, 1_000))
    length = draw(st.integers(0, 400))
    match fate:
        case "ended":
            return job(**common, start=start, end=start + length)
        case "running":
            return job(**common, start=start, held_until=start + length)
        case "never":
            return job(**common, end=submit + length)
        case _:
            return job(**common)


def start_of(period: Period, zone: str) -> Callable[[int], date]:
    def begins(second: int) -> date:
        day = datetime.fromtimestamp(second, ZoneInfo(zone)).date()
        match period:
            case "week":
                return day - timedelta(days=day.weekday())
            case "month":
                return day.replace(day=1)
            case _:
                return day

    return begins


class Reckoning:
    """Figures by (period, account), counted second by second."""

    def __init__(self, within: range, begins: Callable[[int], date]) -> None:
        self.within, self.begins = within, begins
        self.figures: dict[Any, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        self.known: dict[Any, set[str]] = defaultdict(set)
        ticks = (tick // 900 * 900 + 899 for tick in range(within.start, within.stop, 900))
        seconds = sorted({*(min(tick, within.stop - 1) for tick in ticks), within.stop - 1})
        self.last_second = {begins(second): second for second in seconds}

    def book(self, row: dict[str, Any], column: str, second: int | None, amount: float = 1) -> None:
        if second is not None and second in self.within:
            self.figures[self.begins(second), row["account"]][column] += amount

    def add_queue(self, row: dict[str, Any]) -> None:
        submit = row["submit"]
        self.book(row, "jobs_submitted", submit)
        waits_to = row["start"] if row["started"] else row["end"]
        seen_to = max(row["observed_until"], submit)
        for period, last in self.last_second.items():
            if waits_to is None:
                seen = seen_to > max(submit, self.within.start)
                seen = seen and self.begins(seen_to - 1) >= period
            else:
                seen = waits_to > last
            if submit <= last and seen:
                self.figures[period, row["account"]]["jobs_pending"] += 1
        if not row["started"] and row["end"] is not None:
            self.book(row, "jobs_never_started", max(row["end"], submit))

    def add_run(self, row: dict[str, Any]) -> None:
        account, start, until = row["account"], row["start"], row["held_until"]
        self.book(row, "jobs_started", start)
        self.book(row, "jobs_ended", row["end"])
        self.book(row, "wait_hours", start, max(0, start - row["submit"]))
        self.book(row, "gpu_jobs", start, int(bool(row["gpus"])))
        if row["gpus"] is not None and start in self.within:
            self.known[self.begins(start), account].add("gpu_jobs")
        suspended = row["suspended_s"]
        executing_until = start if suspended is None else max(start, until - suspended)
        gpus_executing = None if suspended is None else row["gpus"]
        for period in set(self.periods(range(start, until + 1))):
            self.figures[period, account]["jobs_running"] += 1
        loads = {
            "gpu_hours": row["gpus"],
            "cpu_hours": row["cpus"],
            "node_hours": row["nodes"],
            "wall_hours": 1,
        }
        self.add_load(row, loads, range(start, until))
        self.add_load(row, {"executing_gpu_hours": gpus_executing}, range(start, executing_until))

    def add_load(self, row: dict[str, Any], loads: dict[str, int | None], interval: range) -> None:
        known = {name for name, load in loads.items() if load is not None}
        for period in set(self.periods(range(row["start"], row["held_until"] + 1))):
            self.known[period, row["account"]] |= known
        for period in self.periods(interval):
            for name, load in loads.items():
                self.figures[period, row["account"]][name] += load or 0

    def periods(self, interval: range) -> Iterator[date]:
        return (self.begins(second) for second in interval if second in self.within)

    def blank_unknowns(self) -> None:
        for cell, values in self.figures.items():
            for column in ("gpu_hours", "executing_gpu_hours", "cpu_hours"):
                if values["jobs_running"] and column not in self.known[cell]:
                    values[column] = math.nan
            if values["jobs_started"] and "gpu_jobs" not in self.known[cell]:
                values["gpu_jobs"] = math.nan


def reckon(rows: Rows, within: range, begins: Callable[[int], date]) -> dict[Any, dict[str, float]]:
    reckoning = Reckoning(within, begins)
    for row in rows:
        reckoning.add_queue(row)
        if row["started"]:
            reckoning.add_run(row)
    reckoning.blank_unknowns()
    return reckoning.figures


@settings(max_examples=60, deadline=None)
@given(
    st.lists(jobs(), min_size=1, max_size=8),
    st.sampled_from(ZONES),
    st.sampled_from(["day", "week", "month"]),
    st.integers(-200_000, 100_000),
    st.integers(1, 300_000),
)
def test_every_figure_equals_the_count_of_seconds(
    rows: Rows, zone: str, period: Period, offset: int, span: int
) -> None:
    within = range(DST + offset, DST + offset + span)
    asked = calendar(
        datetime.fromtimestamp(within.start, UTC),
        datetime.fromtimestamp(within.stop, UTC),
        period=period,
        timezone=zone,
    )
    ours = usage(facts(rows), calendar=asked, by=["account"])
    theirs = reckon(rows, within, start_of(period, zone))
    hours = {name for name in USAGE_COLUMNS if name.endswith("hours")}
    for row in ours.iter_rows(named=True):
        expected = theirs[row["period_start"], row["account"]]
        for column in USAGE_COLUMNS:
            if column in {"gpu_hours_physical", "gpu_untracked_jobs"}:
                continue
            want = expected[column] / (3600 if column in hours else 1)
            got = row[column] if row[column] is not None else math.nan
            assert got == pytest.approx(want, nan_ok=True, abs=1e-12), (column, row)
    printed = set(ours.select("period_start", "account").iter_rows())
    happened = {cell for cell, values in theirs.items() if any(values.values())}
    assert happened <= printed


def test_an_empty_estate_prints_every_period_as_zeros() -> None:
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    asked = calendar(begin, begin + timedelta(days=3), period="day", timezone="UTC")
    frame = usage(facts([]), calendar=asked)
    assert frame["period_start"].to_list() == [date(2026, 1, day) for day in (1, 2, 3)]
    assert frame.select(pl.col("gpu_hours", "jobs_running").sum()).row(0) == (0, 0)
