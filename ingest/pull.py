"""One source asked and read: its windows in order, what failed told, what was reached noted."""

import glob
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Final, cast

import polars as pl

from ingest.feeds import Reader
from ingest.full_disk import telling_a_full_disk
from ingest.report import IngestReport
from ingest.retry import Retry
from ingest.source import Source
from ingest.sources import Adapter, Ask, adapter
from ingest.sources.growing import new_part
from ingest.states import ENDED
from ingest.windows import Span, span_to_ask
from model.errors import InputError
from model.progress import Progress
from model.schemas import JOBS
from model.source_settings import FileSource, WindowedSource, length
from model.source_settings import Source as SourceSettings
from store import SourceState, Store

MOST_OPEN_JOBS: Final = 5000
"""Jobs that are asked for again in one run because the store still has them as open."""

_DEFAULT_EVERY: Final = {"nodes": "1d", "awards": "1d"}
"""Each snapshot is kept, so that one a quarter of an hour would fill the store."""

_SWEPT: Final = "swept"
_SWEEP: Final = timedelta(days=1)


@dataclass
class Pulled:
    """What asking one source came to; `fault` is what went wrong in the program itself."""

    name: str
    state: SourceState
    skipped: bool = False
    fault: Exception | None = None
    notes: list[str] = field(default_factory=list)

    def add(self, report: IngestReport) -> None:
        """Count what was read."""
        self.state = replace(
            self.state,
            rows_read=self.state.rows_read + report.rows_read,
            rows_accepted=self.state.rows_accepted + report.rows_accepted,
            rows_steps=self.state.rows_steps + report.rows_steps,
            rows_quarantined=self.state.rows_quarantined + report.rows_quarantined,
        )


