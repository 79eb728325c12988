import threading

import pytest

from ingest.ahead import ahead


def numbers(limit, closed, *, fault_at=None):
    try:
        for number in range(limit):
            if number == fault_at:
                raise ValueError(number)
            yield number
    finally:
        closed.append(threading.current_thread() is not threading.main_thread())


def test_the_same_items_in_order():
    closed: list[bool] = []
    assert list(ahead(numbers(100, closed))) == list(range(100))
    assert closed == [True]


def test_a_fault_arrives_after_the_items_before_it():
    closed: list[bool] = []
    seen = []
    with pytest.raises(ValueError, match="3"):
        seen.extend(ahead(numbers(100, closed, fault_at=3)))
    assert closed == [True]


def test_leaving_early_stops_and_closes_the_maker():
    closed: list[bool] = []
    before = set(threading.enumerate())
    made = ahead(numbers(10**9, closed))
    assert next(made) == 0
    made.close()
    assert closed == [True]
    assert set(threading.enumerate()) <= before


def test_chains_of_two_stop_together():
    closed: list[bool] = []
    before = set(threading.enumerate())
    first = ahead(numbers(10**9, closed))
    second = ahead(number * 2 for number in first)
    assert [next(second), next(second)] == [0, 2]
    second.close()
    first.close()
    assert set(threading.enumerate()) <= before
