"""Logs of older Slurm versions, and of sacct called without -P."""

from pathlib import Path

import polars as pl
import pytest

from ingest.jobs import ingest_jobs
from ingest.options import JobOptions
from ingest.report import FileReport
from model.errors import InputError
from model.schemas import JOBS
from store import open_store

LOG = """\
JobID|Submit|Start|End|Elapsed|{wait}|State|NodeList|NNodes|ReqGRES
7|2019-08-01T10:00:00|2019-08-01T11:00:00|2019-08-01T12:00:00|01:00:00|{waited}|COMPLETED|n[1-2]|2|gpu:v100:4
8|2019-08-01T10:00:00|2019-08-01T11:00:00|2019-08-01T12:00:00|01:00:00|{waited}|COMPLETED|n3|1|
"""


def read(path: Path, folder: Path) -> tuple[FileReport, pl.DataFrame]:
    store = open_store(folder / "store", create=True)
    report = ingest_jobs(store, [path], cluster="here", options=JobOptions(timezone="UTC"))
    return report.files[0], store.scan(JOBS).collect().sort("job_id")


@pytest.mark.parametrize("wait", ["Reserved", "Planned"])
def test_gpus_of_a_node_times_nodes_whatever_the_wait_is_called(tmp_path: Path, wait: str):
    """ReqGRES went in 20.11; Reserved is Planned since 21.08."""
    path = tmp_path / "log.txt"
    path.write_text(LOG.format(wait=wait, waited="01:00:00"))
    report, jobs = read(path, tmp_path)
    assert report.rows_accepted == 2
    assert any("ReqGRES times nodes" in said for said in report.assumptions)
    assert jobs["gpus"].to_list() == [8, None]
    assert jobs["gpu_types"].to_list() == ["v100:8", None]


@pytest.mark.parametrize("name", ["test-data1.csv", "test-data2.csv"])
def test_the_old_logs_of_slurm2sql(shared: Path, tmp_path: Path, name: str):
    report, jobs = read(shared / "data" / "slurm2sql" / name, tmp_path)
    assert (report.rows_read, report.rows_accepted, report.rows_steps) == (5, 2, 3)
    assert jobs["started"].all()
    assert jobs.select((pl.col("end") - pl.col("start")).dt.total_seconds()).to_series().min() > 0


def test_a_log_too_bare_to_be_read_names_what_it_lacks(shared: Path, tmp_path: Path):
    with pytest.raises(InputError, match="no column Submit, State, End or ElapsedRaw"):
        read(shared / "data" / "slurm2sql" / "test-data3.csv", tmp_path)


@pytest.mark.parametrize("name", ["default", "negwidth", "wide"])
def test_fixed_width_is_refused_with_the_line_to_run(shared: Path, tmp_path: Path, name: str):
    path = shared / "slurm" / "captures" / f"sacct-fixed-{name}.txt"
    with pytest.raises(InputError, match="fixed-width") as refused:
        read(path, tmp_path)
    assert "sacct -a -D -P" in (refused.value.hint or "")
