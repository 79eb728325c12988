"""The capacity report and single tables on a large store, against a bare scan of what they read.

The report is measured with nothing kept (`.sums` of the store is deleted), and after `plimsoll
store reckon`, as `ingest run` leaves a store; a table with nothing kept, and again. `python -m
bench.estate` makes a store of ten million jobs.
"""

import argparse
import shutil
import sys
from functools import partial
from pathlib import Path
from typing import Final

from bench.children import python
from bench.rounds import Task, one_round, table

OUT: Final = Path(__file__).parent / "out"
LOG: Final = OUT / "last-command.log"
KEPT: Final = ".sums"
REPORT_S: Final = 30.0
REPORT_MIB: Final = 1024.0
TABLES: Final = (
    ("utilisation", "--by", "cluster"),
    ("waits",),
    ("demand", "--by", "cluster"),
    ("fragmentation",),
    ("inference",),
    ("carbon", "--by", "cluster"),
)

_BARE_SCAN: Final = """
import sys, polars as pl
jobs = pl.scan_parquet(sys.argv[1] + "/jobs/**/*.parquet", hive_partitioning=False)
times = [pl.col(name).dt.epoch("s").sum() for name in ("submit", "eligible", "start", "held_until")]
sums = [pl.col(name).sum() for name in ("gpus", "cpus", "req_gpus", "limit_s")]
nodes = pl.col("node_list").len()
print(jobs.select(*times, *sums, nodes).collect(engine="streaming"))
"""


def main() -> None:
    """Run the rounds on a store, print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.report", description=__doc__)
    parser.add_argument("--config", type=Path, default=OUT / "estate" / "plimsoll.yaml")
    parser.add_argument("--store", type=Path, default=OUT / "estate" / "store")
    parser.add_argument("--rounds", type=int, default=1, help="rounds, of which medians are taken")
    asked = parser.parse_args()
    OUT.mkdir(exist_ok=True)
    tasks = tasks_on(asked.config, asked.store)
    rounds = [one_round(number, tasks, log=LOG) for number in range(1, asked.rounds + 1)]
    print(table(tasks, rounds))


def tasks_on(config: Path, store: Path) -> list[Task]:
    """The tasks on a store with its settings, the bare scan first."""
    program = str(Path(sys.executable).with_name("plimsoll"))
    plimsoll = [program, "--config", str(config), "--store", str(store), "--quiet"]
    report = [*plimsoll, "report", "capacity", "--output", str(OUT / "report.pdf")]
    scan = "bare scan of the columns"
    forget = partial(shutil.rmtree, store / KEPT, ignore_errors=True)
    tasks = [
        Task(scan, python(_BARE_SCAN, str(store))),
        Task("report, nothing kept", report, scan, before=forget),
        Task("store reckon, nothing kept", [*plimsoll, "store", "reckon"], scan, before=forget),
        Task("report, after it", report, scan, bar_s=REPORT_S, bar_mib=REPORT_MIB),
    ]
    for words in TABLES:
        command = [*plimsoll, "show", *words, "--format", "csv"]
        name = f"show {words[0]}"
        tasks += [
            Task(f"{name}, nothing kept", command, scan, before=forget),
            Task(f"{name}, again", command, scan),
        ]
    return tasks


if __name__ == "__main__":
    main()
