"""Real services on loopback, started for these tests alone."""

import getpass
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from source_services import PASSWORD, MariaDb, SshServer, make_key, program
from tenacity import retry, stop_after_attempt, wait_fixed


@pytest.fixture(scope="session")
def _mariadb_server() -> Iterator[MariaDb]:
    # Not in pytest's own folder: a socket's path is short, and its server is another user.
    with tempfile.TemporaryDirectory(prefix="plimsoll-", ignore_cleanup_errors=True) as name:
        yield from _running_mariadb(Path(name))


def _running_mariadb(folder: Path) -> Iterator[MariaDb]:
    root = os.geteuid() == 0
    if root:
        shutil.chown(folder, "mysql")
    install = [
        program("mariadb-install-db"),
        "--no-defaults",
        f"--datadir={folder / 'data'}",
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
        *(["--user=mysql"] if root else []),
    ]
    _installed(install, folder / "data")
    server = MariaDb(folder)
    try:
        server.start()
        server.sql(
            f"CREATE USER plimsoll@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';"
            "GRANT SELECT ON slurm_acct_db.* TO plimsoll@'127.0.0.1';"
        )
        yield server
    finally:
        server.stop()


@retry(stop=stop_after_attempt(3), wait=wait_fixed(2), reraise=True)
def _installed(install: list[str], data: Path) -> None:
    """Lay out an empty database; on a machine that is short of memory it may take a second try."""
    shutil.rmtree(data, ignore_errors=True)
    done = subprocess.run(install, check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{install[0]}: {done.stdout[-2000:]}{done.stderr[-2000:]}")


@pytest.fixture
def slurm_database(_mariadb_server: MariaDb, shared: Path) -> Iterator[MariaDb]:
    """The database of the captures, as it was dumped."""
    dump = (shared / "slurm/captures/slurm_acct_db.sql").read_text(encoding="utf-8")
    _mariadb_server.sql("DROP DATABASE IF EXISTS slurm_acct_db;" + dump.partition("\n")[2])
    yield _mariadb_server
    if _mariadb_server.process is None:
        _mariadb_server.start()


@pytest.fixture
def ssh_server(tmp_path: Path) -> Iterator[SshServer]:
    folder = tmp_path / "ssh"
    folder.mkdir(mode=0o755)
    program("ssh")
    make_key(folder / "user")
    server = SshServer(folder, getpass.getuser())
    try:
        server.start()
        yield server
    finally:
        server.stop()
