"""Every real capture of telemetry: read, with what it says, or refused with the reason."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from ingest.formats.telemetry_base import TelemetryOptions
from ingest.telemetry import ingest_telemetry
from model.errors import InputError
from model.gpu_states import CLASSES
from model.schemas import GPU_SAMPLES
from store import open_store

AT = datetime(2026, 7, 1, 12, tzinfo=UTC)
OPTIONS = TelemetryOptions(at=AT, node="n1")
FOLDERS = (
    "awards_telemetry_carbon/prometheus",
    "awards_telemetry_carbon/dcgm",
    "awards_telemetry_carbon/nvidia_gpu_exporter",
    "awards_telemetry_carbon/ceems",
    "awards_telemetry_carbon/jobstats",
    "nvidia_gpu_exporter",
    "ceems",
    "slurmweb_prometheus",
    "awards_telemetry_carbon/slurm/tresusage_gpuutil_doc.txt",
)

READ = {
    "prometheus/backfill_openmetrics.om": ("prometheus-text", 2),
    "prometheus/federate.prom": ("prometheus-text", 2),
    "prometheus/promtool_query_range.txt": ("promtool-query", 3),
    "prometheus/promtool_tsdb_dump.txt": ("prometheus-text", 18),
    "prometheus/query_instant_matrix_raw.json": ("prometheus-json", 6),
    "prometheus/query_instant_vector.json": ("prometheus-json", 2),
    "prometheus/query_range_empty.json": ("prometheus-json", 0),
    "prometheus/query_range_gpu_util.json": ("prometheus-json", 21),
    "prometheus/query_range_nan_mig.json": ("prometheus-json", 15),
    "prometheus/query_range_with_gap.json": ("prometheus-json", 23),
    "prometheus/scrape_target_dcgm_style.prom": ("prometheus-text", 14),
    "dcgm/dcgm_exporter_rtx6000ada.prom": ("prometheus-text", 5),
    "nvidia_gpu_exporter/nvidia-smi_query-gpu_h100-mig_load.csv": ("nvidia-smi-csv", 1),
    "nvidia_gpu_exporter/nvidia-smi_query-gpu_h200_load.csv": ("nvidia-smi-csv", 1),
    "exporter/query.txt": ("nvidia-smi-csv", 2),
    "slurmweb_prometheus/unknown-metric.json": ("prometheus-json", 0),
}

REFUSED = {
    "prometheus/label_values.json": "names or units",
    "prometheus/metadata.json": "no samples",
    "prometheus/series.json": "names or units",
    "prometheus/query_range_agg_by_job.json": "without the name of a metric",
    "prometheus/query_range_energy_increase.json": "without the name of a metric",
    "prometheus/query_range_error_11000.json": "maximum resolution of 11,000 points",
    "prometheus/query_range_error_parse.json": "unclosed left parenthesis",
    "ceems/api_current_usage.json": "sums of jobs and projects",
    "ceems/api_unit_by_uuid.json": "sums of jobs and projects",
    "ceems/exporter_excerpt.prom": "no metric of a GPU",
    "exporter/e2e-test-cgroupsv2-k8s-nogpu-output.txt": "no metric of a GPU",
    "exporter/e2e-test-cgroupsv2-nogpu-output.txt": "no metric of a GPU",
    "exporter/e2e-test-cgroupsv2-nvidia-gpu-reordering.txt": "no metric of a GPU",
    "ceems/amd-smi": "a program",
    "ceems/nvidia-smi": "a report of nvidia-smi",
    **{f"gpujobmap/{number}": "no telemetry" for number in range(4)},
    "demodata/linux-x86_64__nvidia-geforce-rtx-4080-super__595.71.05.txt": "a report of nvidia-smi",
    "demodata/linux-x86_64__nvidia-h200__590.48.01.txt": "a report of nvidia-smi",
    "jobstats/js1_admincomment_blobs.txt": "jobstats",
    "jobstats/js1_decoded.ndjson": "jobstats",
    "jobstats/js1_sacct_row.psv": "jobstats",
    **{
        f"slurmweb_prometheus/{each}-hour.json": "without the name of a metric"
        for each in ("cache", "cores", "gpus", "jobs", "nodes")
    },
    "slurm/tresusage_gpuutil_doc.txt": "high-water mark",
    "slurmweb_prometheus/status.json": "no answer of Prometheus",
    "slurmweb_prometheus/unknown-path.json": "invalid parameter",
}


def captures(shared: Path) -> list[Path]:
    places = [shared / "data" / each for each in FOLDERS]
    files = [file for each in places for file in [each, *each.rglob("*")]]
    return sorted({file for file in files if file.is_file()})


def short(file: Path) -> str:
    return "/".join(file.parts[-2:])


@pytest.fixture
def read(tmp_path):
    def reader(file):
        with open_store(tmp_path / "store", create=True) as store:
            report = ingest_telemetry(store, [file], cluster="c", options=OPTIONS)
            return report.files[0], store.scan(GPU_SAMPLES).collect().sort("gpu", "hour")

    return reader


def test_every_capture_is_read_or_refused_with_its_reason(shared, tmp_path):
    """A new capture fails here until somebody has said what becomes of it."""
    seen = set()
    for number, file in enumerate(captures(shared)):
        name = short(file)
        seen.add(name)
        with open_store(tmp_path / str(number), create=True) as store:
            if name in REFUSED:
                with pytest.raises(InputError, match=REFUSED[name]) as caught:
                    ingest_telemetry(store, [file], cluster="c", options=OPTIONS)
                assert caught.value.where == str(file)
                assert caught.value.hint
                continue
            (report,) = ingest_telemetry(store, [file], cluster="c", options=OPTIONS).files
            rows = store.scan(GPU_SAMPLES).collect()
        assert rows.filter(
            pl.sum_horizontal(c.column for c in CLASSES) != pl.col("observed_s")
        ).is_empty()
        assert report.rows_quarantined == 0
        if file.suffix == ".metrics":
            assert (report.format, rows.height) == ("prometheus-text", 1)
            continue
        assert (report.format, report.rows_read) == READ[name], name
    assert seen >= {*READ, *REFUSED}


def test_two_jobs_on_one_gpu_are_one_gpu(shared, read):
    _, rows = read(shared / "data/awards_telemetry_carbon/prometheus/query_range_gpu_util.json")
    told = rows.select("gpu_index", "samples", "observed_s", "activity_mean").rows()
    assert told == [("0", 7, 120, 0.5), ("1", 7, 120, 0.0)]


def test_a_mig_instance_without_a_value_is_no_data(shared, read):
    _, rows = read(shared / "data/awards_telemetry_carbon/prometheus/query_range_nan_mig.json")
    told = rows.select(
        pl.col("gpu").str.slice(-2), "card", "mig_profile", "no_data_s", "activity_mean"
    ).rows()
    card = "GPU-00000002-0000-0000-0000-000000000000"
    assert told[1:] == [("/7", card, "1g.12gb", 0, 0.25), ("/8", card, "1g.12gb", 90, None)]


def test_holes_of_failed_scrapes_are_not_filled(shared, read):
    _, rows = read(shared / "data/awards_telemetry_carbon/prometheus/query_range_with_gap.json")
    assert rows["timeline"].to_list() == ["-3004h10g5f5c15-5h15i15j25-5j5i15h20-456"]


@pytest.mark.parametrize(
    ("name", "activity", "memory"),
    [("h100-mig", None, 11125.0), ("h200", 1.0, 32362.0)],
)
def test_nvidia_smi_in_mig_mode_reports_no_activity(shared, read, name, activity, memory):
    folder = shared / "data/awards_telemetry_carbon/nvidia_gpu_exporter"
    _, rows = read(folder / f"nvidia-smi_query-gpu_{name}_load.csv")
    row = rows.row(0, named=True)
    assert (row["activity_mean"], row["memory_max_mb"], row["node"]) == (activity, memory, "n1")
    assert row["no_data_s"] == (120 if activity is None else 0)


def test_the_exporters_scrape_and_nvidia_smi_say_the_same(shared, tmp_path):
    folder = shared / "data/awards_telemetry_carbon/nvidia_gpu_exporter"
    files = (
        folder / "nvidia-smi_query-gpu_h200_load.csv",
        folder / "nvidia-h200__590.48.01__load.metrics",
    )
    columns = ["gpu", "activity_mean", "memory_max_mb", "energy_j", "no_data_s", "util_80_up_s"]
    told = []
    for number, file in enumerate(files):
        with open_store(tmp_path / str(number), create=True) as store:
            ingest_telemetry(store, [file], cluster="c", options=OPTIONS)
            told.append(store.scan(GPU_SAMPLES).select(columns).collect().row(0))
    assert told[0] == told[1]
