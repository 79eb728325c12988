"""Styles of an ODS workbook, each made when it is first asked for."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from odf import number
from odf.element import Element
from odf.namespaces import STYLENS
from odf.opendocument import OpenDocumentSpreadsheet
from odf.style import (
    DefaultStyle,
    Footer,
    FooterStyle,
    Header,
    HeaderStyle,
    MasterPage,
    PageLayout,
    PageLayoutProperties,
    ParagraphProperties,
    Style,
    TableCellProperties,
    TableColumnProperties,
    TableProperties,
    TextProperties,
)
from odf.text import P, PageCount, PageNumber, SheetName

from reports.document import Document
from reports.palette import SYNTHETIC
from reports.writers.ods_rows import Look
from reports.writers.sheet_cells import Shown
from reports.writers.sheets import SheetColumn

_FACE: Final = "Arial"
_LETTER_MM: Final = 2.1
_WORDS: Final[Mapping[str, Mapping[str, Any]]] = {
    "title": {"size": 18, "bold": True, "accent": True, "wrap": True},
    "heading": {"size": 14, "bold": True, "accent": True, "wrap": True},
    "text": {"wrap": True},
    "sheet_title": {"size": 14, "bold": True, "accent": True},
    "strong": {"bold": True},
    "line": {},
}


class Styles:
    """The styles of one workbook."""

    PAGE_LETTERS: ClassVar = 220

    def __init__(self, book: OpenDocumentSpreadsheet, document: Document) -> None:
        self._book = book
        self._accent = document.branding.accent
        self._made: set[str] = set()
        language, _, country = document.language.partition("-")
        default = DefaultStyle(family="table-cell")
        told = {"language": language, "country": country} if country else {"language": language}
        default.addElement(
            TextProperties(fontname=_FACE, fontfamily=_FACE, fontsize="11pt", **told)
        )
        book.styles.addElement(default)
        for wide in (False, True):
            self._page_layout(wide=wide)
            for synthetic in (False, True):
                self._master_page(synthetic=synthetic, wide=wide)

    def table(self, *, synthetic: bool, wide: bool) -> str:
        """The style of a sheet: how it is printed."""
        name = f"ta{_page(synthetic=synthetic, wide=wide)}"
        if self._is_new(name):
            page = _page(synthetic=synthetic, wide=wide)
            style = Style(name=name, family="table", masterpagename=page)
            style.addElement(TableProperties(display="true", writingmode="lr-tb"))
            self._book.automaticstyles.addElement(style)
        return name

    def column(self, letters: int) -> str:
        """The style of a column so many letters wide."""
        name = f"co{letters}"
        if self._is_new(name):
            style = Style(name=name, family="table-column")
            style.addElement(TableColumnProperties(columnwidth=f"{letters * _LETTER_MM:g}mm"))
            self._book.automaticstyles.addElement(style)
        return name

    def words(self, manner: str) -> Look:
        """The look of a line of words."""
        if self._is_new(manner):
            self._cell_style(manner, **_WORDS[manner])
        return Look(Shown("text"), manner, manner)

    def heading(self, column: SheetColumn) -> Look:
        """The look of a column's heading."""
        name = "head_right" if column.shown.numeric else "head_left"
        name = f"{name}_first" if column.header else name
        if self._is_new(name):
            self._cell_style(name, bold=True, wrap=True, rule=True, **_side(column))
        return Look(Shown("text"), name, name)

    def of_column(self, column: SheetColumn) -> Look:
        """The look of a column's cells."""
        shown = column.shown
        base = f"{shown.kind}{shown.decimals}{'h' if column.header else ''}"
        marked = {symbol: f"{base}_{symbol}" for symbol in "cerx"}
        if self._is_new(base):
            self._cell_style(f"{base}_words", wrap=True, **_side(column))
            for after, name in (("", base), *((f" [{s}]", n) for s, n in marked.items())):
                self._data_style(f"{name}_data", shown, after)
                self._cell_style(name, wrap=True, data=f"{name}_data", **_side(column))
        return Look(shown, f"{base}_words", base, marked)

    def _is_new(self, name: str) -> bool:
        new = name not in self._made
        self._made.add(name)
        return new

    def _cell_style(
        self,
        name: str,
        *,
        size: int = 11,
        bold: bool = False,
        accent: bool = False,
        wrap: bool = False,
        rule: bool = False,
        side: str = "start",
        indent: bool = False,
        data: str | None = None,
    ) -> None:
        told = {"datastylename": data} if data else {}
        style = Style(name=name, family="table-cell", **told)
        cell = {"wrapoption": "wrap"} if wrap else {}
        cell |= {"borderbottom": "0.75pt solid #000000"} if rule else {}
        style.addElement(TableCellProperties(verticalalign="top", textalignsource="fix", **cell))
        inset = {"marginleft": "2mm"} if indent else {}
        style.addElement(ParagraphProperties(textalign=side, **inset))
        text = {"color": self._accent} if accent else {}
        weight = "bold" if bold else "normal"
        style.addElement(TextProperties(fontsize=f"{size}pt", fontweight=weight, **text))
        self._book.styles.addElement(style)

    def _data_style(self, name: str, shown: Shown, after: str) -> None:
        style = _data_style(name, shown)
        if after:
            style.addElement(number.Text(text=after))
        self._book.styles.addElement(style)

    def _page_layout(self, *, wide: bool) -> None:
        layout = PageLayout(name=f"layout_{'wide' if wide else 'fit'}")
        scale = {"scaleto": "65%"} if wide else {}
        told = {"pagewidth": "297mm", "pageheight": "210mm", "margin": "15mm"}
        paper = PageLayoutProperties(printorientation="landscape", **told, **scale)
        if not wide:
            paper.setAttrNS(STYLENS, "scale-to-X", "1")
            paper.setAttrNS(STYLENS, "scale-to-Y", "0")
        layout.addElement(paper)
        layout.addElement(HeaderStyle())
        layout.addElement(FooterStyle())
        self._book.automaticstyles.addElement(layout)

    def _master_page(self, *, synthetic: bool, wide: bool) -> None:
        layout = f"layout_{'wide' if wide else 'fit'}"
        name = _page(synthetic=synthetic, wide=wide)
        page = MasterPage(name=name, pagelayoutname=layout)
        head, foot, line = Header(), Footer(), P()
        head.addElement(P(text=SYNTHETIC if synthetic else ""))
        for part in (SheetName(text="sheet"), ", page ", PageNumber(text="1"), " of "):
            line.addText(part) if isinstance(part, str) else line.addElement(part)
        line.addElement(PageCount(text="1"))
        foot.addElement(line)
        page.addElement(head)
        page.addElement(foot)
        self._book.masterstyles.addElement(page)


