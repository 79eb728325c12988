"""`demand` against a reckoning job by job, and what holds of it whatever the log."""

from typing import Any

import polars as pl
import pytest
from demand_rows import BEGIN, DAY, HOUR, facts, job, observed, periods
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_demand import Reckoning
from polars.testing import assert_frame_equal

from analytics.demand import DEMAND_COLUMNS, demand
from analytics.usage import usage

Rows = list[dict[str, Any]]
STEP = HOUR // 2
ticks = st.integers(0, 120).map(lambda n: BEGIN + n * STEP)


@st.composite
def jobs(draw: st.DrawFn) -> dict[str, Any]:
    submit = draw(ticks)
    fate = draw(st.sampled_from(["ended", "running", "never", "never", "pending", "pending"]))
    common = {
        "cluster": draw(st.sampled_from(["one", "two"])),
        "submit": submit,
        "user": draw(st.sampled_from(["u", "u", "v", None])),
        "account": draw(st.sampled_from(["a", "b", None])),
        "partition": draw(st.sampled_from(["gpu", "gpu", "cpu", None])),
        "name_hash": draw(st.sampled_from(["x", "x", "x", None])),
        "req_gpus": draw(st.sampled_from([0, 1, 1, 2, None])),
        "limit_s": draw(st.sampled_from([HOUR, HOUR, 4000, 2 * HOUR, -1, None])),
        "suspended_s": draw(st.sampled_from([0, 0, 60, None])),
        "gpus": None,
    }
    start = submit + draw(st.integers(0, 40)) * STEP
    length = draw(st.integers(0, 20)) * STEP
    if fate in {"ended", "running"}:
        common["gpus"] = draw(st.sampled_from([0, 1, 2, 5]))
    match fate:
        case "ended":
            return job(**common, start=start, end=start + length)
        case "running":
            return job(**common, start=start, held_until=start + length)
        case "never":
            label = draw(st.sampled_from(["1", "1", "83_[1-6,9%2]"]))
            return job(**common, job_state="CANCELLED", end=start, job_label=label)
        case _:
            label = draw(st.sampled_from(["1", "7_[3]", "9_[0-8:4]"]))
            eligible = draw(st.sampled_from([submit, submit, submit + DAY, None]))
            return job(**common, observed_until=draw(ticks), job_label=label, eligible=eligible)


logs = st.lists(jobs(), min_size=1, max_size=14).map(
    lambda rows: [{"job_label": "1"} | row | {"job_id": n} for n, row in enumerate(rows, 1)]
)
edges = st.lists(ticks, min_size=2, max_size=4, unique=True).map(sorted)
windows = st.fixed_dictionaries({"one": edges, "two": edges}).map(
    lambda found: {
        name: list(zip(moments[::2], moments[1::2], strict=False))
        for name, moments in found.items()
    }
)


def seen(windows: dict[str, list[tuple[int, int]]]) -> pl.DataFrame:
    return pl.concat(observed(*spans, cluster=name) for name, spans in windows.items())


@settings(max_examples=80, deadline=None)
@given(
    logs, windows, st.sampled_from([(), ("account",), ("cluster",), ("user", "partition")]), ticks
)
def test_every_figure_equals_the_reckoning(
    rows: Rows, windows: dict[str, list[tuple[int, int]]], by: tuple[str, ...], begin: int
) -> None:
    days = periods(begin, begin + 3 * DAY, "day")
    frame = demand(facts(rows), calendar=days, observed=seen(windows), by=by).frame
    reckoning = Reckoning(rows, windows)
    spans = {row[1]: row[2:] for row in days.bins.iter_rows()}
    for line in frame.iter_rows(named=True):
        group = [row for row in rows if all(row[name] == line[name] for name in by)]
        expected = reckoning.figures(group, *spans[line["period_start"]])
        for name, want in expected.items():
            assert line[name] == (None if want is None else pytest.approx(float(want))), (
                name, line,
            )  # fmt: skip
    groups = {tuple(row[name] for name in by) for row in rows}
    printed = set(frame.select(by).iter_rows()) if by else {()}
    for lacking in groups - printed:
        group = [row for row in rows if tuple(row[name] for name in by) == lacking]
        for span in spans.values():
            assert not any(
                reckoning.figures(group, *span)[name] for name in DEMAND_COLUMNS if "jobs" in name
            )


