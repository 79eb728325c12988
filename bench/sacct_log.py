"""A large `sacct -P` log of invented jobs, with about 366 bytes and many distinct values a row."""

import sys
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

FIRST_SUBMIT_S: Final = 1_730_419_200  # 2024-11-01
SPAN_S: Final = 2 * 365 * 86_400
_BATCH: Final = 250_000
_GPUS: Final = np.array([0, 1, 1, 1, 2, 4, 4, 8])
_STATES: Final = np.array(
    ["COMPLETED"] * 16 + ["FAILED"] * 2 + ["TIMEOUT", "OUT_OF_MEMORY", "CANCELLED by 41017"]
)
_STEMS: Final = np.array(["train", "finetune", "relax", "md-production", "eval", "sweep", "fold"])
_TIME_FORMAT: Final = "%Y-%m-%dT%H:%M:%S"


def write_log(path: Path, rows: int, *, seed: int = 1) -> None:
    """Write a log of so many jobs, in order of submission over two years."""
    rng = np.random.default_rng(seed)
    with path.open("wb") as file:
        for first in range(0, rows, _BATCH):
            batch = _batch(first, min(_BATCH, rows - first), rows, rng)
            batch.write_csv(file, separator="|", quote_style="never", include_header=first == 0)


def _batch(first: int, count: int, rows: int, rng: np.random.Generator) -> pl.DataFrame:
    number = np.arange(first, first + count)
    gpus = rng.choice(_GPUS, size=count)
    user = rng.zipf(1.3, size=count) % 2_000
    wait = (rng.exponential(9_000, size=count)).astype(np.int64)
    limit_min = rng.choice([30, 60, 240, 720, 1_440, 2_880], size=count)
    elapsed = np.minimum(rng.lognormal(7.6, 1.8, size=count).astype(np.int64), limit_min * 60)
    numbers = pl.DataFrame(
        {
            "id": 4_000_000 + number,
            "submit": FIRST_SUBMIT_S + number * SPAN_S // rows,
            "wait": wait,
            "elapsed": elapsed,
            "limit_min": limit_min,
            "user": user,
            "account": user * 7 % 240,
            "gpus": gpus,
            "cpus": np.maximum(gpus, 1) * rng.choice([4, 8, 12, 16], size=count),
            "mem": np.maximum(gpus, 1) * rng.integers(1, 64, size=count) * 1_000,
            "node": rng.integers(1, 400, size=count),
            "stem": rng.choice(_STEMS, size=count),
            "state": rng.choice(_STATES, size=count),
            "tag": rng.integers(0, 5_000_000, size=count),
        }
    )
    return numbers.select(*_columns())


def _columns() -> list[pl.Expr]:
    start = pl.col("submit") + pl.col("wait")
    cpus, gpus = pl.col("cpus"), pl.col("gpus")
    typed = pl.format("gres/gpu:a100={},gres/gpu={},", gpus, gpus)
    untyped = pl.format("gres/gpu={},", gpus)
    none = pl.lit("")
    tail = pl.format("mem={}M,node=1", "mem")
    head = pl.format("billing={},cpu={},", cpus + 16 * gpus, cpus)
    columns: dict[str, pl.Expr] = {
        "JobID": pl.col("id"),
        "JobIDRaw": pl.col("id"),
        "Cluster": pl.lit("bench"),
        "User": _owner(),
        "Account": pl.format("project-{}", pl.col("account").cast(pl.String).str.zfill(3)),
        "Partition": pl.when(gpus > 0).then(pl.lit("gpu")).otherwise(pl.lit("cpu")),
        "QOS": pl.lit("normal"),
        "JobName": pl.format("{}-{}", "stem", "tag"),
        "Submit": _time(pl.col("submit")),
        "Eligible": _time(pl.col("submit")),
        "Start": _time(start),
        "End": _time(start + pl.col("elapsed")),
        "Elapsed": _clock(pl.col("elapsed")),
        "ElapsedRaw": pl.col("elapsed"),
        "Suspended": pl.lit("00:00:00"),
        "TimelimitRaw": pl.col("limit_min"),
        "AllocTRES": head + pl.when(gpus > 0).then(typed).otherwise(none) + tail,
        "ReqTRES": head + pl.when(gpus > 0).then(untyped).otherwise(none) + tail,
        "AllocCPUS": cpus,
        "AllocNodes": pl.lit(1),
        "NodeList": pl.format("node{}", pl.col("node").cast(pl.String).str.zfill(4)),
        "State": pl.col("state"),
        "ExitCode": pl.lit("0:0"),
        "Reason": pl.lit("None"),
        "Reservation": none,
        "WorkDir": pl.format("/scratch/projects/{}/runs/{}/out", _owner(), "tag"),
    }
    return [expression.alias(name) for name, expression in columns.items()]


def _owner() -> pl.Expr:
    return pl.format("user{}", pl.col("user").cast(pl.String).str.zfill(4))


def _clock(seconds: pl.Expr) -> pl.Expr:
    """`D-HH:MM:SS`, without days where there are none."""
    clock = pl.from_epoch(seconds % 86_400, time_unit="s").dt.strftime("%H:%M:%S")
    days = seconds // 86_400
    return pl.when(days > 0).then(pl.format("{}-{}", days, clock)).otherwise(clock)


def _time(seconds: pl.Expr) -> pl.Expr:
    return pl.from_epoch(seconds, time_unit="s").dt.strftime(_TIME_FORMAT)


if __name__ == "__main__":
    write_log(Path(sys.argv[1]), int(sys.argv[2]))
