"""Answers that were reckoned before, kept until anything that they rest on changes.

An answer is kept under a digest of its question, of every file of the facts, of the ledger and the
clusters, of the settings and the program, its registry included: see `analytics.fingerprint`. It
must not depend on the clock: tables that do are not kept.
"""

from typing import Final

import polars as pl

from analytics.finding import Finding
from analytics.fingerprint import fingerprint
from model.question import Question
from model.settings import Settings
from store import Store

_NOTES: Final = pl.Schema({"note": pl.String()})


class KeptAnswers:
    """What was answered of a store with some settings and the packaged registry."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings

    def digest(self, question: Question) -> str:
        """What the answer to a question depends on."""
        catalogue = self._store.catalogue
        surveys = [path.read_bytes() for path in self._settings.surveys if path.is_file()]
        return fingerprint(
            "answer",
            question,
            self._store.content(),
            catalogue.ledger_version(),
            catalogue.clusters(),
            self._settings,
            surveys,
        )

    def read(self, digest: str) -> Finding | None:
        """What was kept under a digest."""
        found = self._store.sums.read(digest)
        if found is None:
            return None
        frame, notes = found
        return Finding(frame, tuple(notes["note"]))

    def write(self, digest: str, finding: Finding) -> None:
        """Keep what was found."""
        notes = pl.DataFrame({"note": finding.notes}, schema=_NOTES)
        self._store.sums.write(digest, [finding.frame, notes])
