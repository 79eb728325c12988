import io
import re
from dataclasses import replace
from datetime import date, datetime
from zipfile import ZIP_STORED, ZipFile

import openpyxl
import pytest
from hostile_document import hostile, long_table
from lxml import etree
from specimen_document import specimen

from reports.palette import SYNTHETIC
from reports.writers import writer
from reports.writers.ods import write_ods
from reports.writers.sheet_cells import Marked, ToSheet
from reports.writers.sheets import sheets_of
from reports.writers.xlsx import write_xlsx

_SHEET = 6
_AS_SHOWN = f"csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true,false,false,{_SHEET}"
"""Fields with commas, UTF-8, cells as they are shown, of one sheet."""

SPACES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "xlink": "http://www.w3.org/1999/xlink",
    "dc": "http://purl.org/dc/elements/1.1/",
    "meta": "urn:oasis:names:tc:opendocument:xmlns:meta:1.0",
    "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
    "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
}


def part(content: bytes, name: str):
    with ZipFile(io.BytesIO(content)) as members:
        return etree.fromstring(members.read(name))


def found(node, path: str):
    return node.xpath(path, namespaces=SPACES)


def values(row) -> list[object]:
    return [value(cell) for cell in found(row, "table:table-cell")]


def value(cell) -> object:
    office = f"{{{SPACES['office']}}}"
    match cell.get(f"{office}value-type"):
        case "float" | "percentage":
            return float(cell.get(f"{office}value"))
        case "date":
            told = cell.get(f"{office}date-value")
            return datetime.fromisoformat(told) if "T" in told else date.fromisoformat(told)
        case _:
            return "\n".join(_said(paragraph) for paragraph in found(cell, "text:p"))


def _said(node) -> str:
    told = node.text or ""
    for child in node:
        name = etree.QName(child).localname
        spaces = " " * int(child.get(f"{{{SPACES['text']}}}c", "1"))
        told += spaces if name == "s" else _said(child)
        told += child.tail or ""
    return told


def plain(cell) -> object:
    match cell:
        case ToSheet():
            return cell.text
        case Marked():
            return cell.value
        case _:
            return cell


@pytest.mark.parametrize("of", ["specimen", "hostile", "registry"])
def test_each_sheet_holds_the_cells_of_the_layout_and_their_types(of, without_store):
    document = {"specimen": specimen(), "hostile": hostile(), "registry": without_store}[of]
    body = part(write_ods(document), "content.xml")
    tables = found(body, "//table:table")[1:]
    sheets = sheets_of(document).tables
    name = f"{{{SPACES['table']}}}name"
    assert [table.get(name) for table in tables] == [sheet.name for sheet in sheets]
    for table, sheet in zip(tables, sheets, strict=True):
        rows = [values(row) for row in found(table, ".//table:table-row")]
        assert rows[0] == [sheet.title]
        (heads,) = found(table, "table:table-header-rows/table:table-row")
        assert values(heads) == [column.heading for column in sheet.columns]
        assert rows[sheet.heading_row + 1 :] == [[plain(c) for c in row] for row in sheet.rows]


def test_nothing_is_merged_or_reckoned_and_links_lead_to_sheets_of_the_file():
    body = part(write_ods(hostile()), "content.xml")
    assert not found(body, "//@table:formula | //@table:number-columns-spanned")
    names = set(found(body, "//table:table/@table:name"))
    links = found(body, "//text:a/@xlink:href")
    assert links
    assert {re.fullmatch(r"#'(.+)'\.A1", link)[1] for link in links} <= names


def test_every_style_that_a_cell_names_is_defined():
    content = write_ods(hostile())
    body, styles = part(content, "content.xml"), part(content, "styles.xml")
    defined = {*found(body, "//style:style/@style:name"), *found(styles, "//@style:name")}
    assert set(found(body, "//@table:style-name")) <= defined
    assert set(found(styles, "//@style:data-style-name")) <= defined


def test_the_file_tells_title_language_author_and_the_day_of_the_edition():
    content = write_ods(specimen())
    told = part(content, "meta.xml")
    assert found(told, "string(//dc:title)") == "Capacity report, 1 May 2026 to 31 May 2026"
    assert found(told, "string(//dc:language)") == "en-GB"
    assert found(told, "string(//meta:creation-date)") == "2026-06-01T00:00:00"
    styles = part(content, "styles.xml")
    default = "//style:default-style/style:text-properties"
    assert found(styles, f"string({default}/@fo:language)") == "en"
    assert found(styles, f"string({default}/@fo:country)") == "GB"
    assert SYNTHETIC in found(styles, "string(//style:master-page[@style:name='fit_made_up'])")


def test_the_type_of_the_file_is_read_from_its_first_bytes():
    with ZipFile(io.BytesIO(write_ods(specimen()))) as members:
        first = members.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", ZIP_STORED)


def test_the_same_document_gives_the_same_bytes():
    assert write_ods(hostile()) == writer("ods")(hostile())


def test_a_long_table_is_written_whole():
    body = part(write_ods(replace(specimen(), data=(long_table(100_000),))), "content.xml")
    (table,) = found(body, "//table:table[@table:name='long']")
    assert values(found(table, "table:table-row[last()]")[0])[1:] == [99_999, 99_999 / 7]


def test_libreoffice_reads_both_files_as_the_same_sheets(convert):
    """Every cell that LibreOffice finds in the ODS file is the one that the XLSX file holds.

    LibreOffice itself writes figures with fifteen digits.
    """
    document = hostile()
    through = openpyxl.load_workbook(convert("report.ods", "xlsx", write_ods(document)))
    direct = openpyxl.load_workbook(io.BytesIO(write_xlsx(document)))
    assert through.sheetnames == direct.sheetnames
    for left, right in zip(through.worksheets, direct.worksheets, strict=True):
        for row in right.iter_rows():
            for cell in (cell for cell in row if cell.value is not None):
                other = left.cell(cell.row, cell.column)
                assert other.data_type == cell.data_type
                figure = cell.data_type == "n"
                assert other.value == (pytest.approx(cell.value) if figure else cell.value)


def test_libreoffice_shows_figures_of_the_xlsx_file_as_pages_print_them(convert):
    written = convert("report.xlsx", _AS_SHOWN, write_xlsx(specimen()))
    lines = written.read_text(encoding="utf-8").splitlines()
    (first,) = [line for line in lines if line.startswith("north")]
    shown = ("78.4%", '"1,690,321"', '"12,345 [r]"', '"5,040"', "5 October 2021", "a | b")
    assert first == ",".join(("north <1>", *shown))
