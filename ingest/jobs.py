"""Job logs into the store: recognise, read, normalise, write, and enter in the ledger."""

import json
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from ingest.ahead import ahead
from ingest.fields import missing_useful
from ingest.formats import job_format
from ingest.formats.base import RawBatch, Reject
from ingest.ledger import ReadBefore, enter_file, ledger_run
from ingest.normalise import NormalBatch, Normaliser
from ingest.options import JobOptions
from ingest.report import FileReport, IngestReport
from ingest.source import Source
from ingest.watched import Watched
from model.errors import InputError
from model.progress import Progress
from model.schemas import JOBS
from store import Cluster, JobWriter, Store

READER_VERSION: Final = 3
"""Raised when equal bytes come to be read into other rows: files are then read anew."""

_KIND: Final = "jobs"
_REJECTS_KEPT: Final = 100_000
_MISFITS: Final = {"bad_job_id", "no_submit", "bad_submit", "bad_state"}
_FEW: Final = 20
_ENOUGH_ROWS: Final = 1000
_MOSTLY: Final = 0.5
ZONE_ASSUMED: Final = "time zone assumed: UTC"
_TOO_MANY: Final = "of more than 100,000 quarantined rows, only the first are kept with their text"
_DERIVED_HINT: Final = "read them all with JobIDRaw, into a new store."


@dataclass
class _Tally:
    """What has been read of one file so far."""

    accepted: int = 0
    steps: int = 0
    rows_read: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    rejects: list[Reject] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)
    assumptions: Counter[str] = field(default_factory=Counter)
    first_submit: datetime | None = None
    last_moment: datetime | None = None
    raw_tasks: bool = False
    made_tasks: bool = False

    def add(self, raw: RawBatch, normal: NormalBatch) -> None:
        self.rows_read += raw.steps + int(raw.frame["_rows"].sum())
        self.rows_read += sum(reject.rows for reject in raw.rejects)
        self.accepted += normal.accepted
        self.steps += normal.steps
        for reject in normal.rejects:
            self.reasons[reject.reason] += reject.rows
        self.rejects += normal.rejects[: _REJECTS_KEPT - len(self.rejects)]
        self.notes.update(dict.fromkeys(raw.assumptions))
        self._span(normal.jobs)

    def _span(self, jobs: pl.DataFrame) -> None:
        if jobs.is_empty():
            return
        begin, end, lowest, tasks = jobs.select(
            pl.col("submit").min(),
            pl.col("observed_until").max(),
            pl.col("job_id").min(),
            pl.col("job_label").str.contains(r"^\d+_\d+$").any().alias("tasks"),
        ).row(0)
        self.first_submit = min(filter(None, (self.first_submit, begin)), default=None)
        self.last_moment = max(filter(None, (self.last_moment, end)), default=None)
        self.made_tasks |= lowest < 0
        self.raw_tasks |= tasks and lowest > 0


def ingest_jobs(
    store: Store,
    paths: Sequence[str | Path | Source],
    *,
    cluster: str,
    options: JobOptions | None = None,
    progress: Progress | None = None,
) -> IngestReport:
    """Read job logs of one cluster into the store; `-` is standard input.

    Each file is committed as a whole after its last row was read, so an InputError leaves the
    store as it was before that file. A file of the same bytes that was read before with the same
    options is skipped. Times without a zone are in `options.timezone`, else in the cluster's own
    zone. Raises InputError and StoreLockedError.
    """
    options = options or JobOptions()
    with store.lock(), ledger_run(store, "ingest jobs") as run_id:
        job = _Job(store, cluster, options, run_id, progress, [Source.of(path) for path in paths])
        return IngestReport(kind=_KIND, cluster=cluster, files=job.files(), run_id=run_id)


