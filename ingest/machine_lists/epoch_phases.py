"""Rows of Epoch AI's data that repeat others: duplicates, and phases that a later one contains."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from ingest.machine_lists.columns import ListRow
from model.listings import SetAside

_IN_SERVICE: Final = "existing"


_PHASE: Final = re.compile(r"(?P<machine>.+?)[\s,]+Phase (?P<number>\d+)")


class Phases:
    """Which row is contained in which: a later phase in service counts the earlier ones too.

    The list says so in two columns, and not always: phases that share a name are taken to be
    cumulative as well.
    """

    def __init__(self, rows: Sequence[ListRow]) -> None:
        self._in_service = {row["name"] for row in rows if row["status"].casefold() == _IN_SERVICE}
        self._later = {**dict(_by_name(self._in_service)), **dict(self._by_columns(rows))}

    def set_aside(self, row: ListRow) -> SetAside | None:
        """Why a row repeats another; None where it stands for itself."""
        if row["duplicate"].casefold() == "true":
            of = f" of {row['duplicate_of']}" if row["duplicate_of"] else ""
            return SetAside("duplicate", f"a possible duplicate{of}, says Epoch AI")
        later = self._later.get(row["name"])
        return SetAside("superseded", f"contained in {later}") if later else None

    def _by_columns(self, rows: Sequence[ListRow]) -> Iterator[tuple[str, str]]:
        for row in rows:
            if row["superseded_by"] in self._in_service:
                yield row["name"], row["superseded_by"]
            if row["builds_upon"] and row["name"] in self._in_service:
                yield row["builds_upon"], row["name"]


def _by_name(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each phase in service with the last one in service of the same name."""
    phases: defaultdict[str, dict[int, str]] = defaultdict(dict)
    for name in names:
        if found := _PHASE.fullmatch(name):
            phases[found["machine"].casefold()][int(found["number"])] = name
    for numbered in phases.values():
        last = numbered[max(numbered)]
        yield from ((name, last) for name in numbered.values() if name != last)
