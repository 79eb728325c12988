"""The ledger of a store: files, sources, the spans that were observed, rows that were set aside."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from analytics.finding import Finding
from reports.tables.asked import Asked, kept
from reports.wording import number
from store import FileRecord, Quarantined

_MOMENT: Final = pl.Datetime("us", "UTC")
_DAY_S: Final = 86_400
ROWS_SHOWN: Final = 2_000
"""Quarantined rows that one answer lists."""

SOURCES_SCHEMA: Final = pl.Schema(
    {
        "source": pl.String(),
        "cluster": pl.String(),
        "feed": pl.String(),
        "source_kind": pl.String(),
        "watermark": _MOMENT,
        "last_run": _MOMENT,
        "last_success": _MOMENT,
        "status": pl.String(),
        "message": pl.String(),
        "rows_read": pl.Int64(),
        "rows_accepted": pl.Int64(),
        "rows_steps": pl.Int64(),
        "rows_quarantined": pl.Int64(),
        "seconds": pl.Float64(),
    }
)
FILES_SCHEMA: Final = pl.Schema(
    {
        "ingested_at": _MOMENT,
        "cluster": pl.String(),
        "kind": pl.String(),
        "path": pl.String(),
        "format": pl.String(),
        "window_from": _MOMENT,
        "window_to": _MOMENT,
        "window_assumed": pl.Boolean(),
        "rows_read": pl.Int64(),
        "rows_accepted": pl.Int64(),
        "rows_steps": pl.Int64(),
        "rows_quarantined": pl.Int64(),
        "reasons": pl.String(),
        "inserted": pl.Int64(),
        "updated": pl.Int64(),
        "unchanged": pl.Int64(),
        "assumptions": pl.String(),
        "run_status": pl.String(),
    }
)
OBSERVED_COLUMNS: Final = ("cluster", "observed_from", "observed_to", "assumed", "days", "gap_days")
QUARANTINE_SCHEMA: Final = pl.Schema(
    {
        "cluster": pl.String(),
        "kind": pl.String(),
        "reason": pl.String(),
        "rows": pl.Int64(),
        "files": pl.Int64(),
    }
)
QUARANTINED_ROWS_SCHEMA: Final = pl.Schema(
    {
        "cluster": pl.String(),
        "kind": pl.String(),
        "reason": pl.String(),
        "path": pl.String(),
        "line": pl.Int64(),
        "rows": pl.Int64(),
        "text": pl.String(),
    }
)


def sources_table(asked: Asked) -> Finding:
    """A line a source that was ever asked: how far it was read, and how its last run ended."""
    asked.without_by()
    known = asked.stored().store.catalogue.sources()
    rows = [
        {
            **{name: getattr(each, name, None) for name in SOURCES_SCHEMA},
            "source_kind": each.kind,
            "status": each.last_status,
        }
        for each in known
    ]
    return _answered(pl.DataFrame(rows, schema=SOURCES_SCHEMA), asked)


def files_table(asked: Asked) -> Finding:
    """A line an entry of the ledger, the last first: what became of each row of a file."""
    asked.without_by()
    catalogue = asked.stored().store.catalogue
    ends = {run.run_id: run.status for run in catalogue.runs()}
    rows = [_file(each) | {"run_status": ends.get(each.run_id)} for each in catalogue.files()]
    return _answered(pl.DataFrame(rows[::-1], schema=FILES_SCHEMA), asked)


def observed_table(asked: Asked) -> Finding:
    """A line a span without a gap in which the jobs of a cluster are known."""
    asked.without_by()
    begin, end = (pl.from_epoch(name).cast(_MOMENT) for name in ("begin_s", "end_s"))
    gap_s = pl.col("begin_s") - pl.col("end_s").shift().over("cluster")
    frame = (
        asked.stored()
        .observed.sort("cluster", "begin_s")
        .select(
            "cluster",
            begin.alias("observed_from"),
            end.alias("observed_to"),
            "assumed",
            ((pl.col("end_s") - pl.col("begin_s")) / _DAY_S).alias("days"),
            (gap_s / _DAY_S).alias("gap_days"),
        )
    )
    return _answered(frame, asked)


def quarantine_table(asked: Asked) -> Finding:
    """A line a cluster, kind of file and reason for which rows were set aside."""
    asked.without_by()
    rows: Counter[tuple[str | None, str, str]] = Counter()
    files: Counter[tuple[str | None, str, str]] = Counter()
    for file in _latest(asked.stored().store.catalogue.files()):
        for reason, count in file.reasons.items():
            rows[file.cluster, file.kind, reason] += count
            files[file.cluster, file.kind, reason] += 1
    lines = [(*key, count, files[key]) for key, count in rows.most_common()]
    return _answered(pl.DataFrame(lines, schema=QUARANTINE_SCHEMA, orient="row"), asked)


def quarantined_rows_table(asked: Asked) -> Finding:
    """A line a row that was set aside: where it stands, why, and its text."""
    asked.without_by()
    shows_people = not asked.settings.privacy.pseudonyms
    found = list(_Wanted(asked).rows())
    lines = [
        (
            file.cluster,
            file.kind,
            row.reason,
            file.path,
            row.line,
            row.rows,
            row.text if shows_people else None,
        )
        for file, row in found[:ROWS_SHOWN]
    ]
    frame = pl.DataFrame(lines, schema=QUARANTINED_ROWS_SCHEMA, orient="row")
    return _answered(frame, asked, *_untold(len(found), shows_people=shows_people))


@dataclass(frozen=True)
class _Wanted:
    """The quarantined rows that the filters leave, each reason asked of the catalogue by itself."""

    asked: Asked

    def rows(self) -> Iterator[tuple[FileRecord, Quarantined]]:
        """One more than are listed, so that it is known whether there are more."""
        catalogue, left = self.asked.stored().store.catalogue, ROWS_SHOWN + 1
        for file, reason in self._places():
            if left <= 0 or file.file_id is None:
                return
            of_reason = catalogue.quarantine(file.file_id, left, reason=reason)
            left -= len(of_reason)
            yield from ((file, row) for row in of_reason)

    def _places(self) -> Iterator[tuple[FileRecord, str]]:
        for file in _latest(self.asked.stored().store.catalogue.files()):
            for reason in file.reasons:
                told = {"cluster": file.cluster, "kind": file.kind, "path": file.path}
                if self._chosen(told | {"reason": reason}):
                    yield file, reason

    def _chosen(self, told: dict[str, str | None]) -> bool:
        where = self.asked.where
        return all((told[name] or "") in where[name] for name in told.keys() & where.keys())


def _untold(found: int, *, shows_people: bool) -> Iterator[str]:
    if found > ROWS_SHOWN:
        yield (
            f"The first {number(ROWS_SHOWN)} rows are listed; there are more. Filter by cluster, "
            "kind, reason or path."
        )
    if found and not shows_people:
        yield (
            "The text of the rows is left out, because the settings ask for pseudonyms and the "
            "text names people. The line says where to look."
        )


def _latest(files: Iterable[FileRecord]) -> list[FileRecord]:
    """The last entry of each content, the last first: a file that was read again counts once."""
    last = {(file.cluster, file.kind, file.sha256): file for file in files}
    return sorted(last.values(), key=lambda file: file.file_id or 0, reverse=True)


def _file(file: FileRecord) -> dict[str, Any]:
    reasons = "; ".join(f"{reason}: {number(rows)}" for reason, rows in file.reasons.items())
    return {
        **{name: getattr(file, name, None) for name in FILES_SCHEMA},
        "window_assumed": file.window_assumed if file.kind == "jobs" else None,
        "reasons": reasons or None,
        "assumptions": "; ".join(file.assumptions) or None,
    }


def _answered(frame: pl.DataFrame, asked: Asked, *notes: str) -> Finding:
    zone = asked.question.timezone
    local = frame.with_columns(pl.col(_MOMENT).dt.convert_time_zone(zone))
    return kept(Finding(local, tuple(notes)), asked.where)
