"""A small file read whole: from disk or standard input, unpacked, within a limit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.source import Source
from model.errors import InputError
from model.progress import Progress


@dataclass(frozen=True)
class WholeFile:
    """The bytes of a file, unpacked; `sha256` and `size_bytes` are those of the file itself."""

    path: str
    data: bytes
    sha256: str
    size_bytes: int


def each_file(
    paths: Sequence[str | Path | Source], progress: Progress | None = None
) -> Iterator[str | Path | Source]:
    """The paths one by one, telling how many were done."""
    for done, path in enumerate(paths):
        if progress:
            progress(done, len(paths))
        yield path


def read_whole(path: str | Path | Source, *, limit_bytes: int) -> WholeFile:
    """Read a plain, gz, xz or zst file; InputError for a folder, no file, or too much of it."""
    source = Source.of(path)
    data = bytearray()
    for block in source.blocks():
        data += block
        if len(data) > limit_bytes:
            raise InputError(
                f"more than {limit_bytes >> 20} MB unpacked",
                where=source.name,
                hint="is this the file that you meant?",
            )
    return WholeFile(source.name, bytes(data), source.sha256, source.size_bytes)
