"""A report as data: written by one module, printed by several."""

from reports.document.blocks import (
    Block,
    Callout,
    ChartBlock,
    Commands,
    Definition,
    Definitions,
    Finding,
    Footnote,
    ListBlock,
    Paragraph,
    Subheading,
)
from reports.document.cells import SYMBOLS, cell_text, marked, printed_rows
from reports.document.document import Branding, Document, Logo, Section
from reports.document.numbering import Numbering, numbering
from reports.document.tables import Column, Mark, TableBlock
from reports.document.text import Code, Figure, Link, Run, Runs, Strong, Words, plain, words

__all__ = [
    "SYMBOLS",
    "Block",
    "Branding",
    "Callout",
    "ChartBlock",
    "Code",
    "Column",
    "Commands",
    "Definition",
    "Definitions",
    "Document",
    "Figure",
    "Finding",
    "Footnote",
    "Link",
    "ListBlock",
    "Logo",
    "Mark",
    "Numbering",
    "Paragraph",
    "Run",
    "Runs",
    "Section",
    "Strong",
    "Subheading",
    "TableBlock",
    "Words",
    "cell_text",
    "marked",
    "numbering",
    "plain",
    "printed_rows",
    "words",
]
