"""How long work tells those who wait for it."""

from collections.abc import Callable

Progress = Callable[[int, int | None], None]
"""Called with what is done and what there is in all, in one unit; None where that is unknown."""


def no_progress(done: int, total: int | None) -> None:
    """Nobody looks."""
