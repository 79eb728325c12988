"""Writes a cluster's accounting as `sacct -P` prints it, with the flaws that real exports have."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, cast

import polars as pl

from plimsoll.demo.estate import Cluster
from plimsoll.demo.play import History
from plimsoll.demo.sacct_columns import FIELDS, job_columns, moment
from plimsoll.demo.tres import pool_table

_STEP_STATES: Final = {
    "TIMEOUT": "CANCELLED",
    "PREEMPTED": "CANCELLED",
    "REQUEUED": "CANCELLED",
    "NODE_FAIL": "CANCELLED",
}
PIPE_IN_NAME_PLACES: Final = (0.13, 0.37, 0.62, 0.81)
CUT_LINE_PLACES: Final = (0.21, 0.55, 0.90)
"""Where, as shares of the file, a flawed export has names with a pipe, and lines cut off."""

_LEAST_ROWS_FOR_FLAWS: Final = 500
_CUT_AT: Final = 90


def write_sacct(history: History, folder: Path) -> Path:
    """Write the export of one cluster; gives its path (`.gz` where the operators compress)."""
    cluster = history.cluster
    text = _lines(_with_steps(history), cluster)
    if cluster.flawed and text.height >= _LEAST_ROWS_FOR_FLAWS:
        text = _with_cut_lines(text)
    path = folder / f"{cluster.name}.sacct.txt{'.gz' if cluster.compressed else ''}"
    with _opened(path, compressed=cluster.compressed) as file:
        file.write(f"{cluster.delimiter.join(FIELDS)}\n".encode())
        text.write_csv(file, include_header=False, quote_style="never")
    return path


@contextmanager
def _opened(path: Path, *, compressed: bool) -> Iterator[IO[bytes]]:
    """A file to write; a compressed one without name and time, so that equal runs are equal."""
    with path.open("wb") as plain:
        if not compressed:
            yield plain
            return
        with gzip.GzipFile(filename="", mode="wb", fileobj=plain, compresslevel=6, mtime=0) as file:
            yield cast("IO[bytes]", file)


def _with_steps(history: History) -> pl.DataFrame:
    jobs = job_columns(history)
    if history.cluster.flawed:
        jobs = _with_piped_names(jobs)
    if not history.cluster.steps:
        return jobs
    steps = _steps(history, jobs)
    return (
        pl.concat(
            [
                jobs.with_columns(_step=pl.lit(0)),
                _step(steps, "batch", 1),
                _step(steps, "extern", 2),
            ],
            how="diagonal",
        )
        .sort("_run", "_step")
        .drop("_step")
    )


def _steps(history: History, jobs: pl.DataFrame) -> pl.DataFrame:
    """The runs that started, with what their steps need besides."""
    cluster = history.cluster
    facts = history.frame.join(
        pool_table(cluster).select("pool", "node_count", "slots", "batch_tres"),
        on=["pool", "node_count", "slots"],
        how="left",
    )
    first = pl.col("nodes").str.replace(r"\[(\d+).*\]", "$1").alias("first_node")
    facts = facts.with_row_index("_run").select(
        "_run", "batch_tres", first, "start", began=moment(pl.col("start"), cluster)
    )
    return jobs.join(facts, on="_run").filter(pl.col("start").is_not_null())


def _step(steps: pl.DataFrame, name: str, order: int) -> pl.DataFrame:
    batch = name == "batch"
    plain = pl.col("State").str.split(" by").list.first()
    return steps.select(
        "_run",
        pl.format(f"{{}}.{name}", "JobID").alias("JobID"),
        pl.format(f"{{}}.{name}", "JobIDRaw").alias("JobIDRaw"),
        "Cluster",
        "Account",
        pl.lit(name).alias("JobName"),
        pl.col("began").alias("Submit"),
        pl.col("began").alias("Eligible"),
        "Start",
        "End",
        "ElapsedRaw",
        "Suspended",
        pl.col("batch_tres" if batch else "AllocTRES").alias("AllocTRES"),
        "AllocCPUS",
        (pl.lit("1") if batch else pl.col("AllocNodes")).alias("AllocNodes"),
        pl.col("first_node" if batch else "NodeList").alias("NodeList"),
        _step_state(plain, batch=batch).alias("State"),
        _step_exit(plain, batch=batch).alias("ExitCode"),
        pl.lit(order).alias("_step"),
    )


def _step_state(plain: pl.Expr, *, batch: bool) -> pl.Expr:
    if batch:
        return plain.replace(_STEP_STATES)
    return pl.when(plain == "RUNNING").then(plain).otherwise(pl.lit("COMPLETED"))


def _step_exit(plain: pl.Expr, *, batch: bool) -> pl.Expr:
    if not batch:
        return pl.lit("0:0")
    killed = plain.is_in(list(_STEP_STATES))
    return pl.when(killed).then(pl.lit("0:15")).otherwise(pl.col("ExitCode"))


def _lines(table: pl.DataFrame, cluster: Cluster) -> pl.DataFrame:
    fields = [pl.col(name).fill_null("") for name in FIELDS]
    return table.select(line=pl.concat_str(fields, separator=cluster.delimiter))


def _with_piped_names(jobs: pl.DataFrame) -> pl.DataFrame:
    piped = pl.when(_at(PIPE_IN_NAME_PLACES)).then(pl.lit("grid|fold2"))
    return jobs.with_columns(JobName=piped.otherwise(pl.col("JobName")))


def _with_cut_lines(text: pl.DataFrame) -> pl.DataFrame:
    cut = pl.when(_at(CUT_LINE_PLACES)).then(pl.col("line").str.head(_CUT_AT))
    return text.with_columns(line=cut.otherwise(pl.col("line")))


def _at(places: tuple[float, ...]) -> pl.Expr:
    """The rows that stand at some shares of a frame."""
    rows = [(pl.len() * place).floor().cast(pl.UInt32) for place in places]
    return pl.any_horizontal(pl.int_range(pl.len(), dtype=pl.UInt32) == row for row in rows)
