"""Runs and files entered in the catalogue: what was read, what became of it, what was refused."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from ingest.formats.base import Reject
from ingest.report import FileReport
from model.errors import InputError
from store import FileRecord, Quarantined, Store


@dataclass(frozen=True)
class ReadBefore:
    """The files of one kind and cluster that were read under the same options."""

    store: Store
    cluster: str
    kind: str
    options: str

    def has_size(self, size_bytes: int) -> bool:
        """Whether any file of that size was read: only then is a hash worth its time."""
        files = self.store.catalogue.files(cluster=self.cluster, kind=self.kind)
        return any(file.bytes == size_bytes for file in files)

    def has(self, sha256: str) -> bool:
        """Whether a file of these bytes was read."""
        found = self.store.catalogue.find_file(self.cluster, self.kind, sha256, self.options)
        return found is not None


@contextmanager
def ledger_run(store: Store, command: str) -> Iterator[int]:
    """A run of the ledger: closed as done, refused (the input was wrong) or failed."""
    run_id = store.catalogue.begin_run(command)
    try:
        yield run_id
    except InputError:
        store.catalogue.finish_run(run_id, status="refused")
        raise
    except BaseException:
        store.catalogue.finish_run(run_id, status="failed")
        raise
    store.catalogue.finish_run(run_id)


def enter_file(
    store: Store,
    file: FileReport,
    rejects: Iterable[Reject],
    *,
    run_id: int,
    kind: str,
    cluster: str | None,
    options: str = "{}",
    timezone: str | None = None,
    window: tuple[datetime | None, datetime | None] = (None, None),
    window_assumed: bool = True,
) -> None:
    """Enter one file and its quarantined rows, with the window that it was asked for."""
    store.catalogue.record_file(
        FileRecord(
            run_id=run_id,
            cluster=cluster,
            kind=kind,
            path=file.path,
            sha256=file.sha256,
            bytes=file.size_bytes,
            format=file.format,
            options=options,
            timezone=timezone,
            window_from=window[0],
            window_to=window[1],
            window_assumed=window_assumed,
            rows_read=file.rows_read,
            rows_accepted=file.rows_accepted,
            rows_steps=file.rows_steps,
            rows_quarantined=file.rows_quarantined,
            reasons=dict(file.reasons),
            assumptions=tuple(file.assumptions),
            inserted=file.inserted,
            updated=file.updated,
            unchanged=file.unchanged,
            store_version=store.version(),
        ),
        (Quarantined(each.line, each.reason, each.text, each.rows) for each in rejects),
    )
