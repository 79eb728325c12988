"""Writes jobs: staged month by month, then merged and made visible by one commit."""

from collections import defaultdict
from collections.abc import Iterator
from types import TracebackType
from typing import Final, Self

import polars as pl

from model.schemas import JOBS
from store.delta import DataFile, DeltaFolder, checked_name
from store.lock import WriterLock
from store.month import merge_month
from store.records import WriteCounts
from store.staging import Staging, remove_orphans

STAGED_COLUMNS: Final = pl.Schema(
    {name: kind for name, kind in JOBS.schema.items() if name not in {"month", "fills"}}
)
"""What `JobWriter.append` takes: the columns of JOBS less those that the store adds."""

_BUFFER_ROWS: Final = 250_000


class JobWriter:
    """Takes the jobs of one cluster in frames of any order and commits them together.

    Holds the store's writer lock from its making to `commit` or `abort`. As a context manager
    it aborts on an exception, and when it was left without a commit.
    """

    def __init__(
        self, folder: DeltaFolder, lock: WriterLock, cluster: str, *, run_id: int | None = None
    ) -> None:
        self._cluster = checked_name(cluster)
        self._folder = folder
        self._lock = lock
        self._metadata = {"cluster": cluster, "run_id": "" if run_id is None else str(run_id)}
        self._waiting: dict[str, list[pl.DataFrame]] = defaultdict(list)
        self._staged: dict[str, list[DataFile]] = defaultdict(list)
        lock.acquire()
        self._open = True
        try:
            remove_orphans(folder)
            self._staging = Staging(folder)
        except BaseException:
            self._close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.abort()

    def append(self, frame: pl.DataFrame) -> None:
        """Stage rows: a frame of STAGED_COLUMNS, all of this writer's cluster, keys not null."""
        rows = _checked(frame, self._cluster)
        for month, part in _by_month(rows):
            self._waiting[month].append(part)
        while _rows(self._waiting) > _BUFFER_ROWS:
            self._stage(max(self._waiting, key=lambda m: _height(self._waiting[m])))

    def commit(self) -> WriteCounts:
        """Merge what was staged into the store, in one version of the table; none if equal."""
        try:
            for month in list(self._waiting):
                self._stage(month)
            counts = self._merge()
            self._staging.commit(self._metadata)
        except BaseException:
            self.abort()
            raise
        self._close()
        return counts

    def abort(self) -> None:
        """Drop what was staged; after `commit` this does nothing."""
        if self._open:
            self._staging.abort()
            self._close()

    def _stage(self, month: str) -> None:
        rows = pl.concat(self._waiting.pop(month))
        self._staged[month].append(self._staging.write(rows, (self._cluster, month)))

    def _merge(self) -> WriteCounts:
        stored: dict[str, list[DataFile]] = defaultdict(list)
        for file in self._folder.files():
            cluster, month = file.partition
            if cluster == self._cluster:
                stored[month].append(file)
        counts = WriteCounts()
        for month, staged in sorted(self._staged.items()):
            counts += merge_month(self._folder, self._staging, staged, stored[month])
        return counts

    def _close(self) -> None:
        self._open = False
        self._lock.release()


def _checked(frame: pl.DataFrame, cluster: str) -> pl.DataFrame:
    if set(frame.columns) != set(STAGED_COLUMNS):
        odd = sorted(set(frame.columns) ^ set(STAGED_COLUMNS))
        raise ValueError(f"not the columns of jobs: {', '.join(odd)} missing or unknown")
    rows = frame.select(STAGED_COLUMNS.names())
    if rows.schema != STAGED_COLUMNS:
        odd = [
            f"{name} {kind}" for name, kind in rows.schema.items() if STAGED_COLUMNS[name] != kind
        ]
        raise ValueError(f"not the types of jobs: {', '.join(odd)}")
    if rows["job_id"].has_nulls() or rows["submit"].has_nulls():
        raise ValueError("a job without job_id or submit has no key")
    if not (rows["cluster"] == cluster).all(ignore_nulls=False):
        raise ValueError(f"a job of another cluster among those of {cluster}")
    return rows.with_columns(fills=pl.lit(None, pl.String))


def _by_month(rows: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    months = rows.select(_month=pl.col("submit").dt.truncate("1mo"))
    distinct = months["_month"].unique()
    if distinct.len() == 1:
        yield f"{distinct[0]:%Y-%m}", rows
        return
    parts = rows.hstack(months).partition_by("_month", as_dict=True, include_key=False)
    for (month,), part in parts.items():
        yield f"{month:%Y-%m}", part


def _rows(waiting: dict[str, list[pl.DataFrame]]) -> int:
    return sum(_height(parts) for parts in waiting.values())


def _height(parts: list[pl.DataFrame]) -> int:
    return sum(part.height for part in parts)
