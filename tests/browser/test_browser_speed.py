"""What travels to a browser that never saw the pages, and tables whose rows stay on the server."""

import re
from typing import Any

import pytest
from browsing import Walk, cell, open_tab
from playwright.sync_api import Locator, Page, expect
from test_browser_axe import violations

from dashboard.grid_rows import BLOCK
from dashboard.grids import PAGE

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

MOST_BYTES = 3_000_000


def test_the_first_page_travels_in_three_megabytes(walk: Walk):
    network = walk.page.context.new_cdp_session(walk.page)
    network.send("Network.enable")
    came: list[dict[str, Any]] = []

    def loaded(event: dict[str, Any]) -> None:
        came.append(event)

    network.on("Network.loadingFinished", loaded)
    page = walk.open("/")
    expect(page.locator(".pl-tile dd").first).to_be_visible()
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    total = sum(each["encodedDataLength"] for each in came)
    assert len(came) > 10
    assert 500_000 < total <= MOST_BYTES


def machines(walk: Walk) -> tuple[Page, Locator]:
    page = walk.open("/capacity?on=2026-05-01")
    open_tab(page, "machines", "Table")
    return page, page.locator("section[aria-labelledby='finding-machines']")


def test_a_large_table_pages_sorts_and_finds_on_the_server(bare_walk: Walk):
    page, panel = machines(bare_walk)
    expect(panel.locator(".ag-row")).to_have_count(PAGE)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.post_data or ""))
    told = panel.get_by_role("status")
    rows = int(re.sub(r"\D", "", told.inner_text()))
    assert PAGE < rows <= BLOCK
    first = cell(page, "machines", 0, "machine")

    panel.get_by_role("button", name="Next Page").click()
    assert cell(page, "machines", PAGE, "machine") != first
    assert not any("getRowsRequest" in each for each in asked)

    panel.get_by_role("columnheader", name="Country").first.click()
    expect(panel.locator(".ag-header-cell[aria-sort='ascending']")).to_have_count(1)
    panel.get_by_label("Find in this table").fill("isambard")
    expect(told).to_have_text(re.compile(rf"^\d of {rows} rows$"))
    expect(panel.locator(".ag-row").first).to_contain_text("Isambard")
    panel.get_by_label("Find in this table").fill("no such machine")
    expect(told).to_have_text(f"0 of {rows} rows")
    panel.get_by_label("Find in this table").fill("")
    expect(told).to_have_text(f"{rows} rows")
    expect(panel.locator(".ag-row").first).not_to_be_empty()
    assert violations(page) == []


def test_paper_says_that_a_large_table_goes_on(bare_walk: Walk):
    page, panel = machines(bare_walk)
    cell(page, "machines", 0, "machine")
    page.emulate_media(media="print")
    expect(panel).to_contain_text("On paper: the rows that were on the screen, of")
    expect(panel.get_by_label("Find in this table")).to_be_hidden()
