"""The items of one long YAML list or mapping in block style, one by one, never all at once.

In block style an item ends where a line stands as far left as the item's own first: YAML's
indentation says so, whatever the item holds. Only the members that are wanted need then be
given to a parser at all.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from model.errors import InputError

PROLOGUE_LIMIT_BYTES: Final = 1 << 20
"""The list asked for begins within this much of the document, or is not in it."""

ITEM_LIMIT_BYTES: Final = 64 << 20
"""A single record larger than this is no job record; it would only fill the memory."""

_NAME: Final = rb"(?:!!str )?[\"']?%s[\"']?:"
_LIST_BEGINS: Final = (
    rb"(?m)^" + _NAME + rb"[ \t]*(?:!!seq)?[ \t]*(?:#[^\n]*)?\r?\n"
    rb"(?:[ \t]*(?:#[^\n]*)?\r?\n)*(?= *-[ \t\r\n])"
)
_EMPTY_LIST: Final = rb"(?m)^" + _NAME + rb"[ \t]*(?:!!seq)?[ \t]*\[\][ \t]*(?:\r?\n|\Z)"
_FIRST_NUMBER: Final = re.compile(rb"(?m)^(?=[\"']?\d+[\"']?:)")
_NUMBER_EDGE: Final = re.compile(
    rb"(?m)^(?:[\"']?(\d+)[\"']?:(?=[ \t\r\n])|(?=[^\s#\d\"'-]|---\s))"
)
_OUTERMOST: Final = re.compile(rb"(?m)^" + _NAME % rb"([A-Za-z_]\w*)")
_DASH: Final = re.compile(rb"( *)-([ \t]*)(?:!!map)?")
_INDENT: Final = re.compile(rb"(?m)^( *)(?=[^\s#])")


@dataclass
class YamlItems:
    """The items of a document that arrives in blocks of bytes.

    With a `key`, those of the list under that key of the outermost mapping; without, the members
    of the outermost mapping that have a number for a key. Iterating gives the text of each.
    `around` is what stands before and after, complete once the iteration has ended; `found` tells
    whether there are such items.
    """

    blocks: Iterator[bytes]
    key: str | None
    found: bool = False
    around: bytes = b""

    @property
    def keys(self) -> tuple[str, ...]:
        """The outermost keys beside the items."""
        return tuple(match[1].decode() for match in _OUTERMOST.finditer(self.around))

    def __iter__(self) -> Iterator[bytes]:
        buffer = bytearray()
        span = None
        for block in self.blocks:
            buffer += block
            span = self._span(buffer)
            if span is not None or len(buffer) > PROLOGUE_LIMIT_BYTES:
                break
        if span is None:
            self.around = bytes(buffer[:PROLOGUE_LIMIT_BYTES])
            return
        self.found = True
        self.around = bytes(buffer[: span[0]])
        del buffer[: span[1]]
        yield from self._items(buffer)

    def _span(self, buffer: bytearray) -> tuple[int, int] | None:
        """Where the list's key stands, and where its first item does."""
        if self.key is None:
            found = _FIRST_NUMBER.search(buffer)
        else:
            key = self.key.encode()
            found = re.search(_LIST_BEGINS % key, buffer) or re.search(_EMPTY_LIST % key, buffer)
        return found.span() if found else None

    def _items(self, buffer: bytearray) -> Iterator[bytes]:
        edge = _NUMBER_EDGE if self.key is None else _dash_edge(buffer)
        if edge is None:
            self._finish(buffer)
            return
        ended = False
        while not ended:
            at = 0
            for match in edge.finditer(buffer, 1):
                yield bytes(buffer[at : match.start()])
                at = match.start()
                if match.lastindex is None:
                    self._finish(buffer[at:])
                    return
            del buffer[:at]
            if len(buffer) > ITEM_LIMIT_BYTES:
                what = f"a record of more than {ITEM_LIMIT_BYTES >> 20} MB: this is no job list"
                raise InputError(what, hint="run sacct again.")
            block = next(self.blocks, None)
            ended = block is None
            buffer += block or b""
        yield bytes(buffer)

    def _finish(self, rest: bytearray) -> None:
        """Keep what follows the items; InputError where it is more than an answer's end."""
        for block in self.blocks:
            rest += block
            if len(rest) > PROLOGUE_LIMIT_BYTES:
                what = "a megabyte of other things stands behind the jobs"
                raise InputError(what, hint="give the output of one sacct as it came.")
        self.around += bytes(rest)


@dataclass(frozen=True)
class Members:
    """The members of one item: the text of those wanted, and the keys of all, in order."""

    text: bytes
    keys: tuple[bytes, ...]


def members(item: bytes, wanted: frozenset[bytes]) -> Members:
    """The wanted members of an item, as a block mapping; all of it where it has no such form."""
    body = _body(item)
    indent = _INDENT.search(body)
    starts = list(_member(len(indent[1])).finditer(body)) if indent else []
    if not starts or body[: starts[0].start()].strip():
        return Members(body, ())
    ends = [*(match.start() for match in starts[1:]), len(body)]
    kept = [
        body[match.start() : end]
        for match, end in zip(starts, ends, strict=True)
        if match[1] in wanted
    ]
    return Members(b"".join(kept), tuple(match[1] for match in starts))


def _body(item: bytes) -> bytes:
    """An item without its dash, or without the key that it stands under."""
    if dash := _DASH.match(item):
        return b" " * len(dash[0]) + item[dash.end() :]
    _, _, rest = item.partition(b":")
    line, newline, lines = rest.partition(b"\n")
    return lines if line.strip() in {b"", b"!!map"} else line + newline + lines


@lru_cache(maxsize=64)
def _member(indent: int) -> re.Pattern[bytes]:
    name = _NAME % rb"([A-Za-z_][\w-]*)"
    return re.compile(rb"(?m)^ {%d}" % indent + name + rb"(?=[ \t\r\n]|\Z)")


def _dash_edge(buffer: bytearray) -> re.Pattern[bytes] | None:
    """Where an item begins, or the list ends; None where it begins with no dash."""
    dash = _DASH.match(buffer)
    if dash is None:
        return None
    depth = len(dash[1])
    return re.compile(rb"(?m)^(?: {%d}(-)(?=[ \t\r\n])| {0,%d}(?=[^\s#-]|---\s))" % (depth, depth))
