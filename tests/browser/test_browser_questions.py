"""Six questions of an allocation manager, each answered from the first page within three clicks."""

import re

import polars as pl
import pytest
from browsing import Estate, Walk, cell, open_tab
from playwright.sync_api import Page, expect

from reports.charts.densities import said
from reports.charts.shortfall import application_name
from reports.units import DENSITIES
from reports.wording import between, day, plural, share

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PUBLIC = (("sector", "academic"), ("sector", "government"))


def ask(walk: Walk, question: str) -> Page:
    """The first page, and one click on the question."""
    page = walk.open("/")
    page.get_by_role("navigation", name="Questions that are asked most").get_by_role(
        "link", name=question
    ).click()
    return page


def test_which_application_was_cut_most_in_the_last_round(walk: Walk, estate: Estate):
    page = ask(walk, "Which application was cut most?")
    last = estate.show("shortfall").row(-1, named=True)
    where = (("call", last["call"]), ("round", last["round"]))
    funded = estate.show("applications", where=where).filter(pl.col("granted") > 0)
    most = funded.sort("cut_fraction", "application_id", nulls_last=False).row(-1, named=True)
    panel = page.locator("section[aria-labelledby='finding-applications']")
    expect(panel).to_contain_text(f"{application_name(most)} was cut most")
    expect(panel).to_contain_text(f"by {share(most['cut_fraction'])}")
    expect(page.locator("#finding-applications")).to_be_in_viewport()
    panel.get_by_text("Look into one application").click()
    panel.get_by_role("link", name=re.compile(most["application_id"])).click()
    expect(page.locator("#finding-application")).to_contain_text(application_name(most))
    expect(page.locator("#finding-jobs")).to_be_visible()


def test_how_much_may_be_granted_next_round(walk: Walk, estate: Estate):
    page = ask(walk, "How much may be granted next?")
    rows = estate.show("grantable").filter(pl.col("unit") == "GPU-hours")
    low, high = rows["grantable_low"].sum(), rows["grantable_high"].sum()
    heading = page.locator("#finding-grantable")
    expect(heading).to_contain_text(f"{between(low, high)} GPU-hours may be granted")
    expect(heading).to_contain_text(day(rows["period_start"][0]))
    expect(heading).to_be_in_viewport()


def test_which_inference_nodes_to_move_and_what_that_frees(walk: Walk, estate: Estate):
    page = ask(walk, "Which inference nodes could move")
    moves = estate.show("moves")
    freed = between(moves["gpu_hours_freed_low"].sum(), moves["gpu_hours_freed_high"].sum())
    heading = page.locator("#finding-moves")
    expect(heading).to_contain_text(f"Moving {plural(moves.height, 'inference node')}")
    expect(heading).to_contain_text(freed)
    expect(heading).to_be_in_viewport()
    open_tab(page, "moves", "Table")
    assert cell(page, "moves", 0, "node") == moves["node"][0]


def test_why_jobs_are_waiting_now(walk: Walk, estate: Estate):
    page = ask(walk, "Why are jobs waiting now?")
    queue = estate.show("queue")
    heading = page.locator("#finding-queue")
    expect(heading).to_contain_text(f"{queue['gpus'].sum():,} GPUs waited for")
    for row in queue.filter(pl.col("gpus") > 0).iter_rows(named=True):
        figure = page.locator("section[aria-labelledby='finding-queue'] [role='img']")
        expect(figure).to_have_attribute("aria-label", re.compile(re.escape(row["reason"])))


def test_how_many_a100_equivalents_per_head_the_uk_has_beside_germany(walk: Walk, estate: Estate):
    page = ask(walk, "How much has the UK per head beside Germany?")
    unit = ("unit", "a100_equivalents_16bit")
    table = estate.show("densities", where=(*PUBLIC, unit))
    rows = {row["country"]: row for row in table.iter_rows(named=True)}
    uk, germany = (said(rows[code], DENSITIES["people"]) for code in ("GB", "DE"))
    heading = page.locator("#finding-countries")
    expect(heading).to_contain_text(f"{uk} A100-equivalents")
    expect(heading).to_contain_text(f"Germany {germany}")


def test_how_old_the_data_are_and_what_is_missing(walk: Walk, estate: Estate):
    page = ask(walk, "How old are the data")
    newest = estate.show("observed")["observed_to"].max()
    expect(page.locator("main")).to_contain_text(day(newest))
    for row in estate.show("symptoms").head(3).iter_rows(named=True):
        expect(page.locator("main")).to_contain_text(row["what"])
