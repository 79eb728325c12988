"""Ingest of a large `sacct -P` log, and a daily table from the store, against bare Polars.

Each round runs every candidate once, one after the other, as fresh processes on the same files,
so that a slow moment of the machine hits all of them; what is compared are medians of rounds.
"""

import argparse
import shutil
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.children import Measured, measure, python

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


@dataclass(frozen=True)
class Task:
    """One thing to measure; `against` names the task that its bar and goal are ratios to."""

    name: str
    command: list[str]
    against: str | None = None
    bar: float | None = None
    goal: float | None = None
    bar_mib: float | None = None
    before: Callable[[], None] = lambda: None


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
    rounds = [_round(number, tasks) for number in range(1, asked.rounds + 1)]
    print(_table(tasks, rounds))


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


def _round(number: int, tasks: list[Task]) -> dict[str, Measured]:
    done = {}
    for task in tasks:
        task.before()
        done[task.name] = measure(task.command, log=LOG)
        print(f"  round {number}: {task.name}: {done[task.name].seconds:.2f} s", flush=True)
    return done


def _table(tasks: list[Task], rounds: list[dict[str, Measured]]) -> str:
    head = (
        f"{'work':<30}{'seconds':>9}{'ratio':>8}{'CPU s':>8}{'ratio':>8}"
        f"{'bar':>6}{'goal':>6}{'peak MiB':>10}  verdict"
    )
    return "\n".join([head, *(_line(task, rounds) for task in tasks)])


def _line(task: Task, rounds: list[dict[str, Measured]]) -> str:
    mine = [done[task.name] for done in rounds]
    others = [done[task.against] for done in rounds] if task.against else None
    ratio = _ratio([run.seconds for run in mine], others and [run.seconds for run in others])
    cpu_ratio = _ratio([run.cpu_s for run in mine], others and [run.cpu_s for run in others])
    seconds = statistics.median(run.seconds for run in mine)
    cpu_s = statistics.median(run.cpu_s for run in mine)
    peak = statistics.median(run.peak_mib for run in mine)
    return (
        f"{task.name:<30}{seconds:>9.2f}{_number(ratio):>8}{cpu_s:>8.2f}{_number(cpu_ratio):>8}"
        f"{_number(task.bar):>6}{_number(task.goal):>6}{peak:>10.0f}  {_verdict(task, ratio, peak)}"
    )


def _ratio(mine: list[float], others: list[float] | None) -> float | None:
    """Median over the rounds of one time over the other of the same round."""
    if others is None:
        return None
    return statistics.median(one / other for one, other in zip(mine, others, strict=True))


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _verdict(task: Task, ratio: float | None, peak_mib: float) -> str:
    if ratio is None:
        return ""
    limits = [("ratio", ratio, task.bar or task.goal), ("memory", peak_mib, task.bar_mib)]
    over = [name for name, value, most in limits if most is not None and value > most]
    if over:
        return f"over the bar: {', '.join(over)}"
    return "within the goal" if task.goal is None or ratio <= task.goal else "within the bar"


if __name__ == "__main__":
    main()
