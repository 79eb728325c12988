"""Filters, saved views, new data and charts as files, as a reader meets them in a real Chromium."""

import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from browsing import EVIL, NORTH, Estate, Walk, cell, open_tab, served, tile, watched
from playwright.sync_api import Browser, Page, expect

from dashboard.applies import KNOWN_BY, WITHOUT_PERIOD, ignored_by
from dashboard.choices import accounts, gpu_models
from dashboard.filters import read_filters
from dashboard.pages import PAGES, PageRequest
from dashboard.panels import Drawn, View
from dashboard.reader import Reader
from ingest.awards import ingest_awards
from model.errors import InputError
from model.question import Question
from reports.answer import NEEDS_NO_STORE, TABLES, answer
from reports.palette import LIGHT
from reports.wording import number
from store import Store, open_store

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

MODEL = "a100-sxm-80"
ACCOUNT = "group-b-local-2"
FULL = {"from": "2026-03-01", "to": "2026-05-01", "cluster": NORTH, "gpu_model": MODEL}
FILTERS_OF = {
    "": ("from", "to", "cluster", "tier", "account", "gpu_model"),
    "demand": ("from", "to", "cluster", "tier", "account", "gpu_model", "period"),
    "utilisation": ("from", "to", "cluster", "tier", "account", "gpu_model", "period"),
    "carbon": ("from", "to", "cluster", "tier", "account", "gpu_model", "period"),
    "capacity": ("on", "unit", "per", "country", "gpu_model", "grade"),
}


@pytest.fixture(scope="module")
def reader(estate: Estate) -> Reader:
    return Reader(store=estate.store, settings=estate.settings, registry=estate.registry)


@pytest.fixture(scope="module")
def values(reader: Reader) -> dict[str, str]:
    tier = next(cluster.tier for cluster in reader.clusters() if cluster.name == NORTH)
    account = next(name for name in accounts(reader) if name.startswith("syn"))
    return FULL | {
        "tier": tier or "",
        "account": account,
        "period": "quarter",
        "on": "2023-06-30",
        "unit": "rgu",
        "per": "gdp",
        "country": "GB",
        "grade": "B-top500",
    }


def control(page: Page, name: str):
    return page.get_by_role("textbox", name=name, exact=True)


def typed(page: Page, name: str, text: str) -> None:
    control(page, name).fill(text)
    control(page, name).press("Enter")


@pytest.mark.parametrize("table", sorted(TABLES))
def test_a_table_knows_the_filters_that_it_is_said_to_know(
    estate: Estate, values: dict[str, str], table: str
):
    def refused(column: str) -> bool:
        question = Question(table, where=((column, values[column]),))
        try:
            answer(question, store=estate.store, settings=estate.settings, registry=estate.registry)
        except InputError as fault:
            return bool(re.search(r"no column|cannot be|no dimension", fault.what))
        return False

    if table == "delivered":  # answers where a cluster names its machine
        return
    for column in ("cluster", "account", "gpu_model"):
        assert refused(column) is not (table in KNOWN_BY[column]), column
    if table not in NEEDS_NO_STORE:
        assert refused("tier") or table in KNOWN_BY["tier"]


@pytest.mark.parametrize("path", list(FILTERS_OF))
def test_every_filter_of_every_page_reaches_the_figures_or_is_said_not_to(
    estate: Estate, reader: Reader, values: dict[str, str], path: str
):
    page = next(page for page in PAGES if page.path == path)
    for key in FILTERS_OF[path]:
        filters = read_filters(f"?{key}={values[key]}")
        found: list[Drawn] = []
        view = View(LIGHT, page=path, filters=filters, offers=page.offers, watch=found.append)
        page.body(PageRequest(reader, filters, view))
        assert found
        for drawn in found:
            question = drawn.answer.question
            ignored = ignored_by(question.table, filters, offered=page.offers)
            if key in ("cluster", "tier", "account", "gpu_model") and key not in ignored:
                assert (key, values[key]) in question.where, (drawn.key, key)
            if key in ("from", "to") and question.table not in WITHOUT_PERIOD:
                asked = {"from": question.since, "to": question.until}[key]
                assert asked == date.fromisoformat(values[key]), drawn.key
            if key == "gpu_model":
                shown = estate.show(
                    question.table,
                    by=question.by,
                    period=question.period,
                    where=question.where,
                    since=question.since,
                    until=question.until,
                    on=question.on,
                    min_grade=question.min_grade,
                )
                assert shown.height == drawn.answer.frame.height, drawn.key


