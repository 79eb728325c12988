"""Real logs against the figures that others published or that Slurm itself printed for them."""

import json
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from phillips import FIELDS
from polars.testing import assert_frame_equal

from ingest.jobs import ingest_jobs
from ingest.options import JobOptions
from model.errors import InputError
from model.schemas import JOBS
from store import Store, open_store

USAGE = ["sacct-P-usage.txt", "sacct-P-usage-delim-unit-sep.txt"]
ALL_FIELDS = ["sacct-P-all-fields-DX.txt", "sacct-P-all-fields-D.txt"]
READ = {
    "sacct-P-DX-by-jobid.txt": 111,
    "sacct-P-DX-window-to-22nd.txt": 109,
    "sacct-P-NewYork-naive.txt": 108,
    "sacct-P-all-fields-D.txt": 244,
    "sacct-P-all-fields-DX.txt": 110,
    "sacct-P-all-fields-X.txt": 108,
    "sacct-P-all-fields.txt": 240,
    "sacct-P-epoch.txt": 106,
    "sacct-P-iso-offset-NewYork.txt": 108,
    "sacct-P-usage-delim-unit-sep.txt": 107,
    "sacct-P-usage.txt": 107,
}
REFUSED = {
    "sacct-P-array-expanded.txt": "Submit, Start",
    "sacct-P-brief.txt": "Submit",
    "sacct-P-default-noheader.txt": "no header",
    "sacct-P-default.txt": "Submit",
    "sacct-P-delim-multichar.txt": "Submit",
    "sacct-P-long.txt": "Submit",
    "sacct-P-noconvert.txt": "Submit",
    "sacct-P-state-filter.txt": "Submit",
    "sacct-P-timefmt-relative.txt": "State",
    "sacct-P-timefmt-standard.txt": "State",
    "sacct-P-truncate.txt": "Submit",
    "sacct-P-units-M.txt": "Submit",
    "sacct-e.txt": "no header",
    "sacct-fixed-default.txt": "fixed-width",
    "sacct-fixed-negwidth.txt": "fixed-width",
    "sacct-fixed-wide.txt": "fixed-width",
    "sacct-p.txt": "Submit",
}


@pytest.fixture
def store(tmp_path: Path):
    with open_store(tmp_path / "store", create=True) as made:
        yield made


def facts(store: Store) -> pl.DataFrame:
    return store.scan(JOBS).collect().sort(JOBS.key)


def gpu_seconds(jobs: pl.DataFrame, seconds: pl.Expr) -> dict[str, int]:
    summed = (
        jobs.filter("started")
        .group_by("account")
        .agg((seconds * pl.col("gpus")).sum().alias("total"))
        .filter(pl.col("total") > 0)
    )
    return dict(zip(summed["account"], summed["total"], strict=True))


HELD = (pl.col("held_until") - pl.col("start")).dt.total_seconds()


def test_phillips_counts_and_hours(store, shared):
    log = shared / "data" / "xdmod_phillips" / "phillips.log"
    report = ingest_jobs(store, [log], cluster="phillips", options=JobOptions(fields=FIELDS))
    assert (report.rows_read, report.rows_accepted) == (4285, 4285)
    jobs = facts(store)
    assert (int(jobs["started"].sum()), int((~jobs["started"]).sum())) == (4046, 239)
    begin, end = datetime(2016, 12, 22, tzinfo=UTC), datetime(2017, 1, 2, tzinfo=UTC)
    hours = pl.min_horizontal("held_until", pl.lit(end)) - pl.max_horizontal("start", pl.lit(begin))
    seconds = hours.dt.total_seconds().clip(lower_bound=0)
    total = jobs.filter("started").select(
        gpu=(seconds * pl.col("gpus")).sum() / 3600, cpu=(seconds * pl.col("cpus")).sum() / 3600
    )
    assert [round(value, 4) for value in total.row(0)] == [506.9128, 11767.9883]


@pytest.mark.parametrize("name", [*USAGE, *ALL_FIELDS])
def test_gpu_seconds_of_a_real_slurm(store, shared, name):
    captures = shared / "slurm" / "captures"
    totals = json.loads((captures / "gpu-totals.json").read_text())
    report = ingest_jobs(store, [captures / name], cluster="testbed")
    assert report.rows_quarantined == 0
    jobs = facts(store)
    assert jobs.height == totals["sacct_rows"]["with_duplicates"]
    executing = gpu_seconds(jobs, HELD - pl.col("suspended_s"))
    assert executing == totals["sacct"]["gres/gpu"]["by_account"]
    assert gpu_seconds(jobs, HELD) == totals["sreport"]["gres/gpu"]["by_account_own_users"]


