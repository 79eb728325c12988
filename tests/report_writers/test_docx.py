import io
import re
from dataclasses import replace
from zipfile import ZipFile

import docx
import polars as pl
import pypdfium2
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from hostile_document import EMPTY, FIGURES, WORDS, hostile, wide_table
from PIL import Image
from specimen_document import FINDING, specimen

from reports.document import Document, ListBlock, Section, printed_rows, words
from reports.palette import SYNTHETIC
from reports.writers import writer
from reports.writers.docx import write_docx
from reports.writers.docx_fit import fit
from reports.writers.docx_styles import LANDSCAPE_MM, PORTRAIT_MM


def word_of(document: Document):
    return docx.Document(io.BytesIO(write_docx(document)))


@pytest.fixture(scope="module", params=["specimen", "hostile", "registry"])
def written(request, without_store):
    made = {"specimen": specimen, "hostile": hostile, "registry": lambda: without_store}
    document = made[request.param]()
    return document, word_of(document)


@pytest.fixture(scope="module")
def plain():
    return word_of(specimen())


def said(paragraph) -> str:
    return "".join(node.text or "" for node in paragraph._p.iter(qn("w:t")))


def texts(word, *styles: str) -> list[str]:
    return [said(each) for each in word.paragraphs if each.style.name in styles]


def holdable(text: str) -> str:
    return text.replace("\r\n", "\n").translate(dict.fromkeys((0, 7, 27), "�"))


def test_sections_are_headings_with_outline_levels_that_the_contents_lead_to(written):
    document, word = written
    headings = [holdable(section.heading) for section in document.sections]
    assert texts(word, "Heading 1") == headings
    outline = word.styles["Heading 1"].element.find(f".//{qn('w:outlineLvl')}")
    assert outline.get(qn("w:val")) == "0"
    body = word.element.body
    (instruction,) = (n.text for n in body.iter(qn("w:instrText")))
    assert instruction.strip().startswith("TOC ")
    listed = list(body.find(f".//{qn('w:sdtContent')}").iter(qn("w:hyperlink")))
    assert ["".join(n.text for n in link.iter(qn("w:t"))) for link in listed] == headings


def test_every_link_within_leads_to_a_place_of_the_document(written):
    _, word = written
    body = word.element.body
    names = [node.get(qn("w:name")) for node in body.iter(qn("w:bookmarkStart"))]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z]\w{0,39}", name) for name in names)
    inner = {n.get(qn("w:anchor")) for n in body.iter(qn("w:hyperlink"))} - {None}
    referred = {
        n.get(qn("w:instr")).split()[1]
        for n in body.iter(qn("w:fldSimple"))
        if "NOTEREF" in n.get(qn("w:instr"))
    }
    assert inner | referred <= set(names)
    assert inner


def test_links_out_of_the_document_are_addresses_of_pages_alone(written):
    _, word = written
    parts = [
        word.part,
        *(rel.target_part for rel in word.part.rels.values() if not rel.is_external),
    ]
    out = [rel.target_ref for part in parts for rel in part.rels.values() if rel.is_external]
    assert all(address.startswith(("https://", "http://")) for address in out)
    assert not any("evil" in address for address in out)


def test_tables_hold_the_printed_cells_under_a_header_row_that_repeats(written):
    document, word = written
    printed = list(document.printed_tables.values())
    assert len(word.tables) == len(printed)
    for table, made in zip(printed, word.tables, strict=True):
        rows = [[cell.text for cell in row.cells] for row in made.rows]
        assert rows[0] == [holdable(column.heading) for column in table.printed_columns]
        expected = [[holdable(cell) for cell in row] for row in printed_rows(table)]
        assert [[cell.replace("\t", "") for cell in row] for row in rows[1:]] == [
            [cell.replace("\t", "") for cell in row] for row in expected
        ]
        marked = [row._tr.find(f".//{qn('w:tblHeader')}") is not None for row in made.rows]
        assert marked == [True] + [False] * (len(rows) - 1)
        properties = made._tbl.tblPr
        assert properties.find(qn("w:tblCaption")).get(qn("w:val")) == holdable(table.caption)
        assert not list(made._tbl.iter(qn("w:gridSpan"), qn("w:vMerge")))


def test_no_table_is_wider_than_its_paper(written):
    document, word = written
    wide = [table for table in document.printed_tables.values() if fit(table).landscape]
    turned = [s for s in word.sections if s.orientation == WD_ORIENT.LANDSCAPE]
    assert bool(wide) == bool(turned)
    for table in (*document.printed_tables.values(), *document.data[:3]):
        shape = fit(table)
        room = LANDSCAPE_MM if shape.landscape else PORTRAIT_MM
        assert sum(shape.widths_mm) <= room + 0.01
        assert len(shape.widths_mm) == len(table.printed_columns)


def test_a_table_of_three_hundred_columns_still_fits():
    assert sum(fit(wide_table(300)).widths_mm) == pytest.approx(LANDSCAPE_MM)


