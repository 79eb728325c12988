"""Grids whose rows stay on the server: what a request may ask, and what it is told."""

import json
import re
from datetime import date

import polars as pl
import pytest

from dashboard import create_app
from dashboard.compression import compressed
from dashboard.grid_rows import BLOCK, block
from dashboard.grids import PAGE, grid
from model.question import Answer, Question
from model.registry import load_registry
from model.settings import load_settings

ROWS = 250


def frame() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "node": [f"node{n:03}" for n in range(ROWS)],
            "gpus": [None if n == 7 else (n * 37) % 101 for n in range(ROWS)],
            "since": [date(2026, 1, 1)] * ROWS,
            "models": [["A100", "h100"] if n % 50 == 0 else [] for n in range(ROWS)],
        }
    )


def drawn(rows: int):
    answer = Answer(Question("nodes"), frame().head(rows), store_version="nodes@3")
    return json.dumps(grid(answer, answer.frame, key="nodes").to_plotly_json(), default=vars)


def test_rows_of_a_large_table_do_not_travel_with_its_page():
    assert "node019" in drawn(PAGE)
    assert "node000" not in drawn(PAGE + 1)
    assert '"infinite"' in drawn(PAGE + 1)


def test_a_block_is_cut_from_the_sorted_rows_with_the_unknown_last():
    asked = {"startRow": 100, "endRow": 200, "sortModel": [{"colId": "gpus", "sort": "desc"}]}
    got = block(frame(), asked)
    known = sorted((n for n in frame()["gpus"] if n is not None), reverse=True)
    assert [row["gpus"] for row in got.rows] == known[100:200]
    assert (got.found, got.held) == (ROWS, ROWS)
    last = block(frame(), asked | {"startRow": 200, "endRow": 300})
    assert len(last.rows) == 50
    assert last.rows[-1]["gpus"] is None


def test_words_are_looked_for_in_every_column_in_any_case():
    got = block(frame(), {"startRow": 0, "endRow": BLOCK}, "a100 NODE2")
    assert [row["node"] for row in got.rows] == ["node200"]
    assert got.rows[0]["models"] == "A100, h100"
    assert got.rows[0]["since"] == "2026-01-01"
    assert (got.found, got.held) == (1, ROWS)
    assert block(frame(), {"startRow": 0, "endRow": 9}, "(.*").found == 0


@pytest.mark.parametrize(
    ("asked", "rows"),
    [
        ({}, BLOCK),
        ({"startRow": -5, "endRow": 10}, 10),
        ({"startRow": 0, "endRow": 10**9}, ROWS),
        ({"startRow": 10**9, "endRow": 10**9 + 5}, 0),
        ({"startRow": 9, "endRow": 3}, 0),
        ({"startRow": "0; drop", "endRow": None}, BLOCK),
        ({"startRow": True, "sortModel": "gpus"}, BLOCK),
        ({"sortModel": [{"colId": "__import__", "sort": "asc"}, 7, {}]}, BLOCK),
    ],
)
def test_a_request_that_makes_no_sense_gets_rows_of_the_table_and_no_more(asked, rows):
    assert len(block(frame(), asked).rows) == rows


def test_a_block_holds_no_more_than_a_thousand_rows_whatever_is_asked():
    large = pl.DataFrame({"n": range(5_000)})
    assert len(block(large, {"startRow": 0, "endRow": 5_000}).rows) == 1_000


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    config = tmp_path_factory.mktemp("site") / "plimsoll.yaml"
    config.write_text("site: nowhere\n")
    return create_app(None, load_settings(config), load_registry()).server.test_client()


def _written(name: dict[str, object]) -> str:
    return json.dumps(name, sort_keys=True, separators=(",", ":"))


def asked(client, key: str, *, path: str = "/capacity", search: str = "", of: str = ""):
    """What Dash's own page sends when a grid wants rows."""
    names = {name: {"grid": key, "of": of, "part": name} for name in ("rows", "words", "told")}
    outputs = [
        {"id": names["rows"], "property": "getRowsResponse"},
        {"id": names["rows"], "property": "columnSize"},
        {"id": names["told"], "property": "children"},
    ]
    written = [
        f"{_written(each['id'] | {'grid': ['MATCH'], 'of': ['MATCH']})}.{each['property']}"
        for each in outputs
    ]
    given = {"startRow": 0, "endRow": 100, "sortModel": []}
    shown = {"pathname": path, "search": search, "view": None}
    body = {
        "output": f"..{'...'.join(written)}..",
        "outputs": outputs,
        "inputs": [{"id": names["rows"], "property": "getRowsRequest", "value": given}],
        "changedPropIds": [f"{_written(names['rows'])}.getRowsRequest"],
        "state": [
            {"id": names["rows"], "property": "id", "value": names["rows"]},
            {"id": names["words"], "property": "value", "value": ""},
            [{"id": {"drawn": "x"}, "property": "data", "value": shown}],
        ],
    }
    response = client.post("/_dash-update-component", json=body)
    assert response.status_code == 200, response.text
    found = response.get_json()["response"]
    rows, told = (
        next(part[name] for key, part in found.items() if f'"{which}"' in key)
        for which, name in (("rows", "getRowsResponse"), ("told", "children"))
    )
    return rows, told


def test_a_grid_gets_the_rows_that_its_page_has_drawn(client):
    rows, told = asked(client, "machines", search="?on=2023-06-30")
    assert rows["rowCount"] == len(rows["rowData"]) > PAGE
    assert told == f"{rows['rowCount']} rows"


def test_a_table_that_the_page_does_not_have_is_empty(client):
    assert asked(client, "../../etc/passwd")[0] == {"rowData": [], "rowCount": 0}
    assert asked(client, "machines", path="/nowhere")[0] == {"rowData": [], "rowCount": 0}
    assert asked(client, "nodes", path="/utilisation", search="?cluster=x")[0]["rowCount"] == 0


def test_rows_that_are_newer_than_their_page_say_so(client):
    assert "newer than the page" in asked(client, "machines", of="jobs@1")[1]


def test_what_never_changes_may_be_kept_for_ever_and_data_by_nobody(client):
    page = client.get("/")
    assert page.headers["Cache-Control"] == "private, no-cache"
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    for name in ("dash_ag_grid", "plimsoll.css"):
        address = next(each for each in addresses if name in each)
        with client.get(address) as part:
            assert "immutable" in part.headers["Cache-Control"]


def test_a_browser_that_knows_zstd_gets_it_and_the_same_bytes(client):
    plain = client.get("/_dash-dependencies")
    for how, told in (("zstd", "gzip, deflate, br, zstd"), ("gzip", "gzip, deflate")):
        packed = client.get("/_dash-dependencies", headers={"Accept-Encoding": told})
        assert packed.headers["Content-Encoding"] == how
        assert packed.headers["Vary"] == "Accept-Encoding"
        assert packed.data == compressed(plain.data, how)
    refused = client.get("/_dash-dependencies", headers={"Accept-Encoding": "zstd;q=0"})
    assert "Content-Encoding" not in refused.headers


def test_what_is_remembered_is_told_to_prometheus(client):
    asked(client, "machines")
    told = client.get("/metrics").text
    for what in ("answers", "tables"):
        held = re.search(rf'plimsoll_dashboard_remembered_bytes{{what="{what}"}} (\S+)', told)
        assert float(held[1]) > 0
