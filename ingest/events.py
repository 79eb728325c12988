"""Node events and reservations into the store: when nodes were down, drained or set apart."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from ingest.formats.base import Reject
from ingest.formats.event_formats import event_format
from ingest.formats.event_record import EventRecord, EventText
from ingest.ledger import enter_file, ledger_run
from ingest.report import FileReport, IngestReport
from ingest.source import Source
from ingest.times import UNKNOWN_WORDS, moments
from ingest.whole_file import WholeFile, each_file, read_whole
from ingest.zones import agreed_zone, zone_named
from model.errors import InputError
from model.hostlist import expand
from model.progress import Progress
from model.schemas import NODE_EVENTS
from store import Cluster, Store

SIZE_LIMIT_BYTES: Final = 512 << 20


@dataclass(frozen=True)
class _Parsed:
    file: WholeFile
    form: str
    frame: pl.DataFrame
    accepted: int
    left_out: int
    rejects: list[Reject]
    notes: dict[str, int]
    seconds: float


def ingest_events(
    store: Store,
    paths: Sequence[str | Path | Source],
    *,
    cluster: str,
    timezone: str | None = None,
    progress: Progress | None = None,
) -> IngestReport:
    """Read node events and reservations in any format of EVENT_FORMATS (`-` is standard input).

    Times without an offset are in `timezone`, else in the cluster's own zone. An event that was
    open when it was read first is closed by a later record of it; reading a file again changes
    nothing. Every file is read before anything is written: InputError leaves the store as it
    was. Raises StoreLockedError.
    """
    known = store.catalogue.cluster(cluster)
    zone = agreed_zone(cluster, timezone, known)
    zone_named(zone)
    stated = timezone is not None or known is not None
    parsed = [
        _parse(path, cluster=cluster, zone=zone, stated=stated)
        for path in each_file(paths, progress)
    ]
    with store.lock(), ledger_run(store, "ingest events") as run_id:
        if known is None and timezone is not None:
            store.catalogue.save_cluster(Cluster(name=cluster, timezone=zone))
        files = tuple(
            _enter(store, each, cluster=cluster, run_id=run_id, zone=zone) for each in parsed
        )
    return IngestReport(kind="events", cluster=cluster, files=files, run_id=run_id)


def events_frame(
    events: Sequence[EventRecord], *, cluster: str, zone: str
) -> tuple[pl.DataFrame, list[Reject], int]:
    """Rows of the node_events table, one a node; the events set aside; how many were taken.

    Events of one node, kind and start are one row that lasts as long as the longest.
    """
    begin = moments(_texts("start", [each.begin for each in events]), zone)
    end = moments(_texts("end", [each.end for each in events]), zone)
    rejects: list[Reject] = []
    rows: list[dict[str, Any]] = []
    taken = 0
    spans = zip(begin.utc, end.utc, begin.bad | end.bad, strict=True)
    for event, (start, finish, bad) in zip(events, spans, strict=True):
        hosts = _hosts(event)
        fault = _fault(event, hosts, known=(start, finish), bad=bad)
        if fault:
            rejects.append(Reject(event.line, fault, event.text))
            continue
        taken += 1
        rows.extend(
            {
                "cluster": cluster,
                "node": host,
                "start": start,
                "end": finish,
                "kind": event.kind,
                "state": event.state or None,
                "reason": event.reason or None,
            }
            for host in hosts
        )
    frame = pl.DataFrame(rows, schema=NODE_EVENTS.schema)
    return _one_a_key(frame), rejects, taken


def _one_a_key(frame: pl.DataFrame) -> pl.DataFrame:
    joined = frame.group_by(NODE_EVENTS.key, maintain_order=True).agg(
        pl.col("end").max(), pl.col("state", "reason").last()
    )
    return joined.select(NODE_EVENTS.schema.names())


def _texts(name: str, texts: list[str]) -> pl.Series:
    return pl.Series(name, [text or None for text in texts], dtype=pl.String)


def _hosts(event: EventRecord) -> tuple[str, ...]:
    try:
        return expand(event.nodes)
    except InputError:
        return ()


def _fault(
    event: EventRecord, hosts: tuple[str, ...], *, known: tuple[Any, Any], bad: bool
) -> str | None:
    start, finish = known
    if not hosts:
        return "bad_node_list"
    if bad:
        return "bad_time"
    if start is None:
        return "no_start"
    if finish is not None and finish < start:
        return "end_before_start"
    open_end = finish is None and event.end and event.end not in UNKNOWN_WORDS
    return "bad_time" if open_end else None


def _parse(path: str | Path | Source, *, cluster: str, zone: str, stated: bool) -> _Parsed:
    began = time.perf_counter()
    file = read_whole(path, limit_bytes=SIZE_LIMIT_BYTES)
    form, text = _read(file)
    events, others = _of_cluster(text.events, cluster, file.path)
    frame, rejects, taken = events_frame(events, cluster=cluster, zone=zone)
    return _Parsed(
        file=file,
        form=form,
        frame=frame,
        accepted=taken,
        left_out=text.left_out + others,
        rejects=sorted(text.rejects + rejects, key=lambda reject: reject.line),
        notes=dict(_notes(text, others, naive=not stated and _is_naive(events))),
        seconds=time.perf_counter() - began,
    )


def _read(file: WholeFile) -> tuple[str, EventText]:
    """The format's name and what it reads; the file's name is added to its faults."""
    try:
        form = event_format(file.data)
        return form.name, form.read(file.data)
    except InputError as fault:
        raise InputError(fault.what, where=file.path, hint=fault.hint) from fault


def _of_cluster(
    events: list[EventRecord], cluster: str, where: str
) -> tuple[list[EventRecord], int]:
    """The events of one cluster, and how many are of others; InputError where all are."""
    named = {event.cluster for event in events if event.cluster}
    if named and cluster.lower() not in {name.lower() for name in named}:
        names = ", ".join(sorted(named)[:3])
        hint = f"say --cluster {min(named)}."
        raise InputError(f"these are events of cluster {names}", where=where, hint=hint)
    own = [event for event in events if (event.cluster or cluster).lower() == cluster.lower()]
    return own, len(events) - len(own)


def _is_naive(events: Sequence[EventRecord]) -> bool:
    return any(not event.begin.isdigit() for event in events)


def _notes(text: EventText, others: int, *, naive: bool) -> Iterator[tuple[str, int]]:
    yield from text.notes.items()
    if text.left_out:
        yield "rows of the cluster as a whole, of no node, are left out", text.left_out
    if others:
        yield "rows of other clusters are left out", others
    if naive:
        yield "the cluster keeps UTC (--timezone states another zone)", 0


def _enter(store: Store, parsed: _Parsed, *, cluster: str, run_id: int, zone: str) -> FileReport:
    counts = store.upsert(NODE_EVENTS, parsed.frame, run_id=run_id)
    file = FileReport(
        path=parsed.file.path,
        sha256=parsed.file.sha256,
        size_bytes=parsed.file.size_bytes,
        format=parsed.form,
        rows_read=parsed.accepted + parsed.left_out + len(parsed.rejects),
        rows_accepted=parsed.accepted,
        rows_steps=parsed.left_out,
        rows_quarantined=len(parsed.rejects),
        reasons=Counter(reject.reason for reject in parsed.rejects),
        assumptions=parsed.notes,
        inserted=counts.inserted,
        updated=counts.updated,
        unchanged=counts.unchanged,
        seconds=parsed.seconds,
    )
    enter_file(
        store,
        file,
        parsed.rejects,
        run_id=run_id,
        kind="events",
        cluster=cluster,
        timezone=zone,
    )
    return file
