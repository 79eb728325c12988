"""The seam between systems that keep awards and the awards table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ingest.award_columns import COLUMNS, AwardHeader
from ingest.formats.base import Reject
from ingest.formats.table_file import TableFile


@dataclass
class AwardSource:
    """Rows for the awards table from a system that keeps no such table itself.

    `awards` are the known columns of each award with the record that it stands on, 1-based.
    `context` counts records that only told more of awards in other records, `left_out` those
    that are none.
    """

    form: str
    awards: list[tuple[int, Mapping[str, Any]]] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    notes: dict[str, int] = field(default_factory=dict)
    context: int = 0
    left_out: int = 0

    def note(self, sentence: str, rows: int = 1) -> None:
        """Counts some rows under a sentence."""
        self.notes[sentence] = self.notes.get(sentence, 0) + rows

    @property
    def header(self) -> AwardHeader:
        """The columns of `table`."""
        return AwardHeader({name: place for place, name in enumerate(COLUMNS)})

    def table(self) -> TableFile:
        """The awards as cells of text under the columns of an awards file."""
        cells = [
            (line, [_cell(award.get(name)) for name in COLUMNS]) for line, award in self.awards
        ]
        return TableFile(self.form, list(COLUMNS), cells)


def _cell(value: object) -> str:
    return "" if value is None else str(value)