@pytest.mark.parametrize(("name", "rows"), READ.items())
def test_every_capture_is_read_to_the_last_line(store, shared, name, rows):
    log = shared / "slurm" / "captures" / name
    report = ingest_jobs(store, [log], cluster="testbed")
    assert report.rows_read == rows == sum(1 for line in log.read_bytes().split(b"\n") if line) - 1
    assert report.rows_accepted + report.rows_steps == rows


@pytest.mark.parametrize(("name", "why"), REFUSED.items())
def test_what_cannot_be_read_is_refused_with_the_reason(store, shared, name, why):
    with pytest.raises(InputError, match=why) as refused:
        ingest_jobs(store, [shared / "slurm" / "captures" / name], cluster="testbed")
    assert "sacct" in str(refused.value.hint)
    assert store.version() == "empty"
    assert store.catalogue.clusters() == []


def test_every_capture_is_named_above(shared):
    names = {path.name for path in (shared / "slurm" / "captures").glob("sacct-*.txt")}
    assert names == READ.keys() | REFUSED.keys()


@pytest.mark.parametrize(
    "name",
    [
        "sample-sacct-fake-line-break",
        "sample-sacct-multiple-multiline",
        "sample-sacct-one-multiline",
    ],
)
def test_broken_lines_are_joined_as_their_source_joins_them(tmp_path, shared, name):
    tables = []
    for form in (name, f"{name}-expected"):
        with open_store(tmp_path / form, create=True) as made:
            log = shared / "data" / "fb_gcm" / f"{form}.txt"
            report = ingest_jobs(made, [log], cluster="cluster")
            assert report.rows_quarantined == 0
            tables.append(facts(made).drop("name_hash"))
    assert_frame_equal(*tables)


OTHERS = [
    ("fb_gcm/sample-sacct-output-invalid-utf8.txt", "learnnode", (11, 2, 9, 0)),
    ("fb_gcm/sample-sacct-output.txt", "x", (68, 0, 68, 0)),
    ("fb_gcm/sample-sacct-running-output.txt", "x", (10, 0, 10, 0)),
    ("fb_gcm/sample-sacct-output-with-invalid-lines.txt", "x", (1, 0, 0, 1)),
    ("slurm2sql/test-data1.csv", "triton", (5, 2, 3, 0)),
    ("slurm2sql/test-data2.csv", "triton", (5, 2, 3, 0)),
]


@pytest.mark.parametrize(("name", "cluster", "counts"), OTHERS)
def test_logs_of_other_sites(store, shared, name, cluster, counts):
    report = ingest_jobs(store, [shared / "data" / name], cluster=cluster)
    told = (
        report.rows_read,
        report.rows_accepted,
        report.rows_steps,
        report.rows_quarantined,
    )
    assert told == counts


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("osc_ood_sacct/sacct.txt", "Submit"),
        ("seraph_fixtures/sacct.txt", "no header"),
        ("slurm2sql/test-data3.csv", "Submit"),
        ("ood_core_osc/non_utf8_job_name.txt", "squeue"),
        ("fb_gcm/sample-sacctmgr-user-info.txt", "Submit"),
    ],
)
def test_what_is_no_job_log_says_so(store, shared, name, why):
    with pytest.raises(InputError, match=why):
        ingest_jobs(store, [shared / "data" / name], cluster="x")


def test_a_log_of_another_cluster_names_both(store, shared):
    log = shared / "slurm" / "captures" / "sacct-P-usage.txt"
    with pytest.raises(InputError, match="'testbed', not of 'elsewhere'"):
        ingest_jobs(store, [log], cluster="elsewhere")


def test_local_times_and_epochs_are_the_same_moments(tmp_path, shared):
    captures = shared / "slurm" / "captures"
    moments = []
    for name, zone in (
        ("sacct-P-NewYork-naive.txt", "America/New_York"),
        ("sacct-P-epoch.txt", "UTC"),
    ):
        with open_store(tmp_path / name, create=True) as made:
            options = JobOptions(timezone=zone)
            ingest_jobs(made, [captures / name], cluster="testbed", options=options)
            moments.append(facts(made).select("job_id", "submit", "start", "end"))
    naive, epochs = moments
    assert_frame_equal(
        naive.join(epochs.select("job_id", "submit"), on=["job_id", "submit"]), epochs
    )
