"""Ingest of a large `sacct -P` log, and a daily table from the store, against bare Polars.

Each round runs every candidate once, one after the other, as fresh processes on the same files,
so that a slow moment of the machine hits all of them; what is compared are medians of rounds.
"""

import argparse
import shutil
import sys
from pathlib import Path
from typing import Final

from bench.children import measure, python
from bench.rounds import Task, one_round, table

OUT: Final = Path(__file__).parent / "out"
LOG: Final = OUT / "last-command.log"

_BARE_REWRITE: Final = """
import sys, polars as pl
log = pl.scan_csv(sys.argv[1], separator="|", infer_schema=False, quote_char=None)
log.sink_parquet(sys.argv[2])
"""
_BARE_READ: Final = """
import sys
with open(sys.argv[1], "rb") as file:
    while file.read(1 << 20):
        pass
"""
_BARE_SUM: Final = """
import sys, polars as pl
day = pl.col("start").dt.truncate("1d")
hours = (pl.col("end") - pl.col("start")).dt.total_seconds() * pl.col("gpus") / 3600
jobs = pl.scan_parquet(sys.argv[1] + "/jobs/**/*.parquet", hive_partitioning=False)
print(jobs.group_by("account", day).agg(hours.sum()).sort("account", "start").collect())
"""


def main() -> None:
    """Write the log, run the rounds, print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the log")
    parser.add_argument("--rounds", type=int, default=3, help="rounds, of which medians are taken")
    asked = parser.parse_args()
    OUT.mkdir(exist_ok=True)
    log = OUT / f"sacct-{asked.rows}.txt"
    if not log.exists():
        measure([sys.executable, "-m", "bench.sacct_log", str(log), str(asked.rows)], log=LOG)
    tasks = _tasks(log)
    print(
        f"{asked.rows:,} rows, {log.stat().st_size / 1e6:,.0f} MB"
        f" ({log.stat().st_size / asked.rows:.0f} bytes a row), {asked.rounds} rounds"
    )
    rounds = [one_round(number, tasks, log=LOG) for number in range(1, asked.rounds + 1)]
    print(table(tasks, rounds))


def _tasks(log: Path) -> list[Task]:
    store = OUT / "store"
    plimsoll = [str(Path(sys.executable).with_name("plimsoll")), "--store", str(store), "--quiet"]
    ingest = [*plimsoll, "ingest", "jobs", str(log), "--cluster", "bench", "--timezone", "UTC"]
    daily = [*plimsoll, "show", "usage", "--by", "account", "--period", "day", "--format", "csv"]
    rewrite, read, total = "bare rewrite to Parquet", "bare read of the file", "bare sum by day"
    return [
        Task(rewrite, python(_BARE_REWRITE, str(log), str(OUT / "bare.parquet"))),
        Task(
            "plimsoll ingest jobs",
            ingest,
            rewrite,
            bar=4.0,
            goal=1.8,
            bar_mib=1024,
            before=lambda: shutil.rmtree(store, ignore_errors=True),
        ),
        Task(read, python(_BARE_READ, str(log))),
        Task("plimsoll ingest jobs, again", ingest, read, goal=1.2),
        Task(total, python(_BARE_SUM, str(store))),
        Task("plimsoll show usage by day", daily, total, goal=2.0),
    ]


if __name__ == "__main__":
    main()
