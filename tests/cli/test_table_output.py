from datetime import date

import polars as pl
import pytest

from model.question import Answer, Question
from plimsoll.cli.output import format_column, provenance, render_table

FRAME = pl.DataFrame(
    {
        "cluster": ["north", "south"],
        "caveat": ["x" * 60, "y"],
        "unknown_here": [None, None],
        "gpu_hours": [1234567.25, None],
        "jobs": [1200, 3],
    },
    schema_overrides={"unknown_here": pl.Float64},
)


def test_nothing_is_cut_where_no_terminal_limits_the_width():
    text = render_table(FRAME)
    assert "x" * 60 in text
    assert "1,234,567" in text
    assert "..." not in text


@pytest.mark.parametrize("width", [20, 40, 60, 120])
def test_a_terminal_line_is_never_longer_than_the_terminal(width):
    lines = render_table(FRAME, width=width).splitlines()
    assert all(len(line) <= width for line in lines if not line.startswith("..."))


def test_what_does_not_fit_is_named_and_figures_stay_before_prose():
    text = render_table(FRAME, width=30)
    assert "1,234,567" in text
    assert text.splitlines()[-1] == "... and caveat, unknown_here: --format csv has all."


def test_one_wide_row_becomes_a_list():
    row = pl.DataFrame({f"column_{number}": [number] for number in range(12)})
    assert render_table(row).splitlines()[3].split() == ["column_3", "3"]


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([1234.5, 0.25], ["1,234", "0"]),
        ([12.34, None], ["12.3", ""]),
        ([0.1234, 1.0], ["0.123", "1.000"]),
        ([True, None], ["yes", ""]),
        ([date(2026, 5, 1)], ["2026-05-01"]),
        ([12345], ["12,345"]),
    ],
)
def test_cells(values, shown):
    assert format_column(pl.Series(values)) == shown


def test_synthetic_comes_first_in_the_provenance():
    answer = Answer(Question("usage"), FRAME, notes=("n",), synthetic=True)
    assert provenance(answer)[0].startswith("SYNTHETIC")
