"""The captured `sacct --json` gives the GPU-seconds that sacct and sreport themselves give."""

import json
from pathlib import Path

import polars as pl
import pytest

from ingest.jobs import ingest_jobs
from ingest.options import JobOptions
from model.errors import InputError
from model.schemas import JOBS
from store import Store, open_store


@pytest.fixture
def store(tmp_path: Path):
    with open_store(tmp_path / "store", create=True) as opened:
        yield opened


def gpu_seconds(store: Store) -> pl.DataFrame:
    held_s = (pl.col("held_until") - pl.col("start")).dt.total_seconds()
    started = store.scan(JOBS).filter("started").with_columns(held_s=held_s)
    totals = started.group_by("account").agg(
        held=(pl.col("gpus") * pl.col("held_s")).sum(),
        executing=(pl.col("gpus") * (pl.col("held_s") - pl.col("suspended_s"))).sum(),
    )
    return totals.filter(pl.col("held") > 0).sort("account").collect()


def jobs(store: Store) -> pl.DataFrame:
    return store.scan(JOBS).collect().sort(JOBS.key)


@pytest.mark.parametrize("name", ["sacct.json", "sacct-X.json"])
def test_gpu_seconds_by_account(store, shared, name):
    captures = shared / "slurm" / "captures"
    golden = json.loads((captures / "gpu-totals.json").read_text())
    report = ingest_jobs(store, [captures / name], cluster="testbed")
    assert (report.rows_read, report.rows_accepted, report.rows_quarantined) == (106, 106, 0)
    totals = gpu_seconds(store)
    by_account = {row["account"]: row for row in totals.iter_rows(named=True)}
    executing = golden["sacct"]["gres/gpu"]["by_account"]
    held = golden["sreport"]["gres/gpu"]["by_account_own_users"]
    assert {account: row["executing"] for account, row in by_account.items()} == executing
    assert {account: row["held"] for account, row in by_account.items()} == held
    assert (totals["executing"].sum(), totals["held"].sum()) == (440, 446)


def test_text_and_json_of_the_same_jobs_give_equal_facts(shared, tmp_path):
    captures = shared / "slurm" / "captures"
    frames = []
    for name in ("sacct-X.json", "sacct-P-usage-delim-unit-sep.txt"):
        with open_store(tmp_path / name, create=True) as store:
            ingest_jobs(store, [captures / name], cluster="testbed")
            frames.append(jobs(store))
    ours, printed = frames
    both = [
        "job_id",
        "submit",
        "job_label",
        "user",
        "account",
        "partition",
        "qos",
        "job_state",
        "start",
        "end",
        "gpus",
        "gpu_types",
    ]
    started = pl.col("started")
    assert ours.filter(started).select(both).equals(printed.filter(started).select(both))


def test_overlapping_halves_in_either_order_give_the_store_of_the_whole(shared, tmp_path):
    records = json.loads((shared / "slurm" / "captures" / "sacct-X.json").read_text())["jobs"]
    parts = {"whole": records, "first": records[:70], "second": records[40:]}
    for name, part in parts.items():
        (tmp_path / name).write_text(json.dumps({"jobs": part}))
    frames = []
    for order in (["whole"], ["first", "second"], ["second", "first", "second"]):
        with open_store(tmp_path / "-".join(["store", *order]), create=True) as store:
            ingest_jobs(store, [tmp_path / name for name in order], cluster="testbed")
            frames.append(jobs(store))
    assert frames[0].height == 106
    assert frames[0].equals(frames[1])
    assert frames[0].equals(frames[2])


def test_the_end_of_a_failed_node_stands_as_later_records_have_it(shared, tmp_path):
    """NODE_FAIL with end 0 and 20,615 s elapsed; later an end far from start + elapsed."""
    folder = shared / "data" / "clockwork"
    with open_store(tmp_path / "store", create=True) as store:
        ingest_jobs(store, [folder / "sacct_1", folder / "sacct_2"], cluster="cedar")
        failed = jobs(store).filter(job_state="NODE_FAIL").row(0, named=True)
    assert failed["gpus"] == 1
    assert failed["end"].timestamp() == 1680244103


def test_number_objects_become_the_same_facts(shared, tmp_path):
    folder = shared / "data" / "slurmweb_slurmrestd" / "25.11" / "0.0.44"
    with open_store(tmp_path / "store", create=True) as store:
        ingest_jobs(store, [folder / "slurmdb-job-completed.json"], cluster="hpc")
        job = jobs(store).row(0, named=True)
    assert (job["job_id"], job["job_state"], job["limit_s"], job["cpus"]) == (
        5749,
        "COMPLETED",
        120,
        4,
    )
    assert (job["end"] - job["start"]).total_seconds() == 30
    assert job["energy_j"] is None


def test_cut_off_json_leaves_the_store_as_it_was(store, shared, tmp_path):
    whole = (shared / "slurm" / "captures" / "sacct-X.json").read_bytes()
    cut = tmp_path / "cut.json"
    cut.write_bytes(whole[: len(whole) // 2])
    before = store.version()
    with pytest.raises(InputError, match="cut off") as refused:
        ingest_jobs(store, [cut], cluster="testbed", options=JobOptions())
    assert "run sacct again" in str(refused.value)
    assert store.version() == before
    assert store.scan(JOBS).collect().is_empty()
