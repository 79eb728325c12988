"""The XML of Word: elements, runs of text, fields and bookmarks."""

from collections.abc import Iterable
from itertools import count
from typing import Any, Final, TypeAlias

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from reports.writers.zipped import holdable

Xml: TypeAlias = Any
"""An element of lxml, for which python-docx has no public type."""

_NAME_LETTERS: Final = 40
_SPACE: Final = qn("xml:space")


def tag(name: str, /, *children: Xml, **attributes: object) -> Xml:
    """An element such as "w:p"; attributes are those of the namespace "w"."""
    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), str(value))
    made.extend(children)
    return made


def run(text: str, *, style: str | None = None) -> Xml:
    """A run of text in a character style; its line ends are breaks."""
    made = tag("w:r", *([tag("w:rPr", tag("w:rStyle", val=style))] if style else []))
    for place, line in enumerate(holdable(text).split("\n")):
        if place:
            made.append(tag("w:br"))
        told = tag("w:t")
        told.set(_SPACE, "preserve")
        told.text = line
        made.append(told)
    return made


def paragraph(style: str, *runs: Xml) -> Xml:
    """A paragraph in a style, by its id."""
    return tag("w:p", tag("w:pPr", tag("w:pStyle", val=style)), *runs)


def field(instruction: str, shown: Xml) -> Xml:
    """A field: what Word reckons, and the run that is shown until it does."""
    return tag("w:fldSimple", shown, instr=f" {instruction} ")


def field_parts(instruction: str) -> tuple[list[Xml], list[Xml]]:
    """A field over several paragraphs: what stands before and after the part that is shown."""
    told = tag("w:instrText")
    told.set(_SPACE, "preserve")
    told.text = f" {instruction} "
    parts = [tag("w:fldChar", fldCharType="begin"), told, tag("w:fldChar", fldCharType="separate")]
    end = tag("w:r", tag("w:fldChar", fldCharType="end"))
    return [tag("w:r", part) for part in parts], [end]


class Bookmarks:
    """Places in a document, each with a name and a number of its own."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._names = {key: _name(place, key) for place, key in enumerate(keys, 1)}
        self._numbers = count(1)

    def name(self, key: str) -> str | None:
        """The name of a place, None where the document has no such place."""
        return self._names.get(key)

    def around(self, key: str, *runs: Xml) -> list[Xml]:
        """Runs that are a place to go to."""
        name, number = self._names.get(key), next(self._numbers)
        if name is None:
            return list(runs)
        start = tag("w:bookmarkStart", id=number, name=name)
        return [start, *runs, tag("w:bookmarkEnd", id=number)]


def _name(place: int, key: str) -> str:
    """A name as Word has them: letters, digits and underscores, and not too many."""
    plain = "".join(letter if letter.isalnum() else "_" for letter in key)
    return f"p{place}_{plain}"[:_NAME_LETTERS]
