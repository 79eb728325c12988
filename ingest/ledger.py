"""Runs and files entered in the catalogue: what was read, what became of it, what was refused."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from ingest.formats.base import Reject
from ingest.report import FileReport
from model.errors import InputError
from store import FileRecord, Quarantined, Store


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
) -> None:
    """Enter one file and its quarantined rows."""
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