class _Job:
    """One ingest of some files of one cluster."""

    def __init__(
        self,
        store: Store,
        cluster: str,
        options: JobOptions,
        run_id: int,
        progress: Progress | None,
        sources: list[Source],
    ) -> None:
        self._store = store
        self._cluster = cluster
        self._options = options
        self._run_id = run_id
        self._sources = sources
        self._watched = Watched(sources, progress)
        self._zone, self._zone_assumed = _zone(store, cluster, options.timezone)
        key = _options_key(options, self._zone)
        self._before = ReadBefore(store, cluster, _KIND, key)

    def files(self) -> tuple[FileReport, ...]:
        sizes = self._watched.sizes_bytes
        return tuple(map(self._file, self._sources, sizes))

    def _file(self, source: Source, size: int | None) -> FileReport:
        began = time.perf_counter()
        if size is not None and self._before.has_size(size):
            digest = source.sha256_on_disk()
            if self._before.has(digest):
                return _skipped(source, digest, size, began)
        try:
            with self._store.job_writer(self._cluster, run_id=self._run_id) as writer:
                tally, form, columns = self._read(source, writer)
                if size is None and self._before.has(source.sha256):
                    return _skipped(source, source.sha256, source.size_bytes, began)
                self._refuse_mixed_ids(tally)
                self._save_cluster()
                counts = writer.commit()
        except InputError as error:
            raise _placed(error, source.name) from error
        report = FileReport(
            path=source.name,
            sha256=source.sha256,
            size_bytes=source.size_bytes,
            format=form,
            rows_read=tally.rows_read,
            rows_accepted=tally.accepted,
            rows_steps=tally.steps,
            rows_quarantined=tally.reasons.total(),
            reasons=dict(tally.reasons.most_common()),
            assumptions=_told(tally),
            unknown=missing_useful(columns),
            inserted=counts.inserted,
            updated=counts.updated,
            unchanged=counts.unchanged,
            seconds=time.perf_counter() - began,
        )
        self._enter(report, tally)
        return report

    def _read(self, source: Source, writer: JobWriter) -> tuple[_Tally, str, tuple[str, ...]]:
        tally = _Tally()
        normaliser = Normaliser(cluster=self._cluster, zone=self._zone, options=self._options)
        with closing(ahead(self._watched.blocks(source))) as blocks:
            head = next(blocks, b"")
            form = job_format(head, self._options)
            raws = ahead(form.batches(chain([head], blocks), self._options))
            read = ahead((raw, normaliser.read(raw)) for raw in raws)
            with closing(raws), closing(read):
                for raw, normal in read:
                    few = tally.rows_read < _ENOUGH_ROWS
                    tally.add(raw, normal)
                    if few and tally.rows_read >= _ENOUGH_ROWS:
                        _refuse_misfit(tally, self._options)
                    writer.append(normal.jobs)
        if tally.rows_read < _ENOUGH_ROWS:
            _refuse_misfit(tally, self._options)
        tally.assumptions.update(normaliser.assumptions)
        if self._zone_assumed:
            tally.notes[ZONE_ASSUMED] = None
        if tally.reasons.total() > len(tally.rejects):
            tally.notes[_TOO_MANY] = None
        return tally, form.name, normaliser.columns

    def _save_cluster(self) -> None:
        if self._store.catalogue.cluster(self._cluster) is None:
            self._store.catalogue.save_cluster(Cluster(self._cluster, timezone=self._zone))

    def _refuse_mixed_ids(self, tally: _Tally) -> None:
        """An array task must not stand in the store twice, under its raw id and a made one."""
        if not (tally.raw_tasks or tally.made_tasks):
            return
        ids = self._store.scan(JOBS).filter(cluster=self._cluster).select("job_id", "job_label")
        made = pl.col("job_id") < 0
        raw = (pl.col("job_id") > 0) & pl.col("job_label").str.contains(r"^\d+_\d+$")
        stored = ids.select((raw if tally.made_tasks else made).any()).collect().item()
        if stored or (tally.raw_tasks and tally.made_tasks):
            told = "with" if tally.made_tasks else "without"
            raise InputError(
                f"the store holds array tasks of {self._cluster} from a log {told} JobIDRaw: "
                "this log's would be counted twice",
                hint=_DERIVED_HINT,
            )

    def _enter(self, report: FileReport, tally: _Tally) -> None:
        stated = self._options.window
        enter_file(
            self._store,
            report,
            tally.rejects,
            run_id=self._run_id,
            kind=_KIND,
            cluster=self._cluster,
            options=self._before.options,
            timezone=self._zone,
            window=stated or (tally.first_submit, tally.last_moment),
            window_assumed=stated is None,
        )


def _zone(store: Store, cluster: str, asked: str | None) -> tuple[str, bool]:
    """The time zone of a cluster's naive times, and whether it is a guess."""
    known = store.catalogue.cluster(cluster)
    if asked is None:
        return (known.timezone, False) if known else ("UTC", True)
    try:
        ZoneInfo(asked)
    except (KeyError, ValueError, OSError) as error:
        what = f"no such time zone: {asked}"
        raise InputError(what, hint="for example Europe/London.") from error
    if known and known.timezone != asked:
        raise InputError(
            f"the times of {cluster} were read in {known.timezone} so far, not in {asked}",
            hint="one cluster has one time zone: leave --timezone out, or make a new store.",
        )
    return asked, False


def _options_key(options: JobOptions, zone: str) -> str:
    said = {"options": options.fingerprint(), "timezone": zone, "reader": READER_VERSION}
    return json.dumps(said, sort_keys=True)


def _refuse_misfit(tally: _Tally, options: JobOptions) -> None:
    """A log of whose first rows most have no id, submit time or state has other columns."""
    rows = tally.accepted + tally.reasons.total()
    odd = Counter({name: count for name, count in tally.reasons.items() if name in _MISFITS})
    if odd.total() <= _MOSTLY * rows or (options.fields is None and rows < _FEW):
        return
    reason, _ = odd.most_common(1)[0]
    sample = next(reject for reject in tally.rejects if reject.reason == reason)
    raise InputError(
        f"{odd.total():,} of the first {rows:,} rows cannot be job records ({reason}), "
        f"as line {sample.line}: {sample.text[:160]!r}",
        hint="does --fields list the columns in their order?"
        if options.fields
        else "times must be like 2026-11-01T09:00:00 or epochs: set SLURM_TIME_FORMAT=%s.",
    )


def _skipped(source: Source, digest: str, size: int, began: float) -> FileReport:
    return FileReport(
        path=source.name,
        sha256=digest,
        size_bytes=size,
        skipped=True,
        seconds=time.perf_counter() - began,
    )


def _placed(error: InputError, name: str) -> InputError:
    return InputError(error.what, where=error.where or name, hint=error.hint)


def _told(tally: _Tally) -> dict[str, int]:
    counted = {note: rows for note, rows in tally.assumptions.items() if rows}
    return {**counted, **dict.fromkeys(tally.notes, 0)}
