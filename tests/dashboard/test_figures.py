"""Figures drawn from descriptions: from zero, in the palette, harmless whatever the data say."""

from dataclasses import replace
from datetime import date

import pytest
from chart_specimens import CHARTS, HOSTILE

from dashboard.figures import SYNTHETIC, Pen, draw, legend_entries, plain
from reports.charts import Band, Chart, Series
from reports.palette import DARK, LIGHT, ink_on

every_chart = pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS)
every_width = pytest.mark.parametrize(
    "pen", [Pen(LIGHT), Pen(LIGHT, narrow=True)], ids=["wide", "narrow"]
)


def texts(node) -> list[str]:
    if isinstance(node, str):
        return [node]
    parts = node.values() if isinstance(node, dict) else node if isinstance(node, list) else []
    return [text for part in parts for text in texts(part)]


@every_chart
@every_width
def test_no_markup_of_the_data_reaches_a_label(chart: Chart, pen: Pen):
    said = texts(draw(chart, pen).to_plotly_json())
    assert any("free GPUs" in text for text in said)
    assert not [text for text in said if "<a" in text or "<b>now" in text]


@every_chart
@every_width
def test_figures_start_at_zero_and_have_no_legend_of_their_own(chart: Chart, pen: Pen):
    layout = draw(chart, pen).to_plotly_json()["layout"]
    assert layout["showlegend"] is False
    axes = [part for name, part in layout.items() if name.startswith(("xaxis", "yaxis"))]
    measured = [axis for axis in axes if "tickformat" in axis and axis.get("type") != "date"]
    assert measured or chart.kind == "spans"
    assert all(axis["rangemode"] == "tozero" or axis["range"][0] <= 0 for axis in measured)


@every_chart
def test_made_up_data_are_watermarked(chart: Chart):
    real = draw(chart, Pen(LIGHT)).layout.annotations
    made_up = draw(replace(chart, synthetic=True), Pen(LIGHT)).layout.annotations
    assert [note.text for note in made_up].count(SYNTHETIC) == 1
    assert SYNTHETIC not in [note.text for note in real]


@pytest.mark.parametrize("pen", [Pen(LIGHT), Pen(LIGHT, narrow=True)], ids=["wide", "narrow"])
def test_the_mark_of_made_up_data_stands_clear_of_a_low_chart(pen: Pen):
    low = replace(CHARTS["bars"], synthetic=True)
    marked, bare = draw(low, pen), draw(replace(low, synthetic=False), pen)
    (mark,) = (each for each in marked.layout.annotations if each.text == SYNTHETIC)
    room = marked.layout.margin.b - bare.layout.margin.b
    assert room == marked.layout.height - bare.layout.height > mark.font.size
    assert (mark.y, mark.yanchor, mark.yshift) == (0, "top", -bare.layout.margin.b)


def test_an_unknown_value_is_a_gap_and_says_no_data():
    bar = draw(CHARTS["columns"], Pen(LIGHT)).data[0]
    assert bar.y == (4.0, None)
    assert bar.hovertext[1].endswith("Asked: no data cards")


def test_columns_lie_down_on_a_narrow_screen_one_line_a_figure():
    chart = replace(
        CHARTS["columns"],
        series=(
            Series("Asked", (4.0, 5.0), "second", labels=("4", "5")),
            Series("Granted", (1.0, 2.0), "main", labels=("1", "2")),
        ),
    )
    (bar,) = draw(chart, Pen(DARK, narrow=True)).data
    assert bar.x == (4.0, 1.0, 5.0, 2.0)
    assert bar.marker.color[:2] == (DARK.roles["second"], DARK.roles["main"])


@pytest.mark.parametrize("kind", ["bars", "ranges"])
def test_the_label_of_the_longest_bar_fits_on_a_screen_of_320_pixels(kind: str):
    """On such a screen the plot has 216 px and 26 more at its right; a letter takes 6.6."""
    label = "3.74 million (79.2%)"
    both = (Series("low", (1.0, 3e5)), Series("high", (2.0, 3.74e6), labels=("2 (0.0%)", label)))
    chart = Chart(kind, "", "", ("a", "b"), both if kind == "ranges" else both[1:])
    reach = draw(chart, Pen(LIGHT, narrow=True)).layout.xaxis.range[1]
    assert 216 * 3.74e6 / reach + 6.6 * len(label) < 216 + 26


