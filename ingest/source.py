"""Where bytes come from: a file or standard input, plain or packed, as a stream of blocks."""

import gzip
import hashlib
import io
import lzma
import sys
import zlib
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final, Self, cast

import zstandard

from model.errors import InputError

BLOCK_BYTES: Final = 16 << 20
STDIN: Final = "-"

_GZIP, _XZ, _ZSTD = b"\x1f\x8b", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd"
_MAGIC_BYTES: Final = 6
_BUFFER_BYTES: Final = 1 << 20
_BITE_BYTES: Final = 4096
_WINDOW_LIMIT: Final = 1 << 27
_MEMORY_LIMIT: Final = 1 << 28
_BOMB_BYTES: Final = 1 << 30
_BOMB_RATIO: Final = 2000
_DAMAGED: Final = (EOFError, zlib.error, lzma.LZMAError, zstandard.ZstdError, gzip.BadGzipFile)


class Source:
    """One input, read once: a path, or `-` for standard input.

    `sha256` and `size_bytes` are those of the raw bytes read so far: of the whole, once `blocks`
    is exhausted. `name` is what messages call it, where its path says nothing; `until_byte` leaves
    out what follows, such as a line that is still being written.
    """

    def __init__(
        self, path: str | Path, *, name: str | None = None, until_byte: int | None = None
    ) -> None:
        self._path = None if str(path) == STDIN else Path(path)
        self._raw: _Hashed | None = None
        self._name = name
        self._until_byte = until_byte

    @classmethod
    def of(cls, source: "str | Path | Source") -> "Source":
        """A source as it is, or that of a path."""
        return source if isinstance(source, Source) else cls(source)

    @property
    def name(self) -> str:
        """What messages and the ledger call it."""
        return self._name or ("standard input" if self._path is None else str(self._path))

    @property
    def sha256(self) -> str:
        """The SHA-256 of the raw bytes."""
        return self._raw.hash.hexdigest() if self._raw else ""

    @property
    def size_bytes(self) -> int:
        """How many raw bytes there are."""
        return self._raw.count if self._raw else 0

    def expected_bytes(self) -> int | None:
        """The size of the file on disk; None for a stream. Raises InputError without a file."""
        if self._path is None:
            return None
        with self._open() as file:
            size = file.seek(0, io.SEEK_END) if file.seekable() else None
        return size if self._until_byte is None else self._until_byte

    def sha256_on_disk(self) -> str:
        """The SHA-256 of a file, read for this alone. Raises InputError."""
        with self._open() as file:
            return hashlib.file_digest(self._limited(file), "sha256").hexdigest()

    def blocks(self) -> Generator[bytes]:
        """The unpacked bytes in blocks. Raises InputError for what is no whole, readable file."""
        with self._open() as file:
            self._raw = _Hashed(self._limited(file))
            buffered = io.BufferedReader(self._raw, _BUFFER_BYTES)
            try:
                yield from self._unpacked_blocks(_unpacked(buffered))
                while buffered.read(BLOCK_BYTES):
                    pass
            except _DAMAGED as error:
                what = "the compressed file is cut off or damaged"
                raise InputError(what, where=self.name, hint="copy it again.") from error
            except OSError as error:
                raise self._unreadable(error) from error

    def _unpacked_blocks(self, stream: BinaryIO) -> Iterator[bytes]:
        unpacked = 0
        while block := stream.read(BLOCK_BYTES):
            unpacked += len(block)
            if unpacked > _BOMB_BYTES and unpacked > _BOMB_RATIO * self.size_bytes:
                raise InputError(
                    f"unpacks to more than {_BOMB_RATIO:,} times its size",
                    where=self.name,
                    hint="no job log does: unpack it yourself if you trust it.",
                )
            yield block

    def _open(self) -> BinaryIO:
        if self._path is None:
            return cast("BinaryIO", _Kept(sys.stdin.buffer))
        if self._path.is_dir():
            raise InputError("this is a folder", where=self.name, hint="name the files in it.")
        try:
            return self._path.open("rb")
        except OSError as error:
            raise self._unreadable(error) from error

    def _limited(self, file: BinaryIO) -> Any:
        return file if self._until_byte is None else _Upto(file, self._until_byte)

    def _unreadable(self, error: OSError) -> InputError:
        return InputError(
            f"cannot be read: {error.strerror or error}",
            where=self.name,
            hint="look at the path and its permissions.",
        )


class _Kept:
    """A stream that is lent: leaving it does not close it."""

    def __init__(self, stream: Any) -> None:
        self.readinto = stream.readinto

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the stream open."""


class _Upto(io.RawIOBase):
    """The first bytes of a raw stream."""

    def __init__(self, file: Any, size: int) -> None:
        self._file = file
        self._left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        read = int(self._file.readinto(memoryview(buffer)[: self._left]))
        self._left -= read
        return read


class _Hashed(io.RawIOBase):
    """A raw stream that counts and hashes what passes through it."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self.hash = hashlib.sha256()
        self.count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        read = self._file.readinto(buffer)
        self.hash.update(memoryview(buffer)[:read])
        self.count += read
        return int(read)


class _Framed:
    """An xz or zstd stream of one or more frames, unpacked a little at a time.

    Small bites bound what a bomb can put into memory at once.
    """

    def __init__(self, buffered: BinaryIO, begin: Callable[[], Any]) -> None:
        self._packed = buffered
        self._begin = begin
        self._frame = begin()
        self._left = b""

    def read(self, size: int) -> bytes:
        """Up to `size` bytes and the rest of a bite. Raises EOFError where a frame is cut off."""
        parts: list[bytes] = []
        length = 0
        while length < size and (bite := self._left or self._packed.read(_BITE_BYTES)):
            if self._frame.eof:
                if not bite.strip(b"\0"):
                    self._left = b""
                    continue
                self._frame = self._begin()
            parts.append(self._frame.decompress(bite))
            length += len(parts[-1])
            self._left = self._frame.unused_data if self._frame.eof else b""
        if not length and not self._frame.eof:
            raise EOFError
        return b"".join(parts)


def _unpacked(buffered: Any) -> BinaryIO:
    magic = buffered.peek(_MAGIC_BYTES)[:_MAGIC_BYTES]
    if magic.startswith(_GZIP):
        return cast("BinaryIO", gzip.GzipFile(fileobj=buffered))
    if magic.startswith(_XZ):
        return cast("BinaryIO", _Framed(buffered, _xz_frame))
    if magic.startswith(_ZSTD):
        return cast("BinaryIO", _Framed(buffered, _zstd_frame))
    return cast("BinaryIO", buffered)


def _xz_frame() -> Any:
    return lzma.LZMADecompressor(memlimit=_MEMORY_LIMIT)


def _zstd_frame() -> Any:
    return zstandard.ZstdDecompressor(max_window_size=_WINDOW_LIMIT).decompressobj()
