"""Node configurations into the store, a snapshot at a moment."""

import json
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from ingest.formats.node_formats import node_format
from ingest.formats.node_record import NodeRecord, NodeText
from ingest.ledger import enter_file, ledger_run
from ingest.report import FileReport, IngestReport
from ingest.source import Source
from ingest.whole_file import WholeFile, each_file, read_whole
from ingest.zones import agreed_zone, zone_named
from model.errors import InputError
from model.progress import Progress
from model.schemas import NODES
from store import Cluster, Store

SIZE_LIMIT_BYTES: Final = 512 << 20
_NO_MOMENT: Final = "say when it was taken: --at 2026-11-01T09:00."
_EARLIEST_EPOCH: Final = 1_000_000_000


@dataclass(frozen=True)
class _Parsed:
    file: WholeFile
    form: str
    text: NodeText
    valid_from: datetime
    notes: dict[str, int]
    seconds: float


def ingest_nodes(
    store: Store,
    paths: Sequence[str | Path | Source],
    *,
    cluster: str,
    at: datetime | None = None,
    timezone: str | None = None,
    progress: Progress | None = None,
) -> IngestReport:
    """Read node inventories in any format of NODE_FORMATS (`-` is standard input) as snapshots.

    `at` is the aware moment at which the text was taken; without it the latest moment that each
    text speaks of, in `timezone` (else the cluster's own), is assumed. Every file is read before
    anything is written: InputError leaves the store as it was. Raises StoreLockedError.
    """
    known = store.catalogue.cluster(cluster)
    zone = agreed_zone(cluster, timezone, known)
    stated = timezone is not None or known is not None
    parsed = [
        _parse(path, at=at, zone=zone_named(zone), stated=stated)
        for path in each_file(paths, progress)
    ]
    with store.lock(), ledger_run(store, "ingest nodes") as run_id:
        if known is None and timezone is not None:
            store.catalogue.save_cluster(Cluster(name=cluster, timezone=zone))
        options = json.dumps({"at": at.isoformat() if at else None, "timezone": zone})
        files = tuple(
            _enter(store, each, cluster=cluster, run_id=run_id, zone=zone, options=options)
            for each in parsed
        )
    return IngestReport(kind="nodes", cluster=cluster, files=files, run_id=run_id)


def nodes_frame(nodes: Iterable[NodeRecord], *, cluster: str, valid_from: datetime) -> pl.DataFrame:
    """Rows of the nodes table: one a node, all valid from the snapshot's moment."""
    rows = [
        {
            "cluster": cluster,
            "node": node.node,
            "valid_from": valid_from,
            "gpus": node.gpus.count,
            "gpu_types": node.gpus.types_text,
            "cpus": node.cpus,
            "memory_mb": node.memory_mb,
            "partitions": node.partitions,
            "features": node.features,
            "state": node.state,
            "slurm_version": node.slurm_version,
        }
        for node in nodes
    ]
    return pl.DataFrame(rows, schema=NODES.schema)


def latest_moment(text: NodeText, zone: ZoneInfo) -> datetime | None:
    """The latest moment that a text speaks of; None where there is none."""
    texts = chain(text.moments, *(node.moments for node in text.nodes))
    said = (_moment(each, zone) for each in texts)
    return max((moment for moment in said if moment is not None), default=None)


def _parse(
    path: str | Path | Source,
    *,
    at: datetime | None,
    zone: ZoneInfo,
    stated: bool,
) -> _Parsed:
    began = time.perf_counter()
    file = read_whole(path, limit_bytes=SIZE_LIMIT_BYTES)
    form, text = _read(file)
    if not text.nodes:
        reasons = ", ".join(sorted({reject.reason for reject in text.rejects}))
        what = f"not one whole node in this text ({reasons})"
        raise InputError(what, where=file.path, hint="run scontrol show node again.")
    valid_from = at or latest_moment(text, zone)
    if valid_from is None:
        raise InputError(
            "the text does not tell when it was taken", where=file.path, hint=_NO_MOMENT
        )
    notes = _notes(text, valid_from, assumed=at is None, zone=zone if stated else None)
    return _Parsed(file, form, text, valid_from, notes, time.perf_counter() - began)


def _read(file: WholeFile) -> tuple[str, NodeText]:
    """The format's name and what it reads; the file's name is added to its faults."""
    try:
        form = node_format(file.data)
        return form.name, form.read(file.data)
    except InputError as fault:
        raise InputError(fault.what, where=file.path, hint=fault.hint) from fault


def _notes(
    text: NodeText, valid_from: datetime, *, assumed: bool, zone: ZoneInfo | None
) -> dict[str, int]:
    notes: dict[str, int] = dict(text.notes)
    if assumed:
        moment = valid_from.astimezone(UTC).isoformat(timespec="seconds")
        notes[f"taken at {moment}, the latest moment in the text (--at states it)"] = 0
        if zone is None:
            notes["the cluster keeps UTC (--timezone states another zone)"] = 0
    differing = sum(node.gpus_differ for node in text.nodes)
    if differing:
        notes["where Gres and CfgTRES count different GPUs, Gres is right"] = differing
    return notes


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    """A time of Slurm, naive in the cluster's zone or in epoch seconds; None for None, Unknown."""
    if text.isdigit():
        return datetime.fromtimestamp(int(text), UTC) if int(text) >= _EARLIEST_EPOCH else None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _enter(
    store: Store, parsed: _Parsed, *, cluster: str, run_id: int, zone: str, options: str
) -> FileReport:
    nodes, rejects = parsed.text.nodes, parsed.text.rejects
    frame = nodes_frame(nodes, cluster=cluster, valid_from=parsed.valid_from)
    counts = store.upsert(NODES, frame, run_id=run_id)
    accepted = sum(node.rows for node in nodes)
    file = FileReport(
        path=parsed.file.path,
        sha256=parsed.file.sha256,
        size_bytes=parsed.file.size_bytes,
        format=parsed.form,
        rows_read=accepted + len(rejects),
        rows_accepted=accepted,
        rows_quarantined=len(rejects),
        reasons=Counter(reject.reason for reject in rejects),
        assumptions=parsed.notes,
        inserted=counts.inserted,
        updated=counts.updated,
        unchanged=counts.unchanged,
        seconds=parsed.seconds,
    )
    enter_file(
        store,
        file,
        rejects,
        run_id=run_id,
        kind="nodes",
        cluster=cluster,
        options=options,
        timezone=zone,
    )
    return file
