"""The PDF of a report: its tags walked, its text read back, its pages drawn, the same bytes."""

import io
from dataclasses import replace
from datetime import date

import pikepdf
import pypdfium2
import pytest
from specimen_document import specimen

from reports.palette import SYNTHETIC
from reports.writers.pdf import write_pdf

DOCUMENT = specimen()
EVIL = '#panic("no") *bold* $x$ <label> @ref \\ "quoted" // gone'


@pytest.fixture(scope="module")
def pdf():
    with pikepdf.open(io.BytesIO(write_pdf(DOCUMENT))) as opened:
        yield opened


@pytest.fixture(scope="module")
def pages() -> list[str]:
    return text_of(write_pdf(DOCUMENT))


def text_of(made: bytes) -> list[str]:
    book = pypdfium2.PdfDocument(made)
    return [" ".join(page.get_textpage().get_text_range().split()) for page in book]


def tagged(node, found: list) -> list:
    """Every structure element below a node, in the order of reading."""
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            found.append(kid)
            tagged(kid, found)
    return found


def tags(pdf, name: str) -> list:
    return [e for e in tagged(pdf.Root.StructTreeRoot, []) if str(e.S) == f"/{name}"]


def test_it_says_that_it_is_accessible_and_in_which_language(pdf):
    assert pdf.Root.MarkInfo.Marked
    assert str(pdf.Root.Lang) == "en-GB"
    assert pdf.Root.ViewerPreferences.DisplayDocTitle
    with pdf.open_metadata() as told:
        assert told["pdfuaid:part"] == "1"
        assert told["dc:title"] == "Capacity report: GPU capacity & its use"


def test_headings_stand_in_order_and_in_the_outline(pdf):
    sections = [section.heading for section in DOCUMENT.sections]
    with pdf.open_outline() as outline:
        titles = [item.title for item in outline.root]
        assert titles == sections
        assert [kid.title for kid in outline.root[1].children] == ["By cluster"]
    levels = [str(e.S) for e in tagged(pdf.Root.StructTreeRoot, []) if str(e.S) in {"/H1", "/H2"}]
    assert levels == ["/H1", "/H1", "/H1", "/H2", "/H1"]  # the first is that of the contents


def test_tables_have_header_cells_and_charts_their_words(pdf):
    headers = tags(pdf, "TH")
    columns = sum(len(table.printed_columns) for table in DOCUMENT.tables.values())
    assert len(headers) == columns + 2  # and two of the imprint on the cover
    assert len(tags(pdf, "Table")) == len(DOCUMENT.tables) + 1
    alternatives = [str(e.Alt) for e in tags(pdf, "Figure") if "/Alt" in e]
    assert alternatives == [block.alternative for block in DOCUMENT.charts]
    assert tags(pdf, "Link")
    assert tags(pdf, "Note")


def test_the_words_and_figures_are_those_of_the_document(pages):
    whole = " ".join(pages)
    for wanted in (
        "Example <University>",
        "78% of the available GPU-hours were allocated: 1.69 million.",
        "1,690,321",
        "12,345 [r]",
        "[c]",
        "no data",
        "3 further lines stand in the files of data.",
        "plimsoll awards template > awards.csv",
        "Counts of people are rounded to 5.",
    ):
        assert wanted in whole


def test_made_up_data_say_so_on_every_page_and_real_ones_on_none(pages):
    assert all(SYNTHETIC in page for page in pages)
    real = replace(DOCUMENT, synthetic=False, sections=DOCUMENT.sections[2:])
    assert not any(SYNTHETIC in page for page in text_of(write_pdf(real)))


def test_the_same_document_gives_the_same_bytes_and_another_edition_others():
    made = write_pdf(DOCUMENT)
    assert made == write_pdf(DOCUMENT)
    assert made != write_pdf(replace(DOCUMENT, edition=date(2026, 6, 2)))


def test_text_of_the_data_is_never_markup():
    pages = text_of(write_pdf(replace(DOCUMENT, organisation=EVIL, period=EVIL)))
    assert pages[0].count("#panic(") == 2
    assert pages[0].count("*bold* $x$ <label> @ref") == 2


def test_a_link_to_a_section_that_was_left_out_is_bare_words():
    (method,) = (section for section in DOCUMENT.sections if section.key == "method")
    assert "See Utilisation and" in text_of(write_pdf(replace(DOCUMENT, sections=(method,))))[1]


def test_pages_have_something_on_them():
    book = pypdfium2.PdfDocument(write_pdf(DOCUMENT))
    assert len(book) == 2
    for page in book:
        shades = page.render(scale=0.3).to_pil().convert("L").getextrema()
        assert shades[0] < 100 < shades[1]
