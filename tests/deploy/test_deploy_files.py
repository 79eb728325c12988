"""The files of `deploy/`: units as systemd reads them, images whose every source is there."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from dashboard.unit import DASHBOARD_SERVICE, dashboard_unit
from ingest.schedule import REPORTS_SERVICE, Place, cron_lines, systemd_units
from model.report_schedule import ScheduledReport
from model.settings import Reports, Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
PINNED = re.compile(r"^([A-Za-z0-9_.-]+)==(\S+)", re.MULTILINE)
EXPOSED_TENTHS = 15


def program(name: str) -> str:
    found = shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin")
    if found is None:
        pytest.skip(f"needs {name}")
    return found


def scheduled(folder: Path) -> Settings:
    report = ScheduledReport(name="monthly", folder=folder / "reports", every="month")
    return Settings(reports=Reports(schedule=(report,)))


def place(folder: Path) -> Place:
    runs = Path(sys.prefix) / "bin" / "plimsoll"
    return Place(program=runs, config=folder / "plimsoll.yaml", store=folder / "s", user="root")


@pytest.fixture
def units(tmp_path: Path) -> Path:
    where = place(tmp_path)
    texts = systemd_units(scheduled(tmp_path), where)
    texts[DASHBOARD_SERVICE] = dashboard_unit(where, port=8050)
    folder = tmp_path / "units"
    folder.mkdir()
    for name, text in texts.items():
        (folder / name).write_text(text)
    return folder


def test_systemd_reads_every_unit_without_a_complaint(units: Path):
    files = sorted(map(str, units.iterdir()))
    assert len(files) == 5
    judged = subprocess.run(
        [program("systemd-analyze"), "verify", "--man=no", *files],
        capture_output=True,
        text=True,
        check=False,
    )
    complaints = [line for line in judged.stderr.splitlines() if "plimsoll" in line]
    assert complaints == []


@pytest.mark.parametrize("name", [DASHBOARD_SERVICE, REPORTS_SERVICE])
def test_the_services_are_hardened(units: Path, name: str):
    judged = subprocess.run(
        [
            program("systemd-analyze"), "security", "--offline=true", "--no-pager",
            f"--threshold={EXPOSED_TENTHS}", str(units / name),
        ],
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert judged.returncode == 0, judged.stdout[-300:]


def test_reports_are_scheduled_only_where_some_are_named(units: Path, tmp_path: Path):
    service = (units / REPORTS_SERVICE).read_text()
    assert f"ReadWritePaths={tmp_path}/s {tmp_path}/reports\n" in service
    assert "report due --log-format json" in service
    assert "PrivateNetwork=yes" in service
    assert REPORTS_SERVICE not in systemd_units(Settings(), place(tmp_path))
    lines = cron_lines(scheduled(tmp_path), place(tmp_path), log=Path("/var/log/x"))
    assert re.search(
        r"^17 5 \* \* \* root .* report due --log-format json >>/var/log/x", lines, re.MULTILINE
    )
    assert "report due" not in cron_lines(Settings(), place(tmp_path), log=Path("/var/log/x"))


def test_every_path_that_an_image_copies_is_there():
    container = (DEPLOY / "Containerfile").read_text()
    copied = re.findall(r"^COPY (?!--from)(.+)$", container, re.MULTILINE)
    sources = [word for line in copied for word in line.split()[:-1]]
    files = re.search(r"%files\n((?: {4}.+\n)+)", (DEPLOY / "plimsoll.def").read_text())
    assert files
    sources += [line.split()[0] for line in files[1].splitlines()]
    assert len(sources) > 20
    assert [source for source in sources if not (ROOT / source).exists()] == []


@pytest.mark.parametrize("name", ["Containerfile", "plimsoll.def"])
def test_an_image_holds_every_package_of_the_wheel(name: str):
    described = tomllib.loads((ROOT / "pyproject.toml").read_text())
    packages = described["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    text = (DEPLOY / name).read_text()
    for package in (*packages, "config"):
        assert re.search(rf"^\s*(COPY )?{package} \S*{package}$", text, re.MULTILINE), package


def test_an_image_runs_as_nobody_and_says_how_it_is():
    lines = (DEPLOY / "Containerfile").read_text().splitlines()
    last_stage = lines[max(i for i, line in enumerate(lines) if line.startswith("FROM")) :]
    user = [line for line in last_stage if line.startswith("USER")]
    assert user == ["USER 10001:10001"]
    assert any(line.startswith("HEALTHCHECK") for line in last_stage)
    assert not any("pip install" in line for line in last_stage)


def test_the_locks_of_deployment_are_parts_of_the_one_lock_without_tools_of_development():
    whole = set(PINNED.findall((ROOT / "requirements.lock").read_text()))
    runs = set(PINNED.findall((DEPLOY / "requirements.lock").read_text()))
    builds = set(PINNED.findall((DEPLOY / "build-requirements.lock").read_text()))
    assert runs <= whole
    assert builds <= whole
    assert {"polars", "dash", "waitress", "typst"} <= {name for name, _ in runs}
    assert not {"pytest", "mypy", "ruff", "playwright"} & {name for name, _ in runs | builds}


def test_every_dependency_is_in_the_lock_of_what_runs():
    described = tomllib.loads((ROOT / "pyproject.toml").read_text())
    named = {re.split(r"[\[<>=]", each)[0] for each in described["project"]["dependencies"]}
    locked = {name for name, _ in PINNED.findall((DEPLOY / "requirements.lock").read_text())}
    assert named - locked == set()
