"""A figure drawn again from the package alone is the figure of the report."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import vl_convert
from chart_specimens import CHARTS

from reports.charts import Chart
from reports.document import ChartBlock
from reports.drawing import draw_svg
from reports.palette import SYNTHETIC
from reports.writers.package_cells import csv_bytes
from reports.writers.package_charts import chart_bytes, drawn_table

MARK = re.compile(r"<(path|text)([^>]*)>([^<]*)")
SAID = re.compile(r'\s(?:role|aria-[a-z]+|class|pointer-events)="[^"]*"')
PIXELS = 2
SHARE = 0.03
_TRIES = 3
NUMBER = re.compile(r"-?\d+\.?\d*(?:e-?\d+)?")


def marks(svg: str) -> list[tuple[str, list[float]]]:
    """Every stroke and word of a drawing in order: what it is, and the numbers that place it."""
    found = []
    for name, told, words in MARK.findall(svg):
        shape = SAID.sub("", told)
        if 'd=""' not in shape and "M0,0h0v0h0Z" not in shape:
            kind = f"{name} {NUMBER.sub('', shape)} {words}"
            found.append((kind, [float(number) for number in NUMBER.findall(shape)]))
    return found


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The folder on loopback: programs that draw read relative addresses from a server."""
    server = subprocess.Popen(
        [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1"],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert server.stdout is not None
        port = re.search(r"port (\d+)", server.stdout.readline())
        assert port is not None
        yield f"http://127.0.0.1:{port[1]}/"
    finally:
        server.terminate()
        server.wait()
        if server.stdout:
            server.stdout.close()


def lacking(chart: Chart, folder: Path, key: str) -> list[str]:
    """`missing`, of the best of a few drawings: rows that arrive late leave a mark undrawn."""
    report, lacks = draw_svg(chart), [""]
    for _ in range(_TRIES):
        lacks = missing(report, redrawn(folder, key))
        if not lacks:
            break
    return lacks


def redrawn(folder: Path, key: str) -> str:
    text = (folder / f"{key}.vl.json").read_text(encoding="utf-8")
    assert f'"url": "{key}.csv"' in text
    with served(folder) as base:
        told = text.replace(f'"url": "{key}.csv"', f'"url": "{base}{key}.csv"')
        return vl_convert.vegalite_to_svg(told, allowed_base_urls=[base])


def missing(report: str, package: str) -> list[str]:
    """What the report's figure has and the other has not, or in another place.

    Rows that arrive after the names are laid out leave a plot a few pixels wider or narrower.
    The title is the other's alone, and the mark across made-up data is the report's alone.
    """
    wanted = [mark for mark in marks(report) if SYNTHETIC not in mark[0]]
    kinds = {kind for kind, _ in wanted}
    drawn = [mark for mark in marks(package) if mark[0] in kinds]
    if len(wanted) != len(drawn):
        return [f"{len(wanted)} marks, {len(drawn)} drawn again"]
    pairs = zip(wanted, drawn, strict=True)
    return [one[0] for one, other in pairs if one[0] != other[0] or _apart(one[1], other[1])]


def _apart(one: list[float], other: list[float]) -> bool:
    return any(
        abs(here - there) > PIXELS + SHARE * abs(here)
        for here, there in zip(one, other, strict=True)
    )


def test_figures_of_the_report_are_drawn_again_from_its_package(bare):
    for block in bare.document.charts:
        assert lacking(block.chart, bare.folder / "charts", block.key) == [], block.key


@pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS)
def test_every_kind_of_chart_is_drawn_again(tmp_path: Path, chart: Chart):
    block = ChartBlock("it", chart, "table")
    table = drawn_table(block)
    (tmp_path / "it.csv").write_bytes(csv_bytes(table))
    (tmp_path / "it.vl.json").write_bytes(chart_bytes(block, table, "data/table.csv"))
    assert lacking(chart, tmp_path, "it") == []
    assert (SYNTHETIC in redrawn(tmp_path, "it")) is chart.synthetic


def test_a_value_that_was_changed_is_drawn_otherwise(tmp_path: Path):
    block = ChartBlock("it", CHARTS["bars"], "table")
    table = drawn_table(block)
    content = csv_bytes(table).decode()
    value = str(table.frame["value"][0])
    (tmp_path / "it.csv").write_text(content.replace(value, "0.5", 1))
    (tmp_path / "it.vl.json").write_bytes(chart_bytes(block, table, "data/table.csv"))
    assert lacking(block.chart, tmp_path, "it")
