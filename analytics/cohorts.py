"""What became of the jobs that were eligible in a period: shares and curves of each cell."""

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from analytics.reductions import CELL
from analytics.survival import CANCELLED, CENSORED, CURVE_SCHEMA, STARTED, incidence

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


def shares_by(fates: pl.DataFrame, wanted: Mapping[str, tuple[int, int]]) -> pl.DataFrame:
    """`CELL` and, for each name, the share that ended by a fate within so many seconds.

    Where no wait was lost from sight before the last of these moments, the estimate is the plain
    share of the cohort, which is counted for all such cells at once.
    """
    horizon_s = max(moment for _, moment in wanted.values())
    lost = (pl.col("fate") == CENSORED) & (pl.col("t_s") < horizon_s)
    cut_short = fates.filter(lost).select(CELL).unique()
    plain = fates.join(cut_short, on=CELL, how="anti").group_by(CELL)
    shares = plain.agg(**{name: _share(*ended) for name, ended in wanted.items()})
    estimated = curves(
        fates.join(cut_short, on=CELL, how="semi"), sorted({at for _, at in wanted.values()})
    )
    return pl.concat([shares, _at_moments(estimated, wanted)])


def _share(fate: int, moment: int) -> pl.Expr:
    ended = (pl.col("fate") == fate) & (pl.col("t_s") <= moment)
    return pl.col("n").filter(ended).sum() / pl.col("n").sum()


def _at_moments(estimated: pl.DataFrame, wanted: Mapping[str, tuple[int, int]]) -> pl.DataFrame:
    return estimated.group_by(CELL).agg(
        pl.col(_COLUMNS[fate]).filter(pl.col("t_s") == moment).first().alias(name)
        for name, (fate, moment) in wanted.items()
    )
