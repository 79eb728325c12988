"""`plimsoll ingest run`, `status` and `schedule`, as a timer and an administrator call them."""

import json
import os
import resource
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from command_line import run
from pulling import NOW, Sacct, Site, hours, job
from source_services import program

from ingest.pull import Puller
from model.schemas import JOBS
from model.source_settings import CommandSource
from store import open_store

CONFIG = """\
timezone: UTC
clusters:
  - name: testbed
    sources:
      - {{kind: command, feeds: jobs, command: [{sacct}], since: 2026-05-09, window: 30d}}
      - {{kind: files, feeds: jobs, paths: logs/*.txt}}
"""


@pytest.fixture
def sacct(tmp_path: Path) -> Sacct:
    folder = tmp_path / "bin"
    folder.mkdir()
    made = Sacct(folder)
    made.know([job(1, NOW - hours(3), end=NOW - hours(2))])
    (tmp_path / "logs").mkdir()
    shutil.copy(log_of(tmp_path, 2), tmp_path / "logs/a.txt")
    (tmp_path / "plimsoll.yaml").write_text(CONFIG.format(sacct=made.program))
    return made


def log_of(folder: Path, number: int) -> Path:
    columns = ("JobIDRaw", "JobID", "Submit", "Start", "End", "State", "NodeList", "AllocTRES")
    fields = job(number, NOW - hours(3), end=NOW - hours(2))
    file = folder / f"log-{number}"
    file.write_text("|".join(columns) + "\n" + "|".join(fields[name] for name in columns) + "\n")
    return file


def call(
    folder: Path, *arguments: str, largest_file: int | None = None
) -> subprocess.CompletedProcess[str]:
    def limit() -> None:
        if largest_file:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

    environment = {name: value for name, value in os.environ.items() if "PLIMSOLL" not in name}
    return subprocess.run(
        [str(Path(sys.executable).with_name("plimsoll")), *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limit,
    )


def test_every_source_has_a_line_and_the_store_what_they_told(sacct: Sacct, tmp_path: Path):
    done = call(tmp_path, "ingest", "run")
    assert done.returncode == 0, done.stderr
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == [
        f"testbed jobs command {sacct.program}",
        f"testbed jobs files {tmp_path / 'logs/*.txt'}",
    ]
    jobs = open_store(tmp_path / "plimsoll-data").scan(JOBS).collect()
    assert sorted(jobs["job_id"]) == [1, 2]


def test_a_failed_source_is_told_and_does_not_stop_the_others(sacct: Sacct, tmp_path: Path):
    (sacct.folder / "sacct").unlink()
    metrics = tmp_path / "plimsoll.prom"
    done = call(tmp_path, "ingest", "run", "--log-format", "json", "--metrics-file", str(metrics))
    assert done.returncode == 2
    assert "1 source failed" in done.stderr
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert (first["status"], first["level"]) == ("failed", "error")
    assert "cannot be run here" in first["message"]
    assert (second["status"], second["rows_accepted"]) == ("done", 1)
    up = [
        line for line in metrics.read_text().splitlines() if line.startswith("plimsoll_source_up{")
    ]
    assert sorted(line[-3:] for line in up) == ["0.0", "1.0"]


def test_status_lists_sources_and_files(sacct: Sacct, tmp_path: Path):
    assert sacct.windows() == []
    call(tmp_path, "ingest", "run")
    told = json.loads(call(tmp_path, "ingest", "status", "--json").stdout)
    command, files = told["sources"]
    assert (command["feed"], command["kind"], command["status"]) == ("jobs", "command", "done")
    assert command["watermark"]
    assert command["age_s"] >= 0
    assert (files["rows_accepted"], files["rows_quarantined"]) == (1, 0)
    assert sum(file["rows_read"] for file in told["files"]) == 2
    lines = call(tmp_path, "ingest", "status").stdout.splitlines()
    assert lines[0].startswith(f"testbed jobs command {sacct.program}  0 min old")


def test_a_second_run_is_turned_away_while_one_is_at_work(sacct: Sacct, tmp_path: Path):
    assert sacct.folder.exists()
    call(tmp_path, "ingest", "run")
    with open_store(tmp_path / "plimsoll-data").lock():
        done = call(tmp_path, "ingest", "run")
    assert done.returncode == 4
    assert "another ingest is writing" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(["--cluster", "nowhere"], "no cluster 'nowhere'"), (["--log-format", "xml"], "xml")],
)
def test_a_wrong_call_is_one_line(sacct: Sacct, tmp_path: Path, arguments: list[str], says: str):
    assert sacct.folder.exists()
    done = call(tmp_path, "ingest", "run", *arguments)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert says in done.stderr


def test_no_sources_is_told(tmp_path: Path):
    (tmp_path / "plimsoll.yaml").write_text("clusters: [{name: a}]\n")
    done = call(tmp_path, "ingest", "run")
    assert done.returncode == 2
    assert "no sources are configured" in done.stderr


