"""The estate, the server and the browser that all walks share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import Estate, Walk, served, watched
from playwright.sync_api import Browser
from real_estate import ingest_real_logs, write_settings

from model.registry import load_registry
from model.settings import load_settings
from plimsoll.demo.generate import generate_estate
from plimsoll.demo.run import ingest_estate
from store import open_store


@pytest.fixture(scope="session")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    folder = tmp_path_factory.mktemp("demo")
    made = generate_estate(folder / "estate", scale=0.02)
    store = open_store(folder / "store", create=True)
    ingest_estate(made, store)
    options = ("--store", str(store.path), "--config", str(made.settings))
    yield Estate(store, load_settings(made.settings), load_registry(), options)
    store.close()


@pytest.fixture(scope="session")
def base(estate: Estate) -> Iterator[str]:
    yield from served(estate)


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    config = Path(tmp_path_factory.mktemp("bare")) / "plimsoll.yaml"
    config.write_text("site: nowhere\n")
    yield from served(Estate(None, load_settings(config), load_registry()))


@pytest.fixture(scope="session")
def real(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    """The store of real logs: no awards, no telemetry, an inventory of one cluster alone."""
    folder = tmp_path_factory.mktemp("real")
    settings = write_settings(folder)
    store = open_store(folder / "store", create=True)
    ingest_real_logs(store, shared)
    options = ("--store", str(store.path), "--config", str(settings))
    yield Estate(store, load_settings(settings), load_registry(), options)
    store.close()


@pytest.fixture(scope="session")
def real_base(real: Estate) -> Iterator[str]:
    yield from served(real)


@pytest.fixture
def walk(chromium: Browser, base: str) -> Iterator[Walk]:
    yield from watched(chromium, base)


@pytest.fixture
def bare_walk(chromium: Browser, bare: str) -> Iterator[Walk]:
    yield from watched(chromium, bare)


@pytest.fixture
def real_walk(chromium: Browser, real_base: str) -> Iterator[Walk]:
    yield from watched(chromium, real_base)
