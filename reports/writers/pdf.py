"""A report as a tagged PDF (PDF/UA-1), set by Typst."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, time
from importlib.resources import files
from typing import Any, Final

import typst

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
    Subheading,
    TableBlock,
    numbering,
    printed_rows,
)
from reports.document.blocks import Block
from reports.document.notes import footnote_words, notes_under, table_name
from reports.drawing import draw_svg
from reports.palette import SYNTHETIC
from reports.wording import day
from reports.writers.pdf_groups import grouped
from reports.writers.pdf_table import laid_out
from reports.writers.pdf_text import Part, listed, part_link, plain_part, runs_parts

_TEMPLATE: Final = "report.typ"
_STANDARD: Final = "ua-1"
_WIDTH_PX: Final = 640
_WIDTH: Final = re.compile(r'<svg [^>]*?\bwidth="([\d.]+)"')
_KINDS: Final = {
    Paragraph: "paragraph",
    ListBlock: "list",
    Commands: "commands",
    Definitions: "definitions",
    Callout: "callout",
    Subheading: "subheading",
}
_COLOURS: Final = {"synthetic": "#801650", "missing": "#F46A25", "protected": "#12436D"}
_MADE_UP: Final = "The clusters and awards shown here are invented: no figure of theirs is real."
_LEAFLET_SCALES: Final = (1.0, 0.95, 0.9, 0.85, 0.8)
_LEAFLET_PAGES: Final = 2
_PAGE_COUNT: Final = "<pages>"


def write_pdf(document: Document) -> bytes:
    """The report as a file: PDF/UA-1 with outline, tags, text alternatives and language.

    The edition is the only date in it: the same document gives the same bytes. A leaflet is set
    in type so small that it keeps to two pages, as far as it can be read.

    Raises:
        typst.TypstError: where the document breaks a rule of PDF/UA-1.
    """
    parts = _Parts(document)
    told = parts.told()
    if document.leaflet:
        fits = (s for s in _LEAFLET_SCALES if _pages(parts, told | {"scale": s}) <= _LEAFLET_PAGES)
        told["scale"] = next(fits, _LEAFLET_SCALES[-1])
    made = datetime.combine(document.edition, time(), UTC)
    return bytes(
        typst.compile(
            _sources(parts, told),
            **_FACES,
            pdf_standards=[_STANDARD],
            timestamp=int(made.timestamp()),
        )
    )


_FACES: Final[dict[str, Any]] = {
    "font_paths": [str(files("font_source_sans_pro") / "files")],
    "ignore_system_fonts": True,
}


def _sources(parts: "_Parts", told: Part) -> Any:
    return {
        "main.typ": (files("reports.writers") / _TEMPLATE).read_bytes(),
        "document.json": json.dumps(told, ensure_ascii=False).encode(),
        **parts.drawings,
    }


def _pages(parts: "_Parts", told: Part) -> int:
    count = typst.query(_sources(parts, told), _PAGE_COUNT, field="value", one=True, **_FACES)
    return int(json.loads(count))


def _share_of_page(drawing: str) -> float:
    """How wide a drawing is set, so that its words have one size on every page."""
    width = _WIDTH.search(drawing)
    return min(1.0, float(width[1]) / _WIDTH_PX) if width else 1.0


class _Parts:
    """A document as the template reads it, and the drawings that it names."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._numbers = numbering(document)
        self._anchors = {
            *(section.key for section in document.sections),
            *(subheading.key for subheading in document.blocks(Subheading)),
            *document.printed_tables,
        }
        self._under = notes_under(document)
        self._told: set[str] = set()
        self.drawings: dict[str, bytes] = {}

    def told(self) -> Part:
        """Everything that the template prints."""
        document = self._document
        edition = document.edition
        period = f"{document.period[:1].upper()}{document.period[1:]}"
        said = {words for _, words in document.about}
        return {
            "scale": 1.0,
            "leaflet": document.leaflet,
            "title": document.title,
            "subtitle": document.subtitle,
            "organisation": document.organisation or "",
            "logo": self._logo(),
            "description": f"{document.title}, {document.period}.",
            "period": period,
            "running": f"{document.title}, {document.period}",
            "edition_date": [edition.year, edition.month, edition.day],
            "accent": document.branding.accent,
            "on_accent": document.branding.on_accent,
            "synthetic": document.synthetic,
            "synthetic_said": any(each.tone == "synthetic" for each in document.blocks(Callout)),
            "synthetic_words": SYNTHETIC,
            "synthetic_why": _MADE_UP,
            "disclosure": None if document.disclosure in said else document.disclosure,
            "about": [list(pair) for pair in document.about],
            "foot": f"Plimsoll {document.program_version}, edition of {day(edition)}",
            "sections": [
                {
                    "key": section.key,
                    "heading": section.heading,
                    "groups": list(grouped(self._blocks(section))),
                }
                for section in document.sections
            ],
        }

    def _logo(self) -> Part | None:
        logo = self._document.branding.logo
        if logo is None:
            return None
        return {
            "bytes": list(logo.picture),
            "format": logo.kind,
            "alternative": logo.alternative,
        }

    def _blocks(self, section: Section) -> Iterator[Part]:
        after = (*section.blocks[1:], None)
        for block, following in zip(section.blocks, after, strict=True):
            match block:
                case Finding():
                    yield self._finding(block, as_heading=section.key != "findings")
                case ChartBlock():
                    yield self._chart(block, following)
                case TableBlock():
                    yield self._table(block)
                case _:
                    yield self._text(block)

    def _text(self, block: Block) -> Part:
        told: Part = {}
        match block:
            case Paragraph():
                told = {"manner": block.manner, "runs": self._runs(block.runs)}
            case ListBlock():
                told = {"ordered": block.ordered, "items": [self._runs(i) for i in block.items]}
            case Commands():
                told = {"text": block.text}
            case Definitions():
                told = {
                    "entries": [{"term": e.term, "runs": self._runs(e.runs)} for e in block.entries]
                }
            case Callout():
                told = {
                    "heading": block.heading,
                    "runs": self._runs(block.runs),
                    "commands": block.commands,
                    "colour": _COLOURS[block.tone],
                }
            case Subheading():
                told = {"key": block.key, "text": block.text}
        return {"kind": _KINDS[type(block)], **told}

    def _finding(self, finding: Finding, *, as_heading: bool) -> Part:
        """A finding with its footnote; told again, it refers to the one that is there."""
        first = finding.key not in self._told
        self._told.add(finding.key)
        return {
            "kind": "finding",
            "key": finding.key,
            "as_heading": as_heading,
            "runs": self._runs(finding.runs),
            "footnote": self._footnote(finding) if first else None,
        }

    def _footnote(self, finding: Finding) -> list[Part]:
        note = finding.footnote
        place = table_name(note.table, self._document, self._numbers)
        return [
            part_link(place, note.table, self._anchors),
            plain_part(f". {footnote_words(note)}"),
        ]

    def _runs(self, runs: Runs) -> list[Part]:
        return runs_parts(runs, self._anchors)

    def _chart(self, block: ChartBlock, following: Block | None) -> Part:
        """A chart; where its table does not stand right below, words say which it is."""
        name = f"{block.key}.svg"
        drawing = draw_svg(block.chart, width_px=_WIDTH_PX)
        self.drawings[name] = drawing.encode()
        below = isinstance(following, TableBlock) and following.key == block.table
        place = table_name(block.table, self._document, self._numbers)
        return {
            "kind": "chart",
            "key": block.key,
            "file": name,
            "alternative": block.alternative,
            "caption": block.chart.title,
            "width": _share_of_page(drawing),
            "table": None if below else part_link(place, block.table, self._anchors),
        }

    def _table(self, table: TableBlock) -> Part:
        rows = list(printed_rows(table))
        columns = table.printed_columns
        layout = laid_out(columns, rows)
        return {
            "kind": "table",
            "key": table.key,
            "caption": table.caption,
            "turned": layout.turned,
            "size": layout.size_pt,
            "columns": [
                {"heading": c.heading, "numeric": c.numeric, "width": width}
                for c, width in zip(columns, layout.widths_pt, strict=True)
            ],
            "whole": layout.keeps_together,
            "rows": rows,
            "notes": self._notes(table),
            "sources": [self._runs(source) for source in table.sources],
            "command": table.command,
        }

    def _notes(self, table: TableBlock) -> list[Part]:
        under = self._under[table.key]
        notes = [plain_part(f"{note} ") for note in under.notes]
        if not under.shared:
            return notes
        names = (
            part_link(table_name(key, self._document, self._numbers), key, self._anchors)
            for key in under.shared
        )
        return [*notes, plain_part("As under "), *listed(names), plain_part(". ")]
