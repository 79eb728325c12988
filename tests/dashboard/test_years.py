"""Years are never grouped by thousands, and what is told by the year is no year."""

import polars as pl
import pytest

from dashboard.grids import _formatter
from reports.definitions import is_year
from reports.document.cells import cell_text
from reports.document.columns import columns_of


@pytest.mark.parametrize(
    ("table", "name"),
    [("published_rounds", "year"), ("growth", "year"), ("capacity", "population_year")],
)
def test_a_year_is_written_as_it_is(table: str, name: str):
    assert is_year(table, name)
    assert _formatter(table, name) == "words"


def test_carbon_a_year_is_an_amount():
    assert not is_year("outlook", "carbon_t_per_year")
    frame = pl.DataFrame({"carbon_t_per_year": [1727.4]})
    (column,) = columns_of(frame, "outlook")
    assert cell_text(1727.4, column) == "1,727"
