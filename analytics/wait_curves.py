"""How likely a job has started, or been cancelled, by each moment: `plimsoll show wait_curves`."""

from collections.abc import Sequence
from itertools import chain
from math import ceil
from typing import Final

import polars as pl

from analytics.calendar import Calendar
from analytics.cohorts import curves
from analytics.finding import Finding
from analytics.parted import Rows
from analytics.reductions import CELL, GROUP
from analytics.survival import CENSORED, CURVE_SCHEMA
from analytics.tally import batches
from analytics.wait_moments import wait_moments
from analytics.wait_notes import silent_note, still_waiting
from analytics.wait_tally import tally_fates
from analytics.waiting import without_eligible

LONGEST_S: Final = 90 * 86_400
_STEPS_AN_OCTAVE: Final = 4


def wait_curves(jobs: Rows, *, calendar: Calendar, by: Sequence[str] = ()) -> Finding:
    """The curves of the jobs that became eligible in each period, up to 90 days after.

    Args:
        jobs: The JOBS facts, with a column for each dimension of `by`.
        calendar: The periods; one without a cohort has no curve and no rows.
        by: Dimensions, columns of `jobs`.

    Returns:
        `period_start` (unless the period is the total), `by`, then `survival.CURVE_SCHEMA`.
    """
    moments = (
        wait_moments(batch, by, reason_classes={})
        .select(*by, "eligible_s", "t_s", "fate")
        .filter(pl.col("eligible_s").is_between(calendar.begin_s, calendar.end_s, closed="left"))
        for batch in batches(jobs)
    )
    groups, fates = tally_fates(moments, by, calendar=calendar, horizon_s=LONGEST_S)
    found = curves(fates, grid_s()).with_columns(
        (pl.col(CELL) // len(calendar)).alias(GROUP), bin=pl.col(CELL) % len(calendar)
    )
    dated = () if calendar.period == "total" else ("period_start",)
    frame = (
        found.join(groups, on=GROUP)
        .join(calendar.bins, on="bin")
        .sort("period_start", *by, "t_s")
        .select(*dated, *by, *CURVE_SCHEMA)
    )
    notes = still_waiting(_lost(fates), int(fates["n"].sum()), horizon="90 days")
    return Finding(frame, (*silent_note(without_eligible(jobs)), *notes))


def _lost(fates: pl.DataFrame) -> int:
    lost = (pl.col("fate") == CENSORED) & (pl.col("t_s") < LONGEST_S)
    return int(fates.filter(lost)["n"].sum())


def grid_s() -> list[int]:
    """Four moments an octave from a second to 90 days, with 0, an hour, a day and the last."""
    steps = range(_STEPS_AN_OCTAVE * LONGEST_S.bit_length())
    spread = (ceil(2 ** (step / _STEPS_AN_OCTAVE)) for step in steps)
    marks = (0, 3_600, 86_400, LONGEST_S)
    return sorted({moment for moment in chain(spread, marks) if moment <= LONGEST_S})