def test_a_full_disk_is_told_and_the_next_run_heals(sacct: Sacct, tmp_path: Path):
    call(tmp_path, "ingest", "run")
    before = open_store(tmp_path / "plimsoll-data").scan(JOBS).collect().sort("job_id")
    lately = datetime.now(UTC) - hours(1)
    many = [job(n, lately, end=lately + hours(0.5), JobName=f"{n:060}") for n in range(10, 4000)]
    sacct.know(many)
    done = call(tmp_path, "ingest", "run", largest_file=300_000)
    assert done.returncode == 2, done.stderr
    assert "the disk is full" in done.stdout
    assert "Traceback" not in done.stderr
    after = open_store(tmp_path / "plimsoll-data").scan(JOBS).collect().sort("job_id")
    assert after.equals(before)
    assert call(tmp_path, "ingest", "run").returncode == 0
    jobs = open_store(tmp_path / "plimsoll-data").scan(JOBS).collect()
    assert jobs.height == before.height + len(many)


def test_a_fault_of_the_program_ends_one_source_only(
    sacct: Sacct, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    site = Site(tmp_path)
    monkeypatch.setattr(Puller, "_windows", lambda *_: 1 / 0)
    source = CommandSource(kind="command", feeds="jobs", command=(sacct.program,))
    with pytest.raises(ZeroDivisionError):
        site.pull(source)
    (state,) = site.store.catalogue.sources()
    assert (state.last_status, state.message) == ("fault", "ZeroDivisionError: division by zero")


def test_cron_lines_name_whole_paths(sacct: Sacct, tmp_path: Path):
    assert sacct.folder.exists()
    text = call(tmp_path, "ingest", "schedule", "--cron").stdout
    (line,) = [line for line in text.splitlines() if line.startswith("*/15 * * * * plimsoll ")]
    assert f"--config {tmp_path / 'plimsoll.yaml'}" in line
    assert f"--store {tmp_path / 'plimsoll-data'}" in line


def test_the_units_are_hardened(sacct: Sacct, tmp_path: Path):
    assert sacct.folder.exists()
    units = tmp_path / "units"
    assert call(tmp_path, "ingest", "schedule", "--output", str(units)).returncode == 0
    timer = (units / "plimsoll-ingest.timer").read_text()
    assert "OnUnitActiveSec=15min" in timer
    service = units / "plimsoll-ingest.service"
    analyze = program("systemd-analyze")
    judged = subprocess.run(
        [analyze, "security", "--offline=true", "--threshold=15", "--no-pager", str(service)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert judged.returncode == 0, judged.stdout[-300:]
    assert "Overall exposure level" in judged.stdout


def test_metrics_of_a_store_are_numbers(sacct: Sacct, tmp_path: Path):
    assert sacct.folder.exists()
    metrics = tmp_path / "m.prom"
    call(tmp_path, "ingest", "run", "--metrics-file", str(metrics))
    lines = [line for line in metrics.read_text().splitlines() if not line.startswith("#")]
    values = pl.Series([line.rpartition(" ")[2] for line in lines]).cast(pl.Float64)
    assert values.is_finite().all()
    assert call(tmp_path, "ingest", "run", "--metrics-file", "/no/such/folder/m").returncode == 2


def test_faults_of_sources_are_told_with_their_lines(tmp_path: Path):
    (tmp_path / "plimsoll.yaml").write_text(
        "clusters:\n"
        "  - name: a\n"
        "    sources:\n"
        "      - {kind: slurmdbd, url: 'mysql://u:geheim@h/db'}\n"
        "      - {kind: ssh, feeds: jobs, host: '-oProxyCommand=x'}\n"
        "      - {kind: command, feeds: jobs, comand: [sacct]}\n"
    )
    done = call(tmp_path, "ingest", "run")
    assert done.returncode == 2
    assert "geheim" not in done.stderr
    for line, says in ((4, "holds a password"), (5, "host"), (6, "Did you mean 'command'?")):
        assert any(
            f"plimsoll.yaml:{line}: " in each and says in each for each in done.stderr.splitlines()
        )


def test_a_run_that_brought_something_reckons_ahead(sacct: Sacct, tmp_path: Path):
    assert sacct.windows() == []
    call(tmp_path, "ingest", "run", "--no-reckon")
    sums = tmp_path / "plimsoll-data/.sums"
    assert not sums.exists()
    shutil.copy(log_of(tmp_path, 3), tmp_path / "logs/b.txt")
    done = call(tmp_path, "ingest", "run", "--all")
    assert (done.returncode, done.stderr) == (0, "")
    assert any(sums.glob("*/*"))
    shutil.rmtree(sums)
    call(tmp_path, "ingest", "run", "--all")
    assert not sums.exists()


def test_what_fails_in_reckoning_changes_nothing_of_the_run(
    sacct: Sacct, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("out of luck")

    assert sacct.folder.exists()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("dashboard.ahead.reckon", fails)
    done = run("--config", tmp_path / "plimsoll.yaml", "ingest", "run")
    assert (done.code, done.err.splitlines()) == (
        0,
        ["nothing was reckoned ahead: RuntimeError: out of luck"],
    )
    jobs = open_store(tmp_path / "plimsoll-data").scan(JOBS).collect()
    assert sorted(jobs["job_id"]) == [1, 2]
