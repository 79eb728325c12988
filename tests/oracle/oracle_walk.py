# ruff: noqa: S311, T201  # chance, not secrets; it prints what it finds
"""Walks through many estates by hand: `python tests/oracle/oracle_walk.py 0 3000 [TABLE ...]`.

A disagreement is made as small as it gets by leaving rows out, and printed.
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

sys.path.append(str(Path(__file__).parent.parent.parent))

from oracle_checks import CHECKS
from oracle_invent import invented
from oracle_store import stored
from oracle_world import World

TOLD_IN_FULL = 2
PARTS = ("jobs", "nodes", "events", "hours", "awards")


def found(world: World, seed: int, tables: Sequence[str]) -> dict[str, list[str]]:
    """What differs in each table."""
    with tempfile.TemporaryDirectory() as folder:
        kept = stored(world, Path(folder) / "store", batches=1 + seed % 3, seed=seed)
        try:
            wrong = {}
            for table in tables:
                try:
                    wrong[table] = CHECKS[table](world, kept, Random(f"{seed} {table}"))
                except Exception as fault:  # noqa: BLE001  # a fault is a finding as well
                    wrong[table] = [f"{type(fault).__name__}: {fault}"[:300]]
        finally:
            kept.store.close()
    return {table: lines for table, lines in wrong.items() if lines}


def smaller(world: World, seed: int, table: str) -> World:
    """The estate with every row left out that the disagreement does not need."""
    for part in PARTS:
        rows = getattr(world, part)
        size = max(1, len(rows) // 2)
        while size and rows:
            for first in range(0, len(rows), size):
                fewer = rows[:first] + rows[first + size :]
                candidate = replace(world, **{part: fewer})
                if found(candidate, seed, [table]):
                    rows, world = fewer, candidate
                    break
            else:
                size //= 2
    return world


def main(first: str, last: str, *tables: str) -> None:
    agreed, told = 0, Counter[str]()
    for seed in range(int(first), int(last)):
        world = invented(seed)
        wrong = found(world, seed, tables or tuple(CHECKS))
        agreed += not wrong
        for table, lines in wrong.items():
            told[table] += 1
            if told[table] <= TOLD_IN_FULL:
                _tell(world, seed, table)
            else:
                print(f"--- seed {seed}, {table}: {lines[0]}", flush=True)
    print(f"{agreed} of {int(last) - int(first)} estates agree; differences by table: {dict(told)}")


def _tell(world: World, seed: int, table: str) -> None:
    small = smaller(world, seed, table)
    print(f"--- seed {seed}, {table}, a tick is {world.step} s")
    print(*found(small, seed, [table])[table][:6], sep="\n")
    print(small.observed)
    for part in PARTS:
        for row in getattr(small, part):
            print(part, {key: value for key, value in row.items() if value and key != "letters"})
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
