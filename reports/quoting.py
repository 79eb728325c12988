"""Values that are put into words while somebody listens, so that prose can name their source."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from typing import Literal

Sort = Literal["number", "share", "seconds", "date"]


@dataclass(frozen=True)
class Quoted:
    """A value and the words that a sentence has for it."""

    value: float | date
    text: str
    sort: Sort


_LISTENING: ContextVar[list[Quoted] | None] = ContextVar("quoted", default=None)


@contextmanager
def listening() -> Iterator[list[Quoted]]:
    """Gives a list that fills with every value that is put into words meanwhile, in order."""
    heard: list[Quoted] = []
    token = _LISTENING.set(heard)
    try:
        yield heard
    finally:
        _LISTENING.reset(token)


def quoted(value: float | date, text: str, sort: Sort = "number") -> str:
    """The words, after telling who listens."""
    heard = _LISTENING.get()
    if heard is not None:
        heard.append(Quoted(value, text, sort))
    return text
