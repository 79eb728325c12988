"""Reports that the pages make: real processes, their files, their ends, and who may fetch what."""

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from dashboard import create_app, report_jobs_run
from dashboard.filters import Filters
from dashboard.pages.reports_list import fingerprint, listing, said
from dashboard.reader import Reader
from dashboard.report_jobs import ACTIVE, KEPT_FOR, Job, ReportRuns
from dashboard.report_jobs_page import order_of
from dashboard.report_jobs_place import make_private, runs_of
from dashboard.report_jobs_progress import read_progress
from dashboard.report_jobs_run import Runner
from model.errors import InputError
from model.registry import load_registry
from model.report_parts import SECTIONS
from model.settings import load_settings
from reports.capacity_report.order import Order
from store import open_store

QUICK = Order(sections=("findings", "capacity", "citing"), formats=("md",))


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    config = tmp_path / "plimsoll.yaml"
    config.write_text("site: nowhere\ndashboard: {base_path: /plimsoll/}\n")
    with open_store(tmp_path / "store", create=True) as store:
        yield Reader(store=store, settings=load_settings(config), registry=load_registry())


@pytest.fixture
def runner(reader: Reader) -> Iterator[Runner]:
    made = Runner(reader)
    yield made
    made.stop()


def until(runs: ReportRuns, job: Job, reached: Callable[[Job], bool]) -> Job:
    """The job once it has got so far; far too long a wait is a fault."""
    for _ in range(1200):
        now = runs.job(job.id)
        assert now is not None
        if reached(now):
            return now
        time.sleep(0.1)
    raise AssertionError(f"{now} has not got there")


def ended(job: Job) -> bool:
    return job.status not in ACTIVE


def test_a_report_is_made_listed_and_fetched_by_those_who_name_it(reader: Reader, runner: Runner):
    runs = runner.runs
    done = until(runs, runner.submit(QUICK, who="ada"), ended)
    assert (done.status, done.fault, done.who) == ("done", None, "ada")
    assert [file.name for file in done.files] == ["capacity-report.md"]
    progress = read_progress(runs.progress_file(done.id))
    assert progress.share == 1
    assert progress.document
    assert progress.document.findings
    assert str(progress.document.command).startswith("plimsoll report capacity --output")

    told = str(listing(runs, [done], base="/plimsoll/", zone="UTC"))
    for part in ("by ada", progress.document.findings[0], "Download as Markdown", "3 sections"):
        assert part in told
    assert said(runs, [done]).endswith("is ready.")

    client = create_app(reader.store, reader.settings, reader.registry).server.test_client()
    place = f"/plimsoll/download/report/{done.id}"
    got = client.get(f"{place}/capacity-report.md")
    assert got.data == (runs.files_folder(done.id) / "capacity-report.md").read_bytes()
    assert got.content_type == "text/markdown; charset=utf-8"
    edition = progress.document.edition
    assert got.headers["Content-Disposition"] == (
        f'attachment; filename="capacity-report-{edition}.md"'
    )
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    for wrong in (
        f"{place}/job.json",
        f"{place}/..%2Fjob.json",
        f"{place}/../job.json",
        "/plimsoll/download/report/..%2F..%2Fstore.json/store.json",
        f"/plimsoll/download/report/{done.id[:-1]}/capacity-report.md",
    ):
        refused = client.get(wrong)
        assert "Content-Disposition" not in refused.headers, wrong
        assert b'"order"' not in refused.data, wrong


