"""Work done ahead in a thread of its own, so that the cores share reading, parsing and writing."""

from collections.abc import Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, Queue
from threading import Event, Thread
from typing import Final, Generic, TypeVar

Item = TypeVar("Item")

_POLL_S: Final = 0.002


@dataclass(frozen=True)
class _Raised:
    fault: BaseException


@dataclass(frozen=True)
class _Made(Generic[Item]):
    item: Item


def ahead(items: Iterable[Item], *, depth: int = 1) -> Generator[Item]:
    """The same items in the same order, at most `depth` of them made before they are asked for.

    What the making raises is raised here. When this is closed, the maker is stopped after the
    item at hand, and closed in its own thread.
    """
    made: Queue[_Made[Item] | _Raised | None] = Queue(depth)
    stopped = Event()
    maker = Thread(target=_make, args=(iter(items), made, stopped), daemon=True)
    maker.start()
    try:
        while (each := made.get()) is not None:
            if isinstance(each, _Raised):
                raise each.fault
            yield each.item
    finally:
        stopped.set()
        _drain(made, maker)


def _make(
    items: Iterator[Item], made: "Queue[_Made[Item] | _Raised | None]", stopped: Event
) -> None:
    try:
        for item in items:
            made.put(_Made(item))
            if stopped.is_set():
                break
        made.put(None)
    except BaseException as fault:  # noqa: BLE001 - raised again by the one who asks
        made.put(_Raised(fault))
    finally:
        if isinstance(items, Generator):
            items.close()


def _drain(made: "Queue[_Made[Item] | _Raised | None]", maker: Thread) -> None:
    while maker.is_alive():
        with suppress(Empty):
            made.get_nowait()
        maker.join(_POLL_S)
