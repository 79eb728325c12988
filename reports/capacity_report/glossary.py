"""What the words and the columns of the report mean."""

from collections.abc import Iterable, Sequence
from typing import Final

import polars as pl

from reports.document import (
    Block,
    Column,
    Definition,
    Definitions,
    Paragraph,
    TableBlock,
    words,
)

KEY: Final = "definitions"
_WORDS: Final = {
    "Machine": "A record of the capacity registry.",
    "Cluster": "A source of job logs, under the name that was given to it.",
    "Resource": "What an award is for.",
    "GPU-hour": "One GPU, as Slurm counts them, held for an hour.",
    "A100-equivalent": "A card's dense rate at half precision over that of an NVIDIA A100.",
}
_COLUMNS: Final = (
    Column("table", "Table", "name", definition="The table, by its key.", header=True),
    Column("column", "Column", "name", definition="The name in files of data.", header=True),
    Column("heading", "Heading", "name", definition="The name on pages."),
    Column("definition", "Definition", "name", definition="What it means."),
    Column("unit", "Unit", "name", definition="The unit of its values."),
    Column("formula", "Formula", "name", definition="How it is reckoned."),
    Column("source", "Source", "name", definition="After whom, or from which data."),
)


def write(tables: Sequence[TableBlock]) -> list[Block]:
    """The columns that pages print, each heading once, between a few words of the trade."""
    found = dict(_WORDS)
    for table in tables:
        for column in table.printed_columns:
            if column.definition and column.heading not in found:
                found[column.heading] = _said(column)
    entries = (Definition(term, words(found[term])) for term in sorted(found, key=str.casefold))
    lead = "Where tables use a heading in two ways, the table of all columns has both."
    return [Paragraph(words(lead), "lead"), Definitions(tuple(entries))]


def definitions_table(tables: Iterable[TableBlock]) -> TableBlock:
    """Every column of every table."""
    rows = [
        (table.key, c.name, c.heading, c.definition, c.unit, c.formula, c.source)
        for table in tables
        for c in table.columns
    ]
    schema = {column.name: pl.String() for column in _COLUMNS}
    return TableBlock(
        key=KEY,
        caption="What every column of every table means",
        frame=pl.DataFrame(rows, schema=schema, orient="row"),
        columns=_COLUMNS,
    )


def _said(column: Column) -> str:
    formula = f" Reckoned as {column.formula}." if column.formula else ""
    return f"{column.definition}{formula}"
