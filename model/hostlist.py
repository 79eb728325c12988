"""Slurm host lists: `r[1-2]n[01-04],login1` as the names of the hosts, bombs refused."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from math import prod
from typing import Final

from model.errors import InputError

MAX_HOSTS: Final = 100_000
"""More than any cluster has: a longer list is a mistake or an attack, refused before it grows."""

NO_HOSTS: Final = frozenset({"", "None assigned", "(null)", "None", "Unknown"})

_BRACKETS: Final = re.compile(r"\[([^\[\]]*)\]")
_RANGE: Final = re.compile(r"(\d{1,18})(?:-(\d{1,18}))?")


@cache
def expand(text: str) -> tuple[str, ...]:
    """The hosts of a list in its own order, zero padding kept; none for "None assigned".

    Raises:
        InputError: for a list that cannot be read, or of more than MAX_HOSTS hosts.
    """
    _refuse_bomb(text)
    return tuple(host for entry in _entries(text) for host in _hosts(entry))


def count(text: str) -> int:
    """How many hosts a list names, found without expanding it; raises InputError as `expand`."""
    return sum(prod(map(_width, _BRACKETS.findall(entry))) for entry in _entries(text))


def _refuse_bomb(text: str) -> None:
    hosts = count(text)
    if hosts > MAX_HOSTS:
        raise InputError(f"host list {_shown(text)} names {hosts:,} hosts, more than {MAX_HOSTS:,}")


def _entries(text: str) -> list[str]:
    """The parts between commas that lie outside brackets."""
    if text.strip() in NO_HOSTS:
        return []
    entries, depth, begin = [], 0, 0
    for place, letter in enumerate(text):
        depth += (letter == "[") - (letter == "]")
        if depth not in {0, 1}:
            raise InputError(f"host list {_shown(text)} has brackets that do not match")
        if letter == "," and depth == 0:
            entries.append(text[begin:place])
            begin = place + 1
    if depth:
        raise InputError(f"host list {_shown(text)} is cut off inside a bracket")
    return [entry.strip() for entry in (*entries, text[begin:]) if entry.strip()]


def _hosts(entry: str) -> Iterator[str]:
    parts = _BRACKETS.split(entry)
    choices = [
        (part,) if place % 2 == 0 else tuple(_numbers(part)) for place, part in enumerate(parts)
    ]
    return map("".join, product(*choices))


def _numbers(ranges: str) -> Iterator[str]:
    for first, last in _bounds(ranges):
        for number in range(int(first), int(last) + 1):
            yield str(number).zfill(len(first))


def _width(ranges: str) -> int:
    return sum(int(last) - int(first) + 1 for first, last in _bounds(ranges))


def _bounds(ranges: str) -> Iterator[tuple[str, str]]:
    for item in ranges.split(","):
        found = _RANGE.fullmatch(item.strip())
        if found is None or int(found[2] or found[1]) < int(found[1]):
            raise InputError(f"host list has a range [{_shown(ranges)}] that cannot be read")
        yield found[1], found[2] or found[1]


def _shown(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "...")


_SHOWN: Final = 60
