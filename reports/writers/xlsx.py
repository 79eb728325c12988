"""The report's tables as an XLSX workbook, laid out as gptables does, cells by XlsxWriter."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import cached_property
from io import BytesIO
from typing import Any, Final
from xml.sax.saxutils import escape
from zipfile import ZipFile

from gptables import Cover, Theme
from gptables.core.wrappers import GPWorkbook, GPWorksheet
from xlsxwriter import Workbook
from xlsxwriter.format import Format

from reports.document import Document
from reports.palette import SYNTHETIC
from reports.writers.sheet_cells import Marked, Shown, ToSheet
from reports.writers.sheet_sizes import lines_by_row, lines_of
from reports.writers.sheets import COVER_LETTERS, Sheet, SheetColumn, Sheets, sheets_of
from reports.writers.zipped import repacked

_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_THEME: Final[Mapping[str, Mapping[str, Any]]] = {
    "global": {"font_name": "Arial", "font_size": 11},
    "cover_title": {"bold": True, "font_size": 18, "text_wrap": True},
    "cover_subtitle": {"bold": True, "font_size": 14, "text_wrap": True},
    "cover_text": {"text_wrap": True},
    "title": {"bold": True, "font_size": 14},
    "subtitle": {"font_size": 12},
    "column_heading": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"},
    "index_1": {"bold": True, "text_wrap": True, "valign": "top"},
    "index_2": {"text_wrap": True, "valign": "top"},
    "data": {"text_wrap": True, "valign": "top"},
}
_ACCENTED: Final = ("cover_title", "cover_subtitle", "title")
_A4: Final = 9
_LINE_POINTS: Final = 14.5
_HIGHEST_POINTS: Final = 409
_SPACE_POINTS: Final = {"title": 12, "heading": 10, "text": 1}
_PAGE_LETTERS: Final = 220
_SCALE_PERCENT: Final = 65
_CORE: Final = "docProps/core.xml"


def write_xlsx(document: Document) -> bytes:
    """The tables, findings and notes as a workbook, one table a sheet.

    The same document gives the same bytes.

    Raises:
        InputError: for a table that no sheet can hold.
    """
    sheets = sheets_of(document)
    told = BytesIO()
    book = _Workbook(told, _OPTIONS)
    book.set_theme(_theme(document))
    _tell_properties(book, document)
    _write_cover(book, sheets)
    for sheet in sheets.tables:
        _SheetWriter(book, sheet).write()
    book.close()
    return _with_language(told.getvalue(), document.language)


class _Worksheet(GPWorksheet):  # type: ignore[misc]
    def _parse_urls(self, sheet: object) -> None:
        """Words that look like a link of Markdown stay words: no data makes a link."""

    def _xml_number_element(self, number: float, attributes: Any = ()) -> None:
        """A number with all of its digits, where XlsxWriter writes sixteen of seventeen."""
        told = "".join(f' {name}="{value}"' for name, value in attributes)
        self.fh.write(f"<c{told}><v>{number!r}</v></c>")


class _Workbook(GPWorkbook):  # type: ignore[misc]
    def add_worksheet(self, name: str) -> _Worksheet:
        """A worksheet of ours, without grid lines, to be printed on A4."""
        sheet: _Worksheet = Workbook.add_worksheet(self, name, _Worksheet)
        sheet.theme, sheet._workbook = self.theme, self  # noqa: SLF001
        sheet.hide_gridlines(2)
        sheet.set_paper(_A4)
        sheet.set_landscape()
        sheet.set_footer("&L&A&RPage &P of &N")
        return sheet


class _SheetWriter:
    """One table on its sheet."""

    def __init__(self, book: _Workbook, sheet: Sheet) -> None:
        self._book, self._sheet = book, sheet
        self._paper = book.add_worksheet(sheet.name)
        self._theme = book.theme

    def write(self) -> None:
        """Title, what must be known, headings, cells."""
        self._write_above()
        self._mark_table()
        for at, column in enumerate(self._sheet.columns):
            self._paper.set_column(at, at, column.letters)
            self._write_column(at, column)
        self._set_heights()
        self._set_print()

    def _set_heights(self) -> None:
        """Heights of rows with several lines, which no program but Excel finds by itself."""
        widths = [column.letters for column in self._sheet.columns]
        headings = [column.heading for column in self._sheet.columns]
        first = self._sheet.heading_row
        for row, lines in enumerate(lines_by_row([headings, *self._sheet.rows], widths), first):
            if lines > 1:
                self._paper.set_row(row, min(lines * _LINE_POINTS, _HIGHEST_POINTS))

    def _set_print(self) -> None:
        self._paper.repeat_rows(self._sheet.heading_row)
        if sum(column.letters for column in self._sheet.columns) <= _PAGE_LETTERS:
            self._paper.fit_to_pages(1, 0)
        else:
            self._paper.repeat_columns(0)
            self._paper.set_print_scale(_SCALE_PERCENT)

    def _write_above(self) -> None:
        self._paper.write_string(0, 0, self._sheet.title, self._format(self._theme.title_format))
        for row, line in enumerate(self._sheet.lines, 1):
            strong = self._sheet.synthetic and row == 1
            look = {**self._theme.instructions_format, **({"bold": True} if strong else {})}
            self._write(row, 0, line, look)
        if self._sheet.synthetic:
            self._paper.set_header(f"&C{SYNTHETIC}")

    def _mark_table(self) -> None:
        """The headings and, where there are lines, the range as a table of Excel."""
        first = self._sheet.heading_row
        heads = [(column.heading, self._heading(column)) for column in self._sheet.columns]
        for at, (heading, look) in enumerate(heads):
            self._paper.write_string(first, at, heading, look)
        if not self._sheet.rows or not heads:
            return
        last = first + len(self._sheet.rows)
        described = [{"header": heading, "header_format": look} for heading, look in heads]
        told = {"autofilter": False, "style": None, "name": self._sheet.range_name}
        self._paper.add_table(first, 0, last, len(heads) - 1, {"columns": described, **told})

    def _heading(self, column: SheetColumn) -> Format:
        return self._format({**self._theme.column_heading_format, **_side(column)})

    def _write_column(self, at: int, column: SheetColumn) -> None:
        base = self._theme.index_2_format if column.header else self._theme.data_format
        look = {**base, **_side(column)}
        first = self._sheet.heading_row + 1
        looks = _Looks(self._book, look, column.shown)
        for row, cells in enumerate(self._sheet.rows, first):
            cell = cells[at]
            match cell:
                case str():
                    self._paper.write_string(row, at, cell, looks.text)
                case Marked():
                    self._write_value(row, at, cell.value, looks.marked(cell.symbol))
                case ToSheet():
                    self._write(row, at, cell, look)
                case _:
                    self._write_value(row, at, cell, looks.value)

    def _write_value(self, row: int, at: int, value: float | date, look: Format) -> None:
        if isinstance(value, date):
            self._paper.write_datetime(row, at, value, look)
        else:
            self._paper.write_number(row, at, value, look)

    def _write(self, row: int, at: int, said: str | ToSheet, look: Mapping[str, Any]) -> None:
        if isinstance(said, ToSheet):
            seen = self._format({**look, "underline": True, "font_color": "blue"})
            self._paper.write_url(row, at, f"internal:'{said.sheet}'!A1", seen, said.text)
        else:
            self._paper.write_string(row, at, said, self._format(look))

    def _format(self, look: Mapping[str, Any]) -> Format:
        found: Format = self._book.add_format(dict(look))
        return found


class _Looks:
    """The looks of a column's cells: words, values, values with a symbol."""

    def __init__(self, book: _Workbook, look: Mapping[str, Any], shown: Shown) -> None:
        self._book, self._look, self._shown = book, look, shown

    @cached_property
    def text(self) -> Format:
        """Words, and symbols that stand for a value."""
        found: Format = self._book.add_format(dict(self._look))
        return found

    @cached_property
    def value(self) -> Format:
        """A value alone."""
        return self._numbered("")

    def marked(self, symbol: str) -> Format:
        """A value and its symbol, which the number format shows."""
        return self._numbered(f'" [{symbol}]"')

    def _numbered(self, after: str) -> Format:
        shown = number_format(self._shown) + after
        found: Format = self._book.add_format({**self._look, "num_format": shown})
        return found


