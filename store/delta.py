"""One fact table on disk: its Delta log, snapshots of it, and the files that it names."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl
from deltalake import DeltaTable, Schema
from deltalake.exceptions import DeltaError

from model.errors import InputError
from model.schemas import FactTable
from store.layout import SCHEMA_VERSION

VERSION_KEY: Final = "plimsoll.schemaVersion"
_FOLDER_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")


@dataclass(frozen=True)
class DataFile:
    """A Parquet file of a snapshot: `path` is relative to the table's folder."""

    path: str
    size: int
    rows: int
    partition: tuple[str, ...]


class DeltaFolder:
    """A fact table's folder. A snapshot never changes under a frame that scans it."""

    def __init__(self, store: Path, table: FactTable) -> None:
        self.root = store / table.name
        self.table = table
        self._snapshot: DeltaTable | None = None
        self._seen_ns = -1
        self._actions: tuple[int, pl.DataFrame] | None = None

    def snapshot(self) -> DeltaTable | None:
        """The newest version, or None while the table has not been written."""
        log = self.root / "_delta_log"
        try:
            changed_ns = log.stat().st_mtime_ns
        except FileNotFoundError:
            return None
        if self._snapshot is None or self._is_stale(log, changed_ns):
            self._snapshot, self._actions = self._load(), None
            self._seen_ns = changed_ns
        return self._snapshot

    def create(self) -> DeltaTable:
        """The newest version of the table, made empty if it is not there."""
        found = self.snapshot()
        if found is None:
            DeltaTable.create(
                self.root,
                schema=Schema.from_arrow(self.table.schema),
                mode="ignore",
                partition_by=list(self.table.partition),
                configuration={VERSION_KEY: str(SCHEMA_VERSION)},
                raise_if_key_not_exists=False,
            )
            found = self._load()
        self._snapshot = self._brought_up(found)
        return self._snapshot

    def scan(self) -> pl.LazyFrame:
        """Every row of the newest version, in the table's own schema."""
        snapshot = self.snapshot()
        if snapshot is None:
            return pl.LazyFrame(schema=self.table.schema)
        rows = pl.scan_delta(snapshot)
        known = set(_columns(snapshot))
        unknown = {n: k for n, k in self.table.schema.items() if n not in known}
        added = [pl.lit(None, kind).alias(name) for name, kind in unknown.items()]
        return rows.with_columns(added).select(self.table.schema.names())

    def version(self) -> int | None:
        """The number of the newest version."""
        snapshot = self.snapshot()
        return None if snapshot is None else snapshot.version()

    def files(self) -> list[DataFile]:
        """The files of the newest version."""
        actions = self.actions()
        if actions.is_empty():
            return []
        folders = [f"partition.{column}" for column in self.table.partition]
        wanted = actions.select("path", "size_bytes", "num_records", *folders)
        return [
            DataFile(path=path, size=size, rows=rows, partition=tuple(values))
            for path, size, rows, *values in wanted.iter_rows()
        ]

    def actions(self) -> pl.DataFrame:
        """What the Delta log says of each file of the newest version, as delta-rs flattens it.

        `path`, `size_bytes`, `num_records`, `partition.<column>`, and the bounds of its columns,
        `min.<column>` and `max.<column>`. Without a column while the table has not been written.
        """
        snapshot = self.snapshot()
        if snapshot is None:
            return pl.DataFrame()
        kept = self._actions
        if kept is None or kept[0] != snapshot.version():
            actions = pl.DataFrame(snapshot.get_add_actions(flatten=True))
            kept = self._actions = snapshot.version(), actions
        return kept[1]

    def scan_files(self, files: list[DataFile]) -> pl.LazyFrame:
        """The rows of some files, less the columns that are folders; `_file` names the file."""
        columns = {n: k for n, k in self.table.schema.items() if n not in self.table.partition}
        if not files:
            return pl.LazyFrame(schema={**columns, "_file": pl.String()})
        return pl.scan_parquet(
            [self.root / file.path for file in files],
            schema=columns,
            missing_columns="insert",
            glob=False,
            hive_partitioning=False,
            include_file_paths="_file",
        )

    def _is_stale(self, log: Path, changed_ns: int) -> bool:
        if self._snapshot is None or changed_ns != self._seen_ns:
            return True
        # A commit within the clock tick of the last look leaves the folder's time as it was.
        return (log / f"{self._snapshot.version() + 1:020}.json").exists()

    def _load(self) -> DeltaTable:
        try:
            found = DeltaTable(self.root)
        except DeltaError as fault:
            raise InputError(
                f"table {self.table.name} cannot be read: {str(fault).splitlines()[0]}",
                where=str(self.root),
                hint="restore the store from a backup.",
            ) from fault
        if _written_by(found) > SCHEMA_VERSION:
            raise InputError(
                f"table {self.table.name} has schema version {_written_by(found)}; "
                f"this program knows versions up to {SCHEMA_VERSION}",
                where=str(self.root),
                hint="upgrade plimsoll.",
            )
        return found

    def _brought_up(self, found: DeltaTable) -> DeltaTable:
        """The table with the columns that newer versions of the schema have added."""
        known = set(_columns(found))
        fields = Schema.from_arrow(self.table.schema).fields
        missing = [field for field in fields if field.name not in known]
        if not missing and _written_by(found) == SCHEMA_VERSION:
            return found
        if missing:
            found.alter.add_columns(missing)
        version = {VERSION_KEY: str(SCHEMA_VERSION)}
        found.alter.set_table_properties(version, raise_if_not_exists=False)
        return self._load()


def _written_by(found: DeltaTable) -> int:
    return int(found.metadata().configuration.get(VERSION_KEY, SCHEMA_VERSION))


def _columns(found: DeltaTable) -> list[str]:
    return [field.name for field in found.schema().fields]


def checked_name(name: str) -> str:
    """A cluster's name, which is also a folder's. Raises InputError for one that cannot be."""
    if not _FOLDER_NAME.fullmatch(name):
        raise InputError(
            f"{name!r} cannot be the name of a cluster",
            hint="use letters, digits, - _ and . (not first).",
        )
    return name
