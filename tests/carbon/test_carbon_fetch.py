"""`plimsoll carbon fetch` and `ingest intensity`, against a real HTTP server on this machine."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner, Result

from ingest.retry import Retry
from ingest.sources.carbon_intensity import Fetcher, chunks
from model.errors import InputError, UnavailableError
from model.grid_carbon import load_grid_carbon
from model.schemas import INTENSITY
from plimsoll.cli.root import cli
from store import open_store

KNOWN = load_grid_carbon()
HALF = timedelta(minutes=30)


def half_hours(begin: str, end: str, **intensity: int | None) -> list[dict[str, object]]:
    moment, until = (datetime.fromisoformat(text) for text in (begin, end))
    found = []
    moment -= HALF  # as the API does: the first begins before what was asked for
    while moment < until:
        stamps = {"from": f"{moment:%Y-%m-%dT%H:%MZ}", "to": f"{moment + HALF:%Y-%m-%dT%H:%MZ}"}
        found.append({**stamps, "intensity": intensity})
        moment += HALF
    return found


class Api(ThreadingHTTPServer):
    """Answers as the Carbon Intensity API does; `faults` are told before, a status each."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []
        self.faults: list[int] = []
        self.empty = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Api

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        status = self.server.faults.pop(0) if self.server.faults else 200
        body = {"error": {"code": str(status), "message": "no"}} if status != 200 else self.answer()
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def answer(self) -> dict[str, object]:
        if self.server.empty:
            return {"data": []}
        parts = self.path.strip("/").split("/")
        if parts[0] == "intensity":
            return {"data": half_hours(parts[1], parts[2], forecast=200, actual=190)}
        inner = half_hours(parts[2], parts[3], forecast=50)
        return {"data": {"regionid": int(parts[5]), "shortname": "", "data": inner}}

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def api() -> Iterator[Api]:
    with Api() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def fetcher(api: Api, folder: Path, **how: bool) -> Fetcher:
    retry = Retry(attempts=3, first_wait_s=0.01)
    return Fetcher(folder, url=api.url, pause_s=0, retry=retry, **how)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def region(text: str):
    found = KNOWN.region(text)
    assert found is not None
    return found


def test_a_span_is_asked_for_in_parts_that_the_api_answers():
    parts = list(chunks(date(2026, 1, 1), date(2026, 2, 1)))
    assert parts[0] == (date(2026, 1, 1), date(2026, 1, 14))
    assert parts[-1][1] == date(2026, 2, 1)
    assert all(begin == end for (_, end), (begin, _) in pairwise(parts))
    assert max(end - begin for begin, end in parts) <= timedelta(days=13)


def test_the_national_and_the_regional_address(api, tmp_path):
    list(fetcher(api, tmp_path).fetch(region("GB"), date(2026, 1, 1), date(2026, 1, 2)))
    list(fetcher(api, tmp_path).fetch(region("London"), date(2026, 1, 1), date(2026, 1, 2)))
    assert api.asked == [
        "/intensity/2026-01-01T00:00Z/2026-01-02T00:00Z",
        "/regional/intensity/2026-01-01T00:00Z/2026-01-02T00:00Z/regionid/13",
    ]
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [
        "carbon-intensity_GB-13_2026-01-01_2026-01-02.json",
        "carbon-intensity_GB_2026-01-01_2026-01-02.json",
    ]


def test_what_was_fetched_stays_unless_asked_for_again(api, tmp_path):
    def ask(**how: bool):
        return list(
            fetcher(api, tmp_path, **how).fetch(region("GB"), date(2026, 1, 1), date(2026, 1, 20))
        )

    assert [each.kept for each in ask()] == [False, False]
    assert [each.kept for each in ask()] == [True, True]
    assert len(api.asked) == 2
    assert [each.kept for each in ask(again=True)] == [False, False]
    assert len(api.asked) == 4


def test_an_api_that_stumbles_is_asked_again_and_one_that_lies_down_is_named(api, tmp_path):
    api.faults = [503, 500]
    [one] = fetcher(api, tmp_path).fetch(region("GB"), date(2026, 1, 1), date(2026, 1, 2))
    assert one.half_hours == 49
    api.faults = [500] * 9
    with pytest.raises(UnavailableError, match="answers 500"):
        list(fetcher(api, tmp_path).fetch(region("GB"), date(2026, 2, 1), date(2026, 2, 2)))
    assert len(list(tmp_path.iterdir())) == 1


def test_an_empty_answer_leaves_no_file(api, tmp_path):
    api.empty = True
    [one] = fetcher(api, tmp_path).fetch(region("GB"), date(2026, 1, 1), date(2026, 1, 2))
    assert one.half_hours == 0
    assert list(tmp_path.iterdir()) == []


def test_northern_ireland_has_no_region(api, tmp_path):
    with pytest.raises(InputError, match="no figures of Northern Ireland"):
        list(fetcher(api, tmp_path).fetch(region("GB-NIR"), date(2026, 1, 1), date(2026, 1, 2)))
    assert api.asked == []


def test_from_the_network_into_the_store_by_the_command_line(api, tmp_path):
    folder, store = tmp_path / "snapshots", tmp_path / "store"
    span = ("--from", "2026-01-01", "--to", "2026-01-02", "--output", str(folder), "--url", api.url)
    got = run("carbon", "fetch", *span, "--region", "West Midlands")
    assert got.exit_code == 0, got.output
    assert "1 snapshot in" in got.output
    files = [str(path) for path in folder.iterdir()]
    read = run("--store", str(store), "ingest", "intensity", *files)
    assert read.exit_code == 0, read.output
    assert "49 rows read, 49 accepted" in read.output
    frame = open_store(store).scan(INTENSITY).collect()
    assert set(frame["region"]) == {"GB-8"}
    assert frame["forecast"].unique().to_list() == [50.0]


def test_the_regions_of_the_settings_are_fetched_unless_others_are_asked(api, tmp_path):
    config = tmp_path / "plimsoll.yaml"
    config.write_text(
        "clusters:\n  - {name: a, grid_region: London}\n  - {name: b, grid_region: GB-NIR}\n"
        "  - {name: c, grid_region: 13}\n"
    )
    span = ("--from", "2026-01-01", "--to", "2026-01-02", "--output", str(tmp_path / "s"))
    got = run("--config", str(config), "carbon", "fetch", *span, "--url", api.url)
    assert got.exit_code == 0, got.output
    assert [path.rpartition("/")[2] for path in api.asked] == ["13"]


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("--from", "2026-01-02", "--to", "2026-01-02"), "not before"),
        (
            ("--from", "2026-01-01", "--to", "2026-01-02", "--region", "Narnia"),
            "unknown grid region",
        ),
    ],
)
def test_a_wrong_call_is_refused(arguments, what):
    got = run("carbon", "fetch", *arguments)
    assert isinstance(got.exception, InputError)
    assert what in str(got.exception)
