"""What answers the pages ahead of their readers: at the start, and after the store has moved on."""

from collections.abc import Callable
from threading import Event
from typing import Final

from dashboard.edition import Edition

_LOOK_S: Final = 30.0


class Warming:
    """Draws the pages, and draws them again when a new edition of the store has stood still.

    An ingest that writes file after file makes many editions; only the last one is drawn. Before
    pages are drawn anew, `reckon` is given the time to reckon what they ask; it is called with the
    event that tells to stop.
    """

    def __init__(
        self,
        draw: Callable[[], None],
        edition: Callable[[], Edition],
        *,
        reckon: Callable[[Event], None],
    ) -> None:
        self._draw = draw
        self._edition = edition
        self._reckon = reckon

    def run(self, stop: Event, *, look_s: float = _LOOK_S) -> None:
        """Draw now, and look again every so many seconds until told to stop."""
        drawn = seen = self._edition()
        self._make(stop)
        while not stop.wait(look_s):
            now = self._edition()
            if now == seen != drawn:
                self._make(stop)
                drawn = now
            seen = now

    def _make(self, stop: Event) -> None:
        self._reckon(stop)
        if not stop.is_set():
            self._draw()
