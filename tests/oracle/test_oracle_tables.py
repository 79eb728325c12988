# ruff: noqa: S311  # chance, not secrets
"""Every table of small invented estates agrees with a walk through their seconds.

`python tests/oracle/oracle_walk.py 0 3000` walks through others by hand.
"""

from collections.abc import Callable, Iterator
from random import Random

import pytest
from oracle_checks import CHECKS
from oracle_invent import invented
from oracle_store import Stored, stored
from oracle_world import World

SEEDS = (*range(8), 19, 38)

Estates = Callable[[int], tuple[World, Stored]]


@pytest.fixture(scope="module")
def estates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estates]:
    """Estates by seed, each written once into a store of its own."""
    kept: dict[int, tuple[World, Stored]] = {}

    def of_seed(seed: int) -> tuple[World, Stored]:
        if seed not in kept:
            world = invented(seed)
            folder = tmp_path_factory.mktemp(f"estate-{seed}") / "store"
            kept[seed] = world, stored(world, folder, batches=1 + seed % 3, seed=seed)
        return kept[seed]

    yield of_seed
    for _, each in kept.values():
        each.store.close()


@pytest.mark.parametrize("table", CHECKS)
@pytest.mark.parametrize("seed", SEEDS)
def test_table_agrees_with_the_walk(estates: Estates, seed: int, table: str) -> None:
    world, store = estates(seed)
    assert CHECKS[table](world, store, Random(f"{seed} {table}")) == []
