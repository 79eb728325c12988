"""Awards of compute time: files of applications, or of whole published rounds, into the store."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.award_rows import AwardRows, award_rows
from ingest.awards_template import awards_template
from ingest.formats.award_table import SIZE_LIMIT_BYTES, read_award_table
from ingest.ledger import enter_file, ledger_run
from ingest.report import FileReport, IngestReport
from ingest.source import Source
from ingest.whole_file import Progress, WholeFile, each_file, read_whole
from model.schemas import AWARDS
from store import Store

__all__ = ["awards_template", "ingest_awards"]


@dataclass(frozen=True)
class _Parsed:
    file: WholeFile
    form: str
    rows: AwardRows
    seconds: float


def ingest_awards(
    store: Store,
    paths: Sequence[str | Path | Source],
    *,
    progress: Progress | None = None,
) -> IngestReport:
    """Read awards files (CSV, XLSX, Parquet; `-` is standard input) and enter their rows.

    Rows are entered by call, round, application_id, resource and tranche: a corrected file
    replaces what an earlier one said. Every file is read before anything is written: InputError
    leaves the store as it was. Raises StoreLockedError.
    """
    parsed = [_parse(path) for path in each_file(paths, progress)]
    with store.lock(), ledger_run(store, "ingest awards") as run_id:
        files = tuple(_enter(store, each, run_id) for each in parsed)
    return IngestReport(kind="awards", cluster=None, files=files, run_id=run_id)


def _parse(path: str | Path | Source) -> _Parsed:
    began = time.perf_counter()
    file = read_whole(path, limit_bytes=SIZE_LIMIT_BYTES)
    table = read_award_table(file.data, file.path)
    return _Parsed(file, table.form, award_rows(table, file.path), time.perf_counter() - began)


def _enter(store: Store, parsed: _Parsed, run_id: int) -> FileReport:
    rows = parsed.rows
    counts = store.upsert(AWARDS, rows.frame, run_id=run_id, replace=True)
    file = FileReport(
        path=parsed.file.path,
        sha256=parsed.file.sha256,
        size_bytes=parsed.file.size_bytes,
        format=parsed.form,
        rows_read=rows.frame.height + len(rows.rejects),
        rows_accepted=rows.frame.height,
        rows_quarantined=len(rows.rejects),
        reasons=Counter(reject.reason for reject in rows.rejects),
        assumptions=rows.notes,
        inserted=counts.inserted,
        updated=counts.updated,
        unchanged=counts.unchanged,
        seconds=parsed.seconds,
    )
    enter_file(store, file, rows.rejects, run_id=run_id, kind="awards", cluster=None)
    return file
