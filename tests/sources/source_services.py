"""Programs of Debian that these tests start: MariaDB and sshd."""

import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

PASSWORD = "for-this-test-only"  # noqa: S105 - of a database that lives for a test
_START_S = 60


def program(name: str) -> str:
    """The path of a program of Debian's; the test skips where it is not installed."""
    path = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if path is None:
        pytest.skip(f"needs {name}")
    return path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(ready: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _START_S
    while not ready():
        if time.monotonic() > deadline:
            pytest.fail(f"{what} did not start in {_START_S} s")
        time.sleep(0.05)


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@dataclass
class MariaDb:
    """A MariaDB with slurmdbd's database, and an account that may read it."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"mysql://plimsoll@127.0.0.1:{self.port}/slurm_acct_db"

    def start(self) -> None:
        arguments = [
            program("mariadbd"),
            "--no-defaults",
            f"--datadir={self.folder / 'data'}",
            f"--socket={self.folder / 'socket'}",
            f"--port={self.port}",
            "--bind-address=127.0.0.1",
            "--innodb-buffer-pool-size=32M",
            f"--user={'mysql' if os.geteuid() == 0 else getpass.getuser()}",
        ]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(arguments, stdout=log, stderr=log)
        wait_for(lambda: answers(self.port), "MariaDB")

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(timeout=_START_S)
            self.process = None

    def sql(self, text: str) -> None:
        call = [program("mariadb"), "--no-defaults", "-uroot", "-S", str(self.folder / "socket")]
        subprocess.run(call, input=text.encode(), check=True, capture_output=True)


@dataclass
class SshServer:
    """An sshd that lets this user in by a key made for the test."""

    folder: Path
    user: str
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self, host_key: str = "host") -> None:
        key = self.folder / host_key
        if not key.exists():
            make_key(key)
        config = self.folder / "sshd_config"
        config.write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {key}\n"
            f"AuthorizedKeysFile {self.folder / 'user.pub'}\nPidFile none\nUsePAM no\n"
            "StrictModes no\nPasswordAuthentication no\nPermitRootLogin prohibit-password\n"
        )
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [program("sshd"), "-D", "-e", "-f", str(config)], stderr=log
            )
        wait_for(lambda: answers(self.port), "sshd")

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(timeout=_START_S)
            self.process = None

    def know(self, host_key: str = "host") -> Path:
        """A known_hosts file with the key of the server."""
        kind, key = (self.folder / f"{host_key}.pub").read_text().split()[:2]
        file = self.folder / "known_hosts"
        file.write_text(f"[127.0.0.1]:{self.port} {kind} {key}\n")
        return file


def make_key(path: Path) -> None:
    call = [program("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-f", str(path)]
    subprocess.run(call, check=True, capture_output=True)
