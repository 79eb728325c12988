"""Carbon intensities of grids into the store: half-hours, hours, and factors of years."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ingest.formats.base import Reject
from ingest.formats.intensity_base import Told
from ingest.formats.intensity_formats import read_intensity
from ingest.intensity_gate import Judged, judge
from ingest.ledger import enter_file, ledger_run
from ingest.report import FileReport, IngestReport
from ingest.source import Source
from ingest.whole_file import WholeFile, each_file, read_whole
from model.errors import InputError
from model.progress import Progress
from model.schemas import INTENSITY
from store import Store

SIZE_LIMIT_BYTES: Final = 256 << 20
_KIND: Final = "intensity"


@dataclass(frozen=True)
class _Parsed:
    file: WholeFile
    form: str
    told: Told
    judged: Judged
    seconds: float

    @property
    def rejects(self) -> list[Reject]:
        both = [*self.told.rejects, *self.judged.rejects]
        return sorted(both, key=lambda reject: reject.line)

    @property
    def notes(self) -> dict[str, int]:
        refused = "values out of bounds, and actual ones of zero, were refused, not their rows"
        clipped = "small negative values were taken for zero"
        counted = {refused: self.judged.refused, clipped: self.judged.clipped}
        return {**self.told.notes, **{note: count for note, count in counted.items() if count}}


def ingest_intensity(
    store: Store,
    paths: Sequence[str | Path | Source],
    *,
    progress: Progress | None = None,
) -> IngestReport:
    """Read carbon intensities in any format of `intensity_formats` (`-` is standard input).

    A later file's value stands in the place of an earlier one's for the same source, region and
    moment; what it does not tell stays. Every file is read before anything is written: InputError
    leaves the store as it was. Raises StoreLockedError.
    """
    parsed = [_parse(path) for path in each_file(paths, progress)]
    with store.lock(), ledger_run(store, "ingest intensity") as run_id:
        files = tuple(_enter(store, each, run_id) for each in parsed)
    return IngestReport(kind=_KIND, cluster=None, files=files, run_id=run_id)


def _parse(path: str | Path | Source) -> _Parsed:
    began = time.perf_counter()
    file = read_whole(path, limit_bytes=SIZE_LIMIT_BYTES)
    try:
        form, told = read_intensity(file.data)
    except InputError as fault:
        raise InputError(fault.what, where=file.path, hint=fault.hint) from fault
    return _Parsed(file, form, told, judge(told.frame), time.perf_counter() - began)


def _enter(store: Store, parsed: _Parsed, run_id: int) -> FileReport:
    counts = store.upsert(INTENSITY, parsed.judged.frame, run_id=run_id)
    rejects = parsed.rejects
    file = FileReport(
        path=parsed.file.path,
        sha256=parsed.file.sha256,
        size_bytes=parsed.file.size_bytes,
        format=parsed.form,
        rows_read=parsed.judged.accepted + parsed.told.left_out + len(rejects),
        rows_accepted=parsed.judged.accepted,
        rows_steps=parsed.told.left_out,
        rows_quarantined=len(rejects),
        reasons=Counter(reject.reason for reject in rejects),
        assumptions=parsed.notes,
        inserted=counts.inserted,
        updated=counts.updated,
        unchanged=counts.unchanged,
        seconds=parsed.seconds,
    )
    enter_file(store, file, rejects, run_id=run_id, kind=_KIND, cluster=None)
    return file
