"""Digests of all that a result depends on, equal in every process that would reckon the same."""

import io
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import date, time, timedelta
from enum import Enum
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import narwhals as nw
import polars as pl
from pydantic import BaseModel

_PACKAGES: Final = ("analytics", "model")


def fingerprint(*values: object) -> str:
    """A digest of values, of the code that reckons with them, and of the engine.

    Knows frames, lazy ones by their plan (which names its files), expressions, records,
    collections and plain values. Sets and mappings count in any order, frames and lists in theirs.

    Raises:
        TypeError: for a value of which nobody has said what makes it what it is.
    """
    digest = sha256(code().encode())
    for part in _told(values):
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()


@cache
def code() -> str:
    """A digest of the program's own reckoning and of the versions of its engines."""
    digest = sha256(f"{pl.__version__} {nw.__version__}".encode())
    root = Path(__file__).parent.parent
    for package in _PACKAGES:
        for file in sorted((root / package).glob("**/*.py")):
            digest.update(file.name.encode() + file.read_bytes())
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
    buffer = io.BytesIO()
    whole = frame.to_frame() if isinstance(frame, pl.Series) else frame
    whole.rechunk().write_ipc(buffer)
    return buffer.getvalue()
