"""What each source came to, as a file for the textfile collector of Prometheus' node exporter."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, Gauge, write_to_textfile

from model.errors import InputError
from store import SourceState

_LABELS: Final = ("cluster", "feed", "kind", "source")
_GAUGES: Final = {
    "last_run_timestamp_seconds": "When the source was last asked.",
    "last_success_timestamp_seconds": "When the source was last asked and read without a fault.",
    "watermark_timestamp_seconds": "Everything before this moment was read.",
    "up": "1 if the last run of the source went well.",
    "last_run_rows_read": "Rows that the last run read.",
    "last_run_rows_accepted": "Rows of the last run that became facts.",
    "last_run_rows_quarantined": "Rows of the last run that were set aside.",
    "last_run_duration_seconds": "How long the last run of the source took.",
}


def write_metrics(path: Path, states: Iterable[SourceState]) -> None:
    """Write the metrics of all sources, whole or not at all. Raises InputError."""
    registry = CollectorRegistry()
    gauges = {
        name: Gauge(f"plimsoll_source_{name}", told, _LABELS, registry=registry)
        for name, told in _GAUGES.items()
    }
    for state in states:
        labels = (state.cluster, state.feed, state.kind, state.source)
        for name, value in _values(state).items():
            if value is not None:
                gauges[name].labels(*labels).set(value)
    try:
        write_to_textfile(str(path), registry)
    except OSError as error:
        raise InputError(
            f"the metrics cannot be written: {error.strerror}",
            where=str(path),
            hint="name a file in a folder that exists and is ours to write.",
        ) from error


def _values(state: SourceState) -> dict[str, float | None]:
    return {
        "last_run_timestamp_seconds": _epoch(state.last_run),
        "last_success_timestamp_seconds": _epoch(state.last_success),
        "watermark_timestamp_seconds": _epoch(state.watermark),
        "up": float(state.last_status == "done"),
        "last_run_rows_read": state.rows_read,
        "last_run_rows_accepted": state.rows_accepted,
        "last_run_rows_quarantined": state.rows_quarantined,
        "last_run_duration_seconds": state.seconds,
    }


def _epoch(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment else None
