"""Digests of all that a result depends on, equal in every process that would reckon the same."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import date, time, timedelta
from enum import Enum
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import polars as pl
from pydantic import BaseModel

from model.program_digest import program_digest


@runtime_checkable
class Fingerprinted(Protocol):
    """A value that knows its own digest."""

    @property
    def fingerprint(self) -> str:
        """A digest of what it is."""


def fingerprint(*values: object) -> str:
    """A digest of values and of the program that reckons with them.

    Knows frames, lazy ones by their plan (which names its files), expressions, records,
    collections and plain values. Sets and mappings count in any order, frames and lists in theirs.

    Raises:
        TypeError: for a value of which nobody has said what makes it what it is.
    """
    digest = sha256(program_digest().encode())
    for part in _told(values):
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()


def _told(value: object) -> Iterator[bytes]:
    """The parts that a value is made of, in one order."""
    kind = type(value).__name__.encode()
    match value:
        case None | Enum() | str() | bytes() | int() | float() | Path():
            yield kind + repr(value).encode()
        case date() | time() | timedelta():
            yield kind + repr(value).encode()
        case pl.LazyFrame():
            yield kind + value.serialize()
        case pl.Expr():
            yield kind + value.meta.serialize()
        case pl.DataFrame() | pl.Series():
            yield kind + _bytes(value)
        case _:
            yield from _of(kind, _members(value))


def _members(value: object) -> list[Any]:
    """What a record or a collection holds, in one order."""
    match value:
        case BaseModel():
            return [value.model_dump()]
        case Fingerprinted():
            return [value.fingerprint]
        case _ if is_dataclass(value) and not isinstance(value, type):
            return [(each.name, getattr(value, each.name)) for each in fields(value)]
        case Mapping():
            return sorted(([*_told(name)], [*_told(each)]) for name, each in value.items())
        case AbstractSet():
            return sorted([*_told(each)] for each in value)
        case Sequence():
            return list(value)
        case _:
            raise TypeError(f"no fingerprint of {type(value).__name__}")


def _of(kind: bytes, members: list[Any]) -> Iterator[bytes]:
    yield kind + len(members).to_bytes(8, "little")
    for each in members:
        yield from _told(each)


def _bytes(frame: pl.DataFrame | pl.Series) -> bytes:
    """The schema and a hash of each row: the same rows may lie in memory in many ways."""
    whole = frame.to_frame() if isinstance(frame, pl.Series) else frame
    rows = whole.hash_rows() if whole.width else pl.Series([whole.height], dtype=pl.UInt64())
    return repr(whole.schema).encode() + rows.to_numpy().tobytes()
