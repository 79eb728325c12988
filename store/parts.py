"""A fact table in parts that never change: the files of one month, and the moments they tell of."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import polars as pl

from store.delta import DeltaFolder

_OF_A_MONTH: Final = len("2026-01")


@dataclass(frozen=True)
class FactPart:
    """The rows of one month's files, in the table's schema.

    `first` and `last` are the earliest and the latest moment in any of their columns of times;
    None where a file does not say. The same files are the same rows for ever.
    """

    frame: pl.LazyFrame
    rows: int
    first: datetime | None
    last: datetime | None


@dataclass(frozen=True)
class FactParts:
    """One version of a table: `whole` has the rows of all `parts`, which are in order of month.

    `files` has a row a file: `cluster`, and `min.<column>` and `max.<column>` of its times, null
    where a file has none or does not say.
    """

    whole: pl.LazyFrame
    parts: tuple[FactPart, ...]
    files: pl.DataFrame


def fact_parts(folder: DeltaFolder, clusters: Collection[str]) -> FactParts:
    """The newest version of a table that lies by cluster and day or month, of some clusters."""
    actions = folder.actions()
    if actions.is_empty():
        return FactParts(_scan(folder, []), (), pl.DataFrame(schema={"cluster": pl.String()}))
    times = [name for name, kind in folder.table.schema.items() if kind.is_temporal()]
    bounds = [f"{end}.{name}" for end in ("min", "max") for name in times]
    cluster, time = (pl.col(f"partition.{name}") for name in folder.table.partition)
    files = actions.filter(cluster.is_in(list(clusters))).select(
        "path", "num_records", *bounds, cluster=cluster, month=time.str.slice(0, _OF_A_MONTH)
    )
    by_month: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in files.sort("path").iter_rows(named=True):
        by_month[row["month"]].append(row)
    return FactParts(
        whole=_scan(folder, sorted(files["path"])),
        parts=tuple(_part(folder, by_month[month], times) for month in sorted(by_month)),
        files=files,
    )


def _part(folder: DeltaFolder, rows: list[dict[str, Any]], times: list[str]) -> FactPart:
    return FactPart(
        frame=_scan(folder, [row["path"] for row in rows]),
        rows=sum(row["num_records"] for row in rows),
        first=min(bounds) if (bounds := _bounds(rows, times, "min")) else None,
        last=max(bounds) if (bounds := _bounds(rows, times, "max")) else None,
    )


def _bounds(rows: list[dict[str, Any]], times: list[str], end: str) -> list[datetime]:
    """What the files say of their times; nothing where one of them keeps silent."""
    told = [[row[f"{end}.{name}"] for name in times if row.get(f"{end}.{name}")] for row in rows]
    return [moment for each in told for moment in each] if all(told) else []


def _scan(folder: DeltaFolder, paths: list[str]) -> pl.LazyFrame:
    table = folder.table
    if not paths:
        return pl.LazyFrame(schema=table.schema)
    return pl.scan_parquet(
        [folder.root / path for path in paths],
        schema={name: kind for name, kind in table.schema.items() if name not in table.partition},
        missing_columns="insert",
        glob=False,
        hive_partitioning=True,
        hive_schema={name: table.schema[name] for name in table.partition},
    ).select(table.schema.names())
