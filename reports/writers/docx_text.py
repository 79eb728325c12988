"""Running text of a report as runs of Word."""

from collections.abc import Iterator
from typing import Final

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.part import Part
from docx.oxml.ns import qn

from reports.document import Code, Link, Run, Runs, Strong
from reports.writers.docx_xml import Bookmarks, Xml, run, tag

_ADDRESSES: Final = ("https://", "http://", "mailto:")


class Text:
    """The text of one part of a file: its links to pages belong to that part."""

    def __init__(self, part: Part, places: Bookmarks) -> None:
        self._part, self._places = part, places

    def runs(self, runs: Runs) -> list[Xml]:
        """The runs; a link that leads to no part and no page becomes plain words."""
        return list(self._runs(runs))

    def to_part(self, text: str, key: str) -> Xml:
        """Words that lead to a part of the document, plain where it was left out."""
        name = self._places.name(key)
        if name is None:
            return run(text)
        return tag("w:hyperlink", run(text, style="Hyperlink"), anchor=name, history=1)

    def _runs(self, runs: Runs) -> Iterator[Xml]:
        for each in runs:
            yield self._run(each)

    def _run(self, each: Run) -> Xml:
        match each:
            case Link() if each.href.startswith("#"):
                return self.to_part(each.text, each.href[1:])
            case Link() if each.href.startswith(_ADDRESSES):
                return self._to_page(each)
            case Code():
                return run(each.text, style="InlineCode")
            case Strong():
                return run(each.text, style="Strong")
            case _:
                return run(each.text)

    def _to_page(self, link: Link) -> Xml:
        number = self._part.relate_to(link.href, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        made = tag("w:hyperlink", run(link.text, style="Hyperlink"), history=1)
        made.set(qn("r:id"), number)
        return made