def test_an_account_and_a_model_are_those_of_show(walk: Walk, estate: Estate):
    page = walk.open(f"/demand?account={ACCOUNT}")
    row = estate.show("waits", where=(("account", ACCOUNT),)).row(0, named=True)
    assert tile(page, "Median wait") == row["wait_p50_s"]
    expect(page.locator("#finding-waits")).to_contain_text(f"{row['jobs']:,} jobs")
    page = walk.open(f"/utilisation?gpu_model={MODEL}&account={ACCOUNT}")
    row = estate.show("utilisation", by=("cluster",), where=(("gpu_model", MODEL),)).row(
        0, named=True
    )
    clusters = page.locator("section[aria-labelledby='finding-clusters']")
    expect(clusters).to_contain_text("The filter on account does not apply here.")
    open_tab(page, "clusters", "Table")
    assert cell(page, "clusters", 0, "allocated_gpu_hours") == number(row["allocated_gpu_hours"])


def test_back_takes_a_filter_away_and_forward_brings_it_again(walk: Walk):
    page = walk.open("/demand")
    typed(page, "From", "1/3/2026")
    expect(page).to_have_url(re.compile(r"/demand\?from=2026-03-01$"))
    expect(control(page, "From")).to_have_value("1 March 2026")
    control(page, "Account").fill("local-2")
    page.get_by_role("option", name=ACCOUNT).click()
    expect(page.locator(".pl-in-use")).to_contain_text(f"account {ACCOUNT}")
    open_tab(page, "waits", "Table")
    page.go_back()
    expect(page).to_have_url(re.compile(r"/demand\?from=2026-03-01$"))
    expect(control(page, "Account")).to_have_value("")
    expect(page.locator(".pl-in-use")).not_to_contain_text("account")
    waits = page.locator("section[aria-labelledby='finding-waits']")
    expect(waits.get_by_role("tab", name="Table")).to_have_attribute("aria-selected", "true")
    page.go_back()
    expect(control(page, "From")).to_have_value("")
    page.go_forward()
    expect(control(page, "From")).to_have_value("1 March 2026")
    expect(page.locator(".pl-as-of")).to_contain_text("1 March 2026")


def test_a_period_is_a_click_and_everything_can_be_reset(walk: Walk):
    page = walk.open(f"/carbon?gpu_model={MODEL}")
    page.get_by_role("link", name="Last full quarter").click()
    expect(control(page, "From")).to_have_value("1 July 2026")
    expect(control(page, "Until (not included)")).to_have_value("1 October 2026")
    expect(page.locator(".pl-as-of")).to_contain_text("1 July 2026 to 30 September 2026")
    expect(page.locator(".pl-quick [aria-current]")).to_be_focused()
    page.get_by_role("link", name="Reset all filters").click()
    expect(page).to_have_url(re.compile(r"/carbon$"))
    expect(control(page, "From")).to_have_value("")
    demand = page.get_by_role("link", name="Demand and waits", exact=True)
    expect(demand).to_have_attribute("href", "/demand")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-05-01", "1 May 2026"),
        ("1 may 2026", "1 May 2026"),
        ("01.05.2026", "1 May 2026"),
        ("3rd Feb 2026", "3 February 2026"),
        ("May 2026", "1 May 2026"),
    ],
)
def test_a_day_is_read_as_people_write_it(walk: Walk, text: str, day: str):
    page = walk.open("/capacity")
    typed(page, "In service on", text)
    expect(control(page, "In service on")).to_have_value(day)
    expect(page.locator(".pl-in-use")).to_contain_text(f"in service on {day}")


def test_what_is_no_day_is_said_at_the_field_and_changes_nothing(walk: Walk):
    page = walk.open("/capacity?on=2023-06-30")
    for text in ("31 June 2023", "yesterday", "5/13/2023"):
        typed(page, "In service on", text)
        field = control(page, "In service on")
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(page.locator(".pl-control", has_text="In service on")).to_contain_text("such as")
        expect(page).to_have_url(re.compile(r"on=2023-06-30$"))


