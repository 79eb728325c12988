"""The report's tables as an ODS workbook: the sheets of the XLSX one, cell for cell."""

from datetime import UTC, datetime, time
from io import BytesIO

from odf import dc, meta
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import DatabaseRange, DatabaseRanges, Table, TableColumn, TableHeaderRows

from reports.document import Document
from reports.palette import SYNTHETIC
from reports.writers.ods_rows import Line, Rows
from reports.writers.ods_styles import Styles
from reports.writers.sheets import COVER_LETTERS, Cover, Sheet, sheets_of
from reports.writers.zipped import repacked


def write_ods(document: Document) -> bytes:
    """The tables, findings and notes as a workbook, one table a sheet.

    The same document gives the same bytes.

    Raises:
        InputError: for a table that no sheet can hold.
    """
    sheets = sheets_of(document)
    book = OpenDocumentSpreadsheet()
    styles = Styles(book, document)
    ranges = DatabaseRanges()
    book.spreadsheet.addElement(_cover(sheets.cover, styles))
    for sheet in sheets.tables:
        book.spreadsheet.addElement(_table(sheet, styles))
        ranges.addElement(_range(sheet))
    book.spreadsheet.addElement(ranges)
    _tell_properties(book, document)
    told = BytesIO()
    book.write(told)
    return repacked(told.getvalue())


def _cover(cover: Cover, styles: Styles) -> Table:
    table = Table(name="Cover", stylename=styles.table(synthetic=False, wide=False))
    table.addElement(TableColumn(stylename=styles.column(COVER_LETTERS)))
    lines = [Line((text,), (styles.words(manner),)) for manner, text in cover.paragraphs()]
    table.addElement(Rows(lines))
    return table


def _table(sheet: Sheet, styles: Styles) -> Table:
    wide = sum(column.letters for column in sheet.columns) > styles.PAGE_LETTERS
    table = Table(name=sheet.name, stylename=styles.table(synthetic=sheet.synthetic, wide=wide))
    for column in sheet.columns:
        table.addElement(TableColumn(stylename=styles.column(column.letters)))
    table.addElement(Rows(_above(sheet, styles)))
    heads = TableHeaderRows()
    looks = tuple(styles.heading(column) for column in sheet.columns)
    names = Line(tuple(column.heading for column in sheet.columns), looks)
    heads.addElement(Rows([names]), check_grammar=False)
    table.addElement(heads)
    held = [styles.of_column(column) for column in sheet.columns]
    table.addElement(Rows(Line(cells, tuple(held)) for cells in sheet.rows))
    return table


def _above(sheet: Sheet, styles: Styles) -> list[Line]:
    lines = [Line((sheet.title,), (styles.words("sheet_title"),))]
    for place, line in enumerate(sheet.lines):
        strong = sheet.synthetic and place == 0
        lines.append(Line((line,), (styles.words("strong" if strong else "line"),)))
    return lines


def _range(sheet: Sheet) -> DatabaseRange:
    first, last = sheet.heading_row + 1, sheet.heading_row + 1 + len(sheet.rows)
    address = f"'{sheet.name}'.A{first}:'{sheet.name}'.{_letter(len(sheet.columns))}{last}"
    return DatabaseRange(name=sheet.range_name, targetrangeaddress=address, containsheader="true")


def _letter(column: int) -> str:
    """The name of a column by its number from 1: "A", "Z", "AA"."""
    told = ""
    while column:
        column, rest = divmod(column - 1, 26)
        told = chr(ord("A") + rest) + told
    return told


def _tell_properties(book: OpenDocumentSpreadsheet, document: Document) -> None:
    made = datetime.combine(document.edition, time(), UTC).strftime("%Y-%m-%dT%H:%M:%S")
    for element, text in (
        (dc.Title, f"{document.title}, {document.period}"),
        (dc.Subject, document.subtitle),
        (dc.Description, SYNTHETIC if document.synthetic else ""),
        (dc.Language, document.language),
        (dc.Date, made),
        (dc.Creator, document.organisation or ""),
        (meta.InitialCreator, document.organisation or ""),
        (meta.CreationDate, made),
        (meta.Keyword, document.store_version or ""),
    ):
        if text:
            book.meta.addElement(element(text=text))
