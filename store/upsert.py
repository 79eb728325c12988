"""Writes rows of a small fact table by key."""

import polars as pl

from model.schemas import FactTable
from store.delta import DataFile, DeltaFolder, checked_name
from store.records import WriteCounts
from store.staging import Staging, remove_orphans


def upsert(
    folder: DeltaFolder, frame: pl.DataFrame, *, run_id: int | None, replace: bool = False
) -> WriteCounts:
    """Merge rows into a table, partition by partition, in one version.

    The later of two rows of a key wins column by column where it is not null, or, with
    `replace`, as a whole. The caller holds the writer lock.
    """
    table = folder.table
    rows = _checked(frame, table)
    remove_orphans(folder)
    staging = Staging(folder)
    counts = WriteCounts()
    try:
        for partition, part in _by_partition(rows, table).items():
            stored = [file for file in folder.files() if file.partition == partition]
            counts += _merge_partition(folder, staging, partition, stored, part, replace=replace)
        staging.commit({"run_id": "" if run_id is None else str(run_id)})
    except BaseException:
        staging.abort()
        raise
    return counts


def _merge_partition(
    folder: DeltaFolder,
    staging: Staging,
    partition: tuple[str, ...],
    stored: list[DataFile],
    arriving: pl.DataFrame,
    *,
    replace: bool,
) -> WriteCounts:
    table = folder.table
    before = _read(folder, partition, stored)
    after = _latest(pl.concat([before, arriving]), table, replace=replace)
    kept = before.join(after, on=table.schema.names(), how="semi", nulls_equal=True).height
    inserted = after.height - before.height
    updated = before.height - kept
    if inserted or updated:
        staging.remove(stored)
        staging.write(after, partition)
    touched = arriving.select(table.key).unique().height
    return WriteCounts(inserted=inserted, updated=updated, unchanged=touched - inserted - updated)


def _latest(rows: pl.DataFrame, table: FactTable, *, replace: bool) -> pl.DataFrame:
    values = pl.col([name for name in table.schema.names() if name not in table.key])
    return (
        rows.group_by(table.key, maintain_order=True)
        .agg(values.last() if replace else values.drop_nulls().last())
        .select(table.schema.names())
        .sort(table.key)
    )


def _read(folder: DeltaFolder, partition: tuple[str, ...], files: list[DataFile]) -> pl.DataFrame:
    names = zip(folder.table.partition, partition, strict=True)
    constants = [pl.lit(value, pl.String).alias(name) for name, value in names]
    stored = folder.scan_files(files).with_columns(constants)
    return stored.select(folder.table.schema.names()).collect()


def _by_partition(rows: pl.DataFrame, table: FactTable) -> dict[tuple[str, ...], pl.DataFrame]:
    if not table.partition:
        return {(): rows} if rows.height else {}
    for column in table.partition:
        for value in rows[column].unique():
            checked_name(value)
    return rows.partition_by(table.partition, as_dict=True)


def _checked(frame: pl.DataFrame, table: FactTable) -> pl.DataFrame:
    if set(frame.columns) != set(table.schema):
        odd = sorted(set(frame.columns) ^ set(table.schema))
        raise ValueError(f"not the columns of {table.name}: {', '.join(odd)} missing or unknown")
    rows = frame.select(table.schema.names())
    if rows.schema != table.schema:
        raise ValueError(f"not the types of {table.name}: {rows.schema}")
    if rows.select(pl.any_horizontal(pl.col(table.key).is_null().any())).item():
        raise ValueError(f"a row of {table.name} with a null in its key")
    return rows
