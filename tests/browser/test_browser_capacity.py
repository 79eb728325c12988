"""Capacity and carbon as a reader meets them: three clicks, a record, the figures of `show`."""

import pytest
from browsing import Estate, Walk, cell, open_tab
from playwright.sync_api import expect

from reports.charts.densities import said
from reports.units import DENSITIES
from reports.wording import number

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PUBLIC = (("sector", "academic"), ("sector", "government"))


def test_the_uk_per_head_beside_germany_is_one_click_from_the_first_page(
    walk: Walk, estate: Estate
):
    page = walk.open("/")
    page.get_by_role("link", name="All machines, units and sources").click()
    heading = page.locator("#finding-countries")
    expect(heading).to_contain_text("Per million people the UK had")
    unit = ("unit", "a100_equivalents_16bit")
    table = estate.show("densities", where=(*PUBLIC, unit))
    rows = {row["country"]: row for row in table.iter_rows(named=True)}
    uk, germany = (said(rows[code], DENSITIES["people"]) for code in ("GB", "DE"))
    expect(heading).to_contain_text(f"{uk} A100-equivalents")
    expect(heading).to_contain_text(f"Germany {germany}")
    open_tab(page, "countries", "Table")
    assert cell(page, "countries", 0, "value") == number(table["value"].max())


def test_a_country_leads_to_a_machine_and_to_its_sources_without_a_request(walk: Walk):
    page = walk.open("/capacity?country=DE")
    expect(page.get_by_role("navigation", name="From all countries")).to_contain_text("Germany")
    page.get_by_text("Look into one machine").click()
    page.get_by_role("link", name="JUWELS Booster").click()
    expect(page.locator("#finding-machine")).to_contain_text("3,744 GPU cards")
    figures = page.get_by_role("region", name="Figures of JUWELS Booster")
    expect(figures.get_by_role("rowheader", name="GPU cards")).to_be_visible()
    links = page.locator("section[aria-labelledby='machine-sources'] a[href^='http']")
    assert links.count() > 0
    page.go_back()
    expect(page.locator("#finding-machines")).to_be_visible()


def test_grades_and_denominators_live_in_the_address(walk: Walk):
    page = walk.open("/capacity?per=researchers&grade=B-top500&on=2026-05-01")
    expect(page.locator("#finding-countries")).to_contain_text("Per 1,000 researchers the UK had")
    open_tab(page, "countries", "Sources")
    panel = page.locator("section[aria-labelledby='finding-countries']")
    expect(panel).to_contain_text("--min-grade B-top500")
    expect(panel).to_contain_text("Population, total (SP.POP.TOTL)")


def test_carbon_is_that_of_show_and_says_what_is_missing(walk: Walk, estate: Estate):
    page = walk.open("/carbon?period=quarter")
    table = estate.show("carbon", period="quarter")
    expect(page.locator("#finding-carbon")).to_contain_text("of CO2 equivalent in running")
    open_tab(page, "carbon", "Table")
    shown = cell(page, "carbon", 0, "carbon_operational_kg")
    assert shown == number(table["carbon_operational_kg"][0])
    expect(page.locator("main")).to_contain_text("plimsoll carbon fetch")
    expect(page.locator("main")).to_contain_text("plimsoll report impact")


def test_without_a_store_carbon_says_how_to_begin_and_delivered_which_setting(bare_walk: Walk):
    page = bare_walk.open("/carbon")
    expect(page.locator("main")).to_contain_text("No store yet")
    page = bare_walk.open("/capacity")
    expect(page.locator("#finding-delivered")).to_contain_text("no cluster names its machine")
    page = bare_walk.open("/capacity?machine=nothing")
    expect(page.locator("main")).to_contain_text("The registry has no machine “nothing”")
