"""A memory bounded by bytes, in which whatever is being made is made once."""

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock
from typing import Any, Generic, TypeVar

V = TypeVar("V")
Key = tuple[Any, ...]


class Memory(Generic[V]):
    """Values by key, the one used longest ago forgotten first.

    Safe among threads: who asks for a value that another is making waits for it. `weigh` gives
    the bytes of a value.
    """

    def __init__(self, limit_bytes: int, weigh: Callable[[V], int]) -> None:
        self._limit_bytes = limit_bytes
        self._weigh = weigh
        self._known: OrderedDict[Key, Future[V]] = OrderedDict()
        self._sizes: dict[Key, int] = {}
        self._lock = Lock()

    @property
    def held_bytes(self) -> int:
        """The bytes of all that is remembered."""
        return sum(self._sizes.values())

    def __len__(self) -> int:
        return len(self._sizes)

    def recall(
        self, key: Key, make: Callable[[], V], *, keep: Callable[[V], bool] = lambda _: True
    ) -> V:
        """The value of a key, made if it is not known; raises what `make` raises.

        A value of which `keep` says no goes to those who wait for it and is then forgotten.
        """
        with self._lock:
            known = self._known.get(key)
            if known is None:
                pending = self._known[key] = Future()
            else:
                self._known.move_to_end(key)
        return self._made(key, pending, make, keep) if known is None else known.result()

    def forget(self, unwanted: Callable[[Key], bool]) -> None:
        """Forget what was made under keys that are not wanted any more."""
        with self._lock:
            for key in [key for key in self._sizes if unwanted(key)]:
                self._drop(key)

    def _made(
        self,
        key: Key,
        pending: Future[V],
        make: Callable[[], V],
        keep: Callable[[V], bool],
    ) -> V:
        try:
            value = make()
            kept, size = keep(value), self._weigh(value)
        except BaseException as fault:
            with self._lock:
                self._drop(key)
            pending.set_exception(fault)
            raise
        with self._lock:
            if kept and size <= self._limit_bytes:
                self._sizes[key] = size
                self._shed()
            else:
                self._drop(key)
        pending.set_result(value)
        return value

    def _shed(self) -> None:
        over = sum(self._sizes.values()) - self._limit_bytes
        for key in [key for key in self._known if key in self._sizes]:
            if over <= 0:
                return
            over -= self._sizes[key]
            self._drop(key)

    def _drop(self, key: Key) -> None:
        self._known.pop(key, None)
        self._sizes.pop(key, None)
