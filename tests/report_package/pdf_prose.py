"""The running text of a tagged PDF, piece by piece, as its tags have it."""

import io
from collections.abc import Iterator
from dataclasses import dataclass

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium

NOT_PROSE = {"TOC", "Table", "Code"}
"""Tables, the contents and commands: what is left are headings, sentences, lists and notes."""
HOLDERS = {"Document", "Part", "Sect", "Div", "L", "LI", "LBody"}
APART = {"Note", "Lbl"}
"""What stands within a sentence and is no part of it: a footnote, and its number."""

Said = dict[tuple[int, int], str]


@dataclass(frozen=True)
class Piece:
    """What a heading, a paragraph, a point of a list, a caption or a note says.

    A figure says its text alternative: the letters of its axis are no sentence.
    """

    tag: str
    text: str


def pieces(made: bytes) -> list[Piece]:
    """Every piece of running text, in the order of reading."""
    with pikepdf.open(io.BytesIO(made)) as pdf:
        reader = _Reader(_said(made), {page.objgen: at for at, page in enumerate(pdf.pages)})
        found = list(reader.pieces(pdf.Root.StructTreeRoot, None, "Document"))
    return [piece for piece in found if piece.text]


def _said(made: bytes) -> Said:
    """The text of each marked part of a page: by page, and by its number there."""
    said: Said = {}
    for place, page in enumerate(pypdfium2.PdfDocument(made)):
        text, mark = page.get_textpage(), -1
        for at in range(text.count_chars()):
            drawn = pdfium.FPDFText_GetTextObject(text, at)
            if drawn:
                mark = pdfium.FPDFPageObj_GetMarkedContentID(drawn)
            letter = chr(pdfium.FPDFText_GetUnicode(text, at))
            said[place, mark] = said.get((place, mark), "") + letter
    return said


def _tag(node) -> str:
    return str(node.S)[1:]


def _is_element(node) -> bool:
    return isinstance(node, pikepdf.Dictionary) and "/S" in node


def _kids(node) -> list:
    kids = node.get("/K", [])
    return list(kids) if isinstance(kids, pikepdf.Array) else [kids]


class _Reader:
    def __init__(self, said: Said, pages: dict) -> None:
        self._said, self._pages = said, pages

    def pieces(self, node, page, within: str) -> Iterator[Piece]:
        """The pieces below a node that is none itself."""
        page = node.get("/Pg", page)
        for kid in self._elements(node):
            tag = _tag(kid)
            if tag in HOLDERS:
                yield from self.pieces(kid, page, tag)
            elif tag == "Lbl" and within != "LI":
                continue
            else:
                yield self._piece(kid, page)
                yield from self._notes(kid, page)

    def _piece(self, node, page) -> Piece:
        told = str(node.Alt) if "/Alt" in node else "".join(self._text(node, page))
        return Piece(_tag(node), " ".join(told.split()))

    def _notes(self, node, page) -> Iterator[Piece]:
        page = node.get("/Pg", page)
        for kid in self._elements(node):
            if _tag(kid) == "Note":
                yield self._piece(kid, page)
            else:
                yield from self._notes(kid, page)

    def _elements(self, node) -> list:
        kids = [kid for kid in _kids(node) if _is_element(kid)]
        return [kid for kid in kids if _tag(kid) not in NOT_PROSE]

    def _text(self, node, page) -> Iterator[str]:
        page = node.get("/Pg", page)
        for kid in _kids(node):
            if isinstance(kid, int):
                yield self._said.get((self._pages[page.objgen], kid), "")
            elif isinstance(kid, pikepdf.Dictionary) and "/MCID" in kid:
                at = self._pages[kid.get("/Pg", page).objgen], int(kid.MCID)
                yield self._said.get(at, "")
            elif _is_element(kid) and _tag(kid) not in NOT_PROSE | APART:
                yield from self._text(kid, page)
