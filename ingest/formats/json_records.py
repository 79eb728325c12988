"""The records of one long JSON list, chunk by chunk, never the whole document in memory."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from model.errors import InputError

CHUNK_BYTES: Final = 8 << 20
PROLOGUE_LIMIT_BYTES: Final = 1 << 20
"""The list asked for begins within this much of the document, or is not in it."""

RECORD_LIMIT_BYTES: Final = 256 << 20
"""A single record larger than this is no job record; it would only fill the memory."""

_CUTS_TRIED: Final = 8
_PATIENCE: Final = 4
"""Chunks that may come together before a text without a clean cut is taken for damaged."""

_TOKEN: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]"]', re.DOTALL)
_FIRST_KEY: Final = re.compile(rb'\s*\{\s*("[^"\\]*")\s*:')
_EMPTY_LIST: Final = re.compile(rb"\s*\]")
_COMMA_FOLLOWS: Final = re.compile(rb"\s*,")
_LIST_FOLLOWS: Final = re.compile(rb"\s*:\s*\[")
_VALUE_FOLLOWS: Final = re.compile(rb"\s*:")
_HEAD_BYTES: Final = 4096
_OBJECT: Final = msgspec.json.Decoder(dict[str, Any])
UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What msgspec raises over bytes that it cannot decode."""

Chunk = tuple[bytes, list[Any] | None]

_RAW_LIST: Final = msgspec.json.Decoder(list[msgspec.Raw])


class CutOffError(InputError):
    """The JSON text ends, or loses its structure, before its last bracket."""


@dataclass
class RecordList:
    """The list under `key` of a JSON object that arrives in blocks of bytes.

    Iterating gives chunks: the bytes of whole records with their commas, without the brackets
    of the list, and what `decoder` makes of them as a list, None where it cannot. `before` and
    `after` are the other members of the object, complete once the iteration has ended. `found`
    tells whether there is such a list; where there is none, `other_keys` names the members that
    there are.
    """

    blocks: Iterator[bytes]
    key: str
    decoder: msgspec.json.Decoder[list[Any]]
    found: bool = False
    other_keys: tuple[str, ...] = ()
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Chunk]:
        buffer = self._open_list()
        if buffer is None:
            return
        boundary = _boundary(buffer)
        enough = CHUNK_BYTES
        for block in self.blocks:
            buffer += block
            if len(buffer) < enough:
                continue
            chunk = self._take(buffer, boundary)
            if chunk is None and len(buffer) > _PATIENCE * CHUNK_BYTES:
                chunk = self._take_damaged(buffer, boundary)
            enough = CHUNK_BYTES if chunk else len(buffer) + CHUNK_BYTES
            if chunk is not None:
                yield chunk
            elif len(buffer) > RECORD_LIMIT_BYTES:
                what = f"a record of more than {RECORD_LIMIT_BYTES >> 20} MB: this is no job list"
                raise InputError(what, hint="run sacct again.")
        yield from self._close_list(buffer, boundary)

    def _open_list(self) -> bytearray | None:
        """The bytes after the list's opening bracket; None where the list is empty or absent."""
        buffer = bytearray()
        opening = None
        for block in self.blocks:
            buffer += block
            opening = opening or _opening(bytes(buffer), self.key)
            enough = opening[1] + _HEAD_BYTES if opening else PROLOGUE_LIMIT_BYTES
            if len(buffer) > enough:
                break
        if opening is None:
            self.other_keys = outermost_keys(bytes(buffer))
            if len(buffer) <= PROLOGUE_LIMIT_BYTES:
                self.before = _members(bytes(buffer))
            return None
        self.found = True
        self.before = _members(bytes(buffer[: opening[0]]).rstrip().rstrip(b",") + b"}")
        del buffer[: opening[1]]
        if not buffer.strip():
            raise CutOffError("the JSON text is cut off before its first record")
        if _EMPTY_LIST.match(buffer):
            self._finish(buffer)
            return None
        return buffer

    def _close_list(self, buffer: bytearray, boundary: re.Pattern[bytes]) -> Iterator[Chunk]:
        while chunk := self._take(buffer, boundary):
            yield chunk
        end = _end_of_list(bytes(buffer))
        if end is None and (chunk := self._take_damaged(buffer, boundary)):
            yield chunk
            end = _end_of_list(bytes(buffer))
        if end is None:
            raise CutOffError("the JSON text is cut off in the middle of a record")
        last = bytes(buffer[:end])
        self._finish(buffer[end:])
        yield last, self._decoded(last)

    def _take(self, buffer: bytearray, boundary: re.Pattern[bytes]) -> Chunk | None:
        """Whole records from the front of the buffer; None where none can be told.

        The key that begins a record may open an object further inside: what lies before a cut
        must decode, or else its brackets must match.
        """
        cuts = _last_cuts(buffer, boundary)
        for end, start in cuts:
            chunk = bytes(buffer[:end])
            decoded = self._decoded(chunk)
            if decoded is not None or _is_whole(chunk):
                del buffer[:start]
                return chunk, decoded
        matched = _last_end(bytes(buffer)) if cuts else None
        if matched is None:
            return None
        chunk = bytes(buffer[:matched])
        del buffer[: buffer.index(b",", matched) + 1]
        return chunk, None

    def _take_damaged(self, buffer: bytearray, boundary: re.Pattern[bytes]) -> Chunk | None:
        """All but what seems to be the last record, of a text whose brackets do not match."""
        cuts = _last_cuts(buffer, boundary)
        if not cuts:
            return None
        end, start = cuts[0]
        chunk = bytes(buffer[:end])
        del buffer[:start]
        return chunk, None

    def _decoded(self, chunk: bytes) -> list[Any] | None:
        try:
            return self.decoder.decode(b"[" + chunk + b"]")
        except UNREADABLE:
            return None

    def _finish(self, rest: bytearray) -> None:
        for block in self.blocks:
            rest += block
        closing = bytes(rest).split(b"]", 1)[1].strip()
        self.after = _members(b"{" + closing.removeprefix(b","))


