import io
import math
import re
from dataclasses import replace
from datetime import UTC, datetime
from zipfile import ZipFile

import openpyxl
import pandas as pd
import polars as pl
import pytest
from gptables import GPTable, write_workbook
from hostile_document import EMPTY, FIGURES, TEXTS, hostile, long_table, wide_table
from specimen_document import CLUSTERS, MONTHS, specimen

from model.errors import InputError
from reports.document import Document
from reports.palette import SYNTHETIC
from reports.writers import writer
from reports.writers.sheets import sheet_names, sheets_of
from reports.writers.xlsx import write_xlsx


def book_of(document: Document):
    return openpyxl.load_workbook(io.BytesIO(write_xlsx(document)))


@pytest.fixture(scope="module")
def documents(without_store):
    return {"specimen": specimen(), "hostile": hostile(), "registry": without_store}


@pytest.fixture(scope="module", params=["specimen", "hostile", "registry"])
def written(request, documents):
    document = documents[request.param]
    return document, book_of(document)


def heading_row(sheet) -> int:
    """The row of the headings, from 1: where the table of Excel begins."""
    if sheet.tables:
        (table,) = sheet.tables.values()
        return int(re.match(r"A(\d+):", table.ref)[1])
    return sheet.max_row


def test_every_table_has_a_sheet_of_its_own_from_a1_with_nothing_merged_or_reckoned(written):
    document, book = written
    assert book.sheetnames[:2] == ["Cover", "Contents"]
    assert set(sheet_names(document).values()) <= set(book.sheetnames)
    for sheet in book.worksheets[1:]:
        assert not sheet.merged_cells.ranges
        assert sheet["A1"].value
        assert len(sheet.tables) == (1 if sheet.max_row > heading_row(sheet) else 0)
        assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}
        block = sheet.iter_rows(min_row=heading_row(sheet), values_only=True)
        assert all(cell is not None for row in block for cell in row), "no cell is blank"


def test_every_figure_is_that_of_the_frame_to_its_last_digit(written):
    document, book = written
    names = sheet_names(document)
    compared = 0
    for key, table in document.tables.items():
        sheet = book[names[key]]
        first = heading_row(sheet) + 1
        for place, column in enumerate(table.columns, 1):
            for row, value in enumerate(table.frame[column.name].to_list(), first):
                held = sheet.cell(row, place).value
                if isinstance(value, float) and math.isfinite(value):
                    assert held == value
                    compared += 1
                elif isinstance(value, int) and not isinstance(value, bool):
                    assert held == (value if abs(value) <= 2**53 else str(value))
                    compared += 1
                elif value is None:
                    assert held in {"[x]", "[c]", "[x] [r]"}
    assert compared


def test_numbers_show_the_decimals_that_pages_print_and_what_they_are_marked_with():
    sheet = book_of(replace(specimen(), data=(FIGURES,)))["utilisation-clusters"]
    first = heading_row(sheet) + 1
    formats = [cell.number_format for cell in sheet[first]]
    assert formats == [
        "General",
        "0.0%",
        "#,##0",
        '#,##0" [r]"',
        "#,##0",
        "d mmmm yyyy",
        "General",
    ]
    assert sheet.cell(first, 4).value == 12_345
    assert sheet.cell(first + 2, 2).value == "[c]"
    assert sheet.cell(first, 6).value == datetime.fromisoformat("2021-10-05")
    above = [row[0].value for row in sheet.iter_rows(max_row=first - 2)]
    assert "[r] revised since the previous edition." in above
    assert "[c] withheld, so that nobody behind the figure can be made out." in above
    assert "[x] not available." in above


def test_units_stand_in_headings_and_years_are_not_written_with_commas():
    sheet = book_of(replace(specimen(), data=(FIGURES,)))["notes-table"]
    row = heading_row(sheet)
    headings = [cell.value for cell in sheet[row]]
    assert headings[0] == "Whole (jobs)"
    assert headings[5:7] == ["Moment (UTC)", "Took (seconds)"]
    assert sheet.cell(row + 1, 4).number_format == "0"
    assert sheet.cell(row + 1, 6).value == datetime.fromisoformat("2026-10-25T00:30")
    assert sheet.cell(row + 1, 5).value == "1899-12-31", "before the calendar of Excel begins"


