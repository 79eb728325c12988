"""Where `plimsoll serve` listens: the command line's word, else the settings', else at home."""

from importlib import import_module
from pathlib import Path

import pytest
from command_line import run

SETTINGS = "dashboard:\n  host: 127.0.0.2\n  port: 8123\n"


@pytest.fixture
def listens(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Where servers were to listen."""
    asked: list[tuple[str, int]] = []
    server = import_module("dashboard.serve")
    monkeypatch.setattr(server, "serve", lambda _, host, port: asked.append((host, port)))
    return asked


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        ("", (), ("127.0.0.1", 8050)),
        (SETTINGS, (), ("127.0.0.2", 8123)),
        (SETTINGS, ("--port", "0"), ("127.0.0.2", 0)),
        (SETTINGS, ("--host", "127.0.0.3"), ("127.0.0.3", 8123)),
    ],
)
def test_serve_listens_where_it_is_told(
    text: str,
    options: tuple[str, ...],
    expected: tuple[str, int],
    listens: list[tuple[str, int]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "plimsoll.yaml"
    file.write_text(f"site: somewhere\n{text}")
    done = run("--config", file, "serve", *options)
    assert done.code == 0, done.err
    assert listens == [expected]
    assert f"http://{expected[0]}:{expected[1]}" in done.err