def test_a_day_can_be_chosen_from_the_calendar_of_the_browser(walk: Walk):
    page = walk.open("/capacity")
    page.get_by_role("button", name="In service on: choose from a calendar").click()
    picker = page.locator(".pl-picker")
    picker.evaluate("field => { field.value = '2023-06-30'; "
                    "field.dispatchEvent(new Event('change')); }")  # fmt: skip
    expect(page).to_have_url(re.compile(r"on=2023-06-30"))
    expect(control(page, "In service on")).to_have_value("30 June 2023")


def test_values_that_the_store_does_not_know_are_named(walk: Walk):
    page = walk.open("/demand?account=nobody&gpu_model=abacus")
    expect(page.locator("main")).to_contain_text("The store knows no account “nobody”.")
    expect(page.locator("main")).to_contain_text("No GPU model “abacus” is known.")


def test_the_models_to_choose_from_are_those_of_show(estate: Estate, reader: Reader):
    shown = set(estate.show("usage", by=("gpu_model",))["gpu_model"].drop_nulls())
    shown |= set(estate.show("nodes")["gpu_model"].drop_nulls())
    assert shown - {"none"} <= set(gpu_models(reader))


def test_a_view_is_saved_opened_renamed_and_deleted(walk: Walk, estate: Estate):
    page = walk.open(f"/demand?account={ACCOUNT}")
    page.get_by_text("Save or share this view").click()
    name = page.get_by_label("Name of the view")
    for said in ("Saved as", "There is a view"):
        name.fill(EVIL)
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.locator("#view-told")).to_contain_text(said)
    page.get_by_role("link", name="all saved views").click()
    expect(page.get_by_role("link", name=EVIL)).to_have_attribute(
        "href", f"/demand?account={ACCOUNT}"
    )
    assert page.locator("main img, main a[href*='evil']").count() == 0
    page.get_by_text("Rename or delete").click()
    page.get_by_label("New name of").fill("Group B")
    page.get_by_role("button", name="Rename", exact=True).click()
    expect(page.locator("#views-told")).to_contain_text("was renamed")
    page.get_by_role("link", name="Group B").click()
    expect(page.locator(".pl-in-use")).to_contain_text(f"account {ACCOUNT}")
    page.go_back()
    page.get_by_text("Rename or delete").click()
    page.get_by_role("button", name="Delete for everyone").click()
    expect(page.locator("main")).to_contain_text("No view is saved yet")
    assert estate.store is not None
    assert estate.store.catalogue.views.all() == []


def test_the_link_of_a_view_is_copied(chromium: Browser, base: str):
    for walk in watched(chromium, base):
        walk.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = walk.open("/carbon?period=quarter")
        page.get_by_text("Save or share this view").click()
        page.get_by_role("button", name="Copy the link").click()
        expect(page.get_by_role("button", name="Copied")).to_be_visible()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == f"{base}/carbon?period=quarter"


def test_without_a_store_no_view_is_kept_and_that_is_said(bare_walk: Walk):
    page = bare_walk.open("/capacity")
    page.get_by_text("Save or share this view").click()
    page.get_by_label("Name of the view").fill("mine")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#view-told")).to_contain_text("no view can be kept")


def test_a_chart_is_downloaded_as_it_is_drawn(walk: Walk):
    page = walk.open(f"/utilisation?gpu_model={MODEL}")
    panel = page.locator("section[aria-labelledby='finding-months']")
    title = panel.locator("figcaption").inner_text()
    with page.expect_download() as download:
        panel.get_by_role("link", name=re.compile("^Download the chart .* as SVG$")).click()
    assert download.value.suggested_filename == "plimsoll-months-synthetic.svg"
    svg = re.sub(r"</text><text[^>]*>", " ", Path(download.value.path()).read_text())
    assert title in svg
    assert f"GPU model {MODEL}" in svg
    assert "SYNTHETIC DATA" in svg
    assert "Store version jobs@" in svg


@pytest.fixture
def own(estate: Estate, tmp_path: Path) -> Iterator[Store]:
    """A copy of the store that may be written to."""
    assert estate.store is not None
    shutil.copytree(estate.store.path, tmp_path / "store")
    with open_store(tmp_path / "store") as copied:
        yield copied


