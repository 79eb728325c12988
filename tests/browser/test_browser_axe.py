"""axe-core finds nothing on any page: at rest, with menus open, wide and narrow, light and dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import Walk, open_tab
from playwright.sync_api import Page, expect

from dashboard.pages import PAGES

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.slow]

WIDTHS = (1400, 320)
PATHS = tuple(page.path for page in PAGES)
DEEPER = (
    "capacity?machine=uk-isambard-ai-phase-2",
    "shortfall?application=SYN-2026-013",
    "demand?cluster=synthetic-north&partition=gpu",
    "utilisation?from=yesterday&cluster=nowhere",
    "nowhere",
)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Page) -> list[str]:
    """What axe finds, a line each: the rule and the first elements that break it."""
    options = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{rule['id']}: {rule['help']}: "
        + "; ".join(node["html"][:160] for node in rule["nodes"][:3])
        for rule in found
    ]


def settled(walk: Walk, path: str, width: int) -> Page:
    walk.page.set_viewport_size({"width": width, "height": 900})
    page = walk.open(f"/{path}")
    page.wait_for_load_state("networkidle")
    expect(page.locator("main [aria-busy='true']")).to_have_count(0)
    page.mouse.move(0, 0)
    return page


def no_sideways_scroll(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", [*PATHS, *DEEPER])
def test_nothing_is_found_at_rest(walk: Walk, path: str, width: int):
    page = settled(walk, path, width)
    assert violations(page) == []
    assert no_sideways_scroll(page)


@pytest.mark.parametrize("path", [path for path in PATHS if path != "about"])
def test_nothing_is_found_where_there_is_no_store(bare_walk: Walk, path: str):
    assert violations(settled(bare_walk, path, 320)) == []


@pytest.mark.parametrize("path", ["", "demand", "utilisation", "health"])
def test_nothing_is_found_on_real_logs(real_walk: Walk, path: str):
    page = settled(real_walk, path, 1400)
    assert violations(page) == []


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_found_in_dark_colours(walk: Walk, path: str):
    walk.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert violations(settled(walk, path, 1400)) == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", ["utilisation", "shortfall", "capacity"])
def test_nothing_is_found_with_each_list_open(walk: Walk, path: str, width: int):
    page = settled(walk, path, width)
    for field in page.locator("form.pl-filters input[aria-haspopup='listbox']").all():
        field.click()
        expect(page.locator("[role='listbox']:visible")).to_have_count(1)
        assert violations(page) == []
        page.keyboard.press("Escape")


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_found_with_meanings_tables_and_folds_open(walk: Walk, width: int):
    page = settled(walk, "", width)
    page.locator(".pl-what").first.focus()
    expect(page.get_by_role("tooltip")).to_be_visible()
    assert violations(page) == []
    page = settled(walk, "shortfall", width)
    for panel in ("rounds", "applications", "grantable"):
        open_tab(page, panel, "Table")
    for fold in page.locator("main summary").all():
        fold.click()
    page.wait_for_load_state("networkidle")
    assert violations(page) == []
    open_tab(page, "rounds", "Sources")
    assert violations(page) == []


def test_a_fault_is_found(walk: Walk):
    page = settled(walk, "", 1400)
    page.evaluate(
        "document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=\"\">')"
    )
    assert any(line.startswith("image-alt") for line in violations(page))
