"""Jobs as written and read back: one version a commit, whatever came before."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable
from polars.testing import assert_frame_equal
from store_samples import SUBMIT, frame, job, many

from model.errors import StoreLockedError
from model.schemas import JOBS
from store import Store, WriteCounts, open_store


def write(store: Store, *frames: pl.DataFrame, cluster: str = "c") -> WriteCounts:
    with store.job_writer(cluster, run_id=7) as writer:
        for part in frames:
            writer.append(part)
        return writer.commit()


def rows(store: Store) -> pl.DataFrame:
    return store.scan(JOBS).sort("cluster", "job_id", "submit").collect()


def data_files(store: Store) -> list[Path]:
    return sorted((store.path / "jobs").rglob("*.parquet"))


def test_what_is_written_comes_back_in_the_schema_of_jobs(store: Store):
    written = many(200)
    assert write(store, written[:90], written[90:]) == WriteCounts(inserted=200)
    found = rows(store)
    assert found.schema == JOBS.schema
    assert_frame_equal(found.drop("month", "fills"), written)
    assert found["month"].unique().sort().to_list() == ["2026-05", "2026-06"]
    assert found["fills"].null_count() == 200
    assert store.version() == "jobs@1"


def test_an_equal_write_makes_no_version_and_leaves_no_file(store: Store):
    write(store, many(200))
    files = data_files(store)
    assert write(store, many(200)[::-1]) == WriteCounts(unchanged=200)
    assert store.version() == "jobs@1"
    assert data_files(store) == files


def test_overlapping_halves_in_either_order_leave_equal_rows(tmp_path: Path):
    whole = many(200)
    halves = [whole[:120], whole[80:]]
    found = []
    for name, order in (("a", halves), ("b", halves[::-1])):
        with open_store(tmp_path / name, create=True) as store:
            counts = [write(store, half) for half in order]
            assert counts == [
                WriteCounts(inserted=120),
                WriteCounts(inserted=80, unchanged=40),
            ]
            found.append(rows(store))
    assert_frame_equal(*found)


def test_a_key_repeated_in_one_write_counts_once(store: Store):
    counts = write(store, frame([job(1), job(1), job(2)]), frame([job(1, gpus=3)]))
    assert counts == WriteCounts(inserted=2)
    assert rows(store)["gpus"].to_list() == [3, None]


def test_a_later_state_replaces_an_earlier_one_and_keeps_what_it_alone_knew(store: Store):
    pending = job(1, finality=0, job_state="PENDING", reason="Priority", gpus=4)
    ended = job(1, job_state="COMPLETED", end=SUBMIT + timedelta(hours=1), gpus=4)
    other = job(2, submit=SUBMIT + timedelta(days=40))
    write(store, frame([pending, other]))
    assert write(store, frame([ended])) == WriteCounts(updated=1)
    assert write(store, frame([pending])) == WriteCounts(unchanged=1)
    row = rows(store).row(0, named=True)
    assert (row["job_state"], row["end"]) == ("COMPLETED", SUBMIT + timedelta(hours=1))
    assert (row["reason"], row["gpus"]) == ("Priority", 4)


def test_the_same_job_on_two_clusters_is_two_jobs(store: Store):
    write(store, frame([job(1)]))
    assert write(store, frame([job(1, cluster="d")]), cluster="d") == WriteCounts(inserted=1)
    assert rows(store)["cluster"].to_list() == ["c", "d"]


def test_nothing_is_seen_before_the_commit_and_an_abort_leaves_no_file(store: Store):
    with store.job_writer("c") as writer:
        writer.append(many(400))
        writer.append(many(400))
        assert store.version() == "empty"
    assert data_files(store) == []
    assert rows(store).is_empty()
    assert write(store, many(3)) == WriteCounts(inserted=3)


def test_a_fault_in_the_middle_leaves_the_store_as_it_was(
    store: Store, monkeypatch: pytest.MonkeyPatch
):
    write(store, many(10))
    before, files = rows(store), data_files(store)
    monkeypatch.setattr("store.jobs._BUFFER_ROWS", 0)
    with store.job_writer("c") as writer:
        writer.append(many(10, first=5))
        assert len(data_files(store)) > len(files)
        monkeypatch.setattr(DeltaTable, "create_write_transaction", _no_space)
        with pytest.raises(OSError, match="no space"):
            writer.commit()
    assert_frame_equal(rows(store), before)
    assert data_files(store) == files


def test_a_file_half_written_is_taken_away(store: Store, monkeypatch: pytest.MonkeyPatch):
    def stop_short(_rows: pl.LazyFrame, target: Path, **_options: object) -> None:
        target.write_bytes(b"PAR1")
        _no_space()

    monkeypatch.setattr(pl.LazyFrame, "sink_parquet", stop_short)
    with pytest.raises(OSError, match="no space"):
        write(store, many(10))
    assert data_files(store) == []
    assert list((store.path / ".staged").iterdir()) == []


def test_a_fault_after_the_commit_came_through_takes_no_file_away(
    store: Store, monkeypatch: pytest.MonkeyPatch
):
    through = DeltaTable.create_write_transaction

    def fail_late(self: DeltaTable, *arguments: object, **options: object) -> None:
        through(self, *arguments, **options)  # type: ignore[arg-type]
        _no_space()

    monkeypatch.setattr(DeltaTable, "create_write_transaction", fail_late)
    with pytest.raises(OSError, match="no space"):
        write(store, many(10))
    assert rows(store).height == 10


KILLED = """
import os, signal, sys
sys.path.insert(0, sys.argv[2])
import store.jobs, store.month
from store import open_store
from store_samples import many
store.jobs._BUFFER_ROWS = 0
with open_store(sys.argv[1]) as opened, opened.job_writer("c") as writer:
    writer.append(many(60, first=30))
    if sys.argv[3] == "merged":
        writer._merge()
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("moment", ["staged", "merged"])
def test_a_killed_writer_leaves_the_store_as_it_was(store: Store, moment: str):
    write(store, many(40))
    before, files = rows(store), data_files(store)
    command = [sys.executable, "-c", KILLED, str(store.path), str(Path(__file__).parent), moment]
    assert subprocess.run(command, check=False, timeout=120).returncode == -signal.SIGKILL
    assert_frame_equal(rows(store), before)
    assert len(data_files(store)) > len(files)
    assert write(store, many(40)) == WriteCounts(unchanged=40)
    assert data_files(store) == files
    assert write(store, many(60, first=30)) == WriteCounts(inserted=49, unchanged=11)


