"""How long jobs of a kind took: the mean elapsed time by cluster, partition and time limit.

What a job that never ran would have used is not known; what jobs like it used is.
"""

from typing import Final

import polars as pl

from analytics.parted import Frames, Part, Rows, of_each
from analytics.reductions import summed_by
from model.schemas import UNLIMITED_S

LIKE: Final = ("cluster", "partition", "limit_bin")
"""Jobs that agree in these are alike."""

_ELAPSED: Final = "elapsed_s"
_JOBS: Final = "like_jobs"
_SUMS: Final = (_ELAPSED, _JOBS)
_TOP_BIT: Final = 63


def limit_bin() -> pl.Expr:
    """The octave of a time limit, floor(log2(limit_s)); UNLIMITED_S for none, null if unknown."""
    seconds = pl.max_horizontal("limit_s", pl.lit(1, pl.Int64))
    octave = _TOP_BIT - seconds.bitwise_leading_zeros().cast(pl.Int64)
    limit_s = pl.col("limit_s")
    limited = pl.when(limit_s != UNLIMITED_S).then(octave).otherwise(pl.lit(UNLIMITED_S, pl.Int64))
    return pl.when(limit_s.is_not_null()).then(limited).alias("limit_bin")


def like_jobs(jobs: Rows) -> pl.DataFrame:
    """What jobs that ran took, by what they have in common.

    Args:
        jobs: The JOBS facts of whole clusters, whatever the period in question.

    Returns:
        `cluster, partition, limit_bin`, then `like_jobs` (started jobs that ended, of known
        suspended time) and their `mean_elapsed_s`, without the time in which they were suspended.
    """
    parts = [frame for (frame,) in of_each(jobs, "what like jobs took", _of_part)]
    sums = summed_by(pl.concat(parts), LIKE, _SUMS)
    means = sums.with_columns(mean_elapsed_s=pl.col(_ELAPSED) / pl.col(_JOBS)).drop(_ELAPSED)
    return means.sort(LIKE)


def _of_part(part: Part) -> Frames:
    return [summed_by(_ran(part.frame).collect(engine="streaming"), LIKE, _SUMS)]


def _ran(jobs: pl.LazyFrame) -> pl.LazyFrame:
    start_s, end_s = (
        pl.col(name).dt.timestamp("us") // 1_000_000 for name in ("start", "held_until")
    )
    elapsed_s = end_s - start_s - pl.col("suspended_s")
    known = jobs.filter("started", pl.col("end").is_not_null(), elapsed_s.is_not_null())
    return known.select(
        "cluster",
        "partition",
        limit_bin(),
        pl.max_horizontal(elapsed_s, pl.lit(0, pl.Int64)).alias(_ELAPSED),
        pl.lit(1, pl.Int64).alias(_JOBS),
    )
