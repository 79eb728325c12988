"""Which windows a source is asked for."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.windows import span_to_ask
from model.source_settings import length

NOW = datetime(2026, 5, 10, 12, tzinfo=UTC)
MOMENTS = st.integers(1_577_836_800, 1_893_456_000).map(
    lambda second: datetime.fromtimestamp(second, UTC)
)
LENGTHS = st.timedeltas(timedelta(minutes=1), timedelta(days=40))


def span(**options: Any):
    usual = {
        "now": NOW,
        "watermark": None,
        "overlap": timedelta(hours=2),
        "reach": timedelta(days=30),
    }
    return span_to_ask(**{**usual, **options})


def test_a_first_run_goes_back_as_far_as_reach_or_since():
    assert span().begin == NOW - timedelta(days=30)
    assert span(since=date(2026, 1, 1)).begin == datetime(2026, 1, 1, tzinfo=UTC)
    assert list(span(since=date(2027, 1, 1)).windows(timedelta(days=1))) == []


def test_a_later_run_goes_back_by_the_overlap():
    found = span(watermark=NOW - timedelta(hours=1))
    assert (found.begin, found.end, found.note) == (NOW - timedelta(hours=3), NOW, None)


def test_windows_meet_and_none_is_too_long():
    found = list(span(watermark=NOW - timedelta(days=2)).windows(timedelta(days=1)))
    assert [end - begin for begin, end in found] == [timedelta(days=1)] * 2 + [timedelta(hours=2)]
    assert [end for _, end in found[:-1]] == [begin for begin, _ in found[1:]]


def test_a_clock_before_the_watermark_is_told_and_what_is_certain_is_asked_again():
    youngest = NOW - timedelta(days=3)
    found = span(watermark=NOW + timedelta(days=9), youngest=youngest)
    assert (found.begin, found.end) == (youngest - timedelta(hours=2), NOW)
    assert "one of the two was wrong" in (found.note or "")


@given(
    now=MOMENTS,
    watermark=st.none() | MOMENTS,
    youngest=st.none() | MOMENTS,
    overlap=LENGTHS,
    reach=LENGTHS,
    longest=st.timedeltas(timedelta(days=30), timedelta(days=400)),
)
def test_no_window_ends_before_it_begins_or_after_now(
    now, watermark, youngest, overlap, reach, longest
):
    found = span(now=now, watermark=watermark, youngest=youngest, overlap=overlap, reach=reach)
    windows = list(found.windows(longest))
    assert windows
    assert all(begin < end <= now for begin, end in windows)
    assert windows[0][0] == found.begin
    assert windows[-1][1] == found.end


@pytest.mark.parametrize(
    ("text", "seconds"), [("15min", 900), ("1h", 3600), ("20h", 72_000), ("1d", 86_400)]
)
def test_lengths_of_time(text, seconds):
    assert length(text).total_seconds() == seconds