def test_a_journal_that_outlived_its_commit_takes_no_file_away(store: Store):
    write(store, many(40))
    names = [str(path.relative_to(store.path / "jobs")) for path in data_files(store)]
    (store.path / ".staged" / "jobs-late").write_text("\n".join([*names, "c/half-a-na"]))
    assert write(store, many(1)) == WriteCounts(unchanged=1)
    assert rows(store).height == 40
    assert list((store.path / ".staged").iterdir()) == []


def test_a_frame_made_before_a_commit_keeps_its_snapshot(store: Store):
    write(store, many(5))
    earlier = store.scan(JOBS)
    with open_store(store.path) as other:
        write(other, many(5, first=6))
        assert rows(other).height == 10
    assert earlier.collect().height == 5
    assert rows(store).height == 10


def test_many_small_writes_gather_into_few_files(store: Store):
    for i in range(20):
        write(store, frame([job(i)]))
    assert rows(store)["job_id"].to_list() == list(range(20))
    assert store.info()[0].files < 16


def test_filters_on_cluster_and_time_skip_files(store: Store):
    write(store, many(200))
    write(store, frame([job(1, cluster="d")]), cluster="d")
    june = datetime(2026, 6, 1, tzinfo=UTC)
    for wanted in (pl.col("cluster") == "d", pl.col("submit") < june):
        kept = store.scan(JOBS).filter(wanted)
        (store.path / "jobs" / "cluster=c" / "month=2026-06").rename(store.path / ".aside")
        assert kept.collect().height > 0
        (store.path / ".aside").rename(store.path / "jobs" / "cluster=c" / "month=2026-06")


def test_the_log_tells_which_run_wrote_a_version(store: Store):
    write(store, many(1))
    written = DeltaTable(store.path / "jobs").history(1)[0]
    assert (written["run_id"], written["cluster"]) == ("7", "c")


def test_other_readers_see_the_same_rows(store: Store):
    write(store, many(50))
    found = pl.DataFrame(DeltaTable(store.path / "jobs").to_pyarrow_table())
    assert found.height == 50
    assert found["gpus"].sum() == rows(store)["gpus"].sum()
    assert found["submit"].sort().to_list() == rows(store)["submit"].sort().to_list()


@pytest.mark.parametrize(
    ("spoilt", "complaint"),
    [
        (many(1).drop("gpus"), "gpus missing"),
        (many(1).with_columns(extra=pl.lit(1)), "extra missing or unknown"),
        (many(1).with_columns(gpus=pl.lit("4")), "gpus String"),
        (frame([job(1, cluster="d")]), "another cluster"),
        (frame([job(1, cluster=None)]), "another cluster"),
        (frame([job(1, submit=None)]), "no key"),
    ],
)
def test_a_frame_of_another_shape_is_refused(store: Store, spoilt: pl.DataFrame, complaint: str):
    with store.job_writer("c") as writer, pytest.raises(ValueError, match=complaint):
        writer.append(spoilt)


def test_a_second_writer_is_told_at_once_who_is_at_work(store: Store):
    with open_store(store.path) as other, store.job_writer("c") as writer:
        with pytest.raises(StoreLockedError, match=rf"process {os.getpid()} on .* since 20"):
            other.job_writer("d")
        writer.append(many(1))
        writer.commit()
        with other.job_writer("d"):
            pass


def test_the_holder_of_the_lock_may_write_inside_it(store: Store):
    with open_store(store.path) as other:
        with store.lock():
            write(store, many(1))
            with pytest.raises(StoreLockedError) as refusal, other.lock():
                pass
        assert refusal.value.exit_code == 4
        with other.lock():
            pass


def _no_space(*_arguments: object, **_options: object) -> None:
    raise OSError("no space left on device")
