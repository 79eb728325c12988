"""`waits` against the plain reckoning, on small random logs."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from job_rows import facts, job, parted
from plain_waits import of_cohort, of_started, plain_waits
from polars.testing import assert_frame_equal

from analytics.calendar import calendar
from analytics.wait_curves import wait_curves
from analytics.waits import WAIT_COLUMNS, waits
from model.question import Period
from model.wait_reasons import load_wait_reasons

NEARLY = {"rel": 0.013}
READ_FROM_HISTOGRAMS = {
    name for name in WAIT_COLUMNS if "_p" in name or name.startswith("slowdown")
} - {"policy_share"}
# Summer time begins in London at 01:00 UTC on Sunday 29 March 2026.
DST = int(datetime(2026, 3, 29, 1, tzinfo=UTC).timestamp())
REASONS = ["None", "QOSMaxGRESPerUser", "Priority", "Dependency", "TimeLimit", "Odd", None]
lengths = st.one_of(
    st.integers(0, 50), st.sampled_from([3_599, 3_600, 3_601, 86_400]), st.integers(0, 300_000)
)


@st.composite
def jobs(draw: st.DrawFn) -> dict[str, Any]:
    submit = DST + draw(st.integers(-3, 3)) * 86_400 + draw(st.integers(-20, 20)) * 1_800
    eligible = draw(st.none() | lengths.map(lambda seconds: submit + seconds // 4))
    since = submit if eligible is None else eligible
    common = {
        "submit": submit,
        "eligible": eligible,
        "account": draw(st.sampled_from(["a", "b", None])),
        "reason": draw(st.sampled_from(REASONS)),
        "month": datetime.fromtimestamp(submit, UTC).strftime("%Y-%m"),
        "observed_until": since + draw(lengths),
    }
    moment = since + draw(lengths) - draw(st.sampled_from([0, 0, 30]))
    match draw(st.sampled_from(["ended", "running", "never", "pending"])):
        case "ended":
            return job(**common, start=moment, end=moment + draw(lengths))
        case "running":
            return job(**common, start=moment, held_until=moment + draw(lengths))
        case "never":
            return job(**common, end=moment)
        case _:
            return job(**common)


def day_or_all(period: Period) -> Any:
    def begins(second: int) -> date:
        day = datetime.fromtimestamp(second, ZoneInfo("Europe/London")).date()
        return day if period == "day" else date.min

    return begins


@settings(max_examples=150, deadline=None)
@given(
    st.lists(jobs(), min_size=1, max_size=14),
    st.sampled_from(["day", "total"]),
    st.integers(-200_000, 100_000),
    st.integers(1, 400_000),
    st.sampled_from([1, 4, 1_000_000]),
    st.randoms(),
)
def test_every_figure_equals_the_plain_reckoning(
    rows: list[dict[str, Any]], period: Period, offset: int, span: int, batch: int, random: Any
):
    within = range(DST + offset, DST + offset + span)
    asked = calendar(
        datetime.fromtimestamp(within.start, UTC),
        datetime.fromtimestamp(within.stop, UTC),
        period=period,
        timezone="Europe/London",
    )
    apart = parted(facts(rows), batch)
    ours = waits(apart, calendar=asked, reasons=load_wait_reasons(), by=["account"])
    kept = waits(apart, calendar=asked, reasons=load_wait_reasons(), by=["account"])
    random.shuffle(rows)
    again = waits(facts(rows), calendar=asked, reasons=load_wait_reasons(), by=["account"])
    assert_frame_equal(ours.frame, again.frame, rel_tol=1e-12)
    assert ours.frame.equals(kept.frame)
    theirs = plain_waits(rows, within, day_or_all(period), "account")
    blind = all(row["eligible"] is None for row in rows)
    seen = set()
    for row in ours.frame.iter_rows(named=True):
        cell = (row.get("period_start", date.min), row["account"])
        seen.add(cell)
        expected = theirs.get(cell, of_started([]) | of_cohort([]))
        if blind:
            expected["cohort_jobs"] = None
        for column, want in expected.items():
            compare(column, row[column], want, row)
        check_bounds(row)
    assert set(theirs) <= seen


def compare(column: str, got: float | None, want: Any, row: Any) -> None:
    if want is None or got is None:
        assert got is want is None, (column, got, want, row)
        return
    tolerance = NEARLY if column in READ_FROM_HISTOGRAMS else {"rel": 1e-9, "abs": 1e-12}
    assert got == pytest.approx(float(want), **tolerance), (column, row)


def check_bounds(row: dict[str, Any]) -> None:
    hour, day, cancelled = (
        row[name] for name in ("p_started_1h", "p_started_24h", "p_cancelled_24h")
    )
    assert (day is None) == (cancelled is None)
    assert day is None or hour is not None
    if day is not None:
        assert 0 <= hour <= day + 1e-12
        assert 0 <= cancelled <= 1 + 1e-12 - day
    if row["policy_share"] is not None:
        assert row["policy_share"] + row["capacity_share"] == pytest.approx(1)


@settings(max_examples=60, deadline=None)
@given(st.lists(jobs(), min_size=1, max_size=14))
def test_the_curve_goes_through_the_figures_of_the_table(rows: list[dict[str, Any]]):
    always = calendar(
        datetime(2026, 3, 1, tzinfo=UTC),
        datetime(2026, 5, 1, tzinfo=UTC),
        period="total",
        timezone="UTC",
    )
    table = waits(facts(rows), calendar=always, reasons=load_wait_reasons()).frame.row(
        0, named=True
    )
    curve = wait_curves(facts(rows), calendar=always).frame
    if not table["cohort_jobs"]:
        assert curve.is_empty()
        return
    at = {row["t_s"]: row for row in curve.iter_rows(named=True)}
    for second, column in ((3_600, "p_started_1h"), (86_400, "p_started_24h")):
        compare("p", at[second]["p_started"], table[column], table)
    compare("p", at[86_400]["p_cancelled"], table["p_cancelled_24h"], table)
    assert at[0]["at_risk"] == table["cohort_jobs"]
    known = curve.drop_nulls()
    assert known["p_started"].diff().drop_nulls().ge(-1e-12).all()
    assert known["p_cancelled"].diff().drop_nulls().ge(-1e-12).all()
    assert ((known["p_started"] + known["p_cancelled"]) <= 1 + 1e-12).all()
