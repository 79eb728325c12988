"""The client against a real Prometheus, and against servers that misbehave."""

import json
import subprocess
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from gpu_blocks import BEGIN, GAUGES, POINTS, STEP_S
from polars.testing import assert_frame_equal

from ingest.advice import DCGM_QUERY, advice
from ingest.formats.telemetry_base import TelemetryOptions
from ingest.sources import prometheus_windows as client
from ingest.sources.prometheus_windows import TELEMETRY_QUERY, query_windows
from ingest.telemetry import ingest_telemetry
from model.errors import InputError, UnavailableError
from model.schemas import GPU_SAMPLES
from store import open_store

FROM = datetime.fromtimestamp(BEGIN, UTC)
TO = FROM + timedelta(seconds=POINTS * STEP_S)
OPTIONS = TelemetryOptions(max_gap_s=60)


def answers(server, query="DCGM_FI_DEV_GPU_UTIL", begin=FROM, end=TO, step_s=STEP_S):
    return list(query_windows(server.url, query, begin, end, step_s, pause=lambda _: None))


def points(answer):
    return [point for each in json.loads(answer)["data"]["result"] for point in each["values"]]


def table_of(folder, paths):
    with open_store(folder, create=True) as store:
        ingest_telemetry(store, paths, cluster="c", options=OPTIONS)
        return store.scan(GPU_SAMPLES).collect().sort("node", "gpu", "hour")


@pytest.fixture
def expected(prometheus, tmp_path):
    file = tmp_path / "samples.om"
    file.write_text(prometheus.text)
    return table_of(tmp_path / "expected", [file])


def test_a_span_pulled_in_windows_is_the_span_as_it_was_written(prometheus, tmp_path, expected):
    pulled = answers(prometheus, TELEMETRY_QUERY)
    assert len(pulled) > 1, "12,000 samples a query are fewer than there are"
    files = []
    for number, answer in enumerate(pulled):
        files.append(tmp_path / f"{number}.json")
        files[-1].write_bytes(answer)
    assert_frame_equal(table_of(tmp_path / "pulled", files), expected)


def test_windows_neither_overlap_nor_leave_a_point_out(prometheus, monkeypatch):
    monkeypatch.setattr(client, "POINTS", 700)
    told = [point for answer in answers(prometheus) for point in points(answer)]
    seconds = sorted(second for second, _ in told)
    assert len(answers(prometheus)) == -(-POINTS // 700)
    assert seconds == sorted([BEGIN + n * STEP_S for n in range(POINTS)] * 2)


def test_prometheus_refuses_what_is_over_its_limit_and_the_client_stays_under(prometheus):
    end = FROM + timedelta(seconds=11_500)
    told = answers(prometheus, 'DCGM_FI_DEV_GPU_UTIL{gpu="0"}', end=end, step_s=1)
    assert sum(len(points(answer)) for answer in told) == 11_500
    assert len(told) == 2


def test_a_point_that_is_too_much_alone_is_refused(prometheus):
    heavy = "sum_over_time(DCGM_FI_DEV_GPU_UTIL[26h:1s])"
    with pytest.raises(InputError, match="single point"):
        answers(prometheus, heavy, begin=TO - timedelta(seconds=60))


def test_an_error_is_told_in_its_words(prometheus):
    with pytest.raises(InputError, match="parse error") as caught:
        answers(prometheus, "sum(")
    assert not isinstance(caught.value, UnavailableError)
    assert prometheus.url in str(caught.value)


def test_nothing_between_is_nothing_asked(prometheus):
    assert answers(prometheus, begin=TO, end=FROM) == []
    assert answers(prometheus, begin=FROM, end=FROM) == []
    with pytest.raises(InputError, match="step"):
        answers(prometheus, step_s=0)


def test_what_promtool_prints_is_read_alike(prometheus, tmp_path, expected):
    dumped = tmp_path / "dump.txt"
    (prometheus.data / "wal").mkdir(exist_ok=True)
    with dumped.open("w") as into:
        subprocess.run(["promtool", "tsdb", "dump", str(prometheus.data)], check=True, stdout=into)
    assert_frame_equal(table_of(tmp_path / "dumped", [dumped]), expected)
    files = []
    for name in GAUGES:
        asked = ["--start", str(BEGIN), "--end", str(BEGIN + (POINTS - 1) * STEP_S)]
        files.append(tmp_path / f"{name}.txt")
        with files[-1].open("w") as into:
            subprocess.run(
                [
                    "promtool",
                    "query",
                    "range",
                    *asked,
                    "--step",
                    f"{STEP_S}s",
                    prometheus.url,
                    name,
                ],
                check=True,
                stdout=into,
            )
    assert_frame_equal(table_of(tmp_path / "queried", files), expected)


def test_the_advised_question_gets_what_is_of_use(prometheus):
    assert DCGM_QUERY in advice("here").telemetry
    told = answers(prometheus, DCGM_QUERY, end=FROM + timedelta(hours=1))
    names = {
        each["metric"]["__name__"]
        for answer in told
        for each in json.loads(answer)["data"]["result"]
    }
    assert names == set(GAUGES)


@contextmanager
def server(respond):
    """A server on loopback; `respond(query)` gives a status, headers and a body."""
    seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            query = {name: value[0] for name, value in parse_qs(urlsplit(self.path).query).items()}
            seen.append((query, dict(self.headers)))
            status, headers, body = respond(query, len(seen))
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):  # noqa: ANN002
            pass

    made = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{made.server_port}", seen
    finally:
        made.shutdown()
        thread.join()
        made.server_close()


