"""Reports that were asked for on the pages: what is known of each, kept in files on the server."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex
from shutil import rmtree
from typing import Any, Final, Literal

import msgspec

from reports.capacity_report.order import Order

Status = Literal["queued", "running", "done", "failed", "cancelled"]
Standing = Status | Literal["interrupted"]

ACTIVE: Final = ("queued", "running")
KEPT_FOR: Final = timedelta(days=30)
KEPT: Final = 40
"""So many ended reports are kept, and for so long; older ones are deleted with their files."""

_SIDECAR: Final = "job.json"
_CANCEL: Final = "cancel"
_HEARTBEAT: Final = "alive"
_SILENT_S: Final = 30
_ID_BYTES: Final = 8


class ReportFile(msgspec.Struct, frozen=True):
    """A file of a report that was made."""

    name: str
    bytes: int


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One report that somebody asked for; `fault` is one line on why it failed."""

    id: str
    asked_at: datetime
    who: str | None
    order: Order
    status: Status = "queued"
    started_at: datetime | None = None
    ended_at: datetime | None = None
    fault: str | None = None
    files: tuple[ReportFile, ...] = ()


_DECODER: Final = msgspec.json.Decoder(Job, dec_hook=lambda kind, value: kind(value))


@dataclass(frozen=True)
class ReportRuns:
    """A folder with a folder for each report: its sidecar, its progress, its files.

    Every server of the store reads the same runs; a report is looked after by the one that was
    asked for it, which shows that it is alive by touching the report's heartbeat.
    """

    folder: Path

    def add(self, order: Order, *, who: str | None) -> Job:
        """A new report, in the queue."""
        asked_at = datetime.now(UTC)
        job = Job(id=token_hex(_ID_BYTES), asked_at=asked_at, who=who, order=order)
        self.files_folder(job.id).mkdir(parents=True)
        self.touch(job.id)
        self.save(job)
        return job

    def save(self, job: Job) -> None:
        """Keep what is known of a report; a reader sees what was known before, or this."""
        draft = self._place(job.id) / f".{_SIDECAR}"
        draft.write_bytes(msgspec.json.encode(job, enc_hook=str))
        draft.replace(self._place(job.id) / _SIDECAR)

    def jobs(self) -> list[Job]:
        """Every report, the latest first; what cannot be read is left out."""
        sidecars = self.folder.glob(f"*/{_SIDECAR}")
        read = (job for path in sidecars if (job := _read(path)) is not None)
        return sorted(read, key=lambda job: job.asked_at, reverse=True)

    def job(self, job_id: str) -> Job | None:
        """The report of an id, None where there is none."""
        return _read(self._place(job_id) / _SIDECAR) if _is_id(job_id) else None

    def standing(self, job: Job) -> Standing:
        """How a report stands: interrupted if nobody looks after it any more."""
        if job.status not in ACTIVE:
            return job.status
        try:
            touched = (self._place(job.id) / _HEARTBEAT).stat().st_mtime
        except FileNotFoundError:
            return "interrupted"
        return job.status if time.time() - touched < _SILENT_S else "interrupted"

    def touch(self, job_id: str) -> None:
        """Show that somebody looks after a report."""
        (self._place(job_id) / _HEARTBEAT).touch()

    def ask_to_cancel(self, job_id: str) -> None:
        """Ask whoever looks after a report to stop it."""
        if (job := self.job(job_id)) and job.status in ACTIVE:
            (self._place(job_id) / _CANCEL).touch()

    def is_to_be_cancelled(self, job_id: str) -> bool:
        """Whether somebody asked for a report to be stopped."""
        return (self._place(job_id) / _CANCEL).exists()

    def files_folder(self, job_id: str) -> Path:
        """Where the files of a report are written."""
        return self._place(job_id) / "files"

    def progress_file(self, job_id: str) -> Path:
        """Where a report says how far it has come."""
        return self._place(job_id) / "progress.jsonl"

    def fault_file(self, job_id: str) -> Path:
        """Where a report says what is wrong."""
        return self._place(job_id) / "fault.txt"

    def file(self, job_id: str, name: str) -> Path | None:
        """A file of a report that is done, by the name that its sidecar lists; else None."""
        job = self.job(job_id)
        if job is None or name not in {file.name for file in job.files}:
            return None
        return self.files_folder(job_id) / name

    def sweep(self) -> None:
        """Delete what is old, and the oldest where there are too many."""
        ended = [job for job in self.jobs() if self.standing(job) not in ACTIVE]
        too_old = datetime.now(UTC) - KEPT_FOR
        for place, job in enumerate(ended):
            if place >= KEPT or job.asked_at < too_old:
                rmtree(self._place(job.id), ignore_errors=True)

    def _place(self, job_id: str) -> Path:
        return self.folder / job_id


def _read(sidecar: Path) -> Job | None:
    try:
        return _DECODER.decode(sidecar.read_bytes())
    except (OSError, msgspec.MsgspecError):
        return None


def _is_id(text: Any) -> bool:
    """Whether a text from outside is an id: it names a folder."""
    known = set("0123456789abcdef")
    return isinstance(text, str) and len(text) == 2 * _ID_BYTES and set(text) <= known
