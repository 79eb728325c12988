"""What became of the jobs that were eligible in a period: shares and curves of each cell."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from analytics.reductions import CELL
from analytics.survival import CANCELLED, CURVE_SCHEMA, STARTED, incidence
from analytics.wait_sums import SHARES

_CURVES_OF_CELLS: Final = pl.Schema({CELL: pl.Int64(), **CURVE_SCHEMA})
_COLUMNS: Final = {STARTED: "p_started", CANCELLED: "p_cancelled"}


def curves(fates: pl.DataFrame, at_s: Sequence[int]) -> pl.DataFrame:
    """The estimate of `survival.incidence` for each cell of `fates`: `CELL`, then its columns."""
    cells = fates.partition_by(CELL, as_dict=True)
    found = [
        incidence(waits, at_s).select(pl.lit(cell, pl.Int64).alias(CELL), *CURVE_SCHEMA)
        for (cell,), waits in cells.items()
    ]
    return pl.concat([_CURVES_OF_CELLS.to_frame(), *found])


def cohort_shares(sums: pl.DataFrame, fates: pl.DataFrame) -> pl.DataFrame:
    """`CELL` and each of SHARES, from what `wait_tally` counted.

    Where no wait was lost from sight before the last of these moments, the estimate is the plain
    share of the cohort; the cells of `fates` are those where some was.
    """
    plain = sums.filter(pl.col("cohort_jobs") > 0).join(fates, on=CELL, how="anti")
    shares = plain.select(CELL, *(pl.col(name) / pl.col("cohort_jobs") for name in SHARES))
    estimated = curves(fates, sorted({moment for _, moment in SHARES.values()}))
    return pl.concat([shares, _at_moments(estimated)])


def _at_moments(estimated: pl.DataFrame) -> pl.DataFrame:
    return estimated.group_by(CELL).agg(
        pl.col(_COLUMNS[fate]).filter(pl.col("t_s") == moment).first().alias(name)
        for name, (fate, moment) in SHARES.items()
    )
