"""Equal inputs give equal bytes: in another process, another zone, another year."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from reports.writers import FORMATS

ELSEWHERE = {
    "PYTHONHASHSEED": "4711",
    "TZ": "Pacific/Auckland",
    "FAKETIME_DONT_FAKE_MONOTONIC": "1",
}
HERE = {"PYTHONHASHSEED": "1", "TZ": "America/New_York"}
LATER = ("faketime", "-f", "+1000d")
BY_CONTENT = {"xlsx", "ods", "docx"}


def written(folder: Path, options: tuple[str, ...], env: dict[str, str], *before: str) -> Path:
    folder.mkdir()
    outputs = [word for name in FORMATS for word in ("--output", f"report.{name}")]
    command = [*before, sys.executable, "-m", "plimsoll", *options, "report", "capacity", *outputs]
    clean = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    done = subprocess.run(
        command, cwd=folder, env=clean | env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return folder


def content(file: Path) -> object:
    """The bytes; of an office document those of its parts, whatever the archive around them."""
    if file.suffix[1:] not in BY_CONTENT:
        return file.read_bytes()
    with zipfile.ZipFile(file) as parts:
        return {name: parts.read(name) for name in parts.namelist()}


@pytest.mark.slow
def test_two_runs_on_the_same_store_give_the_same_bytes(demo, tmp_path):
    if shutil.which("faketime") is None:
        pytest.skip("needs faketime")
    here = written(tmp_path / "here", demo.options, HERE)
    there = written(tmp_path / "there", demo.options, ELSEWHERE, *LATER)
    for name in FORMATS:
        one, other = here / f"report.{name}", there / f"report.{name}"
        assert one.stat().st_size > 1000
        assert content(one) == content(other), f"the {name} differs"


def test_the_clock_of_the_other_run_is_another_one():
    """The test above would see a date of today: here it is told."""
    if shutil.which("faketime") is None:
        pytest.skip("needs faketime")
    asked = (sys.executable, "-c", "import time; print(int(time.time()), time.tzname[0])")
    now, then = (
        subprocess.run(command, env=os.environ | env, capture_output=True, text=True, check=True)
        for command, env in ((asked, HERE), ((*LATER, *asked), ELSEWHERE))
    )
    (moment, zone), (later, other) = now.stdout.split(), then.stdout.split()
    assert int(later) - int(moment) > 900 * 86_400
    assert zone != other
