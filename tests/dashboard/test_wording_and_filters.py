"""Words for figures, and filters as an address holds them."""

from datetime import date, datetime
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from dashboard.downloads import download_query, read_question
from dashboard.filters import (
    GRANULARITIES,
    UNITS,
    Filters,
    chosen_clusters,
    read_filters,
    write_query,
)
from model.question import PERIODS, Question
from reports import wording
from reports.command import command_of

names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
days = st.dates(date(2000, 1, 1), date(2100, 1, 1))
filters = st.builds(
    Filters,
    since=st.none() | days,
    period=st.sampled_from(GRANULARITIES),
    clusters=st.lists(names, unique=True, max_size=3).map(tuple),
    tier=st.none() | names,
    round=st.none() | names,
    on=st.none() | days,
    unit=st.sampled_from(list(UNITS)),
    country=st.none() | names,
    reason=st.none() | names,
    find=st.none() | names,
)
questions = st.builds(
    Question,
    table=st.just("utilisation"),
    by=st.lists(st.sampled_from(["cluster", "node_role"]), unique=True).map(tuple),
    period=st.sampled_from(PERIODS),
    since=st.none() | days,
    until=st.none() | days,
    on=st.none() | days,
    where=st.lists(st.tuples(st.sampled_from(["cluster", "tier"]), names)).map(tuple),
)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "no data"),
        (0, "0"),
        (200_000, "200,000"),
        (1234.56, "1,235"),
        (2.25, "2.2"),
        (-3.0, "-3"),
    ],
)
def test_numbers_are_grouped_and_the_unknown_is_no_data(value, said):
    assert wording.number(value) == said


def test_large_numbers_are_spelt_never_abbreviated():
    assert wording.large(5_690_000) == "5.69 million"
    assert wording.large(999_999) == "999,999"
    assert wording.large(None) == "no data"


def test_dates_are_british_and_the_end_of_a_period_is_its_last_day():
    assert wording.day(date(2026, 5, 1)) == "1 May 2026"
    assert wording.span(date(2026, 5, 1), date(2026, 11, 1)) == "1 May 2026 to 31 October 2026"
    assert wording.span(None, None, as_of=datetime(2026, 11, 1)) == (  # noqa: DTZ001
        "all data up to 1 November 2026"
    )
    assert wording.sentence("all of May") == "All of May."


@given(filters)
def test_an_address_holds_its_filters(asked: Filters):
    assert read_filters(write_query(asked)) == asked


@given(st.text(max_size=60))
def test_no_address_is_too_odd_to_read(query: str):
    assert isinstance(read_filters(query), Filters)


def test_what_cannot_be_read_is_left_out_and_named():
    read = read_filters("?from=1/5/2026&period=fortnight&unit=parsecs&cluster=a&cluster=b")
    assert (read.since, read.period, read.unit) == (None, "month", "gpus")
    assert read.clusters == ("a", "b")
    assert [fault.split(" is not ")[0] for fault in read.faults] == [
        "“1/5/2026” in “from”",
        "“fortnight” in “period”",
        "“parsecs” in “unit”",
    ]


def test_a_period_that_ends_before_it_begins_loses_its_end():
    read = read_filters("?from=2026-05-01&to=2026-05-01")
    assert (read.since, read.until, len(read.faults)) == (date(2026, 5, 1), None, 1)


def test_clusters_are_those_of_the_chosen_names_and_tier():
    known = [("isca", "Tier-2"), ("chem", "local")]
    assert chosen_clusters(Filters(), known) is None
    assert chosen_clusters(Filters(tier="local"), known) == ("chem",)
    assert chosen_clusters(Filters(clusters=("isca",), tier="local"), known) == ()


@given(questions)
def test_a_download_asks_the_question_of_its_panel(question: Question):
    pairs = parse_qsl(download_query(question).lstrip("?"), keep_blank_values=True)
    assert read_question("utilisation", MultiDict(pairs)) == question


def test_a_command_can_be_pasted_into_a_shell():
    question = Question(
        "utilisation",
        by=("cluster",),
        period="month",
        since=date(2026, 5, 1),
        where=(("cluster", "it's mine"),),
        timezone="Europe/London",
    )
    assert command_of(question) == (
        "plimsoll show utilisation --by cluster --from 2026-05-01 --period month "
        "--where 'cluster=it'\"'\"'s mine' --timezone Europe/London"
    )