def test_every_note_is_referred_to_and_every_reference_is_defined(written):
    document, book = written
    titles = "".join(sheet["A1"].value for sheet in book.worksheets[1:])
    referred = set(re.findall(r"\[(note \d+)\]", titles))
    every = {note for table in document.tables.values() for note in table.notes}
    assert len(referred) == len(every)
    if every:
        sheet = book["Notes"]
        rows = sheet.iter_rows(min_row=heading_row(sheet) + 1, values_only=True)
        assert {number for number, _ in rows} == referred


def test_links_lead_to_sheets_of_the_book_alone_and_none_comes_from_data(written):
    _, book = written
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in (cell for cell in row if cell.hyperlink):
                assert cell.hyperlink.target is None
                name, _, place = cell.hyperlink.location.rpartition("!")
                assert name.strip("'") in book.sheetnames
                assert place == "A1"
    contents = book["Contents"]
    listed = [row[0].value for row in contents.iter_rows(min_row=heading_row(contents) + 1)]
    assert listed == book.sheetnames[2:]


def test_made_up_data_say_so_on_the_cover_and_on_their_sheets_and_nowhere_else():
    book = book_of(specimen())
    assert any(SYNTHETIC in str(row[0].value) for row in book["Cover"].iter_rows())
    told = {s.title for s in book.worksheets[1:] if str(s["A2"].value).startswith(SYNTHETIC)}
    assert told == {"Findings", "utilisation-clusters"}
    assert SYNTHETIC in book["utilisation-clusters"].oddHeader.center.text


def test_findings_have_a_sheet_with_sentence_table_method_and_source():
    sheet = book_of(specimen())["Findings"]
    rows = list(sheet.iter_rows(min_row=heading_row(sheet), values_only=True))
    assert rows[0] == ("Finding", "Table", "Method", "Source", "Command")
    assert rows[1][0].startswith("78% of the available GPU-hours")
    assert rows[1][1] == "Table 1"
    assert sheet.cell(heading_row(sheet) + 1, 2).hyperlink.location == "'utilisation-clusters'!A1"


def test_the_file_tells_title_language_author_and_the_day_of_the_edition():
    told = book_of(specimen()).properties
    assert told.title == "Capacity report, 1 May 2026 to 31 May 2026"
    assert told.language == "en-GB"
    assert told.creator == "Example <University>"
    assert told.created == datetime(2026, 6, 1, tzinfo=UTC).replace(tzinfo=None)


def test_words_stay_words_whatever_they_look_like():
    sheet = book_of(hostile())["history-table"]
    first = heading_row(sheet) + 1
    cells = [sheet.cell(first + place, 1) for place in range(len(TEXTS))]
    assert all(cell.data_type == "s" for cell in cells)
    held = dict(zip(TEXTS, (cell.value for cell in cells), strict=True))
    for text in TEXTS[:15]:
        assert held[text] == text
    assert held[TEXTS[15]] == "one\ntwo\nthree four"
    assert held[TEXTS[16]] == "bell\ufffdnull\ufffdend\ufffd"
    assert held[TEXTS[17]].endswith(" … [cut: 40,000 characters in all]")
    assert len(held[TEXTS[17]]) == 32_767
    assert len(held[TEXTS[18]].encode("utf-16-le")) // 2 <= 32_767
    assert held[""] == "[x]"
    assert sheet["A1"].value.startswith("Table 1. =Words & <figures> [free](https://evil.example)")
    assert [cell.value for cell in sheet[first - 1]] == ["Name", "name (2)", "=Kinds\ufffd"]


