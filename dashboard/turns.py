"""Work that nobody waits for any more: a page whose reader has gone on is not drawn to its end.

A reader who changes a filter twice, or leaves a page, wants the last view alone. What is being
reckoned is reckoned; what has not begun is left. The browser's part is to name its tab.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import Final, TypeVar

T = TypeVar("T")

_TABS: Final = 1000
_TRIES: Final = 3
Wanted = Callable[[], bool]
_WANTED: ContextVar[Wanted | None] = ContextVar("whether anybody waits", default=None)


class AbandonedError(Exception):
    """The reader has gone on."""


class Turns:
    """Of each open tab, which of its requests for a page is the last."""

    def __init__(self) -> None:
        self._last: OrderedDict[str, int] = OrderedDict()
        self._lock = Lock()
        self._count = 0

    def draw(self, tab: str | None, make: Callable[[], T]) -> T:
        """What `make` makes; AbandonedError once the tab has asked for something else.

        Another tab may have waited for the same drawing when its reader left: it is made anew.
        """
        if not tab:
            return make()
        wanted = self._begin(tab)
        for _ in range(_TRIES):
            try:
                with _while_wanted(wanted):
                    return make()
            except AbandonedError:
                if not wanted():
                    raise
        return make()

    def _begin(self, tab: str) -> Wanted:
        with self._lock:
            self._count += 1
            turn = self._last[tab] = self._count
            self._last.move_to_end(tab)
            while len(self._last) > _TABS:
                self._last.popitem(last=False)
        return lambda: self._last.get(tab, turn) == turn


def go_on() -> None:
    """Called before each piece of work. Raises AbandonedError where nobody waits for it."""
    wanted = _WANTED.get()
    if wanted is not None and not wanted():
        raise AbandonedError


@contextmanager
def _while_wanted(wanted: Wanted) -> Iterator[None]:
    token = _WANTED.set(wanted)
    try:
        yield
    finally:
        _WANTED.reset(token)
