"""Tables of a Word report: marked header rows that repeat, a caption, notes and sources below."""

from collections.abc import Iterator, Sequence
from typing import Final

from reports.document import Column, Runs, TableBlock, Words, printed_rows
from reports.document.notes import table_notes
from reports.writers.docx_fit import Fit
from reports.writers.docx_text import Text
from reports.writers.docx_xml import Bookmarks, Xml, field, paragraph, run, tag
from reports.writers.zipped import holdable

_TWENTIETHS_A_MM: Final = 56.6929
_KEPT_LETTERS: Final = 1_500
"""A row with a longer cell may go on overleaf: it could be higher than a page."""
_RULE: Final = "8A939C"
_THIN: Final = "D3D8DD"


def table_parts(
    table: TableBlock, number: int, shape: Fit, *, accent: str, text: Text, places: Bookmarks
) -> Iterator[Xml]:
    """The caption, the table, and what must be known of it, in the order of reading."""
    label = [run("Table "), field("SEQ Table \\* ARABIC", run(str(number)))]
    yield paragraph("Caption", *places.around(table.key, *label), run(f". {table.caption}"))
    yield _table(table, shape, accent)
    for note in table_notes(table):
        yield paragraph("Small", run(note))
    if table.command:
        command = run(table.command, style="InlineCode")
        yield paragraph("Small", run("The same figures: "), command)
    if table.sources:
        yield paragraph("Small", *text.runs(_sources(table.sources)))
    yield paragraph("Small")


def _sources(sources: Sequence[Runs]) -> Runs:
    """All sources as one text: a table may have dozens."""
    told: Runs = (Words("Sources: "),)
    for place, source in enumerate(sources):
        told += ((Words(" "),) if place else ()) + source
    return told


def _table(table: TableBlock, shape: Fit, accent: str) -> Xml:
    columns = table.printed_columns
    grid = (tag("w:gridCol", w=_twentieths(width)) for width in shape.widths_mm)
    headings = [column.heading for column in columns]
    return tag(
        "w:tbl",
        _properties(table, shape, accent),
        tag("w:tblGrid", *grid),
        _row(headings, columns, shape, head=True),
        *(_row(cells, columns, shape, head=False) for cells in printed_rows(table)),
    )


def _properties(table: TableBlock, shape: Fit, accent: str) -> Xml:
    lines, columns = table.shown.height, len(table.printed_columns)
    described = f"{columns} columns and {lines} lines; the first row names the columns."
    borders = (
        tag("w:top", val="single", sz=12, space=0, color=accent.removeprefix("#")),
        tag("w:bottom", val="single", sz=6, space=0, color=_RULE),
        tag("w:insideH", val="single", sz=4, space=0, color=_THIN),
    )
    sides = (tag(f"w:{side}", w=70, type="dxa") for side in ("left", "right"))
    return tag(
        "w:tblPr",
        tag("w:tblW", w=_twentieths(sum(shape.widths_mm)), type="dxa"),
        tag("w:tblBorders", *borders),
        tag("w:tblLayout", type="fixed"),
        tag("w:tblCellMar", *sides),
        tag("w:tblLook", val="00A0", firstRow=1, firstColumn=1, noHBand=1, noVBand=1),
        tag("w:tblCaption", val=holdable(table.caption)),
        tag("w:tblDescription", val=described),
    )


def _row(cells: Sequence[str], columns: Sequence[Column], shape: Fit, *, head: bool) -> Xml:
    short = max(map(len, cells), default=0) <= _KEPT_LETTERS
    marks = [*([tag("w:cantSplit")] if short else []), *([tag("w:tblHeader")] if head else [])]
    made = tag("w:tr", tag("w:trPr", *marks))
    for cell, column, width in zip(cells, columns, shape.widths_mm, strict=True):
        made.append(_cell(cell, column, width, shape.size, head=head))
    return made


def _cell(text: str, column: Column, width_mm: float, size: float, *, head: bool) -> Xml:
    kept = [tag("w:keepNext")] if head else []
    right = [tag("w:jc", val="right")] if column.numeric else []
    style = tag("w:pStyle", val="TableHeading" if head else "TableCell")
    said = run(text)
    half_points = round(2 * size)
    sizes = (tag("w:sz", val=half_points), tag("w:szCs", val=half_points))
    said.insert(0, tag("w:rPr", *sizes))
    ends = tag("w:vAlign", val="bottom" if head else "top")
    return tag(
        "w:tc",
        tag("w:tcPr", tag("w:tcW", w=_twentieths(width_mm), type="dxa"), ends),
        tag("w:p", tag("w:pPr", style, *kept, *right), said),
    )


def _twentieths(millimetres: float) -> int:
    """Twentieths of a point, in which Word measures."""
    return round(millimetres * _TWENTIETHS_A_MM)
