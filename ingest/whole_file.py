"""A small file read whole: from disk or standard input, unpacked, within a limit."""

import gzip
import hashlib
import io
import lzma
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import zstandard

from model.errors import InputError

Progress = Callable[[int, int | None], None]
"""Called with (done, total)."""

STDIN: Final = "-"
_GZIP, _XZ, _ZSTD = b"\x1f\x8b", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd"


@dataclass(frozen=True)
class WholeFile:
    """The bytes of a file, unpacked; `sha256` and `size_bytes` are those of the file itself."""

    path: str
    data: bytes
    sha256: str
    size_bytes: int


def each_file(
    paths: Sequence[str | Path], progress: Progress | None = None
) -> Iterator[str | Path]:
    """The paths one by one, telling how many were done."""
    for done, path in enumerate(paths):
        if progress:
            progress(done, len(paths))
        yield path


def read_whole(path: str | Path, *, limit_bytes: int) -> WholeFile:
    """Read a plain, gz, xz or zst file; InputError for a folder, no file, or too much of it."""
    name = "standard input" if str(path) == STDIN else str(path)
    packed = _read(path, name, limit_bytes)
    data = _unpacked(packed, name, limit_bytes)
    return WholeFile(name, data, hashlib.sha256(packed).hexdigest(), len(packed))


def _read(path: str | Path, name: str, limit_bytes: int) -> bytes:
    if str(path) == STDIN:
        return _within(sys.stdin.buffer, name, limit_bytes)
    if Path(path).is_dir():
        raise InputError("this is a folder", where=name, hint="name the files in it.")
    try:
        with Path(path).open("rb") as file:
            return _within(file, name, limit_bytes)
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
        raise InputError(what, where=name, hint="look at the path and its permissions.") from error


def _unpacked(packed: bytes, name: str, limit_bytes: int) -> bytes:
    stream = io.BytesIO(packed)
    try:
        if packed.startswith(_GZIP):
            return _within(gzip.GzipFile(fileobj=stream), name, limit_bytes)
        if packed.startswith(_XZ):
            return _within(lzma.LZMAFile(stream), name, limit_bytes)
        if packed.startswith(_ZSTD):
            reader = zstandard.ZstdDecompressor().stream_reader(stream, read_across_frames=True)
            return _within(reader, name, limit_bytes)
    except (EOFError, OSError, lzma.LZMAError, zstandard.ZstdError) as error:
        what = "the compressed file is cut off or damaged"
        raise InputError(what, where=name, hint="copy it again.") from error
    return packed


def _within(stream: BinaryIO | io.BufferedIOBase, name: str, limit_bytes: int) -> bytes:
    data = stream.read(limit_bytes + 1)
    if len(data) > limit_bytes:
        what = f"more than {limit_bytes >> 20} MB unpacked"
        raise InputError(what, where=name, hint="is this the file that you meant?")
    return data
