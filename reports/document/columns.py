"""The columns of a table as `config/metrics.yaml` describes them."""

from collections.abc import Sequence

import polars as pl

from model.metrics import Kind
from reports.definitions import heading, metric
from reports.document.cells import decimals_of
from reports.document.tables import Column


def columns_of(
    frame: pl.DataFrame, table: str, *, printed: Sequence[str] = (), headers: Sequence[str] = ()
) -> tuple[Column, ...]:
    """Every column of a frame: those that are `printed` first, in that order, then the rest.

    `table` is the name of `plimsoll show` that the frame comes from. Without `headers` the first
    printed column names the lines.
    """
    first = [name for name in printed if name in frame.columns] or frame.columns
    named = set(headers) or set(first[:1])
    rest = [name for name in frame.columns if name not in first]
    return tuple(
        column_of(frame[name], table, printed=name in first, header=name in named)
        for name in (*first, *rest)
    )


def column_of(values: pl.Series, table: str, *, printed: bool, header: bool) -> Column:
    """One column with what its metric says of it; without a metric its type tells its kind."""
    found = metric(table, values.name)
    kind: Kind = found.kind if found else _kind(values.dtype)
    return Column(
        name=values.name,
        heading=heading(table, values.name),
        kind=kind,
        unit=found.unit if found else None,
        definition=found.definition if found else None,
        formula=found.formula if found else None,
        source=found.source if found else None,
        decimals=decimals_of(values, kind),
        header=header,
        printed=printed,
    )


def _kind(dtype: pl.DataType) -> Kind:
    if dtype.is_temporal():
        return "date"
    return "measure" if dtype.is_numeric() else "name"
