"""The formats of GPU telemetry, each recognised by its content, and what is refused by name."""

import re
from typing import Final

from ingest.formats.telemetry_base import TelemetryFormat
from ingest.formats.telemetry_json import PrometheusJson
from ingest.formats.telemetry_promtool import PromtoolQuery
from ingest.formats.telemetry_smi import LINE, NvidiaSmiCsv
from ingest.formats.telemetry_text import ExpositionText
from model.errors import InputError

TELEMETRY_FORMATS: Final[tuple[TelemetryFormat, ...]] = (
    NvidiaSmiCsv(),
    PromtoolQuery(),
    PrometheusJson(),
    ExpositionText(),
)

_HINT: Final = (
    "telemetry is an answer of Prometheus, a scrape of an exporter, a dump of promtool, or the "
    "CSV of nvidia-smi --query-gpu."
)
_JOBSTATS: Final = re.compile(rb"(^|\|)(JS1:|AdminComment(\||\r?\n))", re.MULTILINE)
_JOBSTATS_DECODED: Final = re.compile(rb'^\s*\{\s*"nodes":\s*\{[^}]*"total_memory"')
_PACKED: Final = (b"%PDF", b"PK\x03\x04", b"PAR1", b"\x7fELF", b"\x89PNG", b"BZh")


def telemetry_format(head: bytes) -> TelemetryFormat:
    """The format of a file that begins with `head`. Raises InputError, saying what it seems."""
    if not head.strip():
        raise InputError("the file is empty", hint="was it written in full?")
    _refuse_by_name(head)
    for form in TELEMETRY_FORMATS:
        if form.recognises(head):
            return form
    raise InputError("this is no telemetry that is known here", hint=_HINT)


def _refuse_by_name(head: bytes) -> None:
    if head.startswith(_PACKED) or b"\0" in head[:4096]:
        raise InputError("this is not text, so no telemetry", hint=_HINT)
    if _JOBSTATS.search(head) or _JOBSTATS_DECODED.match(head):
        raise InputError(
            "jobstats' summaries (JS1) have one mean for a whole job: no seconds of a device",
            hint="export the metrics that jobstats is made from: nvidia_gpu_duty_cycle and others.",
        )
    if b'"resource_manager"' in head and b'"total_time_seconds"' in head:
        raise InputError(
            "CEEMS' own API has sums of jobs and projects: no seconds of a device",
            hint="export the metrics from its Prometheus.",
        )
    if b"gres/gpuutil=" in head:
        raise InputError(
            "gres/gpuutil of Slurm's steps is a high-water mark: no seconds of a device",
            hint="telemetry comes from the devices: an exporter or nvidia-smi.",
        )
    if b"<nvidia_smi_log>" in head or b"nvidia-smi -q" in head:
        raise InputError("a report of nvidia-smi for people, not its CSV", hint=f"run {LINE}")
    if head.startswith(b"#!"):
        raise InputError("this is a program, no telemetry", hint=_HINT)