class Puller:
    """Asks the sources of one cluster; the caller holds the store's lock."""

    def __init__(
        self,
        store: Store,
        reader: Reader,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        retry: Retry | None = None,
        progress: Progress | None = None,
    ) -> None:
        self._store = store
        self._reader = reader
        self._clock = clock
        self._retry = retry or Retry()
        self._progress = progress

    def pull(self, settings: SourceSettings, *, even_if_not_due: bool = False) -> Pulled:
        """Ask one source and read its answers; what fails is noted in the state, not raised.

        `even_if_not_due` asks a source that was asked less than its `every` ago, too.
        """
        now = self._clock()
        pulled = self._begun(settings)
        if not even_if_not_due and self._not_due(settings, pulled.state, now):
            return replace(pulled, skipped=True)
        pulled.state = replace(
            pulled.state,
            last_run=now,
            rows_read=0,
            rows_accepted=0,
            rows_steps=0,
            rows_quarantined=0,
        )
        began = time.perf_counter()
        try:
            with telling_a_full_disk():
                self._read(settings, pulled, now)
            self._end(pulled, began, "done", None)
        except InputError as fault:
            self._end(pulled, began, "failed", str(fault))
        except Exception as fault:  # noqa: BLE001 - told in the source's line and by the exit code
            self._end(pulled, began, "fault", f"{type(fault).__name__}: {fault}")
            pulled.fault = fault
        return pulled

    def _begun(self, settings: SourceSettings) -> Pulled:
        name = source_id(settings, self._reader.cluster)
        state = self._store.catalogue.source(name) or SourceState(
            source=name, cluster=self._reader.cluster, feed=settings.feeds, kind=settings.kind
        )
        return Pulled(name, state)

    def _not_due(self, settings: SourceSettings, state: SourceState, now: datetime) -> bool:
        every = settings.every or _DEFAULT_EVERY.get(settings.feeds)
        if every is None or state.last_success is None or state.last_status != "done":
            return False
        # A timer that fires a little early is meant to find its source due.
        due = state.last_success + length(every) * 0.9
        return state.last_success <= now < due

    def _read(self, settings: SourceSettings, pulled: Pulled, now: datetime) -> None:
        if isinstance(settings, FileSource):
            self._files(settings, pulled)
            return
        source = adapter(settings, self._reader.cluster)
        if not source.windowed:
            self._ask(settings, source, Ask(), pulled, taken=now)
            return
        self._windows(settings, source, pulled, now)
        if settings.feeds == "jobs" and source.ids_at_once:
            self._open_jobs(settings, source, pulled, now)

    def _windows(
        self, settings: WindowedSource, source: Adapter, pulled: Pulled, now: datetime
    ) -> None:
        sweeping = _is_older(pulled.state.seen.get(_SWEPT), now)
        span = self._span(settings, pulled.state, now, sweeping=sweeping)
        if span.note:
            pulled.notes.append(span.note)
        windows = list(span.windows(length(settings.window)))
        for done, window in enumerate(windows):
            if self._progress:
                self._progress(done, len(windows))
            ask = Ask(window=window, latest=window[1] == span.end)
            self._ask(settings, source, ask, pulled)
            known = None if span.note else pulled.state.watermark
            reached = max(filter(None, (known, window[1])))
            pulled.state = replace(pulled.state, watermark=reached)
            self._store.catalogue.save_source(pulled.state)
        if sweeping:
            pulled.state = replace(pulled.state, seen={_SWEPT: [int(now.timestamp())]})

    def _span(
        self, settings: WindowedSource, state: SourceState, now: datetime, *, sweeping: bool
    ) -> Span:
        overlap = length(settings.overlap)
        ahead = state.watermark is not None and state.watermark > now
        return span_to_ask(
            now=now,
            watermark=state.watermark,
            overlap=max(overlap, length(settings.late)) if sweeping else overlap,
            reach=length(settings.reach),
            since=settings.since,
            youngest=self._youngest() if ahead else None,
        )

    def _ask(
        self,
        settings: WindowedSource,
        source: Adapter,
        ask: Ask,
        pulled: Pulled,
        *,
        taken: datetime | None = None,
    ) -> None:
        """One question: its whole answer is at hand before any of it is read."""
        with tempfile.NamedTemporaryFile(prefix="plimsoll-") as spool:
            said = self._retry.calling()(_fetched, source, ask, cast("BinaryIO", spool))
            spool.flush()
            answer = Source(spool.name, name=f"{source.name} [{ask}]")
            pulled.add(self._reader.read(settings.feeds, [answer], window=ask.window, taken=taken))
        pulled.notes.extend(note for note in said if note not in pulled.notes)

    def _open_jobs(
        self, settings: WindowedSource, source: Adapter, pulled: Pulled, now: datetime
    ) -> None:
        """Jobs that the store has as open, and that this run's windows did not show."""
        ids = self._unseen(now, length(settings.reach))
        if len(ids) > MOST_OPEN_JOBS:
            pulled.notes.append(
                f"{len(ids):,} jobs are open in the store and were not seen: "
                f"{MOST_OPEN_JOBS:,} of them are asked for"
            )
        for part in _parts(ids[:MOST_OPEN_JOBS], source.ids_at_once):
            self._ask(settings, source, Ask(job_ids=part), pulled)

    def _unseen(self, now: datetime, reach: timedelta) -> list[int]:
        seen = now.replace(microsecond=0)
        return (
            self._store.scan(JOBS)
            .filter(
                pl.col("cluster") == self._reader.cluster,
                pl.col("finality") < ENDED,
                pl.col("end").is_null(),
                pl.col("submit") >= now - reach,
                pl.col("observed_until") < seen,
                pl.col("job_id") > 0,
            )
            .select(pl.col("job_id").unique().sort(descending=True))
            .collect()["job_id"]
            .to_list()
        )

    def _youngest(self) -> datetime | None:
        mine = self._store.scan(JOBS).filter(cluster=self._reader.cluster)
        found: datetime | None = mine.select(pl.col("submit").max()).collect().item()
        return found

    def _files(self, settings: FileSource, pulled: Pulled) -> None:
        """Read what changed, each file by itself; those that cannot be read are told at the end."""
        # Path.glob takes no absolute pattern.
        found = glob.glob(settings.paths, recursive=True)  # noqa: PTH207
        paths = sorted(path for path in found if Path(path).is_file())
        if not paths:
            raise InputError(
                "no file matches", where=settings.paths, hint="look at the pattern of this source."
            )
        seen = {path: pulled.state.seen[path] for path in paths if path in pulled.state.seen}
        faults = []
        for path in paths:
            part = new_part(path, seen.get(path))
            try:
                if part.source:
                    pulled.add(self._reader.read(settings.feeds, [part.source]))
                seen[path] = part.stamp
            except InputError as fault:
                faults.append(str(fault))
            pulled.state = replace(pulled.state, seen=dict(seen))
        if faults:
            more = f" (and {len(faults) - 1} more files)" if len(faults) > 1 else ""
            raise InputError(faults[0] + more)

    def _end(self, pulled: Pulled, began: float, status: str, message: str | None) -> None:
        done = status == "done"
        pulled.state = replace(
            pulled.state,
            last_status=status,
            message=message,
            seconds=time.perf_counter() - began,
            last_success=pulled.state.last_run if done else pulled.state.last_success,
        )
        # A disk that is full may refuse this too; the next run begins where the last note says.
        with suppress(Exception):
            self._store.catalogue.save_source(pulled.state)


def source_id(settings: SourceSettings, cluster: str) -> str:
    """A name that stays the same from run to run, and is told in `ingest status`."""
    match settings:
        case FileSource():
            target = settings.paths
        case _ if hasattr(settings, "url"):
            target = settings.url
        case _:
            host = getattr(settings, "host", None)
            command = " ".join(getattr(settings, "command", None) or ())
            target = " ".join(filter(None, (host, command))) or "here"
    return f"{cluster} {settings.feeds} {settings.kind} {target}"[:500]


def _fetched(source: Adapter, ask: Ask, into: BinaryIO) -> tuple[str, ...]:
    into.seek(0)
    into.truncate()
    return source.fetch(ask, into)


def _is_older(stamp: list[int] | None, now: datetime) -> bool:
    """Whether the last sweep for late records is a day ago, or in a future that was none."""
    since_s = now.timestamp() - stamp[0] if stamp else None
    return since_s is None or since_s < 0 or since_s >= _SWEEP.total_seconds()


def _parts(ids: list[int], size: int) -> Iterator[tuple[int, ...]]:
    for start in range(0, len(ids), size):
        yield tuple(ids[start : start + size])
