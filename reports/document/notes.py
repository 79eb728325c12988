"""What stands under a table and in a footnote, in every format."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from reports.document.blocks import Footnote
from reports.document.cells import SYMBOLS
from reports.document.document import Document
from reports.document.numbering import Numbering
from reports.document.tables import TableBlock
from reports.palette import SYNTHETIC
from reports.wording import plural


def table_notes(table: TableBlock) -> list[str]:
    """That the data are made up, what symbols mean, what was assumed, how many lines are left."""
    used = sorted({mark.symbol for mark in table.marks})
    left = table.left_out
    further = plural(left, "further line stands", "further lines stand")
    return [
        *([f"{SYNTHETIC}: invented for demonstration."] if table.synthetic else []),
        *(f"{SYMBOLS[symbol]}." for symbol in used),
        *table.notes,
        *([f"{further} in the files of data."] if left else []),
    ]


@dataclass(frozen=True)
class UnderTable:
    """What is told under a table, and the keys of tables above whose notes it shares."""

    notes: list[str]
    shared: list[str]


def notes_under(document: Document) -> Mapping[str, UnderTable]:
    """The notes of each printed table by its key, each told once: under the first that has it."""
    told: dict[str, str] = {}
    under = {}
    for key, table in document.printed_tables.items():
        new = tuple(note for note in table.notes if note not in told)
        shared = dict.fromkeys(told[note] for note in table.notes if note in told)
        told |= dict.fromkeys(new, key)
        under[key] = UnderTable(table_notes(replace(table, notes=new)), list(shared))
    return under


def table_name(key: str, document: Document, numbers: Numbering) -> str:
    """A table as text refers to it: "Table 3", or where it is found if no page has it."""
    name = f"Table {numbers.tables[key]}" if key in numbers.tables else f"Table “{key}”"
    return name if key in document.printed_tables else f"{name} of the data package"


def footnote_words(footnote: Footnote) -> str:
    """The method and the source of a finding as sentences."""
    parts = (footnote.method, footnote.source)
    return " ".join(f"{part.rstrip('.')}." for part in parts if part)
