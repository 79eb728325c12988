"""Killed anywhere, run again: a file is in the store as a whole or not at all."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from model.schemas import JOBS
from store import open_store

ROWS = 60_000
KILLS = 12
HEADER = (
    "JobID|JobIDRaw|User|Account|Partition|State|Submit|Start|End|ElapsedRaw|AllocTRES|NodeList"
)


def write_log(path: Path) -> None:
    days = [f"2026-{1 + place % 9:02}-{1 + place % 27:02}" for place in range(ROWS)]
    rows = (
        f"{number}|{number}|u{number % 97}|a{number % 13}|gpu|COMPLETED|{day}T09:00:00|"
        f"{day}T10:00:00|{day}T11:00:00|3600|cpu=4,gres/gpu={number % 5},node=1|n{number % 40}"
        for number, day in enumerate(days, start=1)
    )
    path.write_text("\n".join([HEADER, *rows]) + "\n")


def command(store: Path, log: Path) -> list[str]:
    program = "from plimsoll.cli import main; main()"
    return [
        *(sys.executable, "-c", program, "--quiet", "--store", str(store)),
        *("ingest", "jobs", str(log), "--cluster", "here"),
    ]


@pytest.mark.slow
def test_a_killed_ingest_leaves_nothing_half_written(tmp_path):
    log = tmp_path / "log.txt"
    write_log(log)
    whole = tmp_path / "whole"
    began = time.monotonic()
    subprocess.run(command(whole, log), check=True, stdout=subprocess.DEVNULL)
    span_s = time.monotonic() - began
    expected = open_store(whole).scan(JOBS).collect().sort(JOBS.key)

    store, dice = tmp_path / "killed", random.Random(1)  # noqa: S311
    killed = 0
    for _ in range(KILLS):
        with subprocess.Popen(command(store, log), stdout=subprocess.DEVNULL) as process:
            try:
                process.wait(timeout=dice.uniform(0.5, 1.0) * span_s)
            except subprocess.TimeoutExpired:
                process.kill()
                killed += 1
        if (store / "store.json").exists():
            assert open_store(store).scan(JOBS).collect().height in {0, ROWS}
    assert killed
    subprocess.run(command(store, log), check=True, stdout=subprocess.DEVNULL)
    assert_frame_equal(open_store(store).scan(JOBS).collect().sort(JOBS.key), expected)
