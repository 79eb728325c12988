"""Bodies of pages are drawn once, and sent as drawn to whoever asks; a load script can ask."""

import json
import random
from typing import Any

import pytest

from bench.dashboard_table import table
from bench.dashboard_user import Call, Drawn, User
from dashboard import create_app, routing
from model.registry import load_registry
from model.settings import load_settings


class Reading(User):
    """A reader of an app in this process."""

    client: Any

    def _ask(self, kind: str, what: str, how: str, address: str, sent: str | None) -> str | None:
        response = self.client.open(address, method=how, data=sent, content_type="application/json")
        self.calls.append(Call(kind, what, 0.0, 0.01, len(response.data), response.status_code))
        assert response.status_code in {200, 204}, response.text
        self.last = response.text
        return response.text or None


@pytest.fixture
def app(tmp_path):
    (tmp_path / "plimsoll.yaml").write_text("site: nowhere\n")
    return create_app(None, load_settings(tmp_path / "plimsoll.yaml"), load_registry())


@pytest.fixture
def reading(app):
    user = Reading("", 0, 1, ("?per=gdp",), 0.0, 0.0)
    user.client, user._chance = app.server.test_client(), random.Random(1)  # noqa: S311
    user._arrive()
    return user


@pytest.fixture
def drawings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pages that are drawn, one by one."""
    drawn: list[str] = []
    standing = routing.standing

    def noted(reader, filters, **more: Any):
        drawn.append(str(filters.per))
        return standing(reader, filters, **more)

    monkeypatch.setattr(routing, "standing", noted)
    return drawn


def opened(reading: Reading, page: str, search: str = "") -> Drawn:
    shown = reading._open(page, search)
    assert shown is not None
    return shown


def test_a_page_is_drawn_once_and_each_who_opens_it_gets_a_body_of_his_own(
    reading: Reading, drawings: list[str]
):
    first, second = opened(reading, "capacity"), opened(reading, "capacity")
    assert len(drawings) == 1
    names = [
        next(each["drawn"] for each in page.ids if "drawn" in each) for page in (first, second)
    ]
    assert names[0] != names[1]
    assert "drawn-" not in reading.last
    assert first.grids == second.grids != ()
    assert any("capacity.csv" in link for link in second.downloads)


def test_other_filters_are_another_drawing_and_the_way_back_is_none(
    reading: Reading, drawings: list[str]
):
    page = opened(reading, "capacity")
    filtered = reading._filter("capacity", "?per=gdp", page)
    assert filtered is not None
    reading._filter("capacity", "", filtered)
    assert drawings == ["people", "gdp"]
    assert "Per million people" in reading.last


def test_a_page_that_lives_is_drawn_every_time(reading: Reading, drawings: list[str]):
    opened(reading, "reports")
    opened(reading, "reports")
    assert len(drawings) == 2


def test_the_server_draws_ahead_of_its_readers(app, reading: Reading, drawings: list[str]):
    app.server.extensions["plimsoll-warm"]._draw()
    ahead = len(drawings)
    assert ahead >= 8
    opened(reading, "")
    opened(reading, "demand")
    assert len(drawings) == ahead


def test_a_load_script_gets_rows_and_tells_warm_calls_from_first_asks(reading: Reading):
    reading._rows("capacity", opened(reading, "capacity"))
    assert json.loads(reading.last)["response"]
    calls = [
        Call("open a page", "demand", 0.0, 2.0, 900, 200),
        Call("open a page", "demand", 1.0, 1.0, 900, 200),
        Call("open a page", "demand", 3.0, 0.1, 900, 200),
        Call("open a page", "carbon", 3.0, 0.1, 0, 500),
    ]
    lines = table(calls).splitlines()
    warm = next(line for line in lines if line.startswith("open a page") and " warm " in line)
    first = next(line for line in lines if line.startswith("open a page") and "first ask" in line)
    assert warm.split()[4:6] == ["1", "100"]
    assert first.split()[5] == "3"
    assert any(line.startswith("1 failed") for line in lines)
