"""What a reader of `demand` must know: what is not known, and what the bounds leave open."""

from typing import Final

import polars as pl

from analytics.calendar import Calendar
from analytics.demand_sums import AGAIN, DemandSums
from analytics.resubmissions import DAY_S
from analytics.unmet import unmet_notes

_NO_TELEMETRY: Final = "Without telemetry of GPUs active_gpu_hours are unknown."
_STARTED_WITHOUT: Final = {
    "without_gpus": "{} started jobs have no known request for GPUs: limit_gpu_hours of their "
    "lines are unknown.",
    "without_limit": "{} started jobs have no time limit, or an unknown one: limit_gpu_hours of "
    "their lines are unknown.",
}


def demand_notes(
    sums: DemandSums, calendar: Calendar, last_seen: pl.DataFrame, activity: pl.DataFrame | None
) -> tuple[str, ...]:
    """Sentences on the figures that are unknown, and why."""
    notes = [] if activity is not None else [_NO_TELEMETRY]
    notes += _counted(sums.started)
    notes += unmet_notes(sums.gone.filter(pl.col(AGAIN) > DAY_S), "never started")
    last = sums.pending.filter(pl.col("bin") == len(calendar) - 1)
    notes += unmet_notes(last, "still waited at the end")
    behind = last_seen.filter(pl.col("seen_s") <= int(calendar.bins["begin_s"][-1]))
    return (*notes, *_unseen(behind))


def _counted(started: pl.DataFrame) -> list[str]:
    found = started.select(pl.col(name).sum() for name in _STARTED_WITHOUT).row(0, named=True)
    return [_STARTED_WITHOUT[name].format(f"{count:,}") for name, count in found.items() if count]


def _unseen(behind: pl.DataFrame) -> list[str]:
    if behind.is_empty():
        return []
    names = ", ".join(behind["cluster"])
    return [f"Nothing was observed of {names} in the last period: its queue is as last seen."]
