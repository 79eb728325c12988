"""The Reports page as a policy writer meets it: a report is made, watched, cancelled, fetched."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import Estate, Walk, served, watched
from playwright.sync_api import Browser, Locator, Page, expect

from model.registry import load_registry
from model.report_parts import SECTIONS
from model.settings import load_settings

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

LONG_MS = 90_000
QUICK = ("findings", "capacity", "citing")


def choose(page: Page, *, formats: tuple[str, ...] = ("HTML",), sections=QUICK) -> None:
    for name in ("PDF", "HTML", "Markdown"):
        page.get_by_role("checkbox", name=f"{name} (").set_checked(name in formats)
    page.get_by_text("All of them, unless you choose").click()
    for key, name in SECTIONS.items():
        page.get_by_role("checkbox", name=name, exact=True).set_checked(key in sections)


def make(page: Page) -> Locator:
    """The entry of the report that the button asks for."""
    entries = page.locator(".pl-runs > li")
    before = entries.count()
    page.get_by_role("button", name="Make the report").click()
    expect(entries).to_have_count(before + 1)
    return page.locator(f"#{entries.first.get_attribute('id')}")


def complaints_of_axe(page: Page) -> list[str]:
    expect(page.locator("main[aria-busy]")).to_have_count(0)
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {node['html']}" for each in found for node in each["nodes"]]


def test_a_brief_is_made_watched_through_a_reload_and_fetched(walk: Walk):
    page = walk.open("/reports?from=2026-02-01&to=2026-05-01")
    choose(page)
    page.get_by_role("radio", name="A brief").check()
    page.get_by_label("Organisation").fill("A university")
    page.get_by_role("checkbox", name="Withhold").uncheck()
    expect(page.locator("#report-disclosure")).to_contain_text("not to publish")

    entry = make(page)
    expect(entry.get_by_role("progressbar")).to_be_visible()
    expect(page.locator("#report-said")).to_contain_text("is being made", timeout=LONG_MS)
    assert complaints_of_axe(page) == []

    page.reload()
    expect(entry).to_contain_text("Brief on all clusters, 1 February 2026 to 30 April 2026")
    expect(entry).to_contain_text("disclosure control off: not to publish")
    expect(page.locator("#report-said")).to_contain_text("is ready", timeout=LONG_MS)
    expect(entry.get_by_role("progressbar")).to_have_count(0)
    expect(entry).to_contain_text("Per million people the UK had")
    entry.get_by_text("The same report by command").click()
    expect(entry.locator("code")).to_contain_text("--template brief --organisation 'A university'")
    expect(entry.locator("code")).to_contain_text("--no-disclosure-control")

    with page.expect_download() as fetched:
        entry.get_by_role("link", name="Download as HTML").click()
    assert fetched.value.suggested_filename.startswith("capacity-report-brief-2026-")
    text = fetched.value.path().read_text()
    assert "A university" in text
    assert "Key findings" in text

    assert complaints_of_axe(page) == []
    page.set_viewport_size({"width": 320, "height": 800})
    expect(page.get_by_role("button", name="Make the report")).to_be_visible()
    assert complaints_of_axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_report_is_cancelled_and_another_page_is_read_meanwhile(walk: Walk):
    page = walk.open("/reports")
    choose(page, formats=("PDF", "HTML"), sections=tuple(SECTIONS))
    entry = make(page)
    page.get_by_role("link", name="Capacity", exact=True).click()
    expect(page.locator("#finding-countries")).to_contain_text("Per million people")
    page.get_by_role("link", name="Reports", exact=True).click()
    expect(page.get_by_role("checkbox", name="HTML (")).to_be_checked()
    entry.get_by_role("button", name="Cancel").click()
    expect(entry).to_contain_text("Cancelled; nothing was kept.", timeout=LONG_MS)
    expect(entry.get_by_role("link")).to_have_count(0)


@pytest.fixture
def spoilt_walk(chromium: Browser, tmp_path: Path) -> Iterator[Walk]:
    """A server whose settings were spoilt after it began."""
    config = tmp_path / "plimsoll.yaml"
    config.write_text("site: nowhere\n")
    for base in served(Estate(None, load_settings(config), load_registry())):
        config.write_text("sight: nowhere\n")
        yield from watched(chromium, base)


def test_what_cannot_be_made_says_why_in_one_line(spoilt_walk: Walk):
    page = spoilt_walk.open("/reports")
    choose(page, formats=())
    page.get_by_role("button", name="Make the report").click()
    expect(page.locator("#report-fault")).to_contain_text("no file is chosen")
    page.get_by_role("checkbox", name="Markdown (").check()
    entry = make(page)
    expect(page.locator("#report-fault")).to_have_text("")
    expect(entry).to_contain_text("It could not be made: 1 fault", timeout=LONG_MS)
    expect(entry).to_contain_text("plimsoll.yaml:1: ")
    expect(entry).to_contain_text("Did you mean 'site'?")


def test_an_impact_statement_is_made_for_a_place_that_is_known(bare_walk: Walk):
    page = bare_walk.open("/reports")
    button = page.get_by_role("button", name="Make the statement")
    button.click()
    expect(page.locator("#impact-said")).to_contain_text("Name a region")
    place = page.get_by_label("Grid region or country")
    place.fill("Atlantis")
    button.click()
    expect(page.locator("#impact-said")).to_contain_text("Atlantis", timeout=LONG_MS)
    place.fill("West Midlands")
    with page.expect_download(timeout=LONG_MS) as fetched:
        button.click()
    assert fetched.value.suggested_filename == "impact-statement.pdf"
    assert fetched.value.path().read_bytes().startswith(b"%PDF")
    expect(page.locator("#impact-said")).to_have_text("")
    assert complaints_of_axe(page) == []


def test_without_a_store_the_page_makes_the_part_of_the_registry(bare_walk: Walk):
    page = bare_walk.open("/reports")
    expect(page.locator("main")).to_contain_text("No store yet")
    expect(page.locator("main")).to_contain_text("plimsoll report due")
    expect(page.get_by_role("button", name="Make the report")).to_be_enabled()
