"""The groups that a table is split by, as integers: what reductions carry in place of names."""

from collections.abc import Sequence

import polars as pl

from analytics.reductions import GROUP


def with_new_groups(
    before: pl.DataFrame | None, rows: pl.DataFrame, by: Sequence[str]
) -> pl.DataFrame:
    """The distinct values of `by` with their number (`GROUP`); those of `before` keep theirs."""
    if not by:
        return pl.DataFrame({GROUP: [0]})
    distinct = rows.select(by).unique()
    if before is None:
        return _counted_from(0, distinct)
    new = distinct.join(before, on=by, how="anti", nulls_equal=True)
    return pl.concat([before, _counted_from(before.height, new)])


def numbered(rows: pl.DataFrame, groups: pl.DataFrame, by: Sequence[str]) -> pl.LazyFrame:
    """The rows with the number of their group in place of `by`."""
    if not by:
        return rows.lazy().with_columns(pl.lit(0, pl.Int64).alias(GROUP))
    keys = rows.select(by)
    numbers = keys.join(groups, on=by, how="left", nulls_equal=True, maintain_order="left")
    return rows.drop(by).with_columns(numbers[GROUP]).lazy()


def _counted_from(first: int, distinct: pl.DataFrame) -> pl.DataFrame:
    numbers = pl.int_range(first, first + distinct.height, dtype=pl.Int64)
    return distinct.with_columns(numbers.alias(GROUP))
