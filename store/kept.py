"""Sums of facts that were reckoned before, kept beside the facts under what they were made of.

An entry never changes and is never stale: its name is a digest of all that it depends on, the
files of the facts included. It may be deleted at any time, and is then reckoned again.
"""

import io
import os
import struct
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import polars as pl

FOLDER: Final = ".sums"
UNUSED_S: Final = 7 * 86_400
"""An entry that nobody has asked for in so long is deleted."""

MOST_BYTES: Final = 1 << 30
_LOOK_EACH_BYTES: Final = 1 << 26
_NUMBER: Final = struct.Struct("<Q")
_MARK: Final = b"PLSUMS1\n"


class KeptSums:
    """Frames by the digest of what they were made of. Processes may share a folder.

    Nothing here ever fails an answer: where the folder cannot be written, nothing is kept.
    """

    def __init__(self, store: Path) -> None:
        self._root = store / FOLDER
        self._written = _LOOK_EACH_BYTES

    def folder(self) -> Path:
        """Where they lie, made if it is not there. Raises OSError where it cannot be made."""
        self._root.mkdir(parents=True, exist_ok=True)
        return self._root

    def read(self, digest: str) -> list[pl.DataFrame] | None:
        """What was kept; None where nothing was, or what there is cannot be read."""
        path = self._path(digest)
        try:
            data = path.read_bytes()
            frames = list(_frames(data))
        except (OSError, ValueError, struct.error, pl.exceptions.PolarsError):
            return None
        with suppress(OSError):
            os.utime(path)
        return frames

    def write(self, digest: str, frames: Sequence[pl.DataFrame]) -> None:
        """Keep frames: another process sees all of them or none."""
        path = self._path(digest)
        begun = path.with_name(f".{path.name}-{uuid.uuid4().hex}")
        data = _bytes(frames)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            begun.write_bytes(data)
            begun.replace(path)
        except OSError:
            with suppress(OSError):
                begun.unlink(missing_ok=True)
            return
        self._written += len(data)
        if self._written > _LOOK_EACH_BYTES:
            self._written = 0
            self.shrink()

    def shrink(self, *, unused_s: float = UNUSED_S, most_bytes: int = MOST_BYTES) -> int:
        """Delete what was not asked for lately, and the longest unused beyond a size; how many."""
        entries = sorted(self._entries(), reverse=True)
        oldest, size, deleted = time.time() - unused_s, 0, 0
        for used_at, length, path in entries:
            size += length
            if used_at < oldest or size > most_bytes:
                with suppress(OSError):
                    path.unlink()
                    deleted += 1
        return deleted

    def clear(self) -> int:
        """Delete everything; how many entries there were."""
        return self.shrink(unused_s=0, most_bytes=-1)

    def _entries(self) -> Iterator[tuple[float, int, Path]]:
        for path in self._root.glob("*/*"):
            with suppress(OSError):
                found = path.stat()
                yield found.st_mtime, found.st_size, path

    def _path(self, digest: str) -> Path:
        return self._root / digest[:2] / digest[2:]


def _bytes(frames: Sequence[pl.DataFrame]) -> bytes:
    parts = [_MARK, _NUMBER.pack(len(frames))]
    for frame in frames:
        buffer = io.BytesIO()
        frame.write_ipc(buffer, compression="zstd")
        parts += [_NUMBER.pack(buffer.tell()), buffer.getvalue()]
    return b"".join(parts)


def _frames(data: bytes) -> Iterator[pl.DataFrame]:
    if not data.startswith(_MARK):
        raise ValueError("not kept sums")
    (frames,) = _NUMBER.unpack_from(data, len(_MARK))
    at = len(_MARK) + _NUMBER.size
    for _ in range(frames):
        (length,) = _NUMBER.unpack_from(data, at)
        at += _NUMBER.size
        if at + length > len(data):
            raise ValueError("cut short")
        yield pl.read_ipc(io.BytesIO(data[at : at + length]))
        at += length