def test_what_is_no_number_of_excel_is_said_in_words():
    sheet = book_of(hostile())["notes-table"]
    first = heading_row(sheet) + 1
    values = [sheet.cell(first + place, 2).value for place in range(3)]
    assert values == ["[x]", "infinity", "minus infinity"]
    assert [sheet.cell(first + place, 1).value for place in (1, 4)] == [str(2**53 + 1), "[c]"]


def test_an_empty_table_says_that_it_is_empty():
    sheet = book_of(replace(specimen(), data=(EMPTY,)))["empty"]
    said = [row[0] for row in sheet.iter_rows(values_only=True)]
    assert "The table has no lines: nothing of the kind is on record." in said
    assert [cell.value for cell in sheet[sheet.max_row]] == ["A", "B"]


@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")  # within gptables
def test_the_layout_is_that_of_gptables(tmp_path):
    """Where gptables can write a table at all, it writes the same cells at the same places."""
    document = replace(specimen(synthetic=False), sections=(), data=(MONTHS,))
    (ours,) = (sheet for sheet in sheets_of(document).tables if sheet.name == "usage-months")
    lines = [line if isinstance(line, str) else line.text for line in ours.lines]
    headings = [column.heading for column in ours.columns]
    frame = pd.DataFrame(ours.rows, columns=headings, dtype=object)
    days = [{"column": {"columns": [0], "format": {"num_format": "d mmmm yyyy"}}}]
    theirs = GPTable(
        frame,
        "t",
        ours.title,
        instructions=lines[0],
        legend=lines[1:],
        additional_formatting=days,
    )
    file = tmp_path / "theirs.xlsx"
    with pytest.warns(UserWarning, match="notes sheet has not been generated"):
        write_workbook(str(file), {"usage-months": theirs}, contentsheet_label=None)
    left = openpyxl.load_workbook(file)["usage-months"]
    right = book_of(document)["usage-months"]
    assert list(left.values) == list(right.values)
    assert [t.ref for t in left.tables.values()] == [t.ref for t in right.tables.values()]


def test_the_same_document_gives_the_same_bytes():
    assert write_xlsx(hostile()) == writer("xlsx")(hostile())


def test_a_long_and_a_wide_table_are_written_whole():
    document = replace(specimen(), data=(long_table(100_000), wide_table(300)))
    with ZipFile(io.BytesIO(write_xlsx(document))) as members:
        sheets = [
            members.read(name).decode() for name in members.namelist() if "/worksheets/s" in name
        ]
    long, wide = (
        re.findall(r"<v>([^<]*)</v>", sheet.rpartition("<row ")[2]) for sheet in sheets[-2:]
    )
    assert [float(figure) for figure in long[1:]] == [99_999, 99_999 / 7]
    assert [int(figure) for figure in wide] == list(range(1, 301))


@pytest.mark.parametrize("style", ["xlsx", "ods"])
def test_a_table_that_no_sheet_can_hold_is_refused_in_one_line(style):
    frame = pl.DataFrame({"n": pl.int_range(1_048_577, eager=True)})
    table = replace(MONTHS, key="jobs", frame=frame, columns=(MONTHS.columns[1],))
    with pytest.raises(InputError, match=r"table jobs: a sheet holds 1,048,576 rows"):
        writer(style)(replace(specimen(), data=(table,)))


def test_a_mark_may_stand_beside_words():
    table = replace(
        CLUSTERS, marks=(*CLUSTERS.marks, *(replace(CLUSTERS.marks[1], column="note"),))
    )
    sheet = book_of(replace(specimen(), data=(replace(table, key="more"),)))["more"]
    assert sheet.cell(heading_row(sheet) + 1, 7).value == "a | b [r]"


def test_programs_find_a_table_by_its_name():
    content = io.BytesIO(write_xlsx(specimen()))
    read = pl.read_excel(content, table_name="table_utilisation_clusters")
    assert read.columns[0] == "Cluster"
    assert read["Allocated (GPU-hours)"].to_list() == ["1690321.25", "12.5", "[x]"]
    assert read.height == 3
