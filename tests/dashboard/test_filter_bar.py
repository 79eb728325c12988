"""The filter bar, who may write, and charts as files, without a browser."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import polars as pl
import pytest
from chart_specimens import CHARTS, HOSTILE
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from dashboard import create_app
from dashboard.applies import KNOWN_BY, WITHOUT_PERIOD, ignored_by, ignored_sentence, where_for
from dashboard.bar import quick_periods
from dashboard.choices import SHOWN, matching
from dashboard.filters import Filters
from dashboard.panels import Drawn
from dashboard.pictures import as_picture, framed, provenance
from model.question import Answer, Question
from model.registry import load_registry
from model.settings import load_settings
from reports.answer import TABLES

OFFERED = ("period", "cluster", "tier", "account", "gpu_model")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory):
    config = tmp_path_factory.mktemp("site") / "plimsoll.yaml"
    config.write_text("site: nowhere\n")
    return create_app(None, load_settings(config), load_registry()).server.test_client()


def test_a_table_is_asked_for_no_filter_that_it_does_not_know():
    filters = Filters(clusters=("a", "b"), account="x", gpu_model="t4", tier="Tier-2")
    assert where_for("waits", filters) == (
        ("cluster", "a"),
        ("cluster", "b"),
        ("tier", "Tier-2"),
        ("account", "x"),
        ("gpu_model", "t4"),
    )
    assert where_for("capacity", filters) == (("gpu_model", "t4"),)
    assert ("account", "x") not in where_for("utilisation", filters)


def test_a_filter_that_does_not_apply_is_named_and_one_that_is_not_in_use_is_not():
    filters = Filters(since=date(2026, 5, 1), account="x")
    assert ignored_by("waits", filters, offered=OFFERED) == []
    assert ignored_by("utilisation", filters, offered=OFFERED) == ["account"]
    assert ignored_by("growth", filters, offered=OFFERED) == ["period", "account"]
    assert ignored_by("growth", filters, offered=()) == []
    assert ignored_sentence([]) is None
    assert ignored_sentence(["account"]) == "The filter on account does not apply here."
    assert ignored_sentence(["period", "account", "gpu_model"]) == (
        "The filters on period, account and GPU model do not apply here."
    )


def test_what_is_said_of_tables_is_said_of_tables_that_there_are():
    assert set().union(WITHOUT_PERIOD, *KNOWN_BY.values()) <= set(TABLES)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_quick_periods_end_with_the_data(last: date):
    periods = quick_periods(last)
    since, until = periods["Last 28 days"]
    assert (until - since).days == 28
    assert (until - last).days == 1
    begin, end = periods["Last full quarter"]
    assert end <= until
    assert (begin.day, end.day) == (1, 1)
    assert {begin.month % 3, end.month % 3} == {1}
    assert 90 <= (end - begin).days <= 92
    assert 0 <= (until - end).days < 92
    assert periods[f"{last.year} so far"] == (date(last.year, 1, 1), until)
    assert periods["All data"] == (None, None)


def test_of_thousands_of_accounts_fifty_are_listed_those_that_begin_so_first():
    names = [f"account-{place:05}" for place in range(20_000)] + ["Physics", "astrophysics"]
    assert len(matching(names, "")) == SHOWN
    assert matching(names, "PHYS") == ["Physics", "astrophysics"]
    assert matching(names, "account-19999") == ["account-19999"]
    kept = matching(names, "account", keep="Physics")
    assert (len(kept), kept[0]) == (SHOWN, "Physics")
    assert matching(names, "no such") == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://plimsoll.example"}, None),
        ({"Origin": "http://localhost"}, None),
        ({}, None),
    ],
)
def test_only_pages_of_this_dashboard_may_send_what_changes_something(client, headers, status):
    sent = client.post("/_dash-update-component", data="{}", headers=headers)
    assert sent.status_code == (status or 415)
    read = client.get("/_dash-dependencies", headers=headers)
    assert read.status_code == 200


def test_a_form_of_another_kind_than_json_is_refused(client):
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        sent = client.post("/_dash-update-component", data="{}", content_type=kind)
        assert sent.status_code == 415


def test_without_a_store_the_version_is_none(client):
    assert client.get("/freshness").json == {"as_of": None, "version": "none"}
    assert client.get("/freshness").headers["Cache-Control"] == "no-store"


def test_a_chart_of_the_registry_can_be_had_as_the_page_has_it(client):
    address = "/download/chart/machines.{}?page=capacity&on=2023-06-30&country=GB"
    svg = client.get(address.format("svg"))
    assert svg.content_type.startswith("image/svg+xml")
    text = " ".join(etree.fromstring(svg.data).itertext())
    assert "on 30 June 2023" in text
    assert "Filters: in service on 30 June 2023; country GB." in text
    assert "the capacity registry" in text
    assert "SYNTHETIC" not in text
    png = client.get(address.format("png"))
    assert png.data.startswith(b"\x89PNG")
    assert 'filename="plimsoll-machines.png"' in png.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("address", "status"),
    [("nothing.svg?page=capacity", 400), ("machines.svg?page=nowhere", 400), ("a.exe", 404)],
)
def test_a_chart_that_there_is_not_is_said_to_be_missing(client, address, status):
    assert client.get(f"/download/chart/{address}").status_code == status


def test_made_up_data_are_marked_in_every_picture_and_names_are_text():
    chart = CHARTS["columns"]
    answer = Answer(
        Question("waits", where=(("account", HOSTILE),)),
        pl.DataFrame(),
        data_as_of=datetime(2026, 5, 1, tzinfo=UTC),
        store_version="jobs@7",
        synthetic=True,
    )
    drawn = Drawn("x", replace(chart, synthetic=True, title=HOSTILE), answer)
    svg = as_picture(drawn, Filters(account=HOSTILE), "svg").decode()
    root = etree.fromstring(svg.encode())
    assert not root.findall(".//{http://www.w3.org/2000/svg}a")
    assert len(re.findall("SYNTHETIC DATA", svg)) == 2
    foot = provenance(drawn, Filters(account=HOSTILE))
    assert foot[0] == (
        "Source: Plimsoll, the store's records. Data as of 1 May 2026. Store version jobs@7."
    )
    assert foot[2].startswith("The same figures: plimsoll show waits --where")


def test_a_long_title_takes_the_lines_that_it_needs():
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="100"></svg>'
    low, high = (float(re.search(r'height="([\d.]+)"', framed(drawing, title, []))[1])
                 for title in ("Short", "A title of many words " * 8))  # fmt: skip
    assert high > low
