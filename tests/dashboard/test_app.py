"""The application without a browser: its headers, its addresses, its downloads."""

import base64
import csv
import hashlib
import io
import re
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from time import sleep
from typing import Any
from unittest.mock import Mock

import polars as pl
import pytest

from dashboard import create_app
from dashboard.downloads import as_csv, as_xlsx
from dashboard.reader import Reader
from model.errors import InputError
from model.question import Answer, Question
from model.registry import load_registry
from model.settings import load_settings


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    config = tmp_path_factory.mktemp("site") / "plimsoll.yaml"
    config.write_text("site: nowhere\ndashboard: {base_path: /plimsoll/}\n")
    app = create_app(None, load_settings(config), load_registry())
    return app.server.test_client()


def answered(frame: pl.DataFrame, **more: Any) -> Answer:
    return Answer(Question("applications"), frame, **more)


def test_the_page_is_british_and_every_script_is_its_own(client):
    page = client.get("/plimsoll/").text
    assert '<html lang="en-GB">' in page
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert addresses
    assert all(address.startswith("/plimsoll/") for address in addresses)


def test_the_policy_allows_the_inline_scripts_of_the_page_by_hash_alone(client):
    response = client.get("/plimsoll/")
    policy = dict(
        part.strip().split(" ", 1)
        for part in response.headers["Content-Security-Policy"].split(";")
    )
    assert "unsafe" not in policy["script-src"]
    assert policy["default-src"] == "'none'"
    assert policy["connect-src"] == "'self'"
    inline = re.findall(
        r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>(.*?)</script>",
        response.text,
        re.DOTALL,
    )
    assert inline
    for script in inline:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy["script-src"]


def test_large_answers_travel_compressed_where_the_reader_can_unpack_them(client):
    packed = client.get("/plimsoll/_dash-layout", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in client.get("/plimsoll/_dash-layout").headers


def test_capacity_can_be_had_as_a_file(client):
    response = client.get("/plimsoll/download/capacity.csv?on=2023-06-30")
    rows = list(csv.DictReader(io.StringIO(response.text)))
    cards = {row["id"]: row["gpus"] for row in rows}
    assert int(cards["us-summit"]) + int(cards["us-perlmutter"]) == 34_816
    assert "attachment" in response.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("capacity.csv?on=yesterday", "yesterday"),
        ("capacity.csv?period=aeon", "aeon"),
        ("usage.csv", "store"),
        ("nonsense.csv", "nonsense"),
    ],
)
def test_a_download_that_cannot_be_made_says_why(client, address, said):
    response = client.get(f"/plimsoll/download/{address}")
    assert response.status_code == 400
    assert said in response.text


def test_a_kind_of_file_that_there_is_not_is_not_found(client):
    assert client.get("/plimsoll/download/capacity.exe").status_code == 404


def test_text_never_starts_a_formula_and_numbers_stay_numbers():
    frame = pl.DataFrame(
        {"project": ["=1+1", "@x", "-2", "plain", None], "cut": [-0.5, 0.0, 0.1, None, 1.0]}
    )
    rows = list(csv.reader(io.StringIO(as_csv(answered(frame)).decode())))
    assert [row[0] for row in rows[1:]] == ["'=1+1", "'@x", "'-2", "plain", ""]
    assert [row[1] for row in rows[1:]] == ["-0.5", "0.0", "0.1", "", "1.0"]


def test_made_up_data_say_so_in_every_row_and_on_the_first_sheet():
    frame = pl.DataFrame({"project": ["=HYPERLINK(1)"], "end": [date(2026, 5, 1)]})
    answer = answered(frame, synthetic=True, notes=("A note.",))
    assert as_csv(answer).decode().splitlines()[1].endswith(",synthetic")
    book = zipfile.ZipFile(io.BytesIO(as_xlsx(answer)))
    sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
    assert "SYNTHETIC DATA" in book.read("xl/sharedStrings.xml").decode()
    assert all(b"<f>" not in book.read(name) for name in sheets)
    book.close()


def test_a_question_is_answered_once_however_many_ask(monkeypatch, tmp_path):
    asked = []

    def slowly(question: Question, **_: Any) -> Answer:
        asked.append(question)
        sleep(0.05)
        return answered(pl.DataFrame())

    monkeypatch.setattr("dashboard.reader.answer", slowly)
    config = tmp_path / "plimsoll.yaml"
    config.write_text("site: nowhere\n")
    reader = Reader(store=None, settings=load_settings(config), registry=load_registry())
    with ThreadPoolExecutor(4) as readers:
        found = list(readers.map(reader.ask, [Question("capacity", on=date(2026, 1, 1))] * 4))
    assert len(asked) == 1
    assert all(each is found[0] for each in found)


def test_a_question_that_failed_is_asked_again(monkeypatch, tmp_path):
    found = answered(pl.DataFrame())
    monkeypatch.setattr("dashboard.reader.answer", Mock(side_effect=[InputError("no"), found]))
    config = tmp_path / "plimsoll.yaml"
    config.write_text("site: nowhere\n")
    reader = Reader(store=None, settings=load_settings(config), registry=load_registry())
    with pytest.raises(InputError):
        reader.ask(Question("capacity"))
    assert reader.ask(Question("capacity")) is found
