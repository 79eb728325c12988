"""Stores to write to, and a real PostgreSQL where its programs are installed."""

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from store import Store, open_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A new store with its catalogue beside it."""
    with open_store(tmp_path / "store", create=True) as made:
        yield made


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL server of our own, started for the tests."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs:
        pytest.skip("needs PostgreSQL's server programs")
    place = Path(tempfile.mkdtemp(prefix="plimsoll-pg-"))
    data = place / "data"
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(place, "postgres")
    control = programs[-1].with_name("pg_ctl")
    served = f"-k {place} -c listen_addresses='' -c fsync=off"
    _as_server(programs[-1], "-D", data, "-U", "plimsoll", "-A", "trust", "-E", "UTF8")
    _as_server(control, "-D", data, "-o", served, "-w", "-l", place / "log", "start")
    try:
        yield f"postgresql://plimsoll@/postgres?host={place}"
    finally:
        _as_server(control, "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(place)


@pytest.fixture(params=["sqlite", "postgresql"])
def catalogue_url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """A catalogue beside the facts (None), and a database of its own on PostgreSQL."""
    if request.param == "sqlite":
        yield None
        return
    server = request.getfixturevalue("postgresql")
    name = f"t{uuid.uuid4().hex}"
    admin = create_engine(
        server.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT"
    )
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    yield server.replace("/postgres?", f"/{name}?")


@pytest.fixture
def any_store(tmp_path: Path, catalogue_url: str | None) -> Iterator[Store]:
    """A new store on each kind of catalogue."""
    path = tmp_path / "store"
    with open_store(path, create=True, catalogue_url=catalogue_url) as made:
        yield made


def _as_server(*command: object) -> None:
    words = [str(word) for word in command]
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*user, *words], cwd="/", capture_output=False, stdout=subprocess.DEVNULL, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{words[0]} ended with {done.returncode}")
