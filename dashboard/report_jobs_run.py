"""Makes reports in processes of their own, a few at a time, and stops those that are cancelled."""

import atexit
import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock, Thread
from typing import Final

import msgspec

from dashboard.reader import Reader
from dashboard.report_jobs import ACTIVE, Job, ReportFile, ReportRuns, Status
from dashboard.report_jobs_place import make_private, runs_of
from dashboard.report_program import complaint, program, stop
from model.errors import InputError
from reports.capacity_report.order import Order, arguments_of

AT_ONCE: Final = 2 if (os.cpu_count() or 1) >= 4 else 1  # noqa: PLR2004
QUEUE: Final = 10
TIME_LIMIT_S: Final = 3600
SIZE_LIMIT_BYTES: Final = 2 * 2**30
_FREE_BYTES: Final = 256 * 2**20
_LOOK_S: Final = 0.25


class Child:
    """The process that makes one report; it writes into the report's folder and nowhere else."""

    def __init__(self, runs: ReportRuns, job: Job, call: Sequence[str]) -> None:
        self._began = time.monotonic()
        self._files = runs.files_folder(job.id)
        command = [*call, *arguments_of(job.order), "--log-format", "json"]
        with (
            runs.progress_file(job.id).open("wb") as told,
            runs.fault_file(job.id).open("wb") as faults,
        ):
            self._process = subprocess.Popen(
                command,
                cwd=self._files,
                stdin=subprocess.DEVNULL,
                stdout=told,
                stderr=faults,
                start_new_session=True,
            )

    def code(self) -> int | None:
        """With what it ended, None while it is at work."""
        return self._process.poll()

    def excess(self) -> str | None:
        """Which limit it has broken."""
        if time.monotonic() - self._began > TIME_LIMIT_S:
            return f"it took longer than {TIME_LIMIT_S // 60} minutes and was stopped."
        if sum(file.stat().st_size for file in self._files.iterdir()) > SIZE_LIMIT_BYTES:
            return f"its files grew larger than {SIZE_LIMIT_BYTES // 2**30} GiB: it was stopped."
        return None

    def stop(self) -> None:
        """End the process."""
        stop(self._process)


class Runner:
    """Takes orders and looks after them until each has ended; one thread while there are any."""

    def __init__(self, reader: Reader) -> None:
        self.runs = runs_of(reader)
        self._call = program(reader)
        self._mine: dict[str, Child | None] = {}
        self._lock = Lock()
        self._thread: Thread | None = None
        atexit.register(self.stop)

    def submit(self, order: Order, *, who: str | None) -> Job:
        """Put an order into the queue.

        Raises:
            InputError: where too many wait already, or the server has no room for files.
        """
        with self._lock:
            self._refuse_excess()
            job = self.runs.add(order, who=who)
            self._mine[job.id] = None
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(target=self._look_after, name="plimsoll-reports", daemon=True)
                self._thread.start()
        return job

    def stop(self) -> None:
        """End every process; reports that were not done are told to be interrupted."""
        with self._lock:
            for job_id, child in self._mine.items():
                if child is not None:
                    child.stop()
                self._end(job_id, "failed", fault="the server was stopped meanwhile; make it anew.")
            self._mine.clear()

    def _refuse_excess(self) -> None:
        if len(self._mine) >= AT_ONCE + QUEUE:
            raise InputError(
                f"{len(self._mine)} reports are being made or wait already",
                hint="wait until one is done, or cancel one.",
            )
        try:
            make_private(self.runs.folder)
            self.runs.sweep()
            free = shutil.disk_usage(self.runs.folder).free
        except OSError as fault:
            raise InputError(
                f"the server cannot keep reports: {fault.strerror or fault}",
                hint="its administrator can give the service a folder to write to.",
            ) from fault
        if free < _FREE_BYTES:
            raise InputError(
                f"the server has {free // 2**20} MiB left for files",
                hint="its administrator can make room.",
            )

    def _look_after(self) -> None:
        while True:
            with self._lock:
                for job_id, child in list(self._mine.items()):
                    self.runs.touch(job_id)
                    if self._has_ended(job_id, child):
                        del self._mine[job_id]
                self._start_next()
                if not self._mine:
                    self._thread = None
                    return
            time.sleep(_LOOK_S)

    def _start_next(self) -> None:
        at_work = sum(child is not None for child in self._mine.values())
        waiting = [job_id for job_id, child in self._mine.items() if child is None]
        for job_id in waiting[: AT_ONCE - at_work]:
            try:
                self._start(job_id)
            except OSError as fault:
                del self._mine[job_id]
                self._end(job_id, "failed", fault=f"it could not be started: {fault.strerror}.")

    def _start(self, job_id: str) -> None:
        if job := self.runs.job(job_id):
            self._mine[job_id] = Child(self.runs, job, self._call)
            started = datetime.now(UTC)
            self.runs.save(msgspec.structs.replace(job, status="running", started_at=started))

    def _has_ended(self, job_id: str, child: Child | None) -> bool:
        if self.runs.is_to_be_cancelled(job_id):
            if child is not None:
                child.stop()
            self._end(job_id, "cancelled")
            return True
        if child is None:
            return False
        if (code := child.code()) is not None:
            fault = None if code == 0 else self._complaint(job_id, code)
            self._end(job_id, "failed" if fault else "done", fault=fault)
            return True
        if excess := child.excess():
            child.stop()
            self._end(job_id, "failed", fault=excess)
        return bool(excess)

    def _complaint(self, job_id: str, code: int) -> str:
        text = self.runs.fault_file(job_id).read_text(encoding="utf-8", errors="replace")
        return complaint(text, code)

    def _end(self, job_id: str, status: Status, *, fault: str | None = None) -> None:
        """Keep how a report ended; of one that is not done no file stays."""
        folder = self.runs.files_folder(job_id)
        if status != "done":
            shutil.rmtree(folder, ignore_errors=True)
        job = self.runs.job(job_id)
        if job is None or job.status not in ACTIVE:
            return
        ended = {"status": status, "ended_at": datetime.now(UTC), "fault": fault}
        files = _files(folder) if status == "done" else ()
        with suppress(OSError):
            self.runs.save(msgspec.structs.replace(job, files=files, **ended))


def _files(folder: Path) -> tuple[ReportFile, ...]:
    found = sorted(folder.iterdir())
    return tuple(ReportFile(path.name, path.stat().st_size) for path in found)
