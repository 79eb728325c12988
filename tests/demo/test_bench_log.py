"""The log that the benchmarks read is one that ingest reads whole."""

from pathlib import Path

import pytest

from bench.children import measure, python
from bench.sacct_log import write_log
from ingest.jobs import ingest_jobs
from ingest.options import JobOptions
from store import open_store

ROWS = 2_000


def test_every_row_of_the_log_is_accepted_and_new(tmp_path: Path):
    log = tmp_path / "log.txt"
    write_log(log, ROWS)
    assert log.stat().st_size / ROWS == pytest.approx(366, abs=15)
    with open_store(tmp_path / "store", create=True) as store:
        report = ingest_jobs(store, [log], cluster="bench", options=JobOptions(timezone="UTC"))
    assert (report.rows_read, report.rows_accepted) == (ROWS, ROWS)
    assert report.files[0].inserted == ROWS


def test_time_memory_and_output_of_a_command_are_measured(tmp_path: Path):
    log = tmp_path / "output"
    code = "import time; data = bytearray(b'x') * (1 << 29); time.sleep(0.2); print('ready')"
    measured = measure(python(code), log=log)
    assert log.read_text() == "ready\n"
    # Linux counts a forked child from its parent's size, and a worker of pytest may have a GiB.
    assert 512 < measured.peak_mib < 16 * 1024
    assert measured.seconds > 0.2
    assert measured.cpu_s > 0


def test_a_failing_command_is_told_with_its_output(tmp_path: Path):
    with pytest.raises(RuntimeError, match="no such luck"):
        measure(python("raise SystemExit('no such luck')"), log=tmp_path / "output")
