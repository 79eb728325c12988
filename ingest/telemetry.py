"""GPU telemetry into the store: recognise, read, sum up by device and hour, enter in the ledger."""

import json
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from ingest.formats.telemetry import telemetry_format
from ingest.formats.telemetry_base import TelemetryOptions
from ingest.ledger import ReadBefore, enter_file, ledger_run
from ingest.report import FileReport, IngestReport
from ingest.source import Source
from ingest.telemetry_hours import LONGEST_GAP_S
from ingest.telemetry_rows import DeviceNames, telemetry_rows
from ingest.telemetry_samples import SampleCollector
from ingest.watched import Watched
from model.errors import InputError
from model.progress import Progress
from model.schemas import GPU_SAMPLES
from store import Cluster, Store, WriteCounts

READER_VERSION: Final = 1
"""Raised when equal bytes come to be read into other rows: files are then read anew."""

_KIND: Final = "telemetry"
_NAMES_SHOWN: Final = 3


@dataclass(frozen=True)
class _Read:
    report: FileReport
    collector: SampleCollector


def ingest_telemetry(
    store: Store,
    paths: Sequence[str | Path | Source],
    *,
    cluster: str,
    options: TelemetryOptions | None = None,
    progress: Progress | None = None,
) -> IngestReport:
    """Read telemetry of one cluster's GPUs into hours of devices; `-` is standard input.

    All files are read before anything is written, and are written in one commit: metrics that
    lie in files of their own meet. A file of the same bytes that was read before with the same
    options is skipped. Naive times are in `options.timezone`, else in the cluster's own zone, else
    in UTC. Raises InputError, which leaves the store as it was, and StoreLockedError.
    """
    options = _checked(options or TelemetryOptions(), store.catalogue.cluster(cluster))
    sources = [Source.of(path) for path in paths]
    with store.lock(), ledger_run(store, "ingest telemetry") as run_id:
        job = _Job(store, cluster, options, progress, sources)
        read = job.read()
        counts = job.write([each.collector for each in read if not each.report.skipped], run_id)
        files = _with_counts([each.report for each in read], counts)
        for file, each in zip(files, read, strict=True):
            if not file.skipped:
                enter_file(
                    store,
                    file,
                    each.collector.rejects,
                    run_id=run_id,
                    kind=_KIND,
                    cluster=cluster,
                    options=job.before.options,
                    timezone=options.timezone,
                )
    return IngestReport(kind=_KIND, cluster=cluster, files=tuple(files), run_id=run_id)


class _Job:
    """One ingest of some files of one cluster."""

    def __init__(
        self,
        store: Store,
        cluster: str,
        options: TelemetryOptions,
        progress: Progress | None,
        sources: list[Source],
    ) -> None:
        self._sources = sources
        self._store = store
        self._cluster = cluster
        self._options = options
        self.before = ReadBefore(store, cluster, _KIND, _options_key(options))
        self._watched = Watched(sources, progress)

    def read(self) -> list[_Read]:
        return list(map(self._file, self._sources, self._watched.sizes_bytes))

    def write(self, collectors: list[SampleCollector], run_id: int) -> WriteCounts:
        names = DeviceNames()
        moments = [names.moments(each.devices, each.frame()) for each in collectors]
        if not any(each.height for each in moments):
            return WriteCounts()
        rows = telemetry_rows(
            moments,
            names,
            stored=self._store.scan(GPU_SAMPLES).filter(cluster=self._cluster),
            cluster=self._cluster,
            max_gap_s=self._options.max_gap_s,
        )
        return self._store.upsert(GPU_SAMPLES, rows, run_id=run_id, replace=True)

    def _file(self, source: Source, size: int | None) -> _Read:
        began = time.perf_counter()
        collector = SampleCollector(self._options)
        if size is not None and self.before.has_size(size):
            digest = source.sha256_on_disk()
            if self.before.has(digest):
                return _Read(_skipped(source, digest, size), collector)
        try:
            with closing(self._watched.blocks(source)) as blocks:
                head = next(blocks, b"")
                form = telemetry_format(head)
                for batch in form.batches(chain([head], blocks), self._options):
                    collector.add(batch)
            _refuse_without_use(collector)
        except InputError as error:
            raise InputError(
                error.what, where=error.where or source.name, hint=error.hint
            ) from error
        if size is None and self.before.has(source.sha256):
            return _Read(
                _skipped(source, source.sha256, source.size_bytes), SampleCollector(self._options)
            )
        return _Read(_report(source, form.name, collector, began), collector)