def test_a_report_that_is_cancelled_leaves_nothing_and_the_next_begins(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(report_jobs_run, "AT_ONCE", 1)
    runs = runner.runs
    first = runner.submit(Order(formats=("pdf", "html")), who=None)
    second = runner.submit(QUICK, who=None)
    until(runs, first, lambda job: job.status == "running")
    now = runs.job(second.id)
    assert now
    assert now.status == "queued"
    before = fingerprint(runs, runs.jobs())
    runs.ask_to_cancel(first.id)
    assert until(runs, first, ended).status == "cancelled"
    assert not runs.files_folder(first.id).exists()
    assert until(runs, second, ended).status == "done"
    assert fingerprint(runs, runs.jobs()) != before


def test_one_that_waits_is_cancelled_as_well_and_too_many_are_refused(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(report_jobs_run, "AT_ONCE", 0)
    monkeypatch.setattr(report_jobs_run, "QUEUE", 1)
    waits = runner.submit(QUICK, who=None)
    with pytest.raises(InputError, match="wait already"):
        runner.submit(QUICK, who=None)
    runner.runs.ask_to_cancel(waits.id)
    assert until(runner.runs, waits, ended).status == "cancelled"


def test_a_report_that_fails_says_why_in_one_line(runner: Runner):
    asked = runner.submit(Order(clusters=("nowhere",), formats=("md",)), who=None)
    failed = until(runner.runs, asked, ended)
    assert failed.status == "failed"
    assert failed.fault
    assert failed.fault.startswith("no cluster 'nowhere' in the store Hint: ")
    assert "\n" not in failed.fault
    assert failed.files == ()
    assert not runner.runs.files_folder(failed.id).exists()


@pytest.mark.parametrize(
    ("limit", "says"),
    [("TIME_LIMIT_S", "longer than"), ("SIZE_LIMIT_BYTES", "grew larger")],
)
def test_a_report_that_breaks_a_limit_is_stopped(
    runner: Runner, monkeypatch: pytest.MonkeyPatch, limit: str, says: str
):
    monkeypatch.setattr(report_jobs_run, limit, -1)
    failed = until(runner.runs, runner.submit(QUICK, who=None), ended)
    assert failed.status == "failed"
    assert says in str(failed.fault)


def test_a_server_that_stops_ends_its_reports_and_one_that_is_killed_leaves_them_interrupted(
    runner: Runner,
):
    runs = runner.runs
    asked = runner.submit(Order(formats=("pdf",)), who=None)
    until(runs, asked, lambda job: job.status == "running")
    runner.stop()
    stopped = until(runs, asked, ended)
    assert "the server was stopped" in str(stopped.fault)

    orphan = msgspec.structs.replace(stopped, status="running", fault=None)
    runs.save(orphan)
    long_ago = time.time() - 3600
    os.utime(runs.folder / orphan.id / "alive", (long_ago, long_ago))
    assert runs.standing(orphan) == "interrupted"
    assert said(runs, [orphan]).endswith("was interrupted.")


def test_old_reports_are_swept_and_an_unreadable_one_is_left_out(tmp_path: Path):
    runs = ReportRuns(tmp_path)
    old, young = runs.add(QUICK, who=None), runs.add(QUICK, who=None)
    asked_at = datetime.now(UTC) - KEPT_FOR - timedelta(days=1)
    runs.save(msgspec.structs.replace(old, status="done", asked_at=asked_at))
    runs.sweep()
    assert [job.id for job in runs.jobs()] == [young.id]
    (tmp_path / young.id / "job.json").write_text("{")
    assert runs.jobs() == []
    assert runs.job("../store") is None


def test_reports_lie_in_the_store_or_where_nobody_else_looks(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    assert reader.store
    assert runs_of(reader).folder == reader.store.path / "report-runs"
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("os.access", lambda *_: False)
    elsewhere = runs_of(reader).folder
    assert elsewhere.parent == tmp_path
    make_private(elsewhere)
    assert elsewhere.stat().st_mode & 0o777 == 0o700
    elsewhere.rmdir()
    elsewhere.symlink_to(tmp_path)
    with pytest.raises(PermissionError, match="somebody else"):
        make_private(elsewhere)


def test_an_order_is_what_the_form_and_the_filters_say(reader: Reader):
    filters = Filters(since=date(2026, 5, 1), until=date(2026, 6, 1))
    form = ("brief", ["md", "pdf"], ["quality", "findings"], "  A   university ")
    order = order_of(reader, filters, *form, protected=True)
    assert order == Order(
        since=date(2026, 5, 1),
        until=date(2026, 6, 1),
        sections=("findings", "quality"),
        template="brief",
        organisation="A university",
        formats=("pdf", "md"),
    )
    assert not order_of(reader, filters, *form, protected=False).protected


@pytest.mark.parametrize(
    ("formats", "sections", "filters", "says"),
    [
        ([], list(SECTIONS), Filters(), "no file is chosen"),
        (["exe"], list(SECTIONS), Filters(), "no file is chosen"),
        (["pdf"], [], Filters(), "no section is chosen"),
        (["pdf"], ["../etc"], Filters(), "no section '../etc'"),
        (["pdf"], ["quality"], Filters(clusters=("nowhere",)), "no cluster fits"),
        (["pdf"], ["quality"], Filters(faults=("“x” is not a date.",)), "not a date"),
    ],
)
def test_an_order_that_cannot_be_met_is_refused(reader: Reader, formats, sections, filters, says):
    with pytest.raises(InputError, match=says):
        order_of(reader, filters, "full", formats, sections, None, protected=True)
