"""Which state of the store a page speaks of."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from threading import Lock
from typing import Final

from store import Cluster, Store

_GLANCE_S: Final = 0.5


@dataclass(frozen=True)
class Edition:
    """The store as one glance saw it; two that are equal answer every question alike.

    `version` is the citeable one, None without a store; `facts` tells what tables and windows
    hold, `ledger` also how runs went.
    """

    version: str | None
    facts: str
    ledger: str
    clusters: tuple[Cluster, ...]
    day: date


class Watch:
    """Looks at the store at most twice a second, however many ask."""

    def __init__(self, store: Store | None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._seen: Edition | None = None
        self._seen_at = 0.0
        self._lock = Lock()

    def glance(self) -> Edition:
        """The edition of now, or of half a second ago."""
        with self._lock:
            now = self._clock()
            if self._seen is None or now - self._seen_at > _GLANCE_S:
                self._seen, self._seen_at = self._look(), now
            return self._seen

    def look(self) -> Edition:
        """The edition of now."""
        with self._lock:
            self._seen, self._seen_at = self._look(), self._clock()
            return self._seen

    def _look(self) -> Edition:
        if self._store is None:
            return Edition(None, "", "", (), today())
        catalogue, version = self._store.catalogue, self._store.version()
        return Edition(
            version=version,
            facts=f"{version} {catalogue.facts_version()}",
            ledger=catalogue.ledger_version(),
            clusters=tuple(catalogue.clusters()),
            day=today(),
        )


def today() -> date:
    """The day on which the page is read, in UTC."""
    return datetime.now(UTC).date()
