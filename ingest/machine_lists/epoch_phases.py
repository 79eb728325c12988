"""Rows of Epoch AI's data that repeat others: duplicates, and phases that a later one contains."""

from collections.abc import Iterable, Sequence
from typing import Final

from ingest.machine_lists.columns import ListRow
from model.listings import SetAside

_IN_SERVICE: Final = "existing"


class Phases:
    """Which row is contained in which: a later phase in service counts the earlier ones too."""

    def __init__(self, rows: Sequence[ListRow]) -> None:
        self._in_service = {row["name"] for row in rows if row["status"].casefold() == _IN_SERVICE}
        self._later = dict(self._relations(rows))

    def set_aside(self, row: ListRow) -> SetAside | None:
        """Why a row repeats another; None where it stands for itself."""
        if row["duplicate"].casefold() == "true":
            of = f" of {row['duplicate_of']}" if row["duplicate_of"] else ""
            return SetAside("duplicate", f"a possible duplicate{of}, says Epoch AI")
        later = self._later.get(row["name"])
        return SetAside("superseded", f"contained in {later}") if later else None

    def _relations(self, rows: Sequence[ListRow]) -> Iterable[tuple[str, str]]:
        for row in rows:
            if row["superseded_by"] in self._in_service:
                yield row["name"], row["superseded_by"]
            if row["builds_upon"] and row["name"] in self._in_service:
                yield row["builds_upon"], row["name"]
