"""A store: fact tables in Delta Lake and a catalogue, in one folder."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import polars as pl
from sqlalchemy.engine import URL

from model.schemas import FACT_TABLES, JOBS, FactTable
from store.catalogue import Catalogue
from store.database import connect
from store.delta import DeltaFolder
from store.jobs import JobWriter
from store.kept import KeptSums
from store.layout import open_folder
from store.lock import WriterLock
from store.parts import FactParts, fact_parts
from store.records import Compaction, TableInfo, WriteCounts
from store.upkeep import KEEP, compact, describe
from store.upsert import upsert

CATALOGUE_FILE: Final = "catalogue.sqlite"
_PARTS_KEPT: Final = 64


class Store:
    """Reads never wait; writes hold the one writer lock of the store."""

    def __init__(self, path: Path, catalogue: Catalogue, *, store_id: str) -> None:
        self.path = path
        self.catalogue = catalogue
        self.store_id = store_id
        self.sums = KeptSums(path)
        self._parts: dict[tuple[str, ...], tuple[int | None, FactParts]] = {}
        self._lock = WriterLock(path)
        self._folders = {table.name: DeltaFolder(path, table) for table in FACT_TABLES}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def scan(self, table: FactTable) -> pl.LazyFrame:
        """Every row of a fact table as it stands now, in the table's schema; empty if unwritten.

        Filters on the partition columns and on times skip whole files.
        """
        return self._folders[table.name].scan()

    def parts(self, table: FactTable, clusters: Collection[str]) -> FactParts:
        """The rows of some clusters as they stand now, month by month: see `fact_parts`."""
        folder, asked = self._folders[table.name], (table.name, *sorted(clusters))
        at = folder.version()
        if asked not in self._parts or self._parts[asked][0] != at:
            if len(self._parts) >= _PARTS_KEPT:
                self._parts.clear()
            self._parts[asked] = at, fact_parts(folder, clusters)
        return self._parts[asked][1]

    def content(self) -> str:
        """A digest of all facts: equal where every table has the same files."""
        paths = (file.path for folder in self._folders.values() for file in folder.files())
        return sha256("\n".join(sorted(paths)).encode()).hexdigest()

    def version(self) -> str:
        """A citeable version such as `jobs@12 nodes@3`; `empty` before the first write."""
        versions = ((name, folder.version()) for name, folder in self._folders.items())
        named = [f"{name}@{number}" for name, number in versions if number is not None]
        return " ".join(named) or "empty"

    @contextmanager
    def lock(self, *, timeout_s: float = 0) -> Iterator[None]:
        """Hold the writer lock over several writes. Raises StoreLockedError, at once by default."""
        with self._lock.held(timeout_s=timeout_s):
            yield

    def job_writer(self, cluster: str, *, run_id: int | None = None) -> JobWriter:
        """A writer of one cluster's jobs, which holds the lock. Raises StoreLockedError."""
        return JobWriter(self._folders[JOBS.name], self._lock, cluster, run_id=run_id)

    def upsert(
        self,
        table: FactTable,
        frame: pl.DataFrame,
        *,
        run_id: int | None = None,
        replace: bool = False,
    ) -> WriteCounts:
        """Write rows of a small table by key: later rows win, but null never overwrites a value.

        With `replace` a later row stands for the whole of the earlier one, its nulls included: a
        corrected file may take a figure back. `frame` has the table's schema. Raises
        StoreLockedError.
        """
        with self._lock.held():
            return upsert(self._folders[table.name], frame, run_id=run_id, replace=replace)

    def info(self) -> list[TableInfo]:
        """Version, rows, files and bytes of each fact table."""
        return [describe(folder) for folder in self._folders.values()]

    def compact(self, *, keep: timedelta = KEEP) -> list[Compaction]:
        """Merge small files, and delete those that no version younger than `keep` names.

        Kept sums are deleted as well: they are of files that are no more.

        Raises InputError if `keep` is under an hour (a reader may still be at work on them),
        StoreLockedError if an ingest is at work.
        """
        with self._lock.held():
            done = [compact(folder, keep=keep) for folder in self._folders.values()]
        self.sums.clear()
        return done

    def close(self) -> None:
        """Close the catalogue's connections."""
        self.catalogue.close()


def open_store(
    path: Path | str, *, create: bool = False, catalogue_url: str | None = None
) -> Store:
    """Open the store in a folder, or make it if `create`.

    The catalogue lies beside the facts, or in PostgreSQL by `catalogue_url`. Raises InputError
    for a missing store, a folder that is none, and a store of a newer program.
    """
    folder = Path(path)
    kept = "sqlite" if catalogue_url is None else "url"
    marker = open_folder(folder, create=create, catalogue=kept)
    beside = URL.create("sqlite", database=str((folder / CATALOGUE_FILE).resolve()))
    catalogue = Catalogue(connect(catalogue_url or beside))
    try:
        catalogue.belongs_to(marker.store_id)
    except BaseException:
        catalogue.close()
        raise
    return Store(folder, catalogue, store_id=marker.store_id)
