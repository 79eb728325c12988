"""Questions reckoned in processes beside the server, so that their memory is not the server's.

Polars gives memory back late: a process that has grown is replaced once it has answered.
"""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from queue import LifoQueue
from typing import TYPE_CHECKING, Final, NamedTuple

from model.errors import InputError
from model.question import Answer, Question
from model.registry import load_registry
from model.settings import Settings
from reports.answer import answer
from store import Store, open_store

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

GROWN_BYTES: Final = 700 << 20
"""A process that holds more than this after an answer is replaced."""

_NICENESS: Final = 5
_SPAWN: Final = get_context("spawn")
"""Polars does not survive a fork."""


class _Told(NamedTuple):
    """What a process says to a question: its answer or a fault, and the memory that it holds."""

    found: Answer | Exception
    held_bytes: int


class Reckoners:
    """As many processes as questions may be reckoned at a time, each begun when first needed.

    They answer from the packaged registry. One that ends, for want of memory say, is replaced;
    all end with the server.
    """

    def __init__(self, store: Store, settings: Settings, *, at_once: int) -> None:
        self._called = (store.path.absolute(), settings)
        self._free: LifoQueue[_Process | None] = LifoQueue()
        for _ in range(at_once):
            self._free.put(None)

    def ask(self, question: Question) -> Answer:
        """The answer, as soon as a process is free; raises what `answer` raises.

        Raises:
            InputError: where the process was ended from outside, for want of memory say.
        """
        process = self._free.get()
        told = None
        try:
            process = process or _Process(*self._called)
            told = process.ask(question)
        except (EOFError, OSError) as fault:
            raise InputError(
                "the process that reckoned this was ended from outside: memory may have run out",
                hint="ask for fewer clusters or a shorter period.",
            ) from fault
        finally:
            if process and (told is None or told.held_bytes > GROWN_BYTES):
                process.end()
                process = None
            self._free.put(process)
        if isinstance(told.found, Exception):
            raise told.found
        return told.found


class _Process:
    """One process, and the pipe to it."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self._pipe, theirs = _SPAWN.Pipe()
        self._process = _SPAWN.Process(target=_serve, args=(theirs, folder, settings), daemon=True)
        self._process.start()
        theirs.close()

    def ask(self, question: Question) -> _Told:
        self._pipe.send(question)
        told: _Told = self._pipe.recv()
        return told

    def end(self) -> None:
        self._pipe.close()
        self._process.terminate()
        self._process.join()


def _serve(pipe: "Connection[_Told, Question]", folder: Path, settings: Settings) -> None:
    """Answer until the server closes the pipe, or has ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(_NICENESS)
    opened = cache(partial(open_store, folder, catalogue_url=settings.catalogue_url))
    with suppress(EOFError):
        while True:
            found = _answered(pipe.recv(), opened, settings)
            pipe.send(_Told(found, _held_bytes()))


def _answered(
    question: Question, opened: Callable[[], Store], settings: Settings
) -> Answer | Exception:
    try:
        return answer(question, store=opened(), settings=settings, registry=load_registry())
    except Exception as fault:  # noqa: BLE001 the asker raises it
        return fault


def _held_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
