"""A page that nobody waits for is left where it is; one that somebody waits for never is."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from dashboard.turns import AbandonedError, Turns, go_on


def test_what_was_turned_away_from_is_left_at_the_next_piece_of_work():
    turns, begun, gone_on, done = Turns(), Event(), Event(), []

    def slowly() -> str:
        begun.set()
        gone_on.wait(30)
        go_on()
        done.append("too much")
        return "old"

    with ThreadPoolExecutor(1) as other:
        old = other.submit(turns.draw, "tab", slowly)
        begun.wait(30)
        assert turns.draw("tab", lambda: "new") == "new"
        gone_on.set()
        with pytest.raises(AbandonedError):
            old.result(30)
    assert done == []


def test_another_tab_turns_nobody_away():
    turns = Turns()

    def outer() -> str:
        turns.draw("other", lambda: None)
        go_on()
        return "drawn"

    assert turns.draw("tab", outer) == "drawn"
    assert turns.draw(None, lambda: "no tab is named") == "no tab is named"
    go_on()


def test_who_waited_for_a_drawing_that_another_abandoned_has_it_made_anew():
    tries = []

    def shared() -> str:
        tries.append(1)
        if len(tries) == 1:
            raise AbandonedError
        return "drawn"

    assert Turns().draw("tab", shared) == "drawn"
    assert len(tries) == 2


def test_tabs_beyond_number_are_forgotten_and_still_served():
    turns = Turns()
    for tab in range(2500):
        assert turns.draw(str(tab), lambda: 1) == 1
    assert len(turns._last) == 1000
