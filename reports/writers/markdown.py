"""The report as Markdown: tables with pipes, findings with footnotes, charts in words."""

import re
from collections.abc import Iterator
from typing import Final

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
    Runs,
    Strong,
    Subheading,
    TableBlock,
    numbering,
    printed_rows,
)
from reports.document.blocks import Block
from reports.document.notes import footnote_words, table_name, table_notes
from reports.palette import SYNTHETIC

_SPECIAL: Final = re.compile(r"([\\`*_\[\]<>|#])")
_ENTITY: Final = re.compile(r"&(?=#?\w+;)")
_LIST_LIKE: Final = re.compile(r"^(\d+)([.)])(?=\s)|^([-+])(?=\s)")


def write_markdown(document: Document) -> bytes:
    """The report as UTF-8 text. Footnotes are those of GitHub and pandoc: `[^key]`."""
    return ("\n\n".join(_Pages(document).parts()) + "\n").encode()


class _Pages:
    def __init__(self, document: Document) -> None:
        self._document = document
        self._numbers = numbering(document)
        self._anchors = {
            *(section.key for section in document.sections),
            *(heading.key for heading in document.blocks(Subheading)),
            *document.printed_tables,
        }

    def parts(self) -> Iterator[str]:
        """The paragraphs of the text, in order."""
        document = self._document
        yield f"# {escaped(document.title)}"
        if document.synthetic:
            yield f"**{SYNTHETIC}: figures of clusters and awards are invented.**"
        yield escaped(document.subtitle)
        if document.organisation:
            yield escaped(document.organisation)
        yield "\n".join(f"- **{escaped(what)}:** {escaped(told)}" for what, told in document.about)
        yield "## Contents"
        yield "\n".join(f"- [{escaped(s.heading)}](#{s.key})" for s in document.sections)
        for section in document.sections:
            yield f'<a id="{section.key}"></a>\n\n## {escaped(section.heading)}'
            for block in section.blocks:
                yield from self._block(block, section.key)
        yield from self._notes()

    def _block(self, block: Block, section: str) -> Iterator[str]:
        match block:
            case Finding():
                said = f"{self._runs(block.runs)}[^{block.key}]"
                yield said if section == "findings" else f"### {said}"
            case TableBlock():
                yield from self._table(block)
            case ChartBlock():
                number = self._numbers.charts[block.key]
                title = escaped(block.chart.title)
                yield f"**Figure {number}. {title}.** {escaped(block.chart.summary)}"
            case Subheading():
                yield f'<a id="{block.key}"></a>\n\n### {escaped(block.text)}'
            case _:
                yield self._text(block)

    def _text(self, block: Block) -> str:
        match block:
            case Paragraph():
                return self._runs(block.runs)
            case ListBlock():
                marks = (f"{n}." if block.ordered else "-" for n in range(1, len(block.items) + 1))
                items = zip(marks, block.items, strict=True)
                return "\n".join(f"{mark} {self._runs(item)}" for mark, item in items)
            case Commands():
                return _fenced(block.text)
            case Definitions():
                entries = block.entries
                return "\n".join(f"- **{escaped(e.term)}:** {self._runs(e.runs)}" for e in entries)
            case Callout():
                said = f"> **{escaped(block.heading)}.** {self._runs(block.runs)}"
                return f"{said}\n\n{_fenced(block.commands)}" if block.commands else said
            case _:
                raise TypeError(block)

    def _table(self, table: TableBlock) -> Iterator[str]:
        columns = table.printed_columns
        yield (
            f'<a id="{table.key}"></a>\n\n'
            f"**Table {self._numbers.tables[table.key]}. {escaped(table.caption)}**"
        )
        rows = [
            [escaped(column.heading) for column in columns],
            ["---:" if column.numeric else "---" for column in columns],
            *([escaped(cell) for cell in row] for row in printed_rows(table)),
        ]
        yield "\n".join("| " + " | ".join(row) + " |" for row in rows)
        notes = [escaped(note) for note in table_notes(table)]
        notes += [f"Source: {self._runs(source)}" for source in table.sources]
        if table.command:
            notes.append(f"The same figures: {_code(table.command)}")
        if notes:
            yield "\n".join(f"- {note}" for note in notes)

    def _notes(self) -> Iterator[str]:
        each_once = {finding.key: finding for finding in self._document.findings}
        for key, finding in each_once.items():
            note = finding.footnote
            place = table_name(note.table, self._document, self._numbers)
            if note.table in self._anchors:
                place = f"[{place}](#{note.table})"
            command = f" {_code(note.command)}" if note.command else ""
            yield f"[^{key}]: {place}. {escaped(footnote_words(note))}{command}"

    def _runs(self, runs: Runs) -> str:
        said = ""
        for run in runs:
            match run:
                case Link() if run.href.startswith("#") and run.href[1:] not in self._anchors:
                    said += escaped(run.text)
                case Link():
                    said += f"[{escaped(run.text)}]({_address(run.href)})"
                case Code():
                    said += _code(run.text)
                case Strong():
                    bare = run.text.rstrip()
                    said += f"**{escaped(bare)}**{run.text[len(bare) :]}"
                case _:
                    said += escaped(run.text, starts=not said)
        return said


def escaped(text: str, *, starts: bool = True) -> str:
    """Text as it reads, whatever signs of Markdown it holds, on one line."""
    plain = _ENTITY.sub("&amp;", _SPECIAL.sub(r"\\\1", " ".join(text.split("\n"))))
    return _LIST_LIKE.sub(_spelled, plain) if starts else plain


def _spelled(match: re.Match[str]) -> str:
    return f"{match[1]}\\{match[2]}" if match[1] else f"\\{match[3]}"


def _code(text: str) -> str:
    fence = "``" if "`" in text else "`"
    inner = " ".join(text.split("\n"))
    return f"{fence} {inner} {fence}" if "`" in text else f"{fence}{inner}{fence}"


def _fenced(text: str) -> str:
    return f"```\n{text}\n```"


def _address(href: str) -> str:
    return href.replace(" ", "%20").replace("(", "%28").replace(")", "%29")
