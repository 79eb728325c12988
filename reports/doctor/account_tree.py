"""Which account stands under which, from a report that lists parents before their children."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

ROOT: Final = "root"


@dataclass(frozen=True)
class AccountRow:
    """An account as reported: `total_s` holds its users' (`users_s`) and its children's usage."""

    name: str
    depth: int
    total_s: int
    users_s: int


Parents = dict[str, str]
"""The parent of each account but the first."""


def parents_by_depth(rows: Sequence[AccountRow]) -> Parents:
    """Parents by indentation: the nearest account above that stands further left."""
    parents: Parents = {}
    above: list[AccountRow] = []
    for row in rows:
        while above and above[-1].depth >= row.depth:
            above.pop()
        if above:
            parents[row.name] = above[-1].name
        above.append(row)
    return parents


def parents_by_sums(rows: Sequence[AccountRow]) -> Parents | None:
    """Parents by arithmetic, where every account is the exact sum of its users and children.

    An account that holds more than its users must contain the account that follows, and one
    that holds no more can contain none with usage: so the sums leave one tree, but for accounts
    without usage, whose place changes no figure. None where the sums do not work out.
    """
    waiting = list(reversed(rows))
    parents: Parents = {}
    while waiting:
        top = waiting.pop()
        if not _takes_children(top, waiting, parents):
            return None
    return parents


def _takes_children(row: AccountRow, waiting: list[AccountRow], parents: Parents) -> bool:
    """Whether the accounts that follow fill what `row` holds beyond its users, exactly."""
    left = row.total_s - row.users_s
    while left > 0 or _is_empty_child(row, waiting):
        if not waiting or waiting[-1].total_s > left:
            return False
        child = waiting.pop()
        parents[child.name] = row.name
        left -= child.total_s
        if not _takes_children(child, waiting, parents):
            return False
    return left == 0


def _is_empty_child(row: AccountRow, waiting: list[AccountRow]) -> bool:
    return row.name == ROOT and bool(waiting) and waiting[-1].total_s == 0


def children(parents: Parents, name: str) -> Iterator[str]:
    """The accounts directly under one."""
    return (child for child, parent in parents.items() if parent == name)