def _page(*, synthetic: bool, wide: bool) -> str:
    return f"{'wide' if wide else 'fit'}{'_made_up' if synthetic else ''}"


def _side(column: SheetColumn) -> dict[str, Any]:
    if column.shown.numeric:
        return {"side": "end"}
    return {"side": "start", "indent": not column.header}


def _data_style(name: str, shown: Shown) -> Element:
    match shown.kind:
        case "share":
            style = number.PercentageStyle(name=name)
            style.addElement(_places(shown.decimals, grouped=False))
            style.addElement(number.Text(text="%"))
        case "date" | "moment":
            style = _date_style(name, with_time=shown.kind == "moment")
        case "number" | "plain":
            style = number.NumberStyle(name=name)
            style.addElement(_places(shown.decimals, grouped=shown.kind == "number"))
        case _:
            style = number.NumberStyle(name=name)
            style.addElement(number.Number(minintegerdigits="1"))
    return style


def _places(decimals: int, *, grouped: bool) -> Element:
    told = {"decimalplaces": str(decimals), "minintegerdigits": "1"}
    return number.Number(**told, grouping="true") if grouped else number.Number(**told)


def _date_style(name: str, *, with_time: bool) -> Element:
    style = number.DateStyle(name=name, automaticorder="false", language="en", country="GB")
    parts: list[Element | str] = [number.Day(), " ", number.Month(style="long", textual="true")]
    parts += [" ", number.Year(style="long")]
    if with_time:
        parts += [" ", number.Hours(style="long"), ":", number.Minutes(style="long"), ":"]
        parts.append(number.Seconds(style="long"))
    for part in parts:
        style.addElement(number.Text(text=part) if isinstance(part, str) else part)
    return style
