"""Files that something else is still writing: only what changed, and only whole lines."""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from ingest.source import Source
from model.errors import InputError

_TAIL_BYTES: Final = 1 << 20
_HEAD_BYTES: Final = 64
_PACKED: Final = (b"\x1f\x8b", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", b"PAR1", b"PK\x03\x04")


@dataclass(frozen=True)
class NewPart:
    """What is to be read of a file now, if anything, and its stamp once that was done.

    A stamp holds the size, the time of modification (ns) and the bytes left for the next time.
    """

    source: Source | None
    stamp: list[int]


def new_part(path: str | Path, seen: list[int] | None) -> NewPart:
    """A changed file up to its last newline; what is packed or JSON as a whole.

    A last line without its newline is left for the next time: if the file has not changed by
    then, it is the end of the file. Raises InputError.
    """
    file = Path(path)
    try:
        stat = file.stat()
        stamp = [stat.st_size, stat.st_mtime_ns]
        unchanged = seen is not None and seen[:2] == stamp
        if unchanged and seen is not None and not seen[2]:
            return NewPart(None, seen)
        if unchanged:
            return NewPart(Source(file), [*stamp, 0])
        with file.open("rb") as stream:
            end = _whole_until(stream, stat.st_size)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=str(file)) from error
    source = Source(file, until_byte=end if end < stat.st_size else None) if end else None
    return NewPart(source, [*stamp, stat.st_size - end])


def _whole_until(stream: BinaryIO, size: int) -> int:
    """How many bytes of a file are whole lines."""
    head = stream.read(_HEAD_BYTES)
    if head.startswith(_PACKED) or head.lstrip()[:1] in {b"{", b"["}:
        return size
    end = size
    while end > 0:
        begin = max(0, end - _TAIL_BYTES)
        stream.seek(begin)
        newline = stream.read(end - begin).rfind(b"\n")
        if newline >= 0:
            return begin + newline + 1
        end = begin
    return 0
