"""Which jobs that never ran came again: the same request of the same user, soon after."""

from typing import Final

import polars as pl

from analytics.parted import Rows, lazy
from analytics.tally import batches

HOUR_S: Final = 3600
DAY_S: Final = 24 * HOUR_S
WEEK_S: Final = 7 * DAY_S

JOB_KEY: Final = ("cluster", "job_id", "submit")
SAME: Final = ("cluster", "user", "name_hash", "partition", "req_gpus", "limit_s")
"""Jobs that agree in these ask for the same; an unknown agrees with nothing."""

_REQUEST: Final = "_request"


def came_again(jobs: Rows) -> pl.DataFrame:
    """Of each job that ended without a start and was submitted again, how soon.

    Args:
        jobs: The JOBS facts of whole clusters, whatever the period in question.

    Returns:
        `cluster, job_id, submit` of the job, and `again_after_s`: whole seconds from its end to
        the next submission of the same request, at most WEEK_S. Of several that were submitted
        and ended all in one second each is followed by the one with the next higher job id, so
        that they are not all taken for copies of each other.
    """
    gone = _gone(jobs)
    requests = gone.select(SAME).unique().sort(SAME).with_row_index(_REQUEST)
    numbered = gone.join(requests, on=SAME).drop(set(SAME) - {"cluster"})
    submissions = pl.concat([_submissions(batch, requests) for batch in batches(jobs)])
    ordered = submissions.sort(_REQUEST, "submit_s", "outlasts", "job_id")
    late = pl.col("end_s") > pl.col("submit_s")
    found = [_later(numbered.filter(late), ordered), _tied(numbered.filter(~late), ordered)]
    after_s = (pl.col("again_s") - pl.col("end_s")).alias("again_after_s")
    again = pl.concat([each.select(*JOB_KEY, after_s) for each in found])
    return again.filter(pl.col("again_after_s") <= WEEK_S).sort(JOB_KEY)


def _gone(jobs: Rows) -> pl.DataFrame:
    """The jobs that ended without a start and whose request is known."""
    return (
        lazy(jobs)
        .filter(~pl.col("started"), pl.col("end").is_not_null())
        .select(*SAME, "job_id", "submit", submit_s=_epoch_s("submit"), end_s=_epoch_s("end"))
        .drop_nulls(SAME)
        .collect(engine="streaming")
    )


def _submissions(jobs: pl.LazyFrame, requests: pl.DataFrame) -> pl.DataFrame:
    """Every submission of these requests; `outlasts` unless it was gone in the same second."""
    submit_s, end_s = _epoch_s("submit"), _epoch_s("end")
    outlasts = pl.col("started") | (end_s > submit_s).fill_null(value=True)
    return (
        jobs.select(*SAME, "job_id", submit_s=submit_s, outlasts=outlasts)
        .join(requests.lazy(), on=SAME)
        .select(_REQUEST, "submit_s", "outlasts", "job_id")
        .collect(engine="streaming")
    )


def _later(gone: pl.DataFrame, ordered: pl.DataFrame) -> pl.DataFrame:
    """The first submission at or after the end of jobs that ended after they were submitted."""
    return gone.sort("end_s").join_asof(
        ordered.select(_REQUEST, again_s="submit_s").sort("again_s"),
        left_on="end_s",
        right_on="again_s",
        by=_REQUEST,
        strategy="forward",
        check_sortedness=False,
    )


def _tied(gone: pl.DataFrame, ordered: pl.DataFrame) -> pl.DataFrame:
    """The submission that follows on jobs that ended as they were submitted."""
    following = ordered.with_columns(again_s=pl.col("submit_s").shift(-1).over(_REQUEST))
    return gone.join(following, on=[_REQUEST, "submit_s", "job_id"])


def _epoch_s(column: str) -> pl.Expr:
    return pl.col(column).dt.timestamp("us") // 1_000_000
