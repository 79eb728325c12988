"""slurmrestd as a source: real answers of Slurm, served by a stand-in that can be made to fail."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from pulling import Retry, Site

from ingest.sources.http import read_token, refused_address
from ingest.sources.slurmrestd import _JOBS, newest_offer
from model.errors import InputError
from model.source_settings import SlurmrestdSource

TOKEN = "abc.def.ghi"  # noqa: S105 - of a server that lives for a test
AFTER = datetime(2026, 11, 20, 22, tzinfo=UTC)


@dataclass
class Restd:
    """A server that gives the captures to whom brings the token."""

    folder: Path
    asked: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    cut_off: bool = False
    url: str = ""

    def body(self, path: str) -> bytes | None:
        if path == "/openapi/v3":
            return (self.folder / "slurmrestd-openapi.json").read_bytes()
        if path == "/slurmdb/v0.0.38/jobs":
            return (self.folder / "slurmrestd-dbv0.0.38-jobs.json").read_bytes()
        if path == "/slurm/v0.0.38/nodes":
            return (self.folder / "slurmrestd-v0.0.38-nodes.json").read_bytes()
        return None


@pytest.fixture
def restd(shared: Path) -> Iterator[Restd]:
    made = Restd(shared / "slurm/captures")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            made.asked.append(self.path)
            status = made.statuses.pop(0) if made.statuses else 200
            if self.headers["X-SLURM-USER-TOKEN"] != TOKEN:
                status = 401
            body = made.body(urlsplit(self.path).path)
            if status != 200 or body is None:
                status = status if status != 200 else 404
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", "http://169.254.169.254/latest/meta-data")
                self.end_headers()
                self.wfile.write(b"because")
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if made.cut_off else body)

        def log_message(self, *_: object):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_port}"
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path, now=AFTER)


@pytest.fixture
def source(restd: Restd, tmp_path: Path) -> SlurmrestdSource:
    token = tmp_path / "token"
    token.write_text(f"SLURM_JWT={TOKEN}\n")
    return SlurmrestdSource(
        kind="slurmrestd", feeds="jobs", url=restd.url, token_file=token, since=date(2026, 11, 20)
    )


def test_jobs_of_the_newest_version_in_a_window(restd: Restd, source: SlurmrestdSource, site: Site):
    pulled = site.pull(source)
    assert (pulled.state.last_status, pulled.state.rows_accepted) == ("done", 104)
    address = urlsplit(restd.asked[-1])
    assert address.path == "/slurmdb/v0.0.38/jobs"
    query = parse_qs(address.query)
    begin = int(datetime(2026, 11, 20, tzinfo=UTC).timestamp())
    # A bare number is no time to slurmrestd of 22.05; `uts` marks an epoch in every version.
    assert query["start_time"] == [f"uts{begin}"]
    assert query["end_time"] == [f"uts{int(AFTER.timestamp())}"]
    # 22.05 does not know it: asked for anything at all, it shows the earlier runs too. The capture
    # was asked for nothing, and lacks two.
    assert "show_duplicates" not in query
    assert pulled.notes == []


def test_nodes_are_a_snapshot(restd: Restd, source: SlurmrestdSource, site: Site):
    pulled = site.pull(source.model_copy(update={"feeds": "nodes"}))
    assert (pulled.state.last_status, pulled.state.rows_accepted) == ("done", 6)
    assert restd.asked[-1] == "/slurm/v0.0.38/nodes"


def test_a_wrong_token_is_told_once_and_never_shown(
    restd: Restd, source: SlurmrestdSource, site: Site
):
    assert source.token_file is not None
    source.token_file.write_text("wrong.token.here")
    site.retry = Retry(attempts=3, first_wait_s=0.01)
    pulled = site.pull(source)
    assert "the token was refused (401)" in (pulled.state.message or "")
    assert "wrong.token" not in (pulled.state.message or "")
    assert len(restd.asked) == 1
    source.token_file.write_text(TOKEN)
    assert site.pull(source).state.last_status == "done"


def test_a_server_that_is_down_is_told_and_the_next_run_heals(
    restd: Restd, source: SlurmrestdSource, site: Site
):
    down = source.model_copy(update={"url": "http://127.0.0.1:1"})
    pulled = site.pull(down)
    assert pulled.state.last_status == "failed"
    assert "no answer" in (pulled.state.message or "")
    assert pulled.state.watermark is None
    assert site.pull(source).state.last_status == "done"
    assert restd.asked


def test_a_server_that_stumbles_is_asked_again(restd: Restd, source: SlurmrestdSource, site: Site):
    restd.statuses = [200, 503, 502]
    site.retry = Retry(attempts=3, first_wait_s=0.01)
    assert site.pull(source).state.last_status == "done"
    assert len(restd.asked) == 4


def test_an_answer_that_breaks_off_leaves_nothing(
    restd: Restd, source: SlurmrestdSource, site: Site
):
    site.pull(source)
    first = site.jobs()
    restd.cut_off = True
    other = Site(site.folder / "other", now=AFTER)
    assert "no answer" in (other.pull(source).state.message or "")
    assert other.jobs().is_empty()
    restd.cut_off = False
    other.pull(source)
    assert other.jobs().equals(first)


def test_redirects_are_not_followed(restd: Restd, source: SlurmrestdSource, site: Site):
    restd.statuses = [302]
    message = site.pull(source).state.message or ""
    assert "redirect to http://169.254.169.254/latest/meta-data, which is not followed" in message


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "fe80::1",
        "fe80::1%eth0",
        "::ffff:169.254.169.254",
        "fd00:ec2::254",
        "0.0.0.0",  # noqa: S104 - refused, not bound
    ],
)
def test_addresses_of_the_surroundings_are_refused(address: str):
    assert refused_address(address)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.5", "2001:db8::1", "192.168.1.1"])
def test_other_addresses_are_not(address: str):
    assert not refused_address(address)


def test_the_look_comes_before_the_first_word(
    restd: Restd, source: SlurmrestdSource, site: Site, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("ingest.sources.http.refused_address", lambda _: True)
    assert "an address of this machine's surroundings" in (site.pull(source).state.message or "")
    assert restd.asked == []


def test_the_newest_of_many_versions_by_number():
    def path(version: str) -> str:
        return f"/slurmdb/{version}/jobs/"

    parameters = {"get": {"parameters": [{"name": "show_duplicates"}, {"name": "start_time"}]}}
    paths = {path(version): parameters for version in ("v0.0.39", "v0.0.100", "v0.0.40")}
    found = newest_offer({"paths": paths}, _JOBS)
    assert found == (path("v0.0.100"), {"show_duplicates", "start_time"})
    with pytest.raises(InputError, match="offers no accounting"):
        newest_offer({"paths": {"/slurm/v0.0.40/jobs/": {}}}, _JOBS)


def test_what_is_no_slurmrestd_is_told(
    restd: Restd, source: SlurmrestdSource, site: Site, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(restd, "body", lambda _: json.dumps([1]).encode())
    assert "this is no slurmrestd" in (site.pull(source).state.message or "")


def test_a_token_file_must_hold_one_token(tmp_path: Path):
    file = tmp_path / "token"
    for text in ("", "two words", "a\nb"):
        file.write_text(text)
        with pytest.raises(InputError, match="does not hold one token"):
            read_token(file)
    with pytest.raises(InputError, match="cannot be read"):
        read_token(tmp_path / "absent")
    assert read_token(None) is None
