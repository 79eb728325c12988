"""Charts as SVG: every kind, whatever the names are, the same bytes, nothing from elsewhere."""

import re
from dataclasses import replace
from datetime import date
from typing import get_args
from xml.etree import ElementTree as ET

import pytest
import vl_convert
from chart_specimens import CHARTS

from reports.charts import Band, Chart, Series
from reports.charts.description import Kind
from reports.drawing import FACE, draw_svg
from reports.palette import DARK, LIGHT, SYNTHETIC

SVG = "{http://www.w3.org/2000/svg}"
every_chart = pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS)


def texts(svg: str) -> list[str]:
    return ["".join(part.itertext()) for part in ET.fromstring(svg).iter(f"{SVG}text")]  # noqa: S314


def test_there_is_a_specimen_of_every_kind():
    assert set(CHARTS) == set(get_args(Kind))


@every_chart
def test_a_drawing_is_well_formed_and_shows_the_names_as_they_are(chart: Chart):
    svg = draw_svg(chart)
    assert {part.tag for part in ET.fromstring(svg).iter()} <= {  # noqa: S314
        f"{SVG}{name}" for name in ("svg", "g", "path", "text", "rect", "line", "tspan")
    }
    assert any(text.startswith("<a") for text in texts(svg)) or chart.kind == "dots"


@every_chart
def test_the_same_chart_gives_the_same_bytes_and_asks_for_nothing(chart: Chart):
    svg = draw_svg(chart)
    assert svg == draw_svg(chart)
    written = {(name, value) for part in ET.fromstring(svg).iter() for name, value in part.items()}  # noqa: S314
    assert not [pair for pair in written if "href" in pair[0] or "url(" in pair[1]]
    assert FACE in svg or not texts(svg)


@every_chart
def test_made_up_data_are_marked_in_the_drawing_itself(chart: Chart):
    assert SYNTHETIC not in texts(draw_svg(chart))
    assert SYNTHETIC in texts(draw_svg(replace(chart, synthetic=True)))


@every_chart
def test_drawings_keep_to_their_width(chart: Chart):
    for width in (480, 640):
        wide = float(ET.fromstring(draw_svg(chart, width_px=width)).get("width"))  # noqa: S314
        assert wide <= width + 4


def test_a_drawing_of_the_dark_scheme_has_its_colours():
    svg = draw_svg(CHARTS["bars"], theme=DARK)
    assert DARK.ink in svg
    assert LIGHT.ink not in svg


def test_bars_are_as_long_as_their_values():
    chart = Chart(
        kind="bars",
        title="Cards",
        summary="Two bars.",
        categories=("one", "two"),
        series=(Series("Cards", (4.0, 1.0), labels=("4", "1")),),
    )
    colour = LIGHT.roles["main"]
    long, short = map(float, re.findall(rf'h([\d.]+)v[^"]*" fill="{colour}"', draw_svg(chart)))
    assert long == pytest.approx(4 * short, rel=1e-6)


def test_a_gap_in_a_line_is_not_bridged():
    def line(*values: float | None) -> Chart:
        days = tuple(date(2026, month, 1) for month in range(1, len(values) + 1))
        return Chart(
            kind="lines",
            title="Waits",
            summary="A line.",
            categories=tuple(day.isoformat() for day in days),
            series=(Series("Median", values),),
            at=days,
        )

    def strokes(chart: Chart) -> int:
        found = re.findall(r'd="(M[^"]+)"[^>]*stroke-width="2.4"', draw_svg(chart))
        return sum(path.count("M") for path in found)

    assert strokes(line(1.0, 2.0, 3.0, 2.0, 1.0)) == 1
    assert strokes(line(1.0, 2.0, None, 2.0, 1.0)) == 2


def test_the_band_of_reference_is_drawn_and_named():
    chart = replace(CHARTS["dots"], band=Band(low=1, high=3, centre=2, label="Median 2"))
    assert "Median 2" in texts(draw_svg(chart))


def test_a_program_that_reads_drawings_can_read_them():
    assert vl_convert.svg_to_png(draw_svg(CHARTS["multiples"])).startswith(b"\x89PNG")
