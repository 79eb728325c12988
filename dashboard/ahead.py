"""Reckons ahead what pages and reports ask without a filter, so that no reader waits for it."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event
from typing import Final

from filelock import FileLock

from dashboard.reader import Reader
from dashboard.report_program import program, stop
from dashboard.routing import warm
from model.errors import InputError, PlimsollError
from model.progress import Progress
from model.question import Question
from model.registry import Registry
from model.settings import Settings
from reports.capacity_report.order import Order, holdings_of, report_of, selection_of
from reports.kept_answers import KeptAnswers
from store import Store

_LOCK: Final = "reckoning.lock"
_LOOK_S: Final = 0.25


def reckon(store: Store, settings: Settings, registry: Registry, *, progress: Progress) -> None:
    """Answer what the pages and the full report ask, and keep the answers with their sums.

    Nothing is done where that was done of the same store and settings, and kept. One process
    does this at a time: another waits for it, and then finds it done.

    Raises:
        InputError: where the store's folder cannot be written, so that nothing can be kept.
    """
    with _alone(store):
        done = _done(store, settings)
        if _is_kept(store, done):
            return
        reader = Reader(store=store, settings=settings, registry=registry)
        warm(reader, base="/", progress=progress)
        with suppress(PlimsollError):
            report_of(
                selection_of(Order(), store=store, settings=settings, registry=registry),
                holdings_of(store, settings, registry),
                progress=lambda written, total, _: progress(written, total),
            )
        if _done(store, settings) == done:
            store.sums.write(done, [])


def in_child(reader: Reader) -> Callable[[Event], None]:
    """What reckons ahead in a process of its own, politely, until that has ended or is to stop.

    The memory that reckoning takes then is not the server's, which keeps its own for long.
    """
    call = [*program(reader), "--quiet", "store", "reckon"]

    def run(told_to_stop: Event) -> None:
        if reader.store is None or _is_kept(reader.store, _done(reader.store, reader.settings)):
            return
        quiet = subprocess.DEVNULL
        process = subprocess.Popen(call, stdin=quiet, stdout=quiet, stderr=quiet)
        while process.poll() is None and not told_to_stop.wait(_LOOK_S):
            pass
        stop(process)

    return run


def _done(store: Store, settings: Settings) -> str:
    """What stands for all of this of a store as it is, once it is kept."""
    return KeptAnswers(store, settings).digest(Question("reckoned ahead"))


def _is_kept(store: Store, done: str) -> bool:
    return store.sums.read(done) is not None


@contextmanager
def _alone(store: Store) -> Iterator[None]:
    try:
        lock = FileLock(store.sums.folder() / _LOCK)
        lock.acquire()
    except OSError as fault:
        raise InputError(
            f"nothing can be kept: {fault.strerror or fault}",
            where=str(store.path),
            hint="who reckons ahead must be able to write to the folder of the store.",
        ) from fault
    try:
        yield
    finally:
        lock.release()