def _checked(options: TelemetryOptions, known: Cluster | None) -> TelemetryOptions:
    """The options with the zone that naive times are in. Raises InputError."""
    zone = options.timezone or (known.timezone if known else "UTC")
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise InputError(f"no such time zone: {zone}", hint="for example Europe/London.") from error
    if known and known.timezone != zone:
        raise InputError(
            f"the times of {known.name} were read in {known.timezone} so far, not in {zone}",
            hint="one cluster has one time zone: leave --timezone out, or make a new store.",
        )
    if options.max_gap_s is not None and not 0 < options.max_gap_s <= LONGEST_GAP_S:
        raise InputError(
            f"a gap of {options.max_gap_s} s: from 1 to {LONGEST_GAP_S} s are possible",
            hint="a sample that is an hour old says nothing of now.",
        )
    return replace(options, timezone=zone)


def _options_key(options: TelemetryOptions) -> str:
    said = {
        "at": options.at.isoformat() if options.at else None,
        "node": options.node,
        "metric": options.metric,
        "max_gap_s": options.max_gap_s,
        "timezone": options.timezone,
        "reader": READER_VERSION,
    }
    return json.dumps(said, sort_keys=True)


def _refuse_without_use(collector: SampleCollector) -> None:
    """A file none of whose samples is of a GPU, or tells which, has nothing to bring."""
    refused = collector.reasons
    if collector.accepted:
        return
    if refused["no_node"]:
        raise InputError(
            f"none of {refused.total():,} samples says which node it is of",
            hint="name it: --node NAME.",
        )
    if refused["no_gpu"]:
        raise InputError(
            f"none of {refused.total():,} samples says which GPU it is of",
            hint="keep the labels gpu or UUID: aggregate `by (Hostname, gpu)` at most.",
        )
    if refused:
        reasons = ", ".join(sorted(refused))
        raise InputError(f"not one sample can be read ({reasons})", hint="is the file whole?")
    if collector.others:
        _refuse_others(collector)


def _refuse_others(collector: SampleCollector) -> None:
    frequent = sorted(collector.others.items(), key=lambda each: (-each[1], each[0]))
    named = [name for name, _ in frequent if name][:_NAMES_SHOWN]
    if not named:
        raise InputError(
            f"{collector.others.total():,} samples without the name of a metric",
            hint="PromQL functions drop it; if it is of GPUs, say --metric DCGM_FI_DEV_GPU_UTIL.",
        )
    raise InputError(
        f"no metric of a GPU that is known here among {collector.others.total():,} samples "
        f"({', '.join(named)}, ...)",
        hint="the metrics of dcgm-exporter, nvidia-smi, AMD's and Intel's exporters are read.",
    )


def _report(source: Source, form: str, collector: SampleCollector, began: float) -> FileReport:
    quarantined = collector.reasons.total()
    left_out = collector.others.total()
    return FileReport(
        path=source.name,
        sha256=source.sha256,
        size_bytes=source.size_bytes,
        format=form,
        rows_read=collector.accepted + left_out + quarantined,
        rows_accepted=collector.accepted,
        rows_steps=left_out,
        rows_quarantined=quarantined,
        reasons=dict(collector.reasons.most_common()),
        assumptions=collector.notes,
        seconds=time.perf_counter() - began,
    )


def _skipped(source: Source, digest: str, size: int) -> FileReport:
    return FileReport(path=source.name, sha256=digest, size_bytes=size, skipped=True)


def _with_counts(reports: list[FileReport], counts: WriteCounts) -> list[FileReport]:
    """The counts of the one commit stand with the last file that had a part in it."""
    last = max((n for n, each in enumerate(reports) if not each.skipped), default=-1)
    return [
        replace(
            each,
            inserted=counts.inserted,
            updated=counts.updated,
            unchanged=counts.unchanged,
        )
        if n == last
        else each
        for n, each in enumerate(reports)
    ]
