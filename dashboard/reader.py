"""The dashboard's one way to figures: questions to `answer`, each reckoned once an edition."""

import time
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, replace
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from dashboard.edition import Edition, Watch, today
from dashboard.memory import Memory
from dashboard.reckoners import Reckoners
from dashboard.shelf import FOLDER, Shelf
from model.errors import InputError
from model.question import Answer, Question
from model.registry import Registry
from model.settings import Settings
from reports.answer import NEEDS_NO_STORE, OF_THE_LEDGER, TAKES_A_STORE, answer
from store import Cluster, Store

if TYPE_CHECKING:
    from dashboard.grid_rows import Tables

__all__ = ["ClusterName", "Reader", "today"]

T = TypeVar("T")

ANSWERS_BYTES: Final = 96 << 20
TABLES_BYTES: Final = 32 << 20
DRAWN_BYTES: Final = 48 << 20
LISTS: Final = 8
"""How many lists of names are remembered: of accounts and of GPU types, of the last editions."""

AT_ONCE: Final = 2
_SLOW_S: Final = 0.05
_TRIES: Final = 3
_DATED: Final = NEEDS_NO_STORE | OF_THE_LEDGER | TAKES_A_STORE
"""Tables that tell ages, or that speak of today where no day is asked for."""

_AT_HAND: Final = NEEDS_NO_STORE | OF_THE_LEDGER - {"symptoms"}
"""Tables that read no jobs: to reckon them costs less than to ask another process."""

_PINNED: ContextVar[Edition | None] = ContextVar("edition of the page that is drawn", default=None)


@dataclass(frozen=True)
class ClusterName:
    """A cluster as filters and notices name it."""

    name: str
    tier: str | None
    synthetic: bool


class Reader:
    """Asks `answer`, and remembers what it said for as long as the store stays as it is.

    A question that is being answered is not asked again meanwhile: who asks it waits. No more
    than `AT_ONCE` questions are reckoned at a time, so that memory stays bounded whatever is
    asked; `reckoners` are the processes that reckon, where it is not the server itself. What took
    long is laid on a shelf in the store's folder for the next start.
    """

    def __init__(
        self,
        *,
        store: Store | None,
        settings: Settings,
        registry: Registry,
        reckoners: Reckoners | None = None,
    ) -> None:
        self.store = store
        self.settings = settings
        self.registry = registry
        self.answers: Memory[Answer] = Memory(ANSWERS_BYTES, _weight)
        self.tables: Memory[Tables] = Memory(TABLES_BYTES, lambda tables: tables.size + 1024)
        self.drawn: Memory[bytes] = Memory(DRAWN_BYTES, len)
        self.lists: Memory[tuple[Any, ...]] = Memory(LISTS, lambda _: 1)
        self.reckoned = 0
        self._watch = Watch(store)
        self._reckoners = reckoners
        self._gate = BoundedSemaphore(AT_ONCE)
        self._shelf = Shelf(store.path / FOLDER, settings, registry) if store else None
        self._tidied: Edition | None = None

    @property
    def timezone(self) -> str:
        """The time zone in which days and months begin."""
        return self.settings.timezone

    def edition(self) -> Edition:
        """The edition of the page that is being drawn, else that of now."""
        return _PINNED.get() or self._watch.glance()

    def version(self) -> str | None:
        """The version of the store, None without one."""
        return self.edition().version

    def of_one_edition(self, make: Callable[[], T]) -> tuple[T, bool]:
        """What `make` makes, and whether the store stood still meanwhile.

        Where it did not, `make` is called again, twice at the most.
        """
        for _ in range(_TRIES):
            edition = self._watch.glance()
            token = _PINNED.set(edition)
            try:
                made = make()
            finally:
                _PINNED.reset(token)
            if self._watch.look() == edition:
                return made, True
        return made, False

    def ask(self, question: Question) -> Answer:
        """The answer to a question, in the site's time zone; raises what `answer` raises."""
        question = replace(question, timezone=self.timezone)
        edition = self.edition()
        self._tidy(edition)
        return self.answers.recall(
            (*_key(edition, question), question),
            lambda: self._answer(edition, question),
            keep=lambda found: found.store_version in (None, edition.version),
        )

    def ask_if_any(self, question: Question) -> Answer | None:
        """The answer to a question, None where the store has nothing to answer it from."""
        if self.store is None:
            return None
        with suppress(InputError):
            return self.ask(question)
        return None

    def list_of(self, what: str, look: Callable[[Store], tuple[T, ...]]) -> tuple[T, ...]:
        """A list of what the store holds, looked up once an edition; () without a store."""
        if (store := self.store) is None:
            return ()

        def looked_up() -> tuple[T, ...]:
            with self._gate:
                return look(store)

        facts = self.edition().facts
        return cast("tuple[T, ...]", self.lists.recall((facts, what), looked_up))

    def clusters(self) -> list[ClusterName]:
        """The clusters that the store knows, by name."""
        known = self.edition().clusters
        named = (ClusterName(c.name, self._tier(c), c.synthetic) for c in known)
        return sorted(named, key=lambda cluster: cluster.name)

    def synthetic(self) -> bool:
        """Whether any cluster of the store holds made-up data."""
        return any(cluster.synthetic for cluster in self.clusters())

    def _tier(self, cluster: Cluster) -> str | None:
        stated = self.settings.cluster(cluster.name)
        return (stated.tier if stated else None) or cluster.tier

    def _answer(self, edition: Edition, question: Question) -> Answer:
        if self._shelf is None or question.table in NEEDS_NO_STORE:
            return self._reckon(question)
        place = _key(edition, question)
        if (found := self._shelf.find(*place, question)) is not None:
            return found
        with self._gate:
            began = time.perf_counter()
            found = self._reckon(question)
        if time.perf_counter() - began > _SLOW_S and found.store_version == edition.version:
            self._shelf.put(*place, found)
        return found

    def _reckon(self, question: Question) -> Answer:
        self.reckoned += 1
        if self._reckoners is not None and question.table not in _AT_HAND:
            return self._reckoners.ask(question)
        return answer(question, store=self.store, settings=self.settings, registry=self.registry)

    def _tidy(self, edition: Edition) -> None:
        """Forget the answers of editions that are past."""
        if self._tidied == edition:
            return
        self._tidied = edition
        self.answers.forget(lambda key: key[0] not in ("", edition.facts))
        for drawn in (self.tables, self.drawn):
            drawn.forget(lambda key: key[0] != edition)
        if self._shelf:
            self._shelf.keep_only(edition.facts)


def _key(edition: Edition, question: Question) -> tuple[str, str]:
    """What must be the same for an answer to stand: the facts, and all else that it tells of."""
    if question.table in NEEDS_NO_STORE:
        return "", edition.day.isoformat()
    ledger = edition.ledger if question.table in OF_THE_LEDGER else ""
    return edition.facts, f"{ledger} {edition.day if question.table in _DATED else ''}"


def _weight(found: Answer) -> int:
    return int(found.frame.estimated_size()) + sum(map(len, found.notes)) + 4096
