"""A real Prometheus on loopback, with blocks of samples made by promtool."""

import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from gpu_blocks import openmetrics


@dataclass(frozen=True)
class RunningPrometheus:
    """Where it listens, its data, and the OpenMetrics text that they were made from."""

    url: str
    data: Path
    text: str


def _free_port():
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return made.getsockname()[1]


def _wait(url, process):
    for _ in range(600):
        if process.poll() is not None:
            raise AssertionError(f"prometheus ended with {process.returncode}")
        try:
            with urlopen(f"{url}/-/ready", timeout=5):  # noqa: S310  # our own server
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise AssertionError("prometheus does not become ready")


@pytest.fixture(scope="session")
def prometheus(tmp_path_factory):
    """Debian's package `prometheus`, limited to 12,000 samples a query; skips without it."""
    if not (shutil.which("prometheus") and shutil.which("promtool")):
        pytest.skip("needs Prometheus")
    folder = tmp_path_factory.mktemp("prometheus")
    text = openmetrics()
    (folder / "backfill.om").write_text(text)
    data = folder / "data"
    make = ["promtool", "tsdb", "create-blocks-from", "openmetrics"]
    subprocess.run([*make, str(folder / "backfill.om"), str(data)], check=True, capture_output=True)
    (folder / "prometheus.yml").write_text("global: {}\n")
    url = f"http://127.0.0.1:{_free_port()}"
    log = (folder / "log").open("w")
    process = subprocess.Popen(
        [
            "prometheus",
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={data}",
            f"--web.listen-address={url.removeprefix('http://')}",
            "--storage.tsdb.retention.time=20y",
            "--query.max-samples=12000",
        ],
        stdout=subprocess.DEVNULL,
        stderr=log,
    )
    try:
        _wait(url, process)
        yield RunningPrometheus(url, data, text)
    finally:
        process.terminate()
        process.wait(30)
        log.close()
