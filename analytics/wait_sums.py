"""What is summed over jobs to tell of their waits, by cell of group and period, in narwhals.

Jobs are the integers of `wait_moments` with the number of their group. As all reductions here,
they use the operations that agree on all engines, and those of several batches add up.
"""

from collections.abc import Mapping
from typing import Final

import narwhals as nw

from analytics.calendar import Calendar
from analytics.reductions import CELL, Frame, placed
from analytics.survival import CANCELLED, CENSORED, STARTED
from analytics.wait_histogram import histogram
from analytics.wait_moments import TAUS_S

MEASURES: Final = ("wait_s", "eligible_wait_s", *(f"excess_{tau_s}" for tau_s in TAUS_S))
HOUR_S: Final = 3_600
DAY_S: Final = 86_400
SHARES: Final[Mapping[str, tuple[int, int]]] = {
    "p_started_1h": (STARTED, HOUR_S),
    "p_started_24h": (STARTED, DAY_S),
    "p_cancelled_24h": (CANCELLED, DAY_S),
}
"""The fates of a cohort that are asked for, and within how many seconds."""

_OF_COHORT: Final = ("policy_s", "capacity_s", "reason_unknown", "reason_silent")


def started_in(jobs: Frame, *, dates: Frame, calendar: Calendar) -> Frame:
    """The jobs that started in the calendar, each with the cell of its start."""
    return _placed_at("start_s", jobs, dates=dates, calendar=calendar)


def cohort_in(jobs: Frame, *, dates: Frame, calendar: Calendar) -> Frame:
    """The jobs that became eligible in the calendar, each with the cell of that moment."""
    return _placed_at("eligible_s", jobs, dates=dates, calendar=calendar)


def _placed_at(moment: str, jobs: Frame, *, dates: Frame, calendar: Calendar) -> Frame:
    within = jobs.filter(nw.col(moment) >= calendar.begin_s, nw.col(moment) < calendar.end_s)
    return placed(within, nw.col(moment), dates=dates, periods=len(calendar))


def started_sums(started: Frame) -> Frame:
    """By cell: `jobs`, `eligible_known` of them, `wait_s`."""
    terms = started.select(
        CELL,
        "wait_s",
        jobs=nw.lit(1).cast(nw.Int64),
        eligible_known=(~nw.col("eligible_wait_s").is_null()).cast(nw.Int64),
    )
    return _summed(terms, "jobs", "eligible_known", "wait_s")


def cohort_sums(cohort: Frame) -> Frame:
    """By cell: `cohort_jobs`, their waits of either class of reason, how many tell of neither.

    And how many ended by each fate of SHARES in time.
    """
    ended = {
        name: ((nw.col("fate") == fate) & (nw.col("t_s") <= seconds)).cast(nw.Int64)
        for name, (fate, seconds) in SHARES.items()
    }
    terms = cohort.select(CELL, *_OF_COHORT, cohort_jobs=nw.lit(1).cast(nw.Int64), **ended)
    return _summed(terms, "cohort_jobs", *_OF_COHORT, *ended)


def _summed(terms: Frame, *names: str) -> Frame:
    return terms.group_by(CELL).agg(*(nw.col(name).sum() for name in names))


def wait_histograms(started: Frame, *, table: Frame) -> dict[str, Frame]:
    """A histogram of each of MEASURES; `table` is what `wait_histogram.bins` gives."""
    return {measure: histogram(started, measure, table=table) for measure in MEASURES}


def fates(cohort: Frame, *, horizon_s: int) -> Frame:
    """By cell, `t_s` and `fate`: how many waits (`n`); all beyond the horizon are of one time."""
    beyond = nw.col("t_s") > horizon_s
    clipped = cohort.select(
        CELL,
        nw.when(beyond).then(nw.lit(horizon_s + 1)).otherwise(nw.col("t_s")).alias("t_s"),
        nw.when(beyond).then(nw.lit(CENSORED)).otherwise(nw.col("fate")).alias("fate"),
    )
    return clipped.group_by(CELL, "t_s", "fate").agg(nw.len().alias("n"))
