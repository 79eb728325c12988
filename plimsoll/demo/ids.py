"""Job ids as Slurm gives them: arrays, and array tasks that still wait as one record."""

from typing import Final

import polars as pl

_FIRST_JOB_ID: Final = 1_000


def with_job_ids(frame: pl.DataFrame) -> pl.DataFrame:
    """Adds `job_id` (JobIDRaw) and `array_id`, in order of first submission.

    The last task of an array bears the array's own id, the others those that follow it.
    """
    jobs = (
        frame.select("pool", "job", "first_submit", "array")
        .unique()
        .sort("first_submit", "pool", "job")
        .with_row_index("number", offset=_FIRST_JOB_ID)
        .with_columns(pl.col("number").cast(pl.Int64))
    )
    group = ["pool", "array"]
    in_array = pl.col("array").is_not_null()
    first, last = pl.col("number").min().over(group), pl.col("number").max().over(group)
    own = pl.when(pl.col("number") == last).then(first).otherwise(pl.col("number") + 1)
    jobs = jobs.select(
        "pool",
        "job",
        job_id=pl.when(in_array).then(own).otherwise("number"),
        array_id=pl.when(in_array).then(first),
    )
    return frame.join(jobs, on=["pool", "job"], how="left").drop("array", "first_submit")


def with_labels(frame: pl.DataFrame) -> pl.DataFrame:
    """Adds `label` (JobID: `54_9`); an array's tasks that wait, or were cancelled together while
    they did, become one record `54_[7-19]`.
    """
    frame = frame.with_columns(
        label=pl.when(pl.col("array_id").is_not_null())
        .then(pl.format("{}_{}", "array_id", "task"))
        .otherwise(pl.col("job_id").cast(pl.String))
    )
    rest = pl.col("start").is_null() & pl.col("array_id").is_not_null()
    together = frame.filter(rest).group_by("array_id", "submit", "end", maintain_order=True)
    folded = [_fold(group) for _, group in together]
    return pl.concat([frame.filter(~rest), *folded])


def _fold(tasks: pl.DataFrame) -> pl.DataFrame:
    """One row for several waiting tasks, if the one that bears the array's id is among them."""
    holder = tasks.filter(pl.col("job_id") == pl.col("array_id"))
    if tasks.height == 1 or holder.is_empty():
        return tasks
    text = ranges(sorted(tasks["task"].to_list()))
    return holder.with_columns(label=pl.format("{}_[{}]", "array_id", pl.lit(text)))


def ranges(numbers: list[int]) -> str:
    """Sorted numbers as Slurm lists them: `1-3,7`."""
    return ",".join(
        str(first) if first == last else f"{first}-{last}" for first, last in runs(numbers)
    )


def runs(numbers: list[int]) -> list[tuple[int, int]]:
    """The stretches of consecutive numbers in a sorted list, both ends included."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found
