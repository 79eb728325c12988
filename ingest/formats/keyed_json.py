"""JSON objects keyed by number (`{"17": {...}, "18": {...}}`) as one long list under `jobs`."""

import re
from collections.abc import Iterator
from typing import Final

from ingest.formats.json_records import outermost_keys

_OPENING: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{\s*\"\d+\"\s*:\s*(\{\s*(\"[^\"\\]*\")\s*:)")
_LONGEST_EDGE: Final = 4096
"""Bytes that may lie between two records: a brace, a comma, a key, and indentation."""


def is_keyed(head: bytes) -> bool:
    """Whether a text begins as an object of records that are keyed by number."""
    return _OPENING.match(head) is not None


def first_keys(head: bytes) -> frozenset[str]:
    """The members of the records that a text begins with."""
    opening = _OPENING.match(head)
    return frozenset(outermost_keys(head[opening.start(1) :])) if opening else frozenset()


def listed(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The same records without their keys, as `{"jobs": [{...}, {...}]}`.

    A record begins where a brace closes, a number follows as a key, and an object begins with the
    key that the first record began with.
    """
    buffer = b""
    opening = None
    for block in blocks:
        buffer += block
        opening = _OPENING.match(buffer)
        if opening or len(buffer) > _LONGEST_EDGE:
            break
    if opening is None:
        yield buffer
        yield from blocks
        return
    edge = re.compile(rb"\}\s*,\s*\"\d+\"\s*:\s*(?=\{\s*" + re.escape(opening[2]) + rb"\s*:)")
    buffer = b'{"jobs": [' + buffer[opening.start(1) :]
    for block in blocks:
        ready, buffer = _unkeyed(buffer, edge)
        yield ready
        buffer += block
    buffer = edge.sub(b"},", buffer)
    whole = buffer.rstrip()
    yield whole.removesuffix(b"}") + b"]}" if whole.endswith(b"}") else buffer


def _unkeyed(buffer: bytes, edge: re.Pattern[bytes]) -> tuple[bytes, bytes]:
    """What can be handed on, and what may still hold the beginning of an edge."""
    buffer = edge.sub(b"},", buffer)
    keep = buffer.rfind(b"}", max(0, len(buffer) - _LONGEST_EDGE))
    return (buffer, b"") if keep < 0 else (buffer[:keep], buffer[keep:])
