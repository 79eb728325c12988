"""Job ids: the raw number that keys a job, and what is derived where a log lacks it."""

from dataclasses import dataclass
from typing import Final

import polars as pl

_TASK_SHIFT: Final = 2**32
_ID_LIMIT: Final = 2**31
_FORM: Final = r"^(?P<base>\d{1,10})(?:_(?P<task>\d{1,9})|\+(?P<component>\d{1,4})|_\[.*)?$"


@dataclass(frozen=True)
class JobIds:
    """`job_id` (null where unreadable), `job_label` as Slurm prints it, and which ids are
    derived from the label of an array task.
    """

    job_id: pl.Series
    job_label: pl.Series
    derived: pl.Series


def step_rows(frame: pl.DataFrame) -> pl.Series:
    """Which rows are steps (`.batch`, `.extern`, `.0`): their id holds a dot."""
    column = "JobIDRaw" if "JobIDRaw" in frame.columns else "JobID"
    return frame[column].str.contains(".", literal=True).fill_null(value=False)


def job_ids(frame: pl.DataFrame) -> JobIds:
    """The ids of a frame with JobIDRaw, JobID or both.

    Without JobIDRaw a plain job's JobID is its raw id; het component `61+1` has 62; an array
    row `83_[1-6]` stands under 83, as in Slurm. An array task's raw id cannot be known from
    `54_9`: it gets the negative number -(54 * 2**32 + 9 + 1), which no raw id can collide with.
    """
    label = frame["JobID"] if "JobID" in frame.columns else frame["JobIDRaw"]
    plain = frame["JobIDRaw"] if "JobIDRaw" in frame.columns else label
    raw = plain.cast(pl.Int64, strict=False)
    if raw.null_count() and "JobID" in frame.columns:
        read = frame.select(pl.col("JobID").str.extract_groups(_FORM)).to_series().struct.unnest()
        made = read.select(pl.all().cast(pl.Int64, strict=False)).select(
            pl.when(pl.col("task").is_not_null())
            .then(-(pl.col("base") * _TASK_SHIFT + pl.col("task") + 1))
            .otherwise(pl.col("base") + pl.col("component").fill_null(0))
            .alias("job_id"),
            pl.col("base"),
        )
        sane = made["base"].is_between(1, _ID_LIMIT - 1)
        raw = raw.fill_null(made["job_id"].set(~sane.fill_null(value=False), None))
    derived = (raw < 0).fill_null(value=False) & plain.str.contains("_", literal=True)
    job_id = raw.set((raw <= 0).fill_null(value=False) & ~derived, None)
    return JobIds(
        job_id.rename("job_id"), label.rename("job_label"), derived.fill_null(value=False)
    )
