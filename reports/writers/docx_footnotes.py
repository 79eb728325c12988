"""Footnotes of a Word document, which python-docx does not make."""

from typing import Final

from docx.document import Document as WordDocument
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.oxml import serialize_part_xml
from docx.opc.packuri import PackURI
from docx.opc.part import Part

from reports.document import Document, Finding, Numbering
from reports.document.notes import footnote_words, table_name
from reports.writers.docx_styles import FOOTNOTE_MARK, FOOTNOTE_TEXT
from reports.writers.docx_text import Text
from reports.writers.docx_xml import Bookmarks, Xml, field, paragraph, run, tag

_AFTER_FOOTNOTES: Final = ("w:endnotePr", "w:compat", "w:docVars", "w:rsids", "m:mathPr")
_RULES: Final = ((-1, "separator"), (0, "continuationSeparator"))


class Footnotes:
    """The notes of findings: a finding that is told twice has one, the second mark refers to it."""

    def __init__(self, word: WordDocument, document: Document, numbers: Numbering) -> None:
        self._word, self._document, self._numbers = word, document, numbers
        self._notes: dict[str, Xml] = {}

    def mark(self, finding: Finding, text: Text, places: Bookmarks) -> list[Xml]:
        """The mark after a finding's sentence."""
        key, number = f"note {finding.key}", self._numbers.findings[finding.key]
        name = places.name(key)
        if finding.key in self._notes and name:
            return [field(f"NOTEREF {name} \\f \\h", run(str(number), style=FOOTNOTE_MARK))]
        self._notes[finding.key] = self._note(finding, number, text)
        mark = tag("w:rPr", tag("w:rStyle", val=FOOTNOTE_MARK))
        return places.around(key, tag("w:r", mark, tag("w:footnoteReference", id=number)))

    def attach(self) -> None:
        """Put the notes into the file, after all marks are made."""
        if not self._notes:
            return
        rules = (tag("w:footnote", _rule(kind), id=at, type=kind) for at, kind in _RULES)
        told = tag("w:footnotes", *rules, *self._notes.values())
        part = self._word.part
        name = PackURI("/word/footnotes.xml")
        kind, blob = CONTENT_TYPE.WML_FOOTNOTES, serialize_part_xml(told)
        notes = Part(name, kind, blob, part.package)
        part.relate_to(notes, RELATIONSHIP_TYPE.FOOTNOTES)
        declared = tag("w:footnotePr", *(tag("w:footnote", id=at) for at, _ in _RULES))
        settings = self._word.settings.element
        settings.insert_element_before(declared, *_AFTER_FOOTNOTES)

    def _note(self, finding: Finding, number: int, text: Text) -> Xml:
        note = finding.footnote
        place = table_name(note.table, self._document, self._numbers)
        reference = tag("w:rPr", tag("w:rStyle", val=FOOTNOTE_MARK))
        parts = [
            tag("w:r", reference, tag("w:footnoteRef")),
            run(" "),
            text.to_part(place, note.table),
            run(f". {footnote_words(note)}"),
        ]
        if note.command:
            parts += [run(" "), run(note.command, style="InlineCode")]
        return tag("w:footnote", paragraph(FOOTNOTE_TEXT, *parts), id=number)


def _rule(kind: str) -> Xml:
    return tag("w:p", tag("w:r", tag(f"w:{kind}")))
