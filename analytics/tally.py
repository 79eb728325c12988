"""Jobs some months of submission at a time, for what cannot be kept month by month."""

from collections.abc import Iterator
from typing import Final

import polars as pl

from analytics.parted import Parted, Rows

BATCH_JOBS: Final = 1_000_000
_MONTH: Final = "month"


def batches(jobs: Rows) -> Iterator[pl.LazyFrame]:
    """The jobs, some whole months of submission at a time; `month` is what facts lie apart by.

    A batch has about `BATCH_JOBS` jobs, or one month. (Polars's own batches are read ahead without
    bound, so that ten million jobs took 1.5 GB.)
    """
    if isinstance(jobs, Parted):
        yield from _of_parts(jobs)
        return
    counts = jobs.group_by(_MONTH).len().sort(_MONTH).collect(engine="streaming")
    if counts["len"].sum() <= BATCH_JOBS:
        yield jobs
        return
    filled = counts.with_columns(batch=(pl.col("len").cum_sum() - 1) // BATCH_JOBS)
    for months in filled.partition_by("batch", maintain_order=True):
        yield jobs.filter(pl.col(_MONTH).is_in(months[_MONTH].implode(), nulls_equal=True))


def _of_parts(jobs: Parted) -> Iterator[pl.LazyFrame]:
    waiting: list[pl.LazyFrame] = []
    rows = 0
    for part in jobs.parts:
        if waiting and rows + part.rows > BATCH_JOBS:
            yield pl.concat(waiting)
            waiting, rows = [], 0
        waiting.append(part.frame)
        rows += part.rows
    yield pl.concat(waiting) if waiting else jobs.whole.clear()