@settings(max_examples=25, deadline=None)
@given(logs, windows, st.randoms(use_true_random=False))
def test_the_order_of_the_log_and_its_parts_do_not_matter(
    rows: Rows, windows: dict[str, list[tuple[int, int]]], random: Any
) -> None:
    calendar = periods(BEGIN, BEGIN + 3 * DAY, "day")
    mixed = [dict(row) for row in rows]
    random.shuffle(mixed)
    months = pl.Series("month", [f"{n % 3}" for n in range(len(mixed))])
    apart = facts(mixed).collect().with_columns(months).lazy()
    by = ["account"]
    whole = demand(facts(rows), calendar=calendar, observed=seen(windows), by=by)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("analytics.tally.BATCH_JOBS", 2)
        parts = demand(apart, calendar=calendar, observed=seen(windows), by=by)
    assert_frame_equal(parts.frame, whole.frame, check_exact=True)
    assert parts.notes == whole.notes


@settings(max_examples=25, deadline=None)
@given(logs, windows)
def test_bounds_are_in_order_and_windows_narrow(
    rows: Rows, windows: dict[str, list[tuple[int, int]]]
) -> None:
    calendar = periods(BEGIN, BEGIN + 3 * DAY, "day")
    frame = demand(facts(rows), calendar=calendar, observed=seen(windows), by=["account"]).frame
    for low, high in (
        ("cancelled_pending_gpu_hours_low", "cancelled_pending_gpu_hours_high"),
        ("pending_gpu_hours_low", "pending_gpu_hours_high"),
        ("backlog_days", "backlog_days_high"),
        ("cancelled_pending_gpu_hours_high_7d", "cancelled_pending_gpu_hours_high"),
        ("cancelled_pending_gpu_hours_high", "cancelled_pending_gpu_hours_high_1h"),
    ):
        both = frame.drop_nulls([low, high])
        assert (both[low] <= both[high] * (1 + 1e-12)).all(), (low, high)


@settings(max_examples=25, deadline=None)
@given(logs, windows, st.sampled_from(["account", "cluster", "partition", "job_state"]))
def test_lines_add_up_to_the_total(
    rows: Rows, windows: dict[str, list[tuple[int, int]]], dimension: str
) -> None:
    calendar = periods(BEGIN, BEGIN + 3 * DAY, "day")
    log = facts(rows)
    total = demand(log, calendar=calendar, observed=seen(windows)).frame
    parts = demand(log, calendar=calendar, observed=seen(windows), by=[dimension]).frame
    amounts = [
        name
        for name in DEMAND_COLUMNS
        if name.endswith(("hours", "jobs", "low", "high", "1h", "7d"))
    ]
    amounts = [name for name in amounts if not name.startswith(("active", "backlog"))]
    some_unknown = [
        pl.when(pl.col(name).null_count() == 0).then(pl.col(name).sum()).alias(name)
        for name in amounts
    ]
    sums = parts.group_by("period_start").agg(some_unknown).sort("period_start")
    known = total.select("period_start", *amounts)
    assert_frame_equal(sums, known, check_dtypes=False)


@settings(max_examples=25, deadline=None)
@given(logs, windows, st.sampled_from(["day", "total"]))
def test_held_time_is_that_of_usage(
    rows: Rows, windows: dict[str, list[tuple[int, int]]], period: Any
) -> None:
    calendar = periods(BEGIN, BEGIN + 3 * DAY, period)
    ours = demand(facts(rows), calendar=calendar, observed=seen(windows), by=["cluster"]).frame
    theirs = usage(facts(rows), calendar=calendar, by=["cluster"])
    keys = [name for name in ("period_start", "cluster") if name in theirs.columns]
    both = theirs.join(ours, on=keys, how="left")
    assert both["gpu_hours"].equals(both["allocated_gpu_hours"])


@settings(max_examples=30, deadline=None)
@given(logs, windows)
def test_events_of_the_days_add_up_to_those_of_all_days(
    rows: Rows, windows: dict[str, list[tuple[int, int]]]
) -> None:
    flows = [
        "allocated_gpu_hours", "cancelled_pending_jobs", "resubmitted_jobs",
    ]  # fmt: skip
    days, total = (
        demand(
            facts(rows), calendar=periods(BEGIN, BEGIN + 3 * DAY, period), observed=seen(windows)
        ).frame
        for period in ("day", "total")
    )
    assert_frame_equal(days.select(pl.col(flows).sum()), total.select(flows))
