"""Documents to write, and LibreOffice to read what was written."""

import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from model.registry import load_registry
from model.settings import load_settings
from reports.capacity_report.order import Order, holdings_of, report_of, selection_of
from reports.document import Document

Convert = Callable[[str, str, bytes], Path]


@pytest.fixture(scope="session")
def without_store() -> Document:
    """The report of the registry alone."""
    settings, registry = load_settings(None), load_registry()
    order = Order(edition=date(2026, 6, 1))
    selection = selection_of(order, store=None, settings=settings, registry=registry)
    holdings = holdings_of(None, settings, registry)
    return report_of(selection, holdings, progress=lambda *_: None)


@pytest.fixture(scope="session")
def convert(tmp_path_factory: pytest.TempPathFactory) -> Convert:
    """LibreOffice reads a file and writes another: its name, the new ending, its bytes."""
    profile = tmp_path_factory.mktemp("libreoffice")

    def converted(name: str, ending: str, content: bytes) -> Path:
        folder = tmp_path_factory.mktemp("office")
        (folder / name).write_bytes(content)
        subprocess.run(
            [
                "soffice",
                f"-env:UserInstallation=file://{profile}",
                "--headless",
                "--convert-to",
                ending,
                "--outdir",
                str(folder / "out"),
                str(folder / name),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
        (written,) = (folder / "out").iterdir()
        return written

    return converted
