"""What a reader of `usage` must know: which jobs' figures are unknown and so not in its sums."""

from typing import Final

import polars as pl

from analytics.calendar import Calendar
from analytics.parted import Rows, lazy, touching

_MISSING: Final = "{} of {} started jobs have no known {}: their {} are not in the sums."
_UNKNOWN: Final = {
    "gpus": ("GPU count", "GPU-hours"),
    "cpus": ("CPU count", "CPU-hours"),
    "nodes": ("node count", "node-hours"),
    "suspended_s": ("suspended time", "executing GPU-hours"),
}
_UNTRACKED: Final = (
    "{} started jobs ran in GPU partitions in months in which their cluster's accounting did not "
    "track GPUs: unknown, not zero."
)


def usage_notes(jobs: Rows, *, calendar: Calendar) -> tuple[str, ...]:
    """Sentences on the started jobs of the calendar whose figures are unknown."""
    until = pl.coalesce("held_until", "end", "start")
    begin, after = (
        pl.from_epoch(pl.lit(second), time_unit="s").dt.replace_time_zone("UTC")
        for second in (calendar.begin_s, calendar.end_s)
    )
    near = lazy(touching(jobs, calendar.begin_s, calendar.end_s))
    ran = near.filter(pl.col("started") & (pl.col("start") < after) & (until >= begin))
    if "gpu_untracked" not in ran.collect_schema().names():
        ran = ran.with_columns(gpu_untracked=pl.lit(False))
    found = (
        ran.select(
            *(pl.col(name).null_count() for name in _UNKNOWN),
            pl.col("gpu_untracked").sum(),
            started=pl.len(),
        )
        .collect(engine="streaming")
        .row(0, named=True)
    )
    untracked = found["gpu_untracked"]
    found["gpus"] -= untracked
    notes = [
        _MISSING.format(f"{found[name]:,}", f"{found['started']:,}", *words)
        for name, words in _UNKNOWN.items()
        if found[name] > 0
    ]
    return (*notes, _UNTRACKED.format(f"{untracked:,}")) if untracked else tuple(notes)
