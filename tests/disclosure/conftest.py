import pytest
from peopled import Peopled, invent, stored

from model.registry import Registry, load_registry


@pytest.fixture(scope="session")
def registry() -> Registry:
    return load_registry()


@pytest.fixture(scope="session")
def estates(tmp_path_factory, registry) -> list[Peopled]:
    return [
        stored(invent(seed), tmp_path_factory.mktemp(f"estate{seed}"), registry)
        for seed in range(4)
    ]


@pytest.fixture(scope="session")
def even(tmp_path_factory, registry) -> Peopled:
    """An estate in which nobody holds very much."""
    return stored(invent(7, tail=3.0), tmp_path_factory.mktemp("even"), registry)
