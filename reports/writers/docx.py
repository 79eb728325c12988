"""The report as a Word document: its headings, notes and tables are those that Word knows."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time
from io import BytesIO
from typing import Any, Final

import docx
import vl_convert
from docx.enum.section import WD_SECTION
from docx.shared import Mm

from reports.document import (
    Callout,
    ChartBlock,
    Commands,
    Definitions,
    Document,
    Finding,
    ListBlock,
    Paragraph,
    Runs,
    Section,
    Strong,
    Subheading,
    TableBlock,
    Words,
    numbering,
)
from reports.document.blocks import Block
from reports.document.notes import table_name
from reports.drawing import draw_svg
from reports.palette import SYNTHETIC
from reports.wording import day
from reports.writers.docx_fit import Fit, fit
from reports.writers.docx_footnotes import Footnotes
from reports.writers.docx_styles import PORTRAIT_MM, framed, set_paper, set_styles
from reports.writers.docx_tables import table_parts
from reports.writers.docx_text import Text
from reports.writers.docx_xml import Bookmarks, Xml, field, field_parts, paragraph, run, tag
from reports.writers.zipped import holdable, repacked

_MADE_UP: Final = "The clusters and awards shown here are invented: no figure of theirs is real."
_STYLES: Final = {"body": "Normal", "lead": "Lead", "note": "Small"}
_COLOURS: Final = {"synthetic": "#801650", "missing": "#F46A25", "protected": "#12436D"}
_SCALE: Final = 2
_ORDERED: Final = "List Number"


def write_docx(document: Document) -> bytes:
    """The report for Word and LibreOffice, A4, wide tables on turned pages.

    The edition is the only date in it: the same document gives the same bytes.
    """
    return _Writing(document).written()


class _Writing:
    def __init__(self, document: Document) -> None:
        self._document = document
        self._numbers = numbering(document)
        self._word = docx.Document()
        self._places = Bookmarks(_places(document))
        self._text = Text(self._word.part, self._places)
        self._footnotes = Footnotes(self._word, document, self._numbers)
        self._landscape = False

    def written(self) -> bytes:
        """The file."""
        set_styles(self._word, self._document)
        set_paper(self._word.sections[0], landscape=False)
        self._tell_properties()
        self._write_edges()
        self._write_cover()
        self._write_contents()
        for section in self._document.sections:
            self._write_section(section)
        self._footnotes.attach()
        told = BytesIO()
        self._word.save(told)
        return repacked(told.getvalue())

    def _tell_properties(self) -> None:
        document, told = self._document, self._word.core_properties
        made = datetime.combine(document.edition, time(), UTC).replace(tzinfo=None)
        told.title = holdable(f"{document.title}, {document.period}")
        told.subject, told.language = holdable(document.subtitle), document.language
        told.author = told.last_modified_by = holdable(document.organisation or "")
        told.comments = SYNTHETIC if document.synthetic else ""
        told.created = told.modified = made
        told.keywords, told.revision = document.store_version or "", 1

    def _write_edges(self) -> None:
        """What stands at the head and the foot of each page."""
        section = self._word.sections[0]
        if self._document.synthetic:
            section.header.paragraphs[0].text = SYNTHETIC
        edition = day(self._document.edition)
        told = f"Plimsoll {self._document.program_version}, edition of {edition}. Page "
        pages = field("PAGE", run("1")), run(" of "), field("NUMPAGES", run("1"))
        foot = section.footer.paragraphs[0]._p  # noqa: SLF001
        foot.extend([run(told), *pages])

    def _write_cover(self) -> None:
        document = self._document
        if document.organisation:
            self._add(paragraph("Organisation", run(document.organisation)))
        self._add(paragraph("Title", run(document.title)))
        self._add(paragraph("Subtitle", run(document.subtitle)))
        if document.synthetic:
            self._write_callout(Callout("synthetic", SYNTHETIC, (Words(_MADE_UP),)))
        for what, said in document.about:
            self._add(paragraph("Normal", run(f"{what}: ", style="Strong"), run(said)))

    def _write_contents(self) -> None:
        """The contents as a field: links now, and page numbers once Word updates it."""
        heading = paragraph("ContentsHeading", run("Contents"))
        heading.pPr.append(tag("w:pageBreakBefore"))
        begin, end = field_parts('TOC \\o "1-1" \\h \\z \\u')
        lines = []
        for place, section in enumerate(self._document.sections):
            link = self._text.to_part(section.heading, section.key)
            lines.append(paragraph("toc1", *(begin if not place else ()), link))
        if lines:
            lines[-1].extend(end)
        gallery = tag("w:docPartGallery", val="Table of Contents")
        kind = tag("w:sdtPr", tag("w:docPartObj", gallery, tag("w:docPartUnique")))
        self._add(tag("w:sdt", kind, tag("w:sdtContent", heading, *lines)))

    def _write_section(self, section: Section) -> None:
        self._turn(landscape=False)
        marked = self._places.around(section.key, run(section.heading))
        heading = paragraph("Heading1", *marked)
        if section is self._document.sections[0]:
            heading.pPr.append(tag("w:pageBreakBefore"))
        self._add(heading)
        shapes = [fit(block) if isinstance(block, TableBlock) else None for block in section.blocks]
        for place, block in enumerate(section.blocks):
            self._turn(landscape=_turned(section.blocks, shapes, place))
            self._write_block(block, shapes[place], section.key)

    def _write_block(self, block: Block, shape: Fit | None, section: str) -> None:
        match block:
            case Finding():
                mark = self._footnotes.mark(block, self._text, self._places)
                style = "Finding" if section == "findings" else "Heading2"
                self._add(paragraph(style, *self._text.runs(block.runs), *mark))
            case ChartBlock():
                self._write_chart(block)
            case TableBlock() if shape:
                self._write_table(block, shape)
            case Subheading():
                marked = self._places.around(block.key, run(block.text))
                self._add(paragraph("Heading2", *marked))
            case _:
                self._write_text(block)

    def _write_text(self, block: Block) -> None:
        match block:
            case Paragraph():
                self._add(paragraph(_STYLES[block.manner], *self._text.runs(block.runs)))
            case ListBlock():
                self._write_list(block)
            case Commands():
                self._add(paragraph("Commands", run(block.text)))
            case Definitions():
                for entry in block.entries:
                    said: Runs = (Strong(f"{entry.term}: "), *entry.runs)
                    self._add(paragraph("Normal", *self._text.runs(said)))
            case Callout():
                self._write_callout(block)
            case _:
                raise TypeError(block)

    def _write_list(self, block: ListBlock) -> None:
        number = self._new_list() if block.ordered else None
        for item in block.items:
            style = "ListNumber" if block.ordered else "ListBullet"
            made = paragraph(style, *self._text.runs(item))
            if number is not None:
                level = (tag("w:ilvl", val=0), tag("w:numId", val=number))
                made.pPr.append(tag("w:numPr", *level))
            self._add(made)

    def _new_list(self) -> int:
        """The number of a list that begins at one."""
        style: Any = self._word.styles[_ORDERED]
        defined: Any = self._word.part.numbering_part.element
        used = defined.num_having_numId(style.element.pPr.numPr.numId.val)
        new = defined.add_num(used.abstractNumId.val)
        new.add_lvlOverride(ilvl=0).add_startOverride(1)
        return int(new.numId)

    def _write_callout(self, block: Callout) -> None:
        colour = _COLOURS[block.tone]
        self._add(framed(paragraph("CalloutHeading", run(block.heading)), colour))
        self._add(framed(paragraph("Callout", *self._text.runs(block.runs)), colour))
        if block.commands:
            self._add(framed(paragraph("Commands", run(block.commands)), colour))

    def _write_chart(self, block: ChartBlock) -> None:
        number = self._numbers.charts[block.key]
        label = (run("Figure "), field("SEQ Figure \\* ARABIC", run(str(number))))
        self._add(paragraph("Caption", *label, run(f". {block.chart.title}")))
        drawn = vl_convert.svg_to_png(draw_svg(block.chart), scale=_SCALE)
        picture: Any = self._word.add_picture(BytesIO(drawn), width=Mm(PORTRAIT_MM))
        told = picture._inline.docPr  # noqa: SLF001
        told.set("descr", holdable(block.alternative))
        told.set("name", f"Figure {number}")
        place = table_name(block.table, self._document, self._numbers)
        link = self._text.to_part(place, block.table)
        self._add(paragraph("Small", run("The figures are in "), link, run(".")))

    def _write_table(self, table: TableBlock, shape: Fit) -> None:
        number = self._numbers.tables[table.key]
        accent = self._document.branding.accent
        parts = table_parts(
            table, number, shape, accent=accent, text=self._text, places=self._places
        )
        for part in parts:
            self._add(part)

    def _turn(self, *, landscape: bool) -> None:
        """Begin a page that lies the other way, if it does."""
        if landscape != self._landscape:
            set_paper(self._word.add_section(WD_SECTION.NEW_PAGE), landscape=landscape)
            self._landscape = landscape

    def _add(self, made: Xml) -> None:
        body: Any = self._word.element.body
        body.insert_element_before(made, "w:sectPr")


def _turned(blocks: Sequence[Block], shapes: Sequence[Fit | None], place: int) -> bool:
    """Whether a block lies on a turned page: a wide table, and a heading just before it."""
    shape = shapes[place]
    if isinstance(blocks[place], (Subheading, Finding)) and place + 1 < len(blocks):
        shape = shapes[place + 1]
    return shape is not None and shape.landscape


def _places(document: Document) -> Iterator[str]:
    """Every part that a link may lead to."""
    yield from (section.key for section in document.sections)
    yield from (heading.key for heading in document.blocks(Subheading))
    yield from document.printed_tables
    yield from dict.fromkeys(f"note {finding.key}" for finding in document.findings)
