from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from job_logs import job, log, normal, only

from ingest.times import moments, seconds

NAIVE = datetime.fromisoformat("2000-01-01T00:00:00")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def read(*texts: str | None, zone: str = "UTC"):
    return moments(pl.Series("t", texts, dtype=pl.String), zone)


@pytest.mark.parametrize(
    ("text", "zone", "utc"),
    [
        ("2026-01-05T09:00:00", "Europe/London", "2026-01-05T09:00:00"),
        ("2026-07-05T09:00:00", "Europe/London", "2026-07-05T08:00:00"),
        ("2026-07-05T09:00:00", "America/New_York", "2026-07-05T13:00:00"),
        ("1795191282", "Europe/London", "2026-11-20T16:14:42"),
        ("2026-07-05T09:00:00+01:00", "America/New_York", "2026-07-05T08:00:00"),
        ("2026-07-05T09:00:00+0530", "UTC", "2026-07-05T03:30:00"),
        ("2026-07-05T09:00:00Z", "America/New_York", "2026-07-05T09:00:00"),
    ],
)
def test_one_moment_in_each_form(text, zone, utc):
    found = read(text, zone=zone)
    assert found.utc.to_list() == [at(utc)]
    assert not found.bad.any()


def test_forms_may_stand_in_one_column():
    found = read("2026-07-05T09:00:00", "1795191282", "Unknown", "2026-07-05T09:00:00+01:00")
    assert found.utc.null_count() == 1
    assert not found.bad.any()


@pytest.mark.parametrize("text", ["Unknown", "None", "0", "4294967294", "4294967295", None])
def test_no_moment_is_null_and_no_fault(text):
    found = read(text)
    assert found.utc.to_list() == [None]
    assert not found.bad.any()


@pytest.mark.parametrize("text", ["16:14:42", "20 Nov", "2026-13-01T00:00:00", "-5", "soon"])
def test_what_is_no_time_is_a_fault(text):
    assert read(text).bad.to_list() == [True]


def test_the_doubled_hour_is_the_earlier_one_and_counted():
    found = read(
        "2026-10-25T00:59:59", "2026-10-25T01:30:00", "2026-10-25T02:00:00", zone="Europe/London"
    )
    assert found.utc.to_list() == [
        at("2026-10-24T23:59:59"),
        at("2026-10-25T00:30:00"),
        at("2026-10-25T02:00:00"),
    ]
    assert found.latest.to_list() == [None, at("2026-10-25T01:30:00"), None]
    assert found.ambiguous == 1


def test_the_skipped_hour_is_an_hour_later_and_counted():
    found = read("2026-03-29T01:30:00", zone="Europe/London")
    assert found.utc.to_list() == [at("2026-03-29T01:30:00")]  # 02:30 by the summer clock
    assert found.shifted == 1


@given(
    st.datetimes(NAIVE.replace(1999), NAIVE.replace(2050)).map(
        lambda t: t.replace(microsecond=0, fold=0)
    ),
    st.sampled_from(["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]),
)
def test_agrees_with_the_zone_database(moment, zone):
    """Python's own reading of a local time: fold 0, in gaps too, is the offset before."""
    expected = moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    assert read(moment.isoformat(), zone=zone).utc.to_list() == [expected]


@pytest.mark.parametrize(
    ("start", "end", "elapsed", "utc_end"),
    [
        ("2026-10-25T00:50:00", "2026-10-25T01:20:00", 30 * 60, "2026-10-25T00:20:00"),
        ("2026-10-25T00:50:00", "2026-10-25T01:20:00", 90 * 60, "2026-10-25T01:20:00"),
        ("2026-10-25T01:50:00", "2026-10-25T01:10:00", 20 * 60, "2026-10-25T01:10:00"),
    ],
)
def test_elapsed_time_tells_the_doubled_hours_apart(start, end, elapsed, utc_end):
    line = job(1, Submit="2026-10-24T00:00:00", Start=start, End=end, ElapsedRaw=str(elapsed))
    row = only(log(line), zone="Europe/London")
    assert row["end"] == at(utc_end)
    assert (row["end"] - row["start"]).total_seconds() == elapsed


def test_an_ambiguous_start_is_read_by_its_end():
    line = job(
        1,
        Submit="2026-10-24T00:00:00",
        Start="2026-10-25T01:30:00",
        End="2026-10-25T02:30:00",
        ElapsedRaw="3600",
    )
    assert only(log(line), zone="Europe/London")["start"] == at("2026-10-25T01:30:00")


def test_assumed_hours_are_reported():
    line = job(1, Submit="2026-03-29T01:10:00")
    _, assumed = normal(log(line), zone="Europe/London")
    assert [note for note in assumed if "skips" in note]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("00:00:00", 0),
        ("01:02:03", 3723),
        ("960-00:37:20", 960 * 86400 + 2240),
        ("05:10", 310),
        ("00:15.057", 15),
        ("3723", 3723),
        ("INVALID", None),
        ("", None),
        ("1:2:3:4", None),
        (None, None),
    ],
)
def test_durations(text, value):
    assert seconds(pl.Series([text], dtype=pl.String)).to_list() == [value]
