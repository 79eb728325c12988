"""Files as a source: globs, growing, rotated and packed ones, and those that are no logs."""

import gzip
from pathlib import Path

import pytest
from pulling import NOW, Site, hours, job

from model.source_settings import FileSource

COLUMNS = (
    "JobIDRaw",
    "JobID",
    "Submit",
    "Start",
    "End",
    "ElapsedRaw",
    "State",
    "NodeList",
    "AllocTRES",
)
HEADER = "|".join(COLUMNS) + "\n"


def line(number: int, **more: str) -> str:
    fields = job(number, NOW - hours(3), end=NOW - hours(2), **more)
    return "|".join(str(fields[name]) for name in COLUMNS) + "\n"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir()
    return folder


def source(logs: Path, pattern: str = "*") -> FileSource:
    return FileSource(kind="files", feeds="jobs", paths=str(logs / pattern))


def test_a_growing_file_is_read_again_and_its_last_line_left_until_it_is_whole(
    site: Site, logs: Path
):
    log = logs / "sacct.txt"
    whole = line(2)
    log.write_text(HEADER + line(1) + whole[:40])
    pulled = site.pull(source(logs))
    assert (pulled.state.last_status, pulled.state.rows_read) == ("done", 1)
    assert set(site.states()) == {1}
    with log.open("a") as more:
        more.write(whole[40:] + line(3)[:20])
    site.pull(source(logs))
    assert set(site.states()) == {1, 2}
    assert site.pull(source(logs)).state.rows_quarantined == 1  # it grew no more: line 3 is cut off
    assert site.pull(source(logs)).state.rows_read == 0


def test_a_file_without_a_last_newline_is_read_to_its_end_once_it_rests(site: Site, logs: Path):
    (logs / "sacct.txt").write_text(HEADER + line(1) + line(2).rstrip("\n"))
    site.pull(source(logs))
    assert set(site.states()) == {1}
    site.pull(source(logs))
    assert set(site.states()) == {1, 2}


def test_what_did_not_change_is_not_opened(site: Site, logs: Path, monkeypatch: pytest.MonkeyPatch):
    (logs / "sacct.txt").write_text(HEADER + line(1))
    site.pull(source(logs))
    monkeypatch.setattr("ingest.feeds.Reader.read", lambda *_, **__: pytest.fail("read again"))
    assert site.pull(source(logs)).state.last_status == "done"


def test_rotation_and_packing_change_nothing(site: Site, logs: Path):
    text = HEADER + line(1) + line(2)
    (logs / "sacct.txt").write_text(text)
    site.pull(source(logs))
    before = site.jobs()
    (logs / "sacct.txt").rename(logs / "sacct.txt.1")
    (logs / "sacct.txt.2.gz").write_bytes(gzip.compress(text.encode()))
    (logs / "sacct.txt").write_text(HEADER + line(3))
    assert site.pull(source(logs)).state.last_status == "done"
    assert set(site.states()) == {1, 2, 3}
    assert site.jobs().filter(job_id=1).equals(before.filter(job_id=1))


def test_one_bad_file_is_told_and_does_not_stop_the_others(site: Site, logs: Path):
    (logs / "a.txt").write_text("%PDF-1.7 not a log\n")
    (logs / "b.txt").write_text(HEADER + line(1))
    (logs / "c.gz").write_bytes(gzip.compress((HEADER + line(2)).encode())[:-12])
    pulled = site.pull(source(logs))
    assert pulled.state.last_status == "failed"
    assert "a.txt: this is a PDF" in (pulled.state.message or "")
    assert "and 1 more files" in (pulled.state.message or "")
    assert set(site.states()) == {1}
    (logs / "a.txt").unlink()
    (logs / "c.gz").write_bytes(gzip.compress((HEADER + line(2)).encode()))
    assert site.pull(source(logs)).state.last_status == "done"
    assert set(site.states()) == {1, 2}


def test_a_pattern_that_nothing_matches_is_told(site: Site, logs: Path):
    assert "no file matches" in (site.pull(source(logs, "*.gz")).state.message or "")
