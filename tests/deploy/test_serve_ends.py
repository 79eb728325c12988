"""The server as systemd has it: it says when it listens, and ends cleanly when it is told to."""

import json
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.wsgi import make

PATIENCE_S = 120


def free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


@pytest.fixture
def notified(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(tmp_path / "notify"))
        heard.settimeout(PATIENCE_S)
        yield heard


def test_serve_says_that_it_listens_and_ends_cleanly_on_sigterm(
    notified: socket.socket, tmp_path: Path
):
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "plimsoll", "serve", "--port", str(port)],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "NOTIFY_SOCKET": str(tmp_path / "notify")},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert notified.recv(100) == b"READY=1"
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=60) as answer:
            assert json.load(answer)["status"] == "ok"
        server.send_signal(signal.SIGTERM)
        assert notified.recv(100) == b"STOPPING=1"
        _, said = server.communicate(timeout=PATIENCE_S)
    finally:
        server.kill()
    assert server.returncode == 0, said
    assert "Traceback" not in said
    assert "Fatal" not in said


def test_another_wsgi_server_gets_the_application_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    config = tmp_path / "plimsoll.yaml"
    config.write_text("dashboard: {base_path: /elsewhere/}\n")
    monkeypatch.setenv("PLIMSOLL_CONFIG", str(config))
    monkeypatch.setenv("PLIMSOLL_STORE", str(tmp_path / "none"))
    client = make().test_client()
    assert client.get("/elsewhere/healthz").status_code == 200
    assert client.get("/elsewhere/").status_code == 200
    assert client.get("/healthz").status_code == 404
