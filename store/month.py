"""Brings the staged jobs of one month together with those that the store has."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from store.delta import DataFile, DeltaFolder
from store.merge import KEY, RECORD, distinct, merge_records
from store.records import WriteCounts
from store.staging import Staging

_SMALL_ROWS: Final = 50_000
_CROWD: Final = 16
"""So many small files of one month are merged into one by the next write to it."""


@dataclass(frozen=True)
class _Resolved:
    """Merged rows that the store does not have as they are: of new keys, and of its own."""

    new: pl.DataFrame
    changed: pl.DataFrame


def merge_month(
    folder: DeltaFolder, staging: Staging, staged: list[DataFile], stored: list[DataFile]
) -> WriteCounts:
    """Stage what one month's version will be; gives the counts.

    Where no key meets another, the staged files stand as they are. Stored files without a
    changed row stand as well, unless many small ones have gathered.
    """
    keys = folder.scan_files(staged).select(KEY).collect()
    meeting = _meeting(folder, keys, stored)
    crowd = _crowd(stored)
    if meeting.is_empty() and not crowd:
        return WriteCounts(inserted=keys.height)
    arriving = folder.scan_files(staged).select(RECORD)
    before = _only(folder.scan_files(stored), meeting).collect()
    resolved = _resolve(before, _only(arriving, meeting).collect())
    apart = keys.join(meeting, on=KEY, how="anti").height
    counts = WriteCounts(
        inserted=apart + resolved.new.height,
        updated=resolved.changed.height,
        unchanged=before.height - resolved.changed.height,
    )
    rewritten = _holding(folder, stored, before, resolved.changed)
    rewritten += [file for file in crowd if file not in rewritten]
    if counts.inserted or rewritten:
        _rewrite(folder, staging, rewritten, resolved, _except(arriving, meeting), staged)
    staging.discard(staged)
    return counts


def _meeting(folder: DeltaFolder, keys: pl.DataFrame, stored: list[DataFile]) -> pl.DataFrame:
    """The keys that occur twice among the staged rows, or both there and in the store."""
    repeated = keys.filter(keys.is_duplicated())
    shared = _only(folder.scan_files(stored).select(KEY), keys).collect()
    return pl.concat([repeated, shared]).unique()


def _resolve(before: pl.DataFrame, arriving: pl.DataFrame) -> _Resolved:
    known = before.select(RECORD)
    unlike = _unlike(distinct(arriving, *KEY), known)
    beside = known.join(unlike, on=KEY, how="semi")
    records = pl.concat([unlike, beside])
    several = records.select(KEY).is_duplicated().any()
    after = merge_records(records) if several else records
    new = after.join(known, on=KEY, how="anti")
    changed = _unlike(after.join(known, on=KEY, how="semi"), known)
    return _Resolved(new=new, changed=changed)


def _unlike(rows: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """The rows that are not among the known ones exactly as they are."""
    return rows.join(known, on=RECORD, how="anti", nulls_equal=True)


def _rewrite(
    folder: DeltaFolder,
    staging: Staging,
    rewritten: list[DataFile],
    resolved: _Resolved,
    fresh: pl.LazyFrame,
    staged: list[DataFile],
) -> None:
    kept = _except(folder.scan_files(rewritten).select(RECORD), resolved.changed.select(KEY))
    merged = pl.concat([resolved.changed, resolved.new]).lazy()
    staging.write(pl.concat([kept, merged, fresh]), staged[0].partition)
    staging.remove(rewritten)


def _holding(
    folder: DeltaFolder, stored: list[DataFile], before: pl.DataFrame, changed: pl.DataFrame
) -> list[DataFile]:
    """The stored files that hold a changed row."""
    if changed.is_empty():
        return []
    paths = set(before.join(changed, on=KEY, how="semi")["_file"].unique())
    return [file for file in stored if str(folder.root / file.path) in paths]


def _crowd(stored: list[DataFile]) -> list[DataFile]:
    small = [file for file in stored if file.rows < _SMALL_ROWS]
    return small if len(small) >= _CROWD else []


def _only(rows: pl.LazyFrame, keys: pl.DataFrame) -> pl.LazyFrame:
    return rows.join(keys.lazy(), on=KEY, how="semi")


def _except(rows: pl.LazyFrame, keys: pl.DataFrame) -> pl.LazyFrame:
    return rows.join(keys.lazy(), on=KEY, how="anti")
