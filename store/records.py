"""What the catalogue holds, as plain typed records."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Cluster:
    """A source of logs, whose times are in `timezone`; `machine` is its id in the registry."""

    name: str
    timezone: str = "UTC"
    tier: str | None = None
    machine: str | None = None
    synthetic: bool = False
    added_at: datetime | None = None


@dataclass(frozen=True)
class Run:
    """One call of an ingest. `finished_at` is null for a run that is at work or was killed."""

    run_id: int
    command: str
    started_at: datetime
    finished_at: datetime | None = None
    status: str | None = None  # "done", "refused", "failed", "quarantined"


@dataclass(frozen=True)
class FileRecord:
    """One file of one run in the ledger. rows_read = accepted + steps + quarantined.

    `options` is JSON text of what else decides the outcome (format, fields, delimiter, ...):
    a file of the same sha256 with equal options need not be read again. `cluster` is null for
    what belongs to none, such as awards.
    """

    run_id: int
    cluster: str | None
    kind: str  # jobs, nodes, events, awards
    path: str
    sha256: str
    bytes: int
    format: str
    options: str = "{}"
    timezone: str | None = None
    window_from: datetime | None = None
    window_to: datetime | None = None
    window_assumed: bool = True
    rows_read: int = 0
    rows_accepted: int = 0
    rows_steps: int = 0
    rows_quarantined: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    assumptions: tuple[str, ...] = ()
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    store_version: str | None = None
    ingested_at: datetime | None = None
    file_id: int | None = None


@dataclass(frozen=True)
class Quarantined:
    """Input rows that were not accepted: where they stand, why, and their text."""

    line: int
    reason: str
    text: str
    rows: int = 1


@dataclass(frozen=True)
class SourceState:
    """How far a source was read: everything before `watermark` is in the store.

    `last_run` is when it was last asked, `last_success` when that last went well; `last_status`
    is "done", "failed" (and `message` why) or "fault". The counts are those of the last run.
    `seen` holds the size and time of modification of files that were read, or when a source was
    last swept for late records.
    """

    source: str
    cluster: str
    feed: str
    kind: str
    watermark: datetime | None = None
    last_run: datetime | None = None
    last_success: datetime | None = None
    last_status: str | None = None
    message: str | None = None
    rows_read: int = 0
    rows_accepted: int = 0
    rows_steps: int = 0
    rows_quarantined: int = 0
    seconds: float = 0.0
    seen: dict[str, list[int]] = field(default_factory=dict)


@dataclass(frozen=True)
class WriteCounts:
    """What a write did, in keys: each key of the input is counted once."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0

    def __add__(self, other: "WriteCounts") -> "WriteCounts":
        return WriteCounts(
            inserted=self.inserted + other.inserted,
            updated=self.updated + other.updated,
            unchanged=self.unchanged + other.unchanged,
        )


@dataclass(frozen=True)
class TableInfo:
    """The size of one fact table; `version` is null while nothing was written."""

    table: str
    version: int | None
    rows: int
    files: int
    bytes: int


@dataclass(frozen=True)
class Compaction:
    """What upkeep did to one fact table: live files before and after, old files deleted."""

    table: str
    files_before: int
    files_after: int
    files_deleted: int