def test_new_data_are_offered_and_shown_without_losing_the_place(
    chromium: Browser, estate: Estate, own: Store, tmp_path: Path
):
    csv = tmp_path / "awards.csv"
    csv.write_text("application_id,requested,granted,unit\nnew-1,100,20,GPU-hours\n")
    for base in served(Estate(own, estate.settings, estate.registry)):
        for walk in watched(chromium, base):
            page = walk.open("/demand?period=quarter")
            before = page.locator("[data-version]").get_attribute("data-version")
            page.evaluate("window.plimsoll.look()")
            open_tab(page, "waits", "Sources")
            page.locator("#finding-outcomes").scroll_into_view_if_needed()
            ingest_awards(own, [csv])
            assert page.locator("#pl-news").inner_text() == ""
            page.wait_for_timeout(600)  # the server looks at the store twice a second at most
            page.evaluate("window.plimsoll.look()")
            notice = page.locator("#pl-news")
            expect(notice).to_contain_text("There are new data: data as of 1 November 2026.")
            seen = page.locator("#finding-outcomes")
            place = seen.evaluate("heading => heading.getBoundingClientRect().top")
            notice.get_by_role("button", name="Show them").click()
            expect(page.locator(f"[data-version='{before}']")).to_have_count(0)
            expect(page.locator("[data-version]")).to_have_attribute("data-version", own.version())
            expect(notice).to_have_text("")
            waits = page.locator("section[aria-labelledby='finding-waits']")
            expect(waits.get_by_role("tab", name="Sources")).to_be_focused()
            expect(waits.get_by_role("tab", name="Sources")).to_have_attribute(
                "aria-selected", "true"
            )
            top = seen.evaluate("heading => heading.getBoundingClientRect().top")
            assert abs(top - place) < 150
            expect(page).to_have_url(re.compile(r"/demand\?period=quarter$"))


def test_a_server_that_is_away_is_said_to_be_and_asked_again(chromium: Browser, estate: Estate):
    context = chromium.new_context()
    page = context.new_page()
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    for base in served(Estate(None, estate.settings, estate.registry)):
        page.goto(f"{base}/capacity")
        expect(page.locator("#finding-countries")).to_be_visible()
        context.set_offline(True)
        page.evaluate("window.plimsoll.look()")
        expect(page.locator("#pl-news")).to_contain_text("The server does not answer")
        typed(page, "In service on", "30 June 2023")
        failed = page.locator("#pl-failed")
        expect(failed).to_contain_text("The server does not answer")
        expect(page.locator("#finding-countries")).to_be_visible()
        context.set_offline(False)
        failed.get_by_role("button", name="Try again").click()
        expect(page.locator(".pl-in-use")).to_contain_text("30 June 2023")
        expect(failed).to_have_text("")
        page.evaluate("window.plimsoll.look()")
        expect(page.locator("#pl-news")).to_have_text("")
    context.close()
    assert broken == []


def test_a_page_that_takes_long_says_that_it_loads(walk: Walk):
    page = walk.open("/capacity")
    network = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 1500, "downloadThroughput": -1, "uploadThroughput": -1}
    network.send("Network.emulateNetworkConditions", slow)
    page.get_by_role("link", name="Carbon", exact=True).click()
    expect(page.locator("#main")).to_have_attribute("aria-busy", "true")
    expect(page.locator("#pl-told")).to_have_text("Loading")
    expect(page.locator("#pl-progress")).to_be_visible()
    expect(page.locator("main h1")).to_contain_text("Carbon")
    expect(page.locator("#pl-told")).to_have_text("Loaded")
    expect(page.locator(".pl-nav [aria-current='page']")).to_have_text("Carbon")
    expect(page.locator("#main")).not_to_have_attribute("aria-busy", "true")


def test_a_definition_is_a_key_or_a_touch_away(walk: Walk):
    page = walk.open("/")
    page.locator(".pl-what").first.focus()
    tip = page.get_by_role("tooltip")
    expect(tip).to_be_visible()
    label = page.locator(".pl-what").first.get_attribute("aria-label") or ""
    assert tip.inner_text() in label
