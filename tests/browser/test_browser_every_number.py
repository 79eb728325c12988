"""Each number of each page's tables is what the command in its Sources tab prints."""

from datetime import date

import polars as pl
import pytest
from browsing import NORTH, Estate, Walk
from reading import Shown, disagreements, panels, printed, read_panel

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.slow]

OF_THE_DEMO = (
    "shortfall",
    "demand?from=2026-03-01&to=2026-05-01",
    f"utilisation?cluster={NORTH}&period=quarter",
    "capacity?on=2026-11-01&unit=a100_equivalents_16bit",
    "carbon?period=quarter",
    "health",
)
OF_REAL_LOGS = ("demand", "demand?cluster=phillips", "utilisation", "carbon", "health")


@pytest.mark.parametrize("path", OF_THE_DEMO)
def test_every_number_of_the_demo(walk: Walk, estate: Estate, path: str):
    assert _wrong(walk, estate, path) == []


@pytest.mark.parametrize("path", OF_REAL_LOGS)
def test_every_number_of_real_logs(real_walk: Walk, real: Estate, path: str):
    assert _wrong(real_walk, real, path) == []


def _wrong(walk: Walk, estate: Estate, path: str) -> list[str]:
    page = walk.open(f"/{path}")
    page.locator("section.pl-panel").first.wait_for()
    found: list[str] = []
    read = 0
    for panel in panels(page):
        shown = read_panel(panel)
        assert shown.commands, shown.key
        answers = [printed(estate, command) for command in shown.commands]
        found += disagreements(shown, answers)
        read += sum(len(row) for row in shown.rows)
    assert read > 0
    return found


def test_a_wrong_number_is_found():
    frame = pl.DataFrame({"cluster": ["a", "b"], "gpus": [4, 8], "day": [date(2026, 5, 1)] * 2})
    right = Shown("specimen", [{"cluster": "b", "gpus": "8", "day": "1 May 2026"}], [])
    assert disagreements(right, [("usage", frame)]) == []
    wrong = Shown("specimen", [{"cluster": "b", "gpus": "4", "day": "1 May 2026"}], [])
    assert disagreements(wrong, [("usage", frame)]) == ["specimen, line 0: gpus reads '4'"]
    unknown = Shown("specimen", [{"cluster": "b", "nodes": "8", "day": "1 May 2026"}], [])
    assert disagreements(unknown, [("usage", frame)]) == ["specimen, line 0: nodes reads '8'"]