def ask(url, *, token=None, pause=lambda _: None, hours=1):
    return list(
        query_windows(url, "q", FROM, FROM + timedelta(hours=hours), 30, token, pause=pause)
    )


def test_a_server_that_is_busy_is_asked_again_after_longer_pauses():
    pauses = []
    with server(lambda _, n: (200, {}, b"{}") if n > 3 else (503, {}, b"busy")) as (url, _):
        assert ask(url, pause=pauses.append) == [b"{}"]
    assert pauses == [1, 2, 4]


def test_a_server_that_stays_away_is_unavailable():
    with server(lambda *_: (503, {}, b"busy")) as (url, seen), pytest.raises(UnavailableError):
        ask(url)
    assert len(seen) == client.TRIES
    with pytest.raises(UnavailableError, match="no answer"):
        ask(url)


def test_a_window_that_takes_too_long_is_halved():
    def respond(query, _):
        long = int(query["end"]) - int(query["start"]) > 900
        said = b'{"status":"error","errorType":"timeout","error":"query timed out in expression"}'
        return (503, {}, said) if long else (200, {}, json.dumps(query).encode())

    with server(respond) as (url, _):
        told = [json.loads(answer) for answer in ask(url)]
    starts, ends = ([int(each[name]) for each in told] for name in ("start", "end"))
    assert starts == [BEGIN, *(end + 30 for end in ends[:-1])]
    assert ends[-1] == BEGIN + 3600 - 30


def test_the_token_goes_as_a_bearer_token_and_redirects_are_not_followed():
    with server(lambda *_: (200, {}, b"{}")) as (url, seen):
        ask(url, token="secret")  # noqa: S106  # an invented one
    assert seen[0][1]["Authorization"] == "Bearer secret"
    away = {"Location": "http://169.254.169.254/latest"}
    with (
        server(lambda *_: (302, away, b"")) as (url, seen),
        pytest.raises(InputError, match="redirect"),
    ):
        ask(url)
    assert len(seen) == 1


def test_an_address_of_the_machines_surroundings_is_told_nothing(monkeypatch):
    monkeypatch.setattr("ingest.sources.http.refused_address", lambda _: True)
    with server(lambda *_: (200, {}, b"{}")) as (url, seen):
        with pytest.raises(InputError, match="surroundings") as caught:
            ask(url)
        assert not isinstance(caught.value, UnavailableError)
    assert seen == []