def _side(column: SheetColumn) -> dict[str, Any]:
    """Figures to the right; words to the left, apart from the figures before them."""
    if column.shown.numeric:
        return {"align": "right"}
    return {"align": "left", "indent": 0 if column.header else 1}


def number_format(shown: Shown) -> str:
    """How Excel shows a column: the decimals that pages print, dates in words."""
    places = "." + "0" * shown.decimals if shown.decimals else ""
    return {
        "number": f"#,##0{places}",
        "share": f"0{places}%",
        "plain": "0",
        "date": "d mmmm yyyy",
        "moment": "d mmmm yyyy hh:mm:ss",
    }.get(shown.kind, "General")


def _theme(document: Document) -> Theme:
    accent = {"font_color": document.branding.accent}
    coloured = {part: {**_THEME[part], **accent} for part in _ACCENTED}
    return Theme({**_THEME, **coloured, "description_order": ["instructions", "legend", "source"]})


def _write_cover(book: _Workbook, sheets: Sheets) -> None:
    cover = sheets.cover
    paper = book.add_worksheet("Cover")
    paper.fit_to_pages(1, 0)
    paper.write_cover(
        Cover(
            title=cover.title,
            intro=list(cover.introduction),
            about=list(cover.about) or None,
            contact=list(cover.contact) or None,
            width=COVER_LETTERS,
        )
    )
    for row, (manner, text) in enumerate(cover.paragraphs()):
        points = _LINE_POINTS * lines_of(text, COVER_LETTERS) + _SPACE_POINTS[manner]
        paper.set_row(row, min(points, _HIGHEST_POINTS))


def _tell_properties(book: _Workbook, document: Document) -> None:
    told = {
        "title": f"{document.title}, {document.period}",
        "subject": document.subtitle,
        "author": document.organisation or "",
        "comments": SYNTHETIC if document.synthetic else "",
        "keywords": document.store_version or "",
        "created": datetime.combine(document.edition, time(), UTC).replace(tzinfo=None),
    }
    book.set_properties(told)


def _with_language(package: bytes, language: str) -> bytes:
    """The workbook with the language among its properties, which XlsxWriter does not write."""
    with ZipFile(BytesIO(package)) as members:
        core = members.read(_CORE).decode()
    told = f"<dc:language>{escape(language)}</dc:language></cp:coreProperties>"
    return repacked(package, {_CORE: core.replace("</cp:coreProperties>", told).encode()})
