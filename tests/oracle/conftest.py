"""Invented estates, each written once into a store of its own."""

from collections.abc import Callable, Iterator

import pytest
from oracle_invent import invented
from oracle_store import Stored, stored
from oracle_world import World

Estates = Callable[[int], tuple[World, Stored]]


@pytest.fixture(scope="session")
def estates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estates]:
    """The estate of a seed, as plain rows and in a store."""
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
