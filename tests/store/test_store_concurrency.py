"""Readers and writers at once: nobody waits to read, nobody's rows are lost."""

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from store_samples import many

from model.schemas import JOBS
from store import Store

HERE = str(Path(__file__).parent)

REWRITER = """
import sys
sys.path.insert(0, sys.argv[2])
from datetime import timedelta
import polars as pl
from store import open_store
from store_samples import many
with open_store(sys.argv[1]) as opened:
    for i in range(1, 16):
        later = pl.col("observed_until") + timedelta(hours=i)
        with opened.job_writer("c") as writer:
            writer.append(many(200).with_columns(later, gpus=pl.lit(i, pl.Int64)))
            writer.commit()
"""

APPENDER = """
import sys
sys.path.insert(0, sys.argv[2])
from store import FileRecord, open_store
from store_samples import many
number = int(sys.argv[3])
with open_store(sys.argv[1]) as opened:
    run_id = opened.catalogue.begin_run(f"writer {number}")
    for i in range(4):
        with opened.lock(timeout_s=120), opened.job_writer("c") as writer:
            writer.append(many(20, first=1 + 10 * (4 * number + i)))
            counts = writer.commit()
    opened.catalogue.finish_run(run_id)
"""


def test_a_reader_sees_one_version_at_a_time(store: Store):
    with store.job_writer("c") as writer:
        writer.append(many(200).with_columns(gpus=pl.lit(0, pl.Int64)))
        writer.commit()
    writing = subprocess.Popen([sys.executable, "-c", REWRITER, str(store.path), HERE])
    seen = set()
    while writing.poll() is None:
        found = store.scan(JOBS).select("job_id", "gpus").collect()
        assert (found.height, found["gpus"].n_unique()) == (200, 1)
        seen.add(found["gpus"][0])
    assert writing.returncode == 0
    assert len(seen) > 1
    assert store.scan(JOBS).select(pl.col("gpus").unique()).collect().item() == 15


@pytest.mark.parametrize("writers", [4])
def test_writers_that_take_turns_lose_nothing(store: Store, writers: int):
    command = [sys.executable, "-c", APPENDER, str(store.path), HERE]
    writing = [subprocess.Popen([*command, str(number)]) for number in range(writers)]
    assert [process.wait(timeout=240) for process in writing] == [0] * writers
    found = store.scan(JOBS).select(pl.col("job_id").sort()).collect()["job_id"]
    assert found.to_list() == list(range(1, 10 * 4 * writers + 11))
    assert [run.status for run in store.catalogue.runs()] == ["done"] * writers