def test_the_band_of_reference_is_drawn_where_it_lies():
    chart = replace(
        CHARTS["dots"],
        measure="share",
        series=(Series("Funded", (0.78, 0.81)),),
        band=Band(low=0.78, high=0.82, centre=0.8, label="Median cut 80%"),
    )
    figure = draw(chart, Pen(LIGHT))
    band = next(shape for shape in figure.layout.shapes if shape.type == "rect")
    assert (band.y0, band.y1) == (0.78, 0.82)
    assert "Median cut 80%" in [note.text for note in figure.layout.annotations]


def test_several_series_are_named_in_words_beside_their_colour():
    chart = replace(CHARTS["pairs"], series=(Series("A", (1, 2)), Series("B", (1, 2), "second")))
    assert legend_entries(chart, Pen(LIGHT)) == [("A", "#12436D"), ("B", "#F46A25")]
    assert legend_entries(CHARTS["pairs"], Pen(LIGHT)) == []


def test_plain_text_keeps_its_letters():
    assert plain("a & b <c>\n d") == "a &amp; b &lt;c&gt; d"


def test_of_two_bounds_the_low_one_stands_before_the_high_one_and_both_are_named():
    chart = CHARTS["ranges"]
    high, low, words = draw(chart, Pen(LIGHT)).data
    assert (high.x, low.x) == ((7.0, None), (3.0, None))
    assert words.x == (7.0, 0)
    assert words.text == (" 3 to 7", " no data")
    assert [name for name, _ in legend_entries(chart, Pen(LIGHT))] == ["At least", "At most"]


def test_lines_are_named_at_their_ends_without_two_names_on_one_height():
    first, second = CHARTS["lines"].series
    chart = replace(CHARTS["lines"], series=(replace(first, values=(1.0, 1.0)), second))
    figure = draw(chart, Pen(LIGHT))
    lower, upper = (note.y for note in figure.layout.annotations)
    assert upper - lower > 0.05 * figure.layout.yaxis.range[1]
    assert figure.layout.yaxis.range[0] == 0
    assert legend_entries(chart, Pen(LIGHT)) == []
    narrow = Pen(LIGHT, narrow=True)
    assert draw(chart, narrow).layout.annotations == ()
    assert [name for name, _ in legend_entries(chart, narrow)] == ["Median", HOSTILE]


def test_a_logarithmic_line_has_the_ticks_of_its_description():
    chart = replace(
        CHARTS["lines"], at=(60.0, 86_400.0), scale="log", steps=True, ticks=((3600, "1 h"),)
    )
    figure = draw(chart, Pen(LIGHT))
    assert figure.layout.xaxis.type == "log"
    assert figure.layout.xaxis.ticktext == ("1 h",)
    assert {line.line.shape for line in figure.data} == {"hv"}


def test_points_a_year_apart_are_named_by_their_years():
    chart = replace(
        CHARTS["lines"], categories=("2025", "2026"), at=(date(2025, 12, 31), date(2026, 12, 31))
    )
    axis = draw(chart, Pen(LIGHT)).layout.xaxis
    assert axis.ticktext == ("2025", "2026")


def test_single_marks_of_a_range_may_stand_out():
    low = replace(CHARTS["ranges"].series[0], roles=("main", "quiet"))
    chart = replace(CHARTS["ranges"], series=(low, CHARTS["ranges"].series[1]))
    assert draw(chart, Pen(LIGHT)).data[1].marker.color == (
        LIGHT.roles["main"],
        LIGHT.roles["quiet"],
    )


def test_a_line_that_ends_early_is_named_where_it_ends():
    chart = replace(
        CHARTS["lines"],
        series=(Series("Fact", (1.0, None)), Series("Path", (1.0, 9.0), "quiet")),
    )
    fact, path = draw(chart, Pen(LIGHT)).layout.annotations
    assert (fact.x, fact.xref, fact.y) == (date(2026, 5, 1), "x", 1.0)
    assert (path.x, path.xref) == (1, "paper")


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_words_on_a_bar_are_read_on_every_colour(theme):
    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True)) + 0.05

    for colour in theme.roles.values():
        two = sorted((light(colour), light(ink_on(colour))))
        assert two[1] / two[0] >= 4.5


@every_chart
def test_a_figure_carries_of_plotlys_template_what_it_uses(chart: Chart):
    figure = draw(chart, Pen(LIGHT))
    template = figure.layout.template.to_plotly_json()
    assert {trace.type for trace in figure.data} <= {"bar", "scatter"} == set(template["data"])
    assert len(str(template)) < 1_500
