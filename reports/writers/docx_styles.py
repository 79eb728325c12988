"""The styles of a Word report: type, colours of the organisation, language, paper."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle

from reports.document import Document
from reports.writers.docx_xml import Xml, tag

MARGIN_MM: Final = 20
PORTRAIT_MM: Final = 170.0
LANDSCAPE_MM: Final = 257.0
FOOTNOTE_TEXT: Final = "footnotetext"
FOOTNOTE_MARK: Final = "footnotereference"

_OF_WORD: Final = frozenset({"footnote text", "footnote reference", "toc 1", "Hyperlink"})
_FACE: Final = "Arial"
_MONOSPACED: Final = "Courier New"
_SHORT_MM, _LONG_MM = 210, 297
_LINK: Final = RGBColor(0x1D, 0x50, 0xA2)
_SOFT: Final = RGBColor(0x50, 0x5A, 0x64)


@dataclass(frozen=True)
class _Look:
    """A paragraph style: sizes and spaces in points."""

    size: float
    bold: bool = False
    accent: bool = False
    soft: bool = False
    before: float = 0
    after: float = 6
    keep: bool = False
    face: str = _FACE


_LOOKS: Final[Mapping[str, _Look]] = {
    "Normal": _Look(10.5, after=7),
    "Title": _Look(28, bold=True, accent=True, before=60, after=8),
    "Subtitle": _Look(14, soft=True, after=18),
    "Heading 1": _Look(18, bold=True, accent=True, before=24, after=8, keep=True),
    "Heading 2": _Look(12, bold=True, accent=True, before=14, after=5, keep=True),
    "Caption": _Look(9.5, bold=True, before=10, after=4, keep=True),
    "Contents Heading": _Look(18, bold=True, accent=True, before=24, after=8, keep=True),
    "toc 1": _Look(10.5, after=4),
    "Lead": _Look(11.5, soft=True, after=8),
    "Finding": _Look(11, after=6),
    "Organisation": _Look(13, bold=True, after=6),
    "Small": _Look(8.5, soft=True, before=2, after=2),
    "Table Cell": _Look(9, after=0),
    "Table Heading": _Look(9, bold=True, after=0),
    "footnote text": _Look(8.5, after=2),
    "Commands": _Look(8.5, after=8, face=_MONOSPACED),
    "Callout Heading": _Look(10.5, bold=True, before=8, after=2, keep=True),
    "Callout": _Look(10.5, after=8),
    "List Bullet": _Look(10.5, after=3),
    "List Number": _Look(10.5, after=3),
    "Header": _Look(9, bold=True, after=0),
    "Footer": _Look(8.5, soft=True, after=0),
}


def set_styles(word: WordDocument, document: Document) -> None:
    """Set every style that the report uses, and its language."""
    accent = RGBColor.from_string(document.branding.accent.removeprefix("#").upper())
    _set_language(word, document.language)
    for name, look in _LOOKS.items():
        _set_paragraph_style(_paragraph_style(word, name), look, accent)
    _set_character_styles(word)


def set_paper(section: Section, *, landscape: bool) -> None:
    """A4, upright or turned."""
    wide, high = (_LONG_MM, _SHORT_MM) if landscape else (_SHORT_MM, _LONG_MM)
    section.page_width, section.page_height = Mm(wide), Mm(high)
    page = section._sectPr.get_or_add_pgSz()  # noqa: SLF001
    page.set(qn("w:orient"), "landscape" if landscape else "portrait")
    section.left_margin = section.right_margin = Mm(MARGIN_MM)
    section.top_margin = section.bottom_margin = Mm(MARGIN_MM)


def framed(made: Xml, colour: str) -> Xml:
    """A paragraph with a bar beside it, in a colour such as "#801650"."""
    bar = tag("w:left", val="single", sz=24, space=8, color=colour.removeprefix("#"))
    made.pPr.append(tag("w:pBdr", bar))
    made.pPr.append(tag("w:ind", left=200))
    return made


def _set_language(word: WordDocument, language: str) -> None:
    defaults = word.styles.element.find(f".//{qn('w:rPrDefault')}/{qn('w:rPr')}")
    _set_face(defaults, _FACE)
    told = defaults.find(qn("w:lang"))
    told.set(qn("w:val"), language)
    told.set(qn("w:eastAsia"), language)


def _set_face(properties: Xml, face: str) -> None:
    """One typeface for all scripts, in place of those of a theme."""
    fonts = properties.get_or_add_rFonts() if hasattr(properties, "get_or_add_rFonts") else None
    fonts = properties.find(qn("w:rFonts")) if fonts is None else fonts
    fonts.attrib.clear()
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{script}"), face)


def _paragraph_style(word: WordDocument, name: str) -> ParagraphStyle:
    if name not in [style.name for style in word.styles]:
        _added(word, name, WD_STYLE_TYPE.PARAGRAPH).base_style = word.styles["Normal"]
    found: Any = word.styles[name]
    style: ParagraphStyle = found
    return style


def _added(word: WordDocument, name: str, kind: WD_STYLE_TYPE) -> Any:
    return word.styles.add_style(name, kind, builtin=name in _OF_WORD)


def _set_paragraph_style(style: ParagraphStyle, look: _Look, accent: RGBColor) -> None:
    font, form = style.font, style.paragraph_format
    _set_face(style.element.get_or_add_rPr(), look.face)
    font.size, font.bold, font.italic = Pt(look.size), look.bold, False
    font.color.rgb = accent if look.accent else _SOFT if look.soft else RGBColor(0, 0, 0)
    form.space_before, form.space_after = Pt(look.before), Pt(look.after)
    form.line_spacing, form.keep_with_next = 1.15, look.keep
    _take_away(style.element.pPr, "w:pBdr")
    _take_away(style.element.rPr, "w:spacing")


def _take_away(properties: Xml, name: str) -> None:
    """What the template sets and the report does not want: rules, spaced letters."""
    found = properties.find(qn(name))
    if found is not None:
        properties.remove(found)


def _set_character_styles(word: WordDocument) -> None:
    link = _added(word, "Hyperlink", WD_STYLE_TYPE.CHARACTER)
    link.font.color.rgb, link.font.underline = _LINK, True
    code = _added(word, "Inline Code", WD_STYLE_TYPE.CHARACTER)
    _set_face(code.element.get_or_add_rPr(), _MONOSPACED)
    mark = _added(word, "footnote reference", WD_STYLE_TYPE.CHARACTER)
    mark.font.superscript = True
