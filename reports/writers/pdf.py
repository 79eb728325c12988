"""A report as a tagged PDF (PDF/UA-1), set by Typst."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, time
from importlib.resources import files
from typing import Any, Final

import typst

from reports.document import (
    Callout,
    ChartBlock,
    Code,
    Commands,
    Definitions,
    Document,
    Finding,
    Link,
    ListBlock,
    Paragraph,
    Run,
    Runs,
    Strong,
    Subheading,
    TableBlock,
    numbering,
    printed_rows,
)
from reports.document.blocks import Block
from reports.drawing import draw_svg
from reports.palette import SYNTHETIC
from reports.wording import day, number

Part = dict[str, Any]

_TEMPLATE: Final = "report.typ"
_STANDARD: Final = "ua-1"
_WIDTH_PX: Final = 640
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
_WIDE_LETTERS: Final = 22
_PAGE_LETTERS: Final = 104
_FEW_COLUMNS: Final = 7


def write_pdf(document: Document) -> bytes:
    """The report as a file: PDF/UA-1 with outline, tags, text alternatives and language.

    The edition is the only date in it: the same document gives the same bytes.

    Raises:
        typst.TypstError: where the document breaks a rule of PDF/UA-1.
    """
    parts = _Parts(document)
    told = parts.told()
    made = datetime.combine(document.edition, time(), UTC)
    sources: Any = {
        "main.typ": (files("reports.writers") / _TEMPLATE).read_bytes(),
        "document.json": json.dumps(told, ensure_ascii=False).encode(),
        **parts.drawings,
    }
    return bytes(
        typst.compile(
            sources,
            font_paths=[str(files("font_source_sans_pro") / "files")],
            ignore_system_fonts=True,
            pdf_standards=[_STANDARD],
            timestamp=int(made.timestamp()),
        )
    )


class _Parts:
    """A document as the template reads it, and the drawings that it names."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._numbers = numbering(document)
        self._anchors = {
            *(section.key for section in document.sections),
            *(subheading.key for subheading in document.blocks(Subheading)),
            *document.tables,
        }
        self.drawings: dict[str, bytes] = {}

    def told(self) -> Part:
        """Everything that the template prints."""
        document = self._document
        edition = document.edition
        return {
            "title": document.title,
            "subtitle": document.subtitle,
            "organisation": document.organisation or "",
            "description": f"{document.title}, {document.period}.",
            "period": document.period,
            "edition_date": [edition.year, edition.month, edition.day],
            "accent": document.branding.accent,
            "on_accent": document.branding.on_accent,
            "synthetic": document.synthetic,
            "synthetic_words": SYNTHETIC,
            "synthetic_why": _MADE_UP,
            "disclosure": document.disclosure,
            "about": [list(pair) for pair in document.about],
            "foot": f"Plimsoll {document.program_version}, edition of {day(edition)}",
            "sections": [
                {
                    "key": section.key,
                    "heading": section.heading,
                    "blocks": [self._block(block) for block in section.blocks],
                }
                for section in document.sections
            ],
        }

    def _block(self, block: Block) -> Part:
        match block:
            case Finding():
                return self._finding(block)
            case ChartBlock():
                return self._chart(block)
            case TableBlock():
                return self._table(block)
            case _:
                return self._text(block)

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

    def _finding(self, finding: Finding) -> Part:
        note = finding.footnote
        told: list[Part] = [{"kind": "words", "text": f"{note.method} {note.source}. "}]
        if note.table in self._numbers.tables:
            told.append(self._to_part(self._table_name(note.table), note.table))
            told.append({"kind": "words", "text": ". "})
        if note.command:
            told.append({"kind": "code", "text": note.command})
        runs = self._runs(finding.runs)
        return {"kind": "finding", "key": finding.key, "runs": runs, "footnote": told}

    def _runs(self, runs: Runs) -> list[Part]:
        return [self._run(run) for run in runs]

    def _run(self, run: Run) -> Part:
        match run:
            case Link() if run.href.startswith("#"):
                return self._to_part(run.text, run.href.removeprefix("#"))
            case Link():
                return {"kind": "page", "text": run.text, "href": run.href}
            case Code():
                return {"kind": "code", "text": run.text}
            case Strong():
                return {"kind": "strong", "text": run.text}
            case _:
                return {"kind": "words", "text": run.text}

    def _to_part(self, text: str, key: str) -> Part:
        """A link to a part of the document, bare words where it was left out."""
        if key not in self._anchors:
            return {"kind": "words", "text": text}
        return {"kind": "part", "text": text, "href": key}

    def _table_name(self, key: str) -> str:
        return f"Table {self._numbers.tables[key]}"

    def _chart(self, block: ChartBlock) -> Part:
        name = f"{block.key}.svg"
        self.drawings[name] = draw_svg(block.chart, width_px=_WIDTH_PX).encode()
        return {
            "kind": "chart",
            "key": block.key,
            "file": name,
            "alternative": block.alternative,
            "caption": block.chart.title,
            "after": "The figures are in",
            "table": block.table,
            "table_name": self._table_name(block.table)
            if block.table in self._numbers.tables
            else None,
        }

    def _table(self, table: TableBlock) -> Part:
        rows = list(printed_rows(table))
        columns = table.printed_columns
        widths = [_letters(column.heading, rows, at) for at, column in enumerate(columns)]
        turned = sum(min(width, _WIDE_LETTERS) for width in widths) > _PAGE_LETTERS
        return {
            "kind": "table",
            "key": table.key,
            "caption": table.caption,
            "turned": turned,
            "size": 8.5 if len(columns) <= _FEW_COLUMNS else 7.5,
            "columns": [
                {
                    "heading": column.heading,
                    "numeric": column.numeric,
                    "wide": not column.numeric and width > _WIDE_LETTERS,
                }
                for column, width in zip(columns, widths, strict=True)
            ],
            "rows": rows,
            "notes": [*_made_up(table), *table.notes, *_left_out(table)],
            "sources": [self._runs(source) for source in table.sources],
            "command": table.command,
        }


def _letters(heading: str, rows: Iterable[list[str]], at: int) -> int:
    longest = max((len(word) for word in heading.split()), default=0)
    return max([longest, *(len(row[at]) for row in rows)])


def _made_up(table: TableBlock) -> list[str]:
    return [f"{SYNTHETIC}."] if table.synthetic else []


def _left_out(table: TableBlock) -> list[str]:
    if not table.left_out:
        return []
    return [f"{number(table.left_out)} further lines stand in the data package."]
