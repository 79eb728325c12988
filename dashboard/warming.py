"""What answers the pages ahead of their readers: at the start, and after the store has moved on."""

from collections.abc import Callable
from threading import Event
from typing import Final

from dashboard.edition import Edition

_LOOK_S: Final = 30.0


class Warming:
    """Draws the pages, and draws them again when a new edition of the store has stood still.

    An ingest that writes file after file makes many editions; only the last one is drawn.
    """

    def __init__(self, draw: Callable[[], None], edition: Callable[[], Edition]) -> None:
        self._draw = draw
        self._edition = edition

    def run(self, stop: Event, *, look_s: float = _LOOK_S) -> None:
        """Draw now, and look again every so many seconds until told to stop."""
        drawn = seen = self._edition()
        self._draw()
        while not stop.wait(look_s):
            now = self._edition()
            if now == seen != drawn:
                self._draw()
                drawn = now
            seen = now
