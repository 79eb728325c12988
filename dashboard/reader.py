"""The dashboard's one way to figures: questions to `answer`, with a small memory."""

from collections import OrderedDict
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from threading import Lock
from typing import Final

from model.errors import InputError
from model.question import Answer, Question
from model.registry import Registry
from model.settings import Settings
from reports.answer import NEEDS_NO_STORE, OF_THE_LEDGER, answer
from store import Cluster, Store

_REMEMBERED: Final = 256
_Key = tuple[str | None, Question]


@dataclass(frozen=True)
class ClusterName:
    """A cluster as filters and notices name it."""

    name: str
    tier: str | None
    synthetic: bool


class Reader:
    """Asks `answer`, and remembers what it said for as long as the store stays as it is.

    A question that is being answered is not asked again meanwhile: who asks it waits.
    """

    def __init__(self, *, store: Store | None, settings: Settings, registry: Registry) -> None:
        self.store = store
        self.settings = settings
        self.registry = registry
        self._known: OrderedDict[_Key, Future[Answer]] = OrderedDict()
        self._lock = Lock()

    @property
    def timezone(self) -> str:
        """The time zone in which days and months begin."""
        return self.settings.timezone

    def version(self) -> str | None:
        """The version of the store, None without one."""
        return self.store.version() if self.store else None

    def _version_for(self, table: str) -> str | None:
        """What must be the same for an answer to stand; ages are told anew every day."""
        if table in NEEDS_NO_STORE:
            return None
        if table in OF_THE_LEDGER and self.store:
            return f"{self.version()} {self.store.catalogue.ledger_version()} {today()}"
        return self.version()

    def ask(self, question: Question) -> Answer:
        """The answer to a question, in the site's time zone; raises what `answer` raises."""
        question = replace(question, timezone=self.timezone)
        key = (self._version_for(question.table), question)
        with self._lock:
            known = self._known.get(key)
            if known is None:
                pending = self._known[key] = Future()
            else:
                self._known.move_to_end(key)
        return self._answer(key, pending) if known is None else known.result()

    def _answer(self, key: _Key, pending: Future[Answer]) -> Answer:
        try:
            found = answer(key[1], store=self.store, settings=self.settings, registry=self.registry)
        except BaseException as fault:
            pending.set_exception(fault)
            with self._lock:
                self._known.pop(key, None)
            raise
        pending.set_result(found)
        with self._lock:
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return found

    def ask_if_any(self, question: Question) -> Answer | None:
        """The answer to a question, None where the store has nothing to answer it from."""
        if self.store is None:
            return None
        try:
            return self.ask(question)
        except InputError:
            return None

    def clusters(self) -> list[ClusterName]:
        """The clusters that the store knows, by name."""
        if self.store is None:
            return []
        known = self.store.catalogue.clusters()
        named = (ClusterName(c.name, self._tier(c), c.synthetic) for c in known)
        return sorted(named, key=lambda cluster: cluster.name)

    def _tier(self, cluster: Cluster) -> str | None:
        stated = self.settings.cluster(cluster.name)
        return (stated.tier if stated else None) or cluster.tier

    def synthetic(self) -> bool:
        """Whether any cluster of the store holds made-up data."""
        return any(cluster.synthetic for cluster in self.clusters())


def today() -> date:
    """The day on which the page is read, in UTC."""
    return datetime.now(UTC).date()
