"""How many tasks a job record stands for: Slurm keeps the waiting tasks of an array in one."""

import polars as pl


def task_count(job_label: pl.Expr) -> pl.Expr:
    """The array tasks that a label such as `83_[1-6,9%2]` lists (7 here); 1 of any other label.

    Ranges may have steps (`1-9:2`); what follows `%` is a throttle. Slurm ends a long list with
    `...`: those that it does not name are not counted.
    """
    listed = job_label.str.extract(r"\[([^\]%]*)").str.split(",")
    tasks = listed.list.eval(_tasks_of_range(pl.element())).list.sum()
    return pl.max_horizontal(tasks.fill_null(1), pl.lit(1, pl.Int64))


def _tasks_of_range(text: pl.Expr) -> pl.Expr:
    first = text.str.extract(r"^(\d+)").cast(pl.Int64)
    last = text.str.extract(r"-(\d+)").cast(pl.Int64).fill_null(first)
    step = text.str.extract(r":(\d+)").cast(pl.Int64).fill_null(1)
    return ((last - first) // pl.max_horizontal(step, pl.lit(1)) + 1).fill_null(0)


def lists_every_task(job_label: pl.Expr) -> pl.Expr:
    """Whether a label lists all tasks that it stands for: Slurm cuts a long list with `...`."""
    return ~job_label.str.contains(r"\[[^\]]*\.\.\.").fill_null(value=False)
