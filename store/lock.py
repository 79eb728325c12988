"""One writer a store: a file lock that says at once who holds it."""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from model.errors import StoreLockedError

LOCK_FILE = ".lock"
HOLDER_FILE = ".lock.holder"


class WriterLock:
    """The right to write to one store; the holder may take it again inside."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = FileLock(folder / LOCK_FILE)
        self._holder = folder / HOLDER_FILE

    @contextmanager
    def held(self, *, timeout_s: float = 0) -> Iterator[None]:
        """Hold the lock. Raises StoreLockedError after `timeout_s` seconds, at once by default."""
        self.acquire(timeout_s=timeout_s)
        try:
            yield
        finally:
            self.release()

    def acquire(self, *, timeout_s: float = 0) -> None:
        """Take the lock, or take it once more. Raises StoreLockedError."""
        first = not self._lock.is_locked
        try:
            self._lock.acquire(timeout=timeout_s)
        except Timeout:
            raise StoreLockedError(
                f"another ingest is writing to this store{self._who()}",
                where=str(self._folder),
                hint="wait until it has ended, then run this again.",
            ) from None
        if first:
            self._holder.write_text(json.dumps(_identity()), encoding="utf-8")

    def release(self) -> None:
        """Give the lock back: the last of nested releases frees it."""
        if self._lock.lock_counter == 1:
            self._holder.unlink(missing_ok=True)
        self._lock.release()

    def _who(self) -> str:
        try:
            holder = json.loads(self._holder.read_text(encoding="utf-8"))
            return f" (process {holder['pid']} on {holder['host']}, since {holder['since']})"
        except (OSError, ValueError, KeyError, TypeError):
            return ""


def _identity() -> dict[str, str | int]:
    since = datetime.now(UTC).isoformat(timespec="seconds")
    return {"pid": os.getpid(), "host": socket.gethostname(), "since": since}
