"""How long jobs waited, and how likely they are to start: `plimsoll show waits`."""

from collections.abc import Sequence
from functools import partial
from typing import Final

import polars as pl

from analytics.calendar import Calendar
from analytics.cohorts import cohort_shares
from analytics.finding import Finding
from analytics.parted import Frames, Part, Rows, distinct, of_each
from analytics.reductions import CELL, GROUP, complete
from analytics.survival import CENSORED
from analytics.wait_histogram import quantile
from analytics.wait_moments import TAUS_S, THOUSANDTHS, wait_moments
from analytics.wait_notes import silent_note, wait_notes
from analytics.wait_sums import DAY_S, MEASURES, SHARES
from analytics.wait_tally import MEASURE, WaitTally, tally_waits, within
from analytics.waiting import without_eligible
from model.wait_reasons import WaitReasons

WAIT_COLUMNS: Final = (
    "jobs",
    "wait_p50_s",
    "wait_p90_s",
    "wait_p95_s",
    "wait_mean_s",
    "eligible_wait_p50_s",
    "eligible_wait_p95_s",
    "slowdown_median",
    "slowdown_median_600",
    "cohort_jobs",
    "p_started_1h",
    "p_started_24h",
    "p_cancelled_24h",
    "policy_share",
    "capacity_share",
)
_QUANTILES: Final = {
    "wait_p50_s": ("wait_s", 50),
    "wait_p90_s": ("wait_s", 90),
    "wait_p95_s": ("wait_s", 95),
    "eligible_wait_p50_s": ("eligible_wait_s", 50),
    "eligible_wait_p95_s": ("eligible_wait_s", 95),
    "slowdown_median": (f"excess_{TAUS_S[0]}", 50),
    "slowdown_median_600": (f"excess_{TAUS_S[1]}", 50),
}


def waits(
    jobs: Rows, *, calendar: Calendar, reasons: WaitReasons, by: Sequence[str] = ()
) -> Finding:
    """Waits of the jobs that started, and the fates of those that became eligible.

    Args:
        jobs: The JOBS facts, with a column for each dimension of `by`.
        calendar: The periods; each is printed for each group, empty ones too.
        reasons: The classes of Slurm's reasons.
        by: Dimensions, columns of `jobs`.

    Returns:
        `period_start` (unless the period is the total), `by`, then `WAIT_COLUMNS`. Seconds and
        slowdowns are Float64, within 1.3 % of the value at the nearest rank. Null is unknown:
        no such job, or nothing was seen of so long a wait.
    """
    seen = distinct(jobs, "reason")["reason"]
    silent = without_eligible(jobs)
    classes = reasons.classes_of(seen)
    lost = _lost(jobs, by, calendar)
    tally = tally_waits(jobs, by, calendar=calendar, reason_classes=classes, lost=lost)
    figures = _figures(tally, calendar).join(tally.groups, on=GROUP)
    if silent:
        figures = _unknown_cohorts(figures, jobs, by, silent)
    notes = wait_notes(tally.sums, lost=lost.height, reasons=reasons, seen=seen)
    dated = () if calendar.period == "total" else ("period_start",)
    frame = figures.sort("period_start", *by).select(*dated, *by, *WAIT_COLUMNS)
    return Finding(frame, (*silent_note(silent), *notes))


def _lost(jobs: Rows, by: Sequence[str], calendar: Calendar) -> pl.DataFrame:
    """The waits since a moment in the calendar that were lost from sight within a day."""
    parts = [frame for (frame,) in of_each(jobs, "lost waits", partial(_lost_of, by=by), by)]
    return pl.concat(parts).filter(within(calendar, "eligible_s"))


def _lost_of(part: Part, *, by: Sequence[str]) -> Frames:
    open_ended = part.frame.filter(pl.col("end").is_null(), pl.col("eligible").is_not_null())
    lost = (pl.col("fate") == CENSORED) & (pl.col("t_s") < DAY_S)
    moments = wait_moments(open_ended, by, reason_classes={})
    told = moments.select(*by, "eligible_s", "t_s", "fate").filter(lost)
    return [told.collect(engine="streaming")]


def _figures(tally: WaitTally, calendar: Calendar) -> pl.DataFrame:
    """Every period for each group: `GROUP`, `period_start`, `WAIT_COLUMNS`."""
    cells = complete(tally.sums, tally.groups.select(GROUP), calendar=calendar)
    for name, (measure, percent) in _QUANTILES.items():
        numbers = tally.histograms.filter(pl.col(MEASURE) == MEASURES.index(measure))
        found = quantile(percent, numbers).rename({"value": name})
        cells = cells.join(found, on=CELL, how="left")
    cells = cells.drop(SHARES).join(cohort_shares(tally.sums, tally.fates), on=CELL, how="left")
    blamed_s = pl.col("policy_s") + pl.col("capacity_s")
    return cells.with_columns(
        pl.col("slowdown_median", "slowdown_median_600") / THOUSANDTHS + 1,
        wait_mean_s=_ratio(pl.col("wait_s"), pl.col("jobs")),
        policy_share=_ratio(pl.col("policy_s"), blamed_s),
        capacity_share=_ratio(pl.col("capacity_s"), blamed_s),
    )


def _ratio(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    return pl.when(whole > 0).then(part / whole)


def _unknown_cohorts(
    figures: pl.DataFrame, jobs: Rows, by: Sequence[str], silent: Sequence[str]
) -> pl.DataFrame:
    """Without a cohort where all jobs of the group are of logs that tell no eligible time."""
    untold = pl.col("cluster").is_in(silent).all().alias("_untold")
    if not by:
        told = pl.lit(not jobs.select(untold).collect().item())
        return figures.with_columns(pl.when(told).then("cohort_jobs").alias("cohort_jobs"))
    groups = jobs.group_by(by).agg(untold).collect(engine="streaming")
    joined = figures.join(groups, on=list(by), how="left", nulls_equal=True)
    return joined.with_columns(pl.when(~pl.col("_untold")).then("cohort_jobs").alias("cohort_jobs"))
