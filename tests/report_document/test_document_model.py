from dataclasses import replace
from datetime import UTC, date, datetime

import polars as pl
import pytest
from specimen_document import CLUSTERS, MONTHS, specimen

from reports.document import Column, Figure, cell_text, numbering, plain, printed_rows
from reports.document.cells import decimals_of


def test_every_figure_of_the_prose_names_a_cell_that_holds_it():
    document = specimen()
    quoted = list(document.quoted())
    assert len(quoted) == 2
    for figure in quoted:
        frame = document.tables[figure.table].frame
        assert frame[figure.row, figure.column] == figure.value


def test_parts_are_numbered_in_the_order_of_reading():
    numbers = numbering(specimen())
    assert numbers.tables == {"utilisation-clusters": 1, "usage-months": 2}
    assert numbers.charts == {"clusters": 1}
    assert numbers.findings == {"used": 1}


def test_prose_is_every_piece_of_running_text():
    said = [plain(runs) for runs in specimen().prose()]
    assert said[0] == "78% of the available GPU-hours were allocated: 1.69 million."
    assert "What was asked for is not known." in said
    assert "A record of the registry." in said
    assert "See Utilisation and " in said


def test_a_page_prints_cells_in_words_and_what_is_withheld_as_a_symbol():
    first, second, third = printed_rows(CLUSTERS)
    assert first == ["north <1>", "78.4%", "1,690,321", "12,345 [r]", "1.4 hours", "5 October 2021"]
    assert second == ["south & co", "50.0%", "12", "7", "0 seconds", "no data"]
    assert third[:2] == ["=east", "[c]"]


def test_a_long_table_is_cut_on_a_page_and_says_by_how_much():
    assert len(list(printed_rows(MONTHS))) == 5
    assert MONTHS.left_out == 3
    assert replace(MONTHS, printed=None).left_out == 0


@pytest.mark.parametrize(
    ("value", "column", "text"),
    [
        (None, Column("n", "N", "count"), "no data"),
        (True, Column("n", "N", "name"), "yes"),
        (2026, Column("year", "Year", "date"), "2026"),
        (2026, Column("gdp_year", "Year", "measure", unit="year"), "2026"),
        (datetime(2026, 5, 1, 12, tzinfo=UTC), Column("t", "T", "date"), "1 May 2026"),
        (date(2026, 5, 1), Column("t", "T", "date"), "1 May 2026"),
        (["a", "b"], Column("t", "T", "name"), "a, b"),
        (0.25, Column("s", "S", "share", decimals=0), "25%"),
        (1234.5, Column("s", "S", "amount", decimals=2), "1,234.50"),
    ],
)
def test_cells_read_as_the_dashboard_has_them(value, column, text):
    assert cell_text(value, column) == text


@pytest.mark.parametrize(
    ("values", "kind", "decimals"),
    [
        ([0.1, None], "share", 1),
        ([1, 2], "count", 0),
        ([1.0, 2.0, None], "hours", 0),
        ([0.123, 5.0], "ratio", 2),
        ([12.5, None], "hours", 1),
        ([1234.5], "hours", 0),
        (["a"], "name", None),
        ([None], "ratio", None),
    ],
)
def test_all_cells_of_a_column_have_as_many_decimals(values, kind, decimals):
    assert decimals_of(pl.Series(values), kind) == decimals


def test_figures_are_runs_like_any_other():
    assert plain((Figure("5", 5, "t", 0, "n"),)) == "5"
