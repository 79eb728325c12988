"""What one cell of an awards file may say: amounts, counts, days, accounts, units."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.award_cells import CellFault, accounts, amount, count, day, unit_name
from model.units import UNITS, resolve_unit, unit_hint


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1000", 1000),
        ("1,234,567", 1234567),
        ("1,234", 1234),
        ("1,234.5", 1234.5),
        ("1 234 567", 1234567),
        ("1\u00a0234,5", 1234.5),
        ("1'234'567.25", 1234567.25),
        ("1.234.567,8", 1234567.8),
        ("1.234.567", 1234567),
        ("12,5", 12.5),
        ("1.5e6", 1500000),
        (" 7 ", 7),
        ("", None),
        (".5", 0.5),
        ("1.234", 1.234),
    ],
)
def test_amounts(text, value):
    assert amount(text) == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("-5", "negative_amount"),
        ("\N{MINUS SIGN}5", "negative_amount"),
        ("about 5", "bad_number"),
        ("nan", "bad_number"),
        ("inf", "bad_number"),
        ("1,23,456", "bad_number"),
        ("12%", "bad_number"),
        ("5 000 00", "bad_number"),
    ],
)
def test_amounts_that_cannot_be_read(text, reason):
    with pytest.raises(CellFault, match=reason):
        amount(text)


@pytest.mark.parametrize("text", ["1,234", "1.234"])
def test_a_comma_that_could_be_either_is_refused_between_semicolons(text):
    with pytest.raises(CellFault, match="ambiguous_number"):
        amount(text, semicolons=True)
    assert amount("1.234,5", semicolons=True) == 1234.5


@given(st.integers(0, 10**12))
def test_thousands_separators_round_trip(number):
    assert amount(f"{number:,}") == amount(f"{number:_}".replace("_", " ")) == number


@given(st.text(max_size=20))
def test_any_text_is_an_amount_or_a_fault(text):
    try:
        value = amount(text)
    except CellFault:
        return
    assert value is None or value >= 0


def test_counts_are_whole():
    assert count("1,200") == 1200
    with pytest.raises(CellFault, match="bad_count"):
        count("1.5")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-04-01", date(2026, 4, 1)),
        ("2026-04-01 00:00:00", date(2026, 4, 1)),
        ("1 April 2026", date(2026, 4, 1)),
        ("01-Apr-2026", date(2026, 4, 1)),
        ("31/03/2026", date(2026, 3, 31)),
        ("03/31/2026", date(2026, 3, 31)),
        ("04/04/2026", date(2026, 4, 4)),
        ("", None),
    ],
)
def test_dates(text, value):
    assert day(text) == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("04/05/2026", "ambiguous_date"),
        ("2026-13-01", "bad_date"),
        ("31/02/2026", "bad_date"),
        ("next spring", "bad_date"),
        ("01/04/26", "bad_date"),
    ],
)
def test_dates_that_cannot_be_read(text, reason):
    with pytest.raises(CellFault, match=reason):
        day(text)


def test_accounts_are_cluster_and_account():
    assert accounts(" here : a ; there:b;here:a;") == "here:a;there:b"
    assert accounts("") is None
    for bad in ("physics", "here:", "a:b:c", "here:a,there:b d"):
        with pytest.raises(CellFault, match="bad_accounts"):
            accounts(bad)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("gpu hours", "GPU-hours"),
        ("GPUh", "GPU-hours"),
        ("GPU_hour", "GPU-hours"),
        ("Node-Hours", "node-hours"),
        ("core hrs", "core-hours"),
        ("CPU-hours", "CPU-hours"),
        ("gpu years", "GPU-years"),
        ("SUs", "SU"),
        ("gau", "GAU"),
    ],
)
def test_units(text, name):
    assert unit_name(text) == name


def test_units_keep_to_themselves():
    names = [unit.name for unit in UNITS]
    assert len(set(names)) == len(names)
    assert [resolve_unit(name).name for name in names] == names
    assert resolve_unit("hours") is None
    assert "GPU-hours" in unit_hint("GPU-huors")
    assert "known units" in unit_hint("furlongs")
