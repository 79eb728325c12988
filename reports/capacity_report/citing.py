"""How to cite the report, what it was made of, and the command that makes it again."""

from collections.abc import Iterator
from typing import Final

import polars as pl

from reports.document import (
    Block,
    Code,
    Column,
    Commands,
    ListBlock,
    Paragraph,
    Runs,
    Strong,
    Subheading,
    TableBlock,
    Words,
    words,
)

KEY: Final = "about"
NOTES: Final = "notes"
_ABOUT: Final = (
    Column("what", "What", "name", definition="What is told.", header=True),
    Column("words", "Told", "name", definition="What there is to tell of it."),
)
_NOTES: Final = (
    Column("table", "Table", "name", definition="The table, by its key.", header=True),
    Column("note", "Note", "name", definition="What was assumed, estimated or left out."),
)


def write(citation: str, about: tuple[tuple[str, str], ...], command: str) -> list[Block]:
    """The citation, the facts of the making, and the command."""
    facts: tuple[Runs, ...] = tuple(
        (Strong(f"{what}: "), Code(told) if what == "Store version" else Words(told))
        for what, told in about
    )
    return [
        Paragraph(words(citation)),
        Paragraph(
            words(
                "A figure is cited by the number of its table, and found in full in the data "
                "package of the same edition, table “figures”."
            )
        ),
        Subheading("made-of", "What this edition was made of"),
        ListBlock(facts),
        Subheading("made-by", "The command that makes it again"),
        Commands(command),
    ]


def about_table(about: tuple[tuple[str, str], ...]) -> TableBlock:
    """The facts of the making as a table."""
    frame = pl.DataFrame(about, schema={"what": pl.String(), "words": pl.String()}, orient="row")
    return TableBlock(KEY, "What this edition was made of", frame, _ABOUT)


def notes_table(tables: tuple[TableBlock, ...]) -> TableBlock:
    """The notes of all tables."""
    frame = pl.DataFrame(
        list(_notes(tables)), schema={"table": pl.String(), "note": pl.String()}, orient="row"
    )
    return TableBlock(NOTES, "What was assumed, estimated or left out, by table", frame, _NOTES)


def _notes(tables: tuple[TableBlock, ...]) -> Iterator[tuple[str, str]]:
    for table in tables:
        yield from ((table.key, note) for note in table.notes)