def test_captions_are_numbered_as_in_every_other_format(plain):
    assert texts(plain, "Caption") == [
        "Figure 1. Share of available GPU-hours, May 2026",
        "Table 1. Utilisation by cluster, 1 May 2026 to 31 May 2026",
        "Table 2. Jobs by month",
    ]


def test_pictures_have_a_text_alternative_and_twice_the_pixels(plain):
    (shape,) = plain.inline_shapes
    alternative = shape._inline.docPr.get("descr")
    assert alternative.startswith("North ran at 78%")
    (part,) = (r.target_part for r in plain.part.rels.values() if "image" in r.reltype)
    assert Image.open(io.BytesIO(part.blob)).width == 1280
    assert shape.width.mm == pytest.approx(PORTRAIT_MM, abs=0.1)


def test_a_finding_has_one_footnote_and_its_second_mark_refers_to_it():
    twice = Section("again", "Again", (FINDING,))
    document = replace(specimen(), sections=(*specimen().sections, twice))
    content = write_docx(document)
    word = docx.Document(io.BytesIO(content))
    marks = list(word.element.body.iter(qn("w:footnoteReference")))
    assert [mark.get(qn("w:id")) for mark in marks] == ["1"]
    fields = [n.get(qn("w:instr")).strip() for n in word.element.body.iter(qn("w:fldSimple"))]
    assert sum(field.startswith("NOTEREF") for field in fields) == 1
    with ZipFile(io.BytesIO(content)) as members:
        notes = members.read("word/footnotes.xml").decode()
    assert "Allocated over available GPU-hours. Slurm accounting (sacct)" in notes
    assert "plimsoll show utilisation --by cluster" in notes
    assert 'w:type="separator"' in notes


def test_lists_are_lists_and_each_ordered_one_begins_at_one():
    items = ListBlock((words("a"), words("b")), ordered=True)
    document = replace(specimen(), sections=(Section("l", "L", (items, items)),))
    word = word_of(document)
    numbers = [
        each._p.pPr.numPr.numId.val for each in word.paragraphs if each.style.name == "List Number"
    ]
    assert len(set(numbers)) == 2
    assert numbers == sorted(numbers)
    defined = word.part.numbering_part.element
    for number in set(numbers):
        start = defined.num_having_numId(number).find(f".//{qn('w:startOverride')}")
        assert start.get(qn("w:val")) == "1"


def test_commands_are_monospaced_and_keep_their_lines(plain):
    assert plain.styles["Commands"].font.name == "Courier New"
    (shown,) = [p for p in plain.paragraphs if p.style.name == "Commands" and "--output" in p.text]
    assert shown.text == "plimsoll report capacity \\\n  --output report.pdf"


def test_the_file_tells_title_language_author_and_the_day_of_the_edition(plain):
    told = plain.core_properties
    assert told.title == "Capacity report, 1 May 2026 to 31 May 2026"
    assert (told.language, told.author) == ("en-GB", "Example <University>")
    assert told.created.isoformat() == told.modified.isoformat() == "2026-06-01T00:00:00+00:00"
    language = plain.styles.element.find(f".//{qn('w:docDefaults')}//{qn('w:lang')}")
    assert language.get(qn("w:val")) == "en-GB"


def test_made_up_data_say_so_at_the_head_of_each_page_and_real_ones_do_not(plain):
    assert SYNTHETIC in plain.sections[0].header.paragraphs[0].text
    assert all(section.header.is_linked_to_previous for section in list(plain.sections)[1:])
    real = word_of(specimen(synthetic=False))
    assert SYNTHETIC not in real.sections[0].header.paragraphs[0].text


def test_pages_are_numbered_and_headings_have_the_colour_of_the_organisation(plain):
    foot = plain.sections[0].footer.paragraphs[0]
    fields = [n.get(qn("w:instr")).strip() for n in foot._p.iter(qn("w:fldSimple"))]
    assert fields == ["PAGE", "NUMPAGES"]
    accent = specimen().branding.accent.removeprefix("#")
    assert str(plain.styles["Heading 1"].font.color.rgb) == accent


def test_the_same_document_gives_the_same_bytes():
    assert write_docx(hostile()) == writer("docx")(hostile())


def test_libreoffice_sets_every_page_and_loses_no_words_however_hostile(convert):
    short = WORDS.frame.filter(pl.all_horizontal(pl.col("name", "again").str.len_chars() < 100))
    strange = Section("s", "=Heading\x07", (replace(WORDS, frame=short), FIGURES, EMPTY))
    sections = (*specimen().sections, strange)
    document = replace(specimen(), sections=sections)
    pages = pypdfium2.PdfDocument(convert("report.docx", "pdf", write_docx(document)))
    text = " ".join(" ".join(page.get_textpage().get_text_bounded().split()) for page in pages)
    for expected in (
        "Capacity report",
        "SYNTHETIC DATA",
        "Key findings",
        "Allocated over available GPU-hours.",
        "north <1> 78.4% 1,690,321",
        f"Page 1 of {len(pages)}",
        "Jobs held 0.959 GPU-hours more than the nodes had.",
        "=Words & <figures> [free](https://evil.example)",
        "=HYPERLINK(",
    ):
        assert expected in text
    pages.close()