def records(chunk: bytes) -> list[msgspec.Raw]:
    """The records of a chunk, each as its own bytes; raises msgspec.DecodeError if damaged."""
    return _RAW_LIST.decode(b"[" + chunk + b"]")


def pieces(chunk: bytes) -> list[bytes]:
    """A damaged chunk, split wherever a record seems to begin."""
    boundary = _boundary(chunk)
    starts = [0, *(match.end() for match in boundary.finditer(chunk))]
    ends = [*(match.start() + 1 for match in boundary.finditer(chunk)), len(chunk)]
    return [chunk[start:end] for start, end in zip(starts, ends, strict=True)]


def _boundary(buffer: bytes | bytearray) -> re.Pattern[bytes]:
    """Where one record ends and the next begins: a brace, a comma, a brace, the first key."""
    first = _FIRST_KEY.match(buffer)
    follows = rb"\{\s*" + re.escape(first.group(1)) + rb"\s*:" if first else rb"\{"
    return re.compile(rb"\}\s*,\s*(?=" + follows + rb")")


def _last_cuts(buffer: bytearray, boundary: re.Pattern[bytes]) -> list[tuple[int, int]]:
    """Ends of records with the starts of those after them, from the last, a few of them."""
    tail = max(0, len(buffer) - (CHUNK_BYTES >> 3))
    found = list(boundary.finditer(buffer, tail)) or list(boundary.finditer(buffer))
    return [(match.start() + 1, match.end()) for match in found[: -_CUTS_TRIED - 1 : -1]]


def _is_whole(chunk: bytes) -> bool:
    try:
        records(chunk)
    except UNREADABLE:
        return False
    return True


def _opening(text: bytes, key: str) -> tuple[int, int] | None:
    """Start of the member `key` of the outermost object, and the place after its bracket."""
    wanted = f'"{key}"'.encode()
    for start, end in _outermost_strings(text):
        if text[start:end] == wanted and (bracket := _LIST_FOLLOWS.match(text, end)):
            return start, bracket.end()
    return None


def outermost_keys(text: bytes) -> tuple[str, ...]:
    """The member names of the outermost object, as far as `text` goes."""
    spans = _outermost_strings(text)
    names = (text[start + 1 : end - 1] for start, end in spans if _VALUE_FOLLOWS.match(text, end))
    return tuple(name.decode("utf-8", errors="replace") for name in names)


def _outermost_strings(text: bytes) -> Iterator[tuple[int, int]]:
    depth = 0
    for token in _TOKEN.finditer(text):
        mark = token.group()
        if mark in b"{[":
            depth += 1
        elif mark in b"}]":
            depth -= 1
        elif depth == 1:
            yield token.span()


def _last_end(text: bytes) -> int | None:
    """The end of the last record that is followed by another, if the brackets match."""
    last = None
    for place, depth in _depths(text):
        if depth == 0 and _COMMA_FOLLOWS.match(text, place):
            last = place
    return last


def _end_of_list(text: bytes) -> int | None:
    """The place of the bracket that closes a list whose records `text` begins with."""
    end = next((place - 1 for place, depth in _depths(text) if depth < 0), None)
    return end if end is not None and text[end : end + 1] == b"]" else None


def _depths(text: bytes) -> Iterator[tuple[int, int]]:
    """The place after each closing bracket, and how many are open there; strings left out."""
    depth = 0
    for token in _TOKEN.finditer(text):
        mark = token.group()
        if mark == b'"':
            return
        if mark in b"{[":
            depth += 1
        elif mark in b"}]":
            depth -= 1
            yield token.end(), depth


def _members(text: bytes) -> dict[str, Any]:
    try:
        return _OBJECT.decode(text.decode("utf-8-sig", errors="replace"))
    except msgspec.ValidationError as error:
        what = "this JSON is a list or a bare value, not an answer of Slurm"
        raise InputError(what, hint="jobs come from sacct --json.") from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise CutOffError(f"the JSON text is cut off or damaged ({error})") from error
