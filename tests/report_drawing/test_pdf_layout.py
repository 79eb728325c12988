"""How tables lie on pages, and what the end of a page does not part."""

import polars as pl
import pytest

from reports.document import Column
from reports.writers.pdf_groups import grouped
from reports.writers.pdf_table import laid_out

UPRIGHT_PT = 470


def names(count: int) -> list[Column]:
    return [Column(f"c{at}", f"Column {at}", "count", decimals=0) for at in range(count)]


def test_few_columns_are_set_large_and_no_wider_than_they_must_be():
    layout = laid_out(names(3), [["1,234", "5", "12"]] * 3)
    assert (layout.size_pt, layout.turned, layout.keeps_together) == (8.5, False, True)
    assert sum(layout.widths_pt) < UPRIGHT_PT / 2


def test_many_columns_are_set_smaller_and_at_last_turned():
    sizes = []
    for count in (6, 9, 14):
        layout = laid_out(names(count), [["1,234,567"] * count])
        sizes.append(layout.size_pt)
        assert layout.turned == (count == 14)
    assert sizes == sorted(sizes, reverse=True) or sizes[-1] > sizes[-2]


def test_long_texts_share_what_the_figures_leave_by_how_much_they_say():
    columns = [Column("a", "Said", "name"), *names(2), Column("b", "Why", "name")]
    rows = [["a short sentence of some words", "1", "2", "why " * 60]] * 2
    layout = laid_out(columns, rows)
    assert sum(layout.widths_pt) == pytest.approx(UPRIGHT_PT, abs=1)
    assert layout.widths_pt[3] > layout.widths_pt[0] > layout.widths_pt[1]
    assert not layout.keeps_together


def test_a_long_table_may_be_broken_over_pages():
    assert not laid_out(names(2), [["1", "2"]] * 40).keeps_together


def test_a_table_without_lines_has_room_for_its_headings():
    assert all(width > 20 for width in laid_out(names(2), []).widths_pt)


def parts(*kinds: str) -> list[dict[str, object]]:
    more = {"as_heading": True, "whole": True, "turned": False}
    return [{"kind": kind, "at": at, **more} for at, kind in enumerate(kinds)]


def kinds(groups: list[list[dict[str, object]]]) -> list[list[object]]:
    return [[part["kind"] for part in group] for group in groups]


def test_a_finding_stays_with_its_words_and_its_chart():
    told = parts("paragraph", "finding", "paragraph", "chart", "table", "finding", "table")
    assert kinds(list(grouped(told))) == [
        ["paragraph"],
        ["finding", "paragraph", "chart"],
        ["table"],
        ["finding", "table"],
    ]


def test_nothing_is_lost_and_order_stays():
    frame = pl.DataFrame({"kind": ["finding", "chart", "table", "paragraph", "callout", "list"]})
    for seed in range(40):
        told = parts(*frame["kind"].sample(12, with_replacement=True, seed=seed))
        assert [part for group in grouped(told) for part in group] == told


def test_a_long_table_is_not_held_to_its_heading():
    told = parts("subheading", "table")
    told[1]["whole"] = False
    assert kinds(list(grouped(told))) == [["subheading"], ["table"]]
