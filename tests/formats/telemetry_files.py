"""Every fixture with GPU telemetry, and what reads one of them."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from ingest.formats.telemetry_base import TelemetryOptions
from ingest.report import FileReport
from ingest.telemetry import ingest_telemetry
from store import open_store

_CARBON: Final = "data/awards_telemetry_carbon"
_OPTIONS: Final = TelemetryOptions(at=datetime(2026, 7, 1, 12, tzinfo=UTC), node="n1")

TELEMETRY_FILES: Final = (
    f"{_CARBON}/prometheus/*",
    f"{_CARBON}/dcgm/*",
    f"{_CARBON}/nvidia_gpu_exporter/*",
    f"{_CARBON}/ceems/*",
    f"{_CARBON}/jobstats/*",
    f"{_CARBON}/slurm/tresusage_gpuutil_doc.txt",
    "data/nvidia_gpu_exporter/*/*",
    "data/ceems/*-smi",
    "data/ceems/gpujobmap/*",
    "data/ceems/output/*/*",
    "data/slurmweb_prometheus/*",
)


def read_telemetry(path: Path) -> FileReport:
    """One file; scrapes tell neither time nor node. Raises InputError."""
    with (
        tempfile.TemporaryDirectory() as folder,
        open_store(Path(folder) / "store", create=True) as store,
    ):
        return ingest_telemetry(store, [path], cluster="here", options=_OPTIONS).files[0]
