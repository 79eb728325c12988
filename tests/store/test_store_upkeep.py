"""Upkeep changes files, never rows."""

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal
from store_samples import frame, job, many

from model.errors import InputError, StoreLockedError
from model.schemas import FACT_TABLES, JOBS
from store import Store, open_store


def written(store: Store) -> Store:
    for first in (1, 21, 41):
        with store.job_writer("c") as writer:
            writer.append(many(20, first=first))
            writer.commit()
    return store


def age(store: Store, by: timedelta) -> None:
    """Set the clock of every data file back."""
    then = time.time() - by.total_seconds()
    for path in (store.path / "jobs").rglob("*.parquet"):
        os.utime(path, (then, then))


def test_info_counts_rows_files_and_bytes(store: Store):
    jobs = written(store).info()[0]
    files = list((store.path / "jobs").rglob("*.parquet"))
    sizes = sum(file.stat().st_size for file in files)
    assert (jobs.table, jobs.version, jobs.rows) == ("jobs", 3, 60)
    assert (jobs.files, jobs.bytes) == (len(files), sizes)
    assert [table.rows for table in store.info()[1:]] == [0] * (len(FACT_TABLES) - 1)


def test_compaction_leaves_one_file_a_month_and_equal_rows(store: Store):
    before = written(store).scan(JOBS).sort("job_id").collect()
    earlier = store.scan(JOBS)
    done = store.compact()[0]
    assert (done.files_before, done.files_after, done.files_deleted) == (3, 1, 0)
    assert_frame_equal(store.scan(JOBS).sort("job_id").collect(), before)
    assert earlier.collect().height == 60
    assert store.compact()[0].files_before == 1


def test_files_out_of_use_go_when_they_are_old_enough(store: Store):
    written(store).compact()
    stray = store.path / "jobs" / "cluster=c" / "month=2026-05" / "part-stray.parquet"
    frame([job(1)]).write_parquet(stray)
    age(store, timedelta(days=8))
    assert store.compact()[0].files_deleted == 1
    assert not stray.exists()
    assert store.scan(JOBS).collect().height == 60


@pytest.mark.parametrize("keep", [timedelta(0), timedelta(minutes=59), timedelta(days=-1)])
def test_files_in_use_a_moment_ago_are_never_deleted(store: Store, keep: timedelta):
    with pytest.raises(InputError, match="an hour at least"):
        store.compact(keep=keep)


def test_upkeep_waits_for_no_ingest(store: Store, tmp_path: Path):
    with open_store(tmp_path / "store") as other, other.lock(), pytest.raises(StoreLockedError):
        store.compact()
