"""How jobs ended, and what they had held by then: `plimsoll show outcomes`."""

from collections.abc import Sequence
from functools import partial
from typing import Final

import polars as pl

from analytics.calendar import Calendar
from analytics.finding import Finding
from analytics.parted import Frames, Part, Rows, of_part, parts_of, touching
from analytics.reductions import summed_by
from analytics.stretches import by_months, up_to

OUTCOME_COLUMNS: Final = (
    "jobs_ended",
    "gpu_hours",
    "gpu_hours_share",
    "node_failure_gpu_hours",
)
NODE_FAILURES: Final = ("NODE_FAIL", "BOOT_FAIL")

_STATE: Final = "job_state"
_SUMS: Final = ("jobs_ended", "gpu_s", "unknown")
_HOUR_S: Final = 3600
_UNKNOWN: Final = (
    "{} of {} jobs that ended have no known GPU count: the GPU-hours of their lines are unknown."
)


def outcomes(jobs: Rows, *, calendar: Calendar, by: Sequence[str] = ()) -> Finding:
    """Jobs that ran and ended in each period, by the state that they ended in.

    Args:
        jobs: The JOBS facts after `analytics.tracking`, with a column for each dimension of `by`.
        calendar: The periods; each is printed for each group.
        by: Dimensions, columns of `jobs`; `job_state` comes last unless it is one of them.

    Returns:
        `period_start` (unless the period is the total), `by`, `job_state`, then
        OUTCOME_COLUMNS. `gpu_hours` are those of the whole life of the jobs, also before the
        period; null where the GPUs of one of them are unknown.
    """
    keys = [*by, *({_STATE} - set(by))]
    sums = _summed(jobs, keys, calendar)
    groups = sums.select(keys).unique()
    grid = groups.join(calendar.bins.select("bin", "period_start"), how="cross")
    cells = grid.join(sums, on=[*keys, "bin"], how="left", nulls_equal=True)
    filled = cells.with_columns(pl.col(_SUMS).fill_null(0)).sort("bin", *keys)
    dated = () if calendar.period == "total" else ("period_start",)
    others = [name for name in keys if name != _STATE]
    figures = _figures(filled, ["bin", *others])
    return Finding(figures.select(*dated, *keys, *OUTCOME_COLUMNS), _notes(sums))


def _summed(jobs: Rows, keys: list[str], calendar: Calendar) -> pl.DataFrame:
    months = by_months(calendar)
    parts: list[pl.DataFrame] = []
    for part in parts_of(touching(jobs, calendar.begin_s, calendar.end_s)):
        until = up_to(months.calendar, part.last_s)
        make = partial(_of_part, keys=keys, calendar=until)
        parts += of_part(jobs, part, "outcomes", make, keys, until.spans)
    return summed_by(months.numbered_in_whole(pl.concat(parts)), [*keys, "bin"], _SUMS)


def _of_part(part: Part, *, keys: list[str], calendar: Calendar) -> Frames:
    start_s, end_s, until_s = (
        pl.col(name).dt.timestamp("us") // 1_000_000 for name in ("start", "end", "held_until")
    )
    bins = pl.lit(calendar.bins["end_s"]).search_sorted(end_s, side="right").cast(pl.Int64)
    held_s = pl.max_horizontal(pl.coalesce(until_s, end_s) - start_s, pl.lit(0, pl.Int64))
    inside = end_s.is_between(calendar.begin_s, calendar.end_s, closed="left")
    ended = part.frame.filter(pl.col("started"), pl.col("start").is_not_null(), inside)
    rows = ended.select(
        *keys,
        bin=bins,
        jobs_ended=pl.lit(1, pl.Int64),
        gpu_s=pl.col("gpus") * held_s,
        unknown=pl.col("gpus").is_null().cast(pl.Int64),
    ).collect(engine="streaming")
    return [summed_by(rows, [*keys, "bin"], _SUMS)]


def _figures(cells: pl.DataFrame, group: list[str]) -> pl.DataFrame:
    hours = pl.when(pl.col("unknown") == 0).then(pl.col("gpu_s") / _HOUR_S)
    whole = pl.col("gpu_s").sum().over(group) / _HOUR_S
    known = pl.col("unknown").sum().over(group) == 0
    failed = pl.col(_STATE).is_in(NODE_FAILURES).fill_null(value=False)
    return cells.with_columns(
        gpu_hours=hours,
        gpu_hours_share=pl.when(known & (whole > 0)).then(hours / whole),
        node_failure_gpu_hours=pl.when(failed).then(hours).otherwise(0.0),
    )


def _notes(sums: pl.DataFrame) -> tuple[str, ...]:
    unknown, ended = sums.select(pl.col("unknown").sum(), pl.col("jobs_ended").sum()).row(0)
    return (_UNKNOWN.format(f"{unknown:,}", f"{ended:,}"),) if unknown else ()
