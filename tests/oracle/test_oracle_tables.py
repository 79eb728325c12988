# ruff: noqa: S311  # chance, not secrets
"""Every table of small invented estates agrees with a walk through their seconds.

`python tests/oracle/oracle_walk.py 0 3000` walks through others by hand.
"""

from random import Random

import pytest
from oracle_checks import CHECKS

SEEDS = (*range(8), 16, 19, 39)


@pytest.mark.parametrize("table", CHECKS)
@pytest.mark.parametrize("seed", SEEDS)
def test_table_agrees_with_the_walk(estates, seed: int, table: str) -> None:
    world, store = estates(seed)
    assert CHECKS[table](world, store, Random(f"{seed} {table}")) == []
