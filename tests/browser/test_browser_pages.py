"""The pages in a real Chromium, on a store made from the synthetic estate."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from browsing import EVIL, NORTH, Estate, Walk, cell, open_tab, served, tile, watched
from playwright.sync_api import Browser, expect

from ingest.awards import ingest_awards
from model.registry import load_registry
from model.settings import load_settings
from reports.wording import duration, number, share
from store import open_store

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_the_overview_says_what_show_says(walk: Walk, estate: Estate):
    page = walk.open("/")
    last = estate.show("shortfall").row(-1, named=True)
    total = estate.show("utilisation").row(0, named=True)
    spare = estate.show("inference")
    reclaimable = sum(
        row["reclaimable_low_gpu_hours"] or 0
        for row in spare.iter_rows(named=True)
        if row["node_role"] == "inference"
    )

    assert tile(page, "Granted of what was requested") == last["awarded_share"]
    assert tile(page, "GPU-hours allocated") == total["allocated_gpu_hours"]
    assert tile(page, "Reclaimable from inference nodes") == pytest.approx(reclaimable, rel=1e-12)
    assert page.locator(".pl-tile").count() == 4
    expect(page.locator(".pl-synthetic")).to_contain_text("Synthetic data")
    expect(page.locator(".js-plotly-plot").first).to_contain_text("SYNTHETIC DATA")


def test_shortfall_shows_every_application_of_the_last_round(walk: Walk, estate: Estate):
    page = walk.open("/shortfall")
    last = estate.show("shortfall").row(-1, named=True)
    where = (("call", last["call"]), ("round", last["round"]))
    applications = estate.show("applications", where=where)
    alike = round(last["uniform_cut_of_funded"] * last["awards"])

    heading = page.locator("#finding-applications")
    expect(heading).to_contain_text(f"{alike} of {last['awards']} funded applications")
    dots = page.locator("section[aria-labelledby='finding-applications'] .point")
    expect(dots).to_have_count(applications["cut_fraction"].drop_nulls().len())
    open_tab(page, "applications", "Table")
    first = applications.row(0, named=True)
    shown = cell(page, "applications", 0, "requested")
    assert shown == number(first["requested"])
    assert cell(page, "applications", 0, "cut_fraction") == share(first["cut_fraction"], decimals=1)


def test_utilisation_of_one_cluster_is_that_of_show(walk: Walk, estate: Estate):
    page = walk.open(f"/utilisation?cluster={NORTH}&from=2026-02-01&to=2026-05-01&period=quarter")
    asked = {
        "where": (("cluster", NORTH),),
        "since": date(2026, 2, 1),
        "until": date(2026, 5, 1),
    }
    row = estate.show("utilisation", by=("cluster",), **asked).row(0, named=True)
    open_tab(page, "clusters", "Table")
    assert cell(page, "clusters", 0, "cluster") == NORTH
    assert cell(page, "clusters", 0, "allocated_gpu_hours") == f"{row['allocated_gpu_hours']:,.0f}"
    assert cell(page, "clusters", 0, "utilisation_available") == share(
        row["utilisation_available"], decimals=1
    )
    expect(page.locator(".pl-as-of")).to_contain_text("1 February 2026 to 30 April 2026")

    nodes = estate.show("nodes", **asked)
    idle = nodes.filter(nodes["node_role"] == "inference")["idle_gpu_hours"].max()
    assert cell(page, "nodes", 0, "node_role") == "inference"
    assert cell(page, "nodes", 0, "idle_gpu_hours") == f"{idle:,.0f}"


def test_why_jobs_are_waiting_is_a_click_from_the_overview(walk: Walk, estate: Estate):
    page = walk.open("/")
    page.get_by_role("link", name="Why jobs are waiting now").click()
    queue, waits = estate.show("queue"), estate.show("waits").row(0, named=True)
    demand = estate.show("demand", by=("cluster",))
    gpus = queue["gpus"].sum()
    expect(page.locator("main h1")).to_contain_text("Demand and waits")
    expect(page.locator("#finding-queue")).to_contain_text(f"{gpus:,} GPUs waited for")
    for kind, words in (("capacity", "for capacity"), ("policy", "for a policy limit")):
        part = queue.filter(pl.col("reason_class") == kind)["gpus"].sum() / gpus
        if part:
            expect(page.locator("#finding-queue")).to_contain_text(f"{share(part)} ")
            expect(page.locator("#finding-queue")).to_contain_text(words)
    assert tile(page, "GPUs waited for") == gpus
    assert tile(page, "Median wait") == waits["wait_p50_s"]
    never = demand["cancelled_pending_gpu_hours_low"].sum()
    assert tile(page, "GPU-hours never started") == pytest.approx(never, rel=1e-12)
    assert page.locator(".pl-tile").count() == 4


def test_a_wait_is_followed_from_the_cluster_to_the_partition_to_the_job(
    walk: Walk, estate: Estate
):
    page = walk.open("/demand?from=2026-03-01&to=2026-05-01")
    page.get_by_role("link", name=NORTH, exact=True).click()
    expect(page.locator("#finding-backlog + nav")).to_contain_text("Look into one partition")
    page.get_by_role("link", name="gpu", exact=True).click()
    expect(page).to_have_url(re.compile(r"cluster=synthetic-north.*partition=gpu"))
    expect(page.locator(".pl-path")).to_contain_text("partition gpu")
    asked = {
        "where": (("cluster", NORTH), ("partition", "gpu")),
        "since": date(2026, 3, 1),
        "until": date(2026, 5, 1),
    }
    waits = estate.show("waits", **asked).row(0, named=True)
    expect(page.locator("#finding-waits")).to_contain_text(f"{waits['jobs']:,} jobs")
    stage = (("stage", "waiting"),) if estate.show("queue", **asked).height else ()
    job = estate.show("jobs", **(asked | {"where": (*asked["where"], *stage)})).row(0, named=True)
    assert cell(page, "jobs", 0, "job_label") == str(job["job_label"])
    assert cell(page, "jobs", 0, "account") == job["account"]
    assert cell(page, "jobs", 0, "wait_s") == duration(job["wait_s"])
    page.go_back()
    expect(page.locator(".pl-path")).not_to_contain_text("partition gpu")
    page.locator(".pl-path").get_by_role("link", name="All clusters").click()
    expect(page.locator("#finding-backlog + nav")).to_contain_text("Look into one cluster")


def test_a_partition_that_is_not_there_is_said_to_be_missing(walk: Walk):
    page = walk.open(f"/demand?cluster={NORTH}&partition=nowhere")
    expect(page.locator("main")).to_contain_text("No jobs in a partition “nowhere”")


def test_capacity_reproduces_the_comparison_of_2023(walk: Walk):
    page = walk.open("/capacity?on=2023-06-30")
    countries = page.locator("section[aria-labelledby='finding-countries']")
    expect(countries).to_contain_text("held 1,930 GPU cards")
    expect(page.locator("#finding-claims")).to_contain_text("hold as they stand")
    assert cell(page, "claims", 1, "figure_found").startswith("3,744")
    assert cell(page, "claims", 1, "verdict") == "holds"
    expect(page.locator("section", has_text="left out of every sum").last).to_contain_text(
        "Google A3"
    )


def test_filters_live_in_the_address_and_navigation_carries_them(walk: Walk):
    page = walk.open("/utilisation")
    since = page.get_by_role("textbox", name="From", exact=True)
    since.fill("2026-03-01")
    since.press("Enter")
    expect(page).to_have_url(re.compile(r"/utilisation\?.*from=2026-03-01"))
    expect(page.locator(".pl-as-of")).to_contain_text("1 March 2026")
    page.get_by_role("link", name="Capacity", exact=True).click()
    expect(page.locator("main h1")).to_have_text("GPU capacity: the UK and the world")
    expect(page.locator("main h1")).to_be_focused()
    expect(page).to_have_url(re.compile(r"/capacity\?.*from=2026-03-01"))
    page.go_back()
    expect(page.locator("main h1")).to_contain_text("Utilisation")
    expect(since).to_have_value("1 March 2026")
    expect(page.locator(".pl-as-of")).to_contain_text("1 March 2026")


def test_an_address_that_cannot_be_read_says_so(walk: Walk):
    page = walk.open("/utilisation?from=yesterday&cluster=nowhere")
    expect(page.locator("main")).to_contain_text("“yesterday” in “from” is not a date")
    expect(page.locator("main")).to_contain_text("No cluster fits these filters")


def test_dark_colours_are_a_click_away_and_redraw_the_charts(walk: Walk):
    page = walk.open("/capacity?on=2023-06-30")
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    page.get_by_role("button", name="Dark colours").click()
    expect(page.locator("html")).to_have_attribute("data-scheme", "dark")
    expect(page.locator(".js-plotly-plot text", has_text="United Kingdom").first).to_have_css(
        "fill", "rgb(238, 241, 244)"
    )


def test_downloads_hold_what_the_table_shows(walk: Walk, estate: Estate):
    page = walk.open("/shortfall")
    open_tab(page, "rounds", "Table")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download shortfall as CSV").click()
    saved = download.value
    assert saved.suggested_filename == "plimsoll-shortfall-synthetic.csv"
    lines = Path(saved.path()).read_text().splitlines()
    assert len(lines) == estate.show("shortfall").height + 1
    assert lines[1].endswith(",synthetic")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "plimsoll.yaml").write_text("site: nowhere\n")
    lines = [f'"{EVIL} {place}","{EVIL}",100,{20 + place},GPU-hours' for place in range(3)]
    csv = folder / "awards.csv"
    csv.write_text("\n".join(["application_id,project,requested,granted,unit", *lines]))
    store = open_store(folder / "store", create=True)
    ingest_awards(store, [csv])
    settings = load_settings(folder / "plimsoll.yaml")
    yield from served(Estate(store, settings, load_registry()))
    store.close()


def test_names_of_the_data_are_never_markup(chromium: Browser, hostile: str):
    for walk in watched(chromium, hostile):
        page = walk.open("/shortfall")
        dots = page.locator("section[aria-labelledby='finding-applications'] .point")
        expect(dots).to_have_count(3)
        dots.nth(1).hover(force=True)
        expect(page.locator(".hoverlayer .hovertext")).to_contain_text("<img src=x")
        open_tab(page, "applications", "Table")
        assert EVIL in cell(page, "applications", 0, "project")
        assert page.locator("main img").count() == 0
        elsewhere = "links => links.filter(link => link.host !== location.host).length"
        assert page.locator("main a").evaluate_all(elsewhere) == 0


def test_without_a_store_the_registry_still_answers(bare_walk: Walk):
    page = bare_walk.open("/")
    expect(page.locator("main")).to_contain_text("plimsoll ingest jobs")
    assert tile(page, "UK A100-equivalents") > 1_000
    page = bare_walk.open("/shortfall")
    expect(page.locator("main")).to_contain_text("No store yet")
    page = bare_walk.open("/demand")
    expect(page.locator("main")).to_contain_text("No store yet")
    page = bare_walk.open("/capacity")
    expect(page.locator("#finding-countries")).to_contain_text("Per million people the UK had")
