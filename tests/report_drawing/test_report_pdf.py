"""The PDFs that people get, walked: tags, order, words; of a demonstration and of no store."""

import io
from collections.abc import Iterator
from itertools import pairwise

import pikepdf
import pypdfium2
import pytest
from real_reports import demo_reports, registry_report

from reports.document import Document, Finding
from reports.palette import SYNTHETIC
from reports.writers.pdf import write_pdf

STRUCTURE = frozenset(
    {"Document", "Part", "Sect", "Div", "H1", "H2", "H3", "P", "L", "LI", "Lbl", "LBody", "TOC"}
    | {"Table", "Caption", "THead", "TBody", "TR", "TH", "TD", "Figure", "Link", "Note", "TOCI"}
    | {"Reference", "Strong", "Em", "Code", "Span", "Title", "BlockQuote", "NonStruct"}
)
FULL_PAGES = 40


@pytest.fixture(scope="module")
def documents(tmp_path_factory) -> dict[str, Document]:
    full, brief = demo_reports(tmp_path_factory.mktemp("demo"), "full", "brief")
    return {
        "demo": full,
        "brief": brief,
        "registry": registry_report(tmp_path_factory.mktemp("registry")),
    }


@pytest.fixture(scope="module")
def made(documents) -> dict[str, bytes]:
    return {name: write_pdf(document) for name, document in documents.items()}


@pytest.fixture(params=["demo", "brief", "registry"])
def name(request) -> str:
    return request.param


@pytest.fixture
def pdf(made, name) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(io.BytesIO(made[name])) as opened:
        yield opened


def kids(node: pikepdf.Object) -> list[pikepdf.Object]:
    found = node.get("/K", [])
    return list(found) if isinstance(found, pikepdf.Array) else [found]


def elements(node: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """Every structure element below a node, in the order of reading."""
    for kid in kids(node):
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from elements(kid)


def of_kind(pdf: pikepdf.Pdf, *kinds: str) -> list[pikepdf.Object]:
    wanted = {f"/{kind}" for kind in kinds}
    return [each for each in elements(pdf.Root.StructTreeRoot) if str(each.S) in wanted]


def texts(made: bytes) -> list[str]:
    book = pypdfium2.PdfDocument(made)
    said = [" ".join(page.get_textpage().get_text_range().split()) for page in book]
    book.close()
    return said


def test_it_says_what_it_is(pdf):
    assert pdf.Root.MarkInfo.Marked
    assert str(pdf.Root.Lang) == "en-GB"
    assert pdf.Root.ViewerPreferences.DisplayDocTitle
    assert all(page.Tabs == "/S" for page in pdf.pages if "/Annots" in page)


def test_headings_do_not_jump_and_the_outline_has_the_sections(pdf, documents, name):
    levels = [int(str(each.S)[2]) for each in of_kind(pdf, "H1", "H2", "H3", "H4")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    with pdf.open_outline() as outline:
        assert [item.title for item in outline.root] == [
            section.heading for section in documents[name].sections
        ]


def test_every_kind_of_tag_is_a_standard_one(pdf):
    roles = pdf.Root.StructTreeRoot.get("/RoleMap", pikepdf.Dictionary())
    for each in elements(pdf.Root.StructTreeRoot):
        kind = str(each.S)
        assert str(roles.get(kind, kind)).removeprefix("/") in STRUCTURE, kind


def test_tables_have_headers_with_a_scope(pdf):
    for table in of_kind(pdf, "Table"):
        headers = [each for each in elements(table) if str(each.S) == "/TH"]
        assert headers
        assert all(_scope(header) in {"/Column", "/Row", "/Both"} for header in headers)


def _scope(header: pikepdf.Object) -> str:
    found = header.get("/A", [])
    attributes = list(found) if isinstance(found, pikepdf.Array) else [found]
    return next((str(each.Scope) for each in attributes if "/Scope" in each), "")


def test_figures_have_words_and_links_lead_somewhere(pdf, documents, name):
    figures = of_kind(pdf, "Figure")
    assert all(str(figure.Alt).strip() for figure in figures)
    assert len(figures) == len(documents[name].charts)
    for page in pdf.pages:
        for note in page.get("/Annots", []):
            assert note.Subtype == "/Link"
            assert str(note.get("/Contents", "")).strip()
            assert "/StructParent" in note
            assert "/A" in note or "/Dest" in note


def test_findings_have_notes_and_are_told_once(pdf, documents, name):
    once = {finding.key for finding in documents[name].blocks(Finding)}
    assert len(of_kind(pdf, "Note")) == len(once)


def test_nothing_on_a_page_is_left_untagged(pdf):
    for page in pdf.pages:
        depth = 0
        for operands, operator in pikepdf.parse_content_stream(page):
            match str(operator):
                case "BDC" | "BMC":
                    assert depth > 0 or str(operands[0]) == "/Artifact" or "/MCID" in operands[1]
                    depth += 1
                case "EMC":
                    depth -= 1
                case "Tj" | "TJ" | "'" | '"' | "Do":
                    assert depth > 0, (page.index, operands)
        assert depth == 0


def test_running_headers_are_no_content(pdf):
    artifacts = 0
    for page in pdf.pages[1:]:
        operators = pikepdf.parse_content_stream(page)
        artifacts += any(
            str(o) in {"BDC", "BMC"} and str(a[0]) == "/Artifact" for a, o in operators
        )
    assert artifacts == len(pdf.pages) - 1


def test_made_up_data_say_so_on_every_page_and_real_ones_on_none(made, name):
    marked = [SYNTHETIC in page for page in texts(made[name])]
    assert not any(marked) if name == "registry" else all(marked)


def test_a_brief_is_two_pages_and_a_report_no_more_than_a_reader_bears(made):
    assert len(texts(made["brief"])) == 2
    assert len(texts(made["demo"])) <= FULL_PAGES


def test_no_page_is_nearly_empty_but_the_last(made, name):
    book = pypdfium2.PdfDocument(made[name])
    for page in list(book)[:-1]:
        assert _filled(page) > 0.35, page
    book.close()


def _filled(page: pypdfium2.PdfPage) -> float:
    """How far down a page goes, running header and footer left aside."""
    picture = page.render(scale=0.25).to_pil().convert("L")
    wide, high = picture.size
    body = picture.crop((0, int(high * 0.08), wide, int(high * 0.93)))
    box = body.point(lambda shade: 255 if shade < 200 else 0).getbbox()
    return box[3] / body.size[1] if box else 0.0


def test_key_findings_come_first_and_each_figure_of_prose_is_in_the_data(documents, name):
    document = documents[name]
    assert document.sections[0].key == "findings"
    quoted = list(document.quoted())
    assert quoted
    for figure in quoted:
        held = document.tables[figure.table].frame[figure.column][figure.row]
        assert held == figure.value
