"""Awards of compute time: files of applications, or of whole published rounds, into the store."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from ingest.award_sources import AwardFile, AwardOptions, read_awards
from ingest.awards_template import awards_template
from ingest.formats.table_file import SIZE_LIMIT_BYTES
from ingest.ledger import enter_file, ledger_run
from ingest.report import FileReport, IngestReport
from ingest.source import Source
from ingest.whole_file import each_file, read_whole
from model.progress import Progress
from model.schemas import AWARDS
from store import Store

__all__ = ["AwardOptions", "awards_template", "ingest_awards"]


def ingest_awards(
    store: Store,
    paths: Sequence[str | Path | Source],
    *,
    options: AwardOptions | None = None,
    progress: Progress | None = None,
) -> IngestReport:
    """Read awards (`-` is standard input) and enter their rows.

    They come as CSV, XLSX or Parquet, from Waldur, ColdFront or Slurm's associations: see
    AwardOptions. Rows are entered by call, round, application_id, resource and tranche: a
    corrected file replaces what an earlier one said. A request that a source does not tell is
    unknown, never equal to the grant. Every file is read before anything is written: InputError
    leaves the store as it was. Raises StoreLockedError.
    """
    options = options or AwardOptions()
    read = [read_whole(path, limit_bytes=SIZE_LIMIT_BYTES) for path in each_file(paths, progress)]
    parsed = read_awards(read, options)
    said = json.dumps(asdict(options), default=str)
    with store.lock(), ledger_run(store, "ingest awards") as run_id:
        files = tuple(_enter(store, each, run_id, said) for each in parsed)
    return IngestReport(kind="awards", cluster=None, files=files, run_id=run_id)


def _enter(store: Store, parsed: AwardFile, run_id: int, options: str) -> FileReport:
    rows = parsed.rows
    counts = store.upsert(AWARDS, rows.frame, run_id=run_id, replace=True)
    file = FileReport(
        path=parsed.file.path,
        sha256=parsed.file.sha256,
        size_bytes=parsed.file.size_bytes,
        format=parsed.form,
        rows_read=parsed.rows_read,
        rows_accepted=parsed.accepted,
        rows_steps=parsed.left_out,
        rows_quarantined=len(rows.rejects),
        reasons=Counter(reject.reason for reject in rows.rejects),
        assumptions=rows.notes,
        inserted=counts.inserted,
        updated=counts.updated,
        unchanged=counts.unchanged,
        seconds=parsed.seconds,
    )
    enter_file(
        store, file, rows.rejects, run_id=run_id, kind="awards", cluster=None, options=options
    )
    return file
