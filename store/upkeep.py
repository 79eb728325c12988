"""Keeps a fact table small: merges its small files, deletes those that nobody reads any more."""

from collections import defaultdict
from datetime import timedelta
from functools import partial
from typing import Final

from model.errors import InputError
from store.delta import DataFile, DeltaFolder
from store.records import Compaction, TableInfo
from store.staging import Staging, remove_orphans

KEEP: Final = timedelta(days=7)
_LEAST: Final = timedelta(hours=1)
_FULL_ROWS: Final = 1_000_000


def describe(folder: DeltaFolder) -> TableInfo:
    """The size of a table's newest version."""
    files = folder.files()
    return TableInfo(
        table=folder.table.name,
        version=folder.version(),
        rows=sum(file.rows for file in files),
        files=len(files),
        bytes=sum(file.size for file in files),
    )


def compact(folder: DeltaFolder, *, keep: timedelta) -> Compaction:
    """Merge the small files of each partition and vacuum; the caller holds the writer lock."""
    if keep < _LEAST:
        raise InputError(
            f"files must be kept for an hour at least, not {keep}",
            hint="a reader may be at work on the version before.",
        )
    before = folder.files()
    remove_orphans(folder)
    _merge_small(folder, before)
    return Compaction(
        table=folder.table.name,
        files_before=len(before),
        files_after=len(folder.files()),
        files_deleted=_vacuum(folder, keep),
    )


def _merge_small(folder: DeltaFolder, files: list[DataFile]) -> None:
    small: dict[tuple[str, ...], list[DataFile]] = defaultdict(list)
    for file in files:
        if file.rows < _FULL_ROWS:
            small[file.partition].append(file)
    staging = Staging(folder)
    try:
        for partition, part in small.items():
            if len(part) > 1:
                staging.write(folder.scan_files(part), partition)
                staging.remove(part)
        staging.commit({"upkeep": "compact"})
    except BaseException:
        staging.abort()
        raise


def _vacuum(folder: DeltaFolder, keep: timedelta) -> int:
    snapshot = folder.snapshot()
    if snapshot is None:
        return 0
    sweep = partial(
        snapshot.vacuum,
        retention_hours=int(keep / timedelta(hours=1)),
        enforce_retention_duration=False,
        full=True,
    )
    # Delta's list has files that an earlier vacuum deleted as well.
    old = [path for path in sweep(dry_run=True) if (folder.root / path).exists()]
    if old:
        sweep(dry_run=False)
    return len(old)
