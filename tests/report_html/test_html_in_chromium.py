"""The HTML of real reports in a real Chromium: axe finds nothing, nothing is asked of a network."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from real_reports import demo_reports, registry_report
from specimen_document import specimen

from reports.writers.html import write_html

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.slow]

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PATIENCE_MS = 120_000


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("html")
    (full,) = demo_reports(tmp_path_factory.mktemp("demo"), "full")
    told = {
        "demo": full,
        "registry": registry_report(tmp_path_factory.mktemp("registry")),
        "specimen": specimen(),
    }
    for name, document in told.items():
        (folder / f"{name}.html").write_bytes(write_html(document))
    return {name: folder / f"{name}.html" for name in told}


class Reader:
    """Opens reports, and hears what a page complains of and asks for."""

    def __init__(self, browser: Browser, files: dict[str, Path]) -> None:
        self.complaints: list[str] = []
        self._browser, self._files = browser, files

    def open(self, name: str, *, width: int, scheme: str = "light") -> Page:
        context = self._browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, locale="en-GB"
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        address = self._files[name].as_uri()
        page.on("console", lambda told: self.complaints.append(told.text))
        page.on("request", lambda asked: self._asked(asked.url, address))
        page.goto(address)
        return page

    def _asked(self, url: str, address: str) -> None:
        if url.partition("#")[0] != address and not url.startswith("data:"):
            self.complaints.append(url)


@pytest.fixture
def reader(chromium: Browser, files: dict[str, Path]) -> Iterator[Reader]:
    reading = Reader(chromium, files)
    yield reading
    for context in chromium.contexts:
        context.close()
    assert reading.complaints == []


def violations(page: Page) -> list[str]:
    options = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response["violations"]
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:160]}" for rule in found]


@pytest.mark.parametrize(
    ("name", "width", "scheme"),
    [
        ("demo", 1400, "light"),
        ("demo", 320, "dark"),
        ("registry", 1400, "dark"),
        ("specimen", 320, "light"),
    ],
)
def test_axe_finds_nothing_and_the_page_does_not_scroll_sideways(reader, name, width, scheme):
    page = reader.open(name, width=width, scheme=scheme)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_keyboard_reaches_the_report_and_what_scrolls(reader):
    page = reader.open("registry", width=320)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the report"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    unreachable = page.evaluate(
        "[...document.querySelectorAll('*')].filter(e => e.scrollWidth > e.clientWidth + 1"
        " && ['auto', 'scroll'].includes(getComputedStyle(e).overflowX) && e.tabIndex < 0).length"
    )
    assert unreachable == 0


def test_contents_lead_to_every_section_and_notes_lead_back(reader):
    page = reader.open("demo", width=1400)
    broken = page.evaluate(
        "[...document.querySelectorAll('a[href^=\"#\"]')]"
        ".filter(a => !document.getElementById(a.getAttribute('href').slice(1)))"
        ".map(a => a.outerHTML)"
    )
    assert broken == []
    repeated = page.evaluate(
        "(() => { const all = [...document.querySelectorAll('[id]')].map(e => e.id);"
        " return all.filter((id, at) => all.indexOf(id) !== at); })()"
    )
    assert repeated == []
    assert page.locator("nav li").count() == page.locator("main > section:not(#notes)").count()


def test_figures_have_names_and_one_of_two_schemes_is_seen(reader):
    for scheme, other in (("light", "dark"), ("dark", "light")):
        page = reader.open("specimen", width=1400, scheme=scheme)
        seen = page.locator(f".drawing .{scheme}")
        assert seen.first.is_visible()
        assert not page.locator(f".drawing .{other}").first.is_visible()
        assert seen.first.get_attribute("role") == "img"
        assert "78%" in (seen.first.get_attribute("aria-label") or "")


def test_labels_of_drawings_are_not_cut_off(reader):
    page = reader.open("registry", width=1400)
    cut = page.evaluate(
        "[...document.querySelectorAll('.drawing')].flatMap(frame => {"
        " const edge = frame.getBoundingClientRect().left;"
        " return [...frame.querySelectorAll('.light text')]"
        " .filter(text => text.getBoundingClientRect().left < edge)"
        " .map(text => text.textContent); })"
    )
    assert cut == []


def test_paper_has_no_navigation_and_one_drawing_of_each(reader):
    page = reader.open("specimen", width=1400, scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert not page.locator("nav").is_visible()
    assert page.locator(".drawing .light").first.is_visible()
    assert not page.locator(".drawing .dark").first.is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_the_file_forbids_itself_everything_from_elsewhere(files):
    text = files["demo"].read_text(encoding="utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy
    assert "default-src 'none'" in policy[1]
    assert "<script" not in text
    assert not re.findall(r'(?:src|srcset|poster)="(?!data:)', text)
