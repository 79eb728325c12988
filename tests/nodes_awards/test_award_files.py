"""Awards files: CSV of any dialect, XLSX, Parquet, into the awards table."""

import csv
import io
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from ingest.award_columns import COLUMNS
from ingest.award_rows import award_rows
from ingest.awards import awards_template, ingest_awards
from ingest.formats.table_file import read_table_file
from model.errors import InputError
from model.schemas import AWARDS
from store import Store, open_store


@pytest.fixture
def store(tmp_path: Path):
    with open_store(tmp_path / "store", create=True) as opened:
        yield opened


def rows(store: Store) -> list[dict[str, object]]:
    return store.scan(AWARDS).collect().sort(AWARDS.key).to_dicts()


def ingest(store: Store, tmp_path: Path, text: str | bytes, name: str = "awards.csv"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return ingest_awards(store, [path])


FOUR = "application_id,requested,granted,unit\n"


def test_four_columns_are_enough(store, tmp_path):
    report = ingest(
        store, tmp_path, FOUR + "A1,1000,200,GPU-hours\nA2,500,,gpu hours\nA3,7,0,GPUh\n"
    )
    got = [
        (row["application_id"], row["requested"], row["granted"], row["unit"])
        for row in rows(store)
    ]
    assert got == [
        ("A1", 1000, 200, "GPU-hours"),
        ("A2", 500, None, "GPU-hours"),
        ("A3", 7, 0, "GPU-hours"),
    ]
    assert [row["status"] for row in rows(store)] == ["decided", "undecided", "decided"]
    assert {row["recommended"] for row in rows(store)} == {None}
    assert (report.rows_read, report.rows_quarantined) == (3, 0)


def test_every_column(store, tmp_path):
    line = (
        'Access,2026-1,A1,P1,A title,"Ada, L.",Here,Physics,EPSRC,panel,main,gpu,1000,900,800,'
        "2026-04-01,1 April 2027,Q2,12,3,here:phys;there: phys2,5000,decided,node-hours\n"
    )
    header = (
        "call,round,application_id,project,title,pi,institution,discipline,council,route,pool,"
        "resource,requested,recommended,granted,start,end,tranche,applications,awards,accounts,"
        "offered,status,unit\n"
    )
    report = ingest(store, tmp_path, header + line)
    assert report.rows_quarantined == 0
    (row,) = rows(store)
    assert set(header.strip().split(",")) == set(COLUMNS) == set(AWARDS.schema)
    assert row["pi"] == "Ada, L."
    assert (row["start"], row["end"]) == (date(2026, 4, 1), date(2027, 4, 1))
    assert (row["applications"], row["awards"], row["offered"]) == (12, 3, 5000)
    assert row["accounts"] == "here:phys;there:phys2"
    assert row["unit"] == "node-hours"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("A,-5,,GPU-hours", "negative_amount:requested"),
        ("A,5,-1,GPU-hours", "negative_amount:granted"),
        ("A,many,,GPU-hours", "bad_number:requested"),
        (",5,1,GPU-hours", "no_application_id"),
        ("A,5,1,", "no_unit"),
        ("A,5,1,furlongs", "unknown_unit"),
        ("A,5,1", "too_few_fields"),
        ("A,5,1,GPU-hours,extra", "too_many_fields"),
    ],
)
def test_a_bad_row_is_set_aside_and_the_rest_goes_on(store, tmp_path, row, reason):
    report = ingest(store, tmp_path, FOUR + "Z,1,1,SU\n" + row + "\nY,2,1,SU\n")
    assert [each["application_id"] for each in rows(store)] == ["Y", "Z"]
    assert (report.rows_read, report.rows_accepted, report.reasons) == (3, 2, {reason: 1})
    (entry,) = store.catalogue.files()
    assert [each.line for each in store.catalogue.quarantine(entry.file_id)] == [3]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("decided,,2026-01-01,2027-01-01,,", "status_contradicts_granted"),
        ("undecided,5,2026-01-01,2027-01-01,,", "status_contradicts_granted"),
        ("maybe,5,,,,", "unknown_status"),
        (",5,2026-04-01,2026-04-01,,", "end_before_start"),
        (",5,04/05/2026,,,", "ambiguous_date:start"),
        (",5,,,3,4", "more_awards_than_applications"),
        (",5,,,3.5,", "bad_count:applications"),
    ],
)
def test_contradictions_are_set_aside(store, tmp_path, cells, reason):
    header = "application_id,requested,unit,status,granted,start,end,applications,awards\n"
    report = ingest(store, tmp_path, header + f"A,10,SU,{cells}\n")
    assert report.reasons == {reason: 1}


def test_an_unknown_unit_is_told_with_what_would_do(store, tmp_path):
    report = ingest(store, tmp_path, FOUR + "A,5,1,GPU-huors\nB,5,1,GPU-huors\n")
    (told,) = (said for said in report.assumptions if "GPU-huors" in said)
    assert "did you mean GPU-hours" in told
    assert report.assumptions[told] == 2


def test_both_lines_of_a_repeated_key_are_set_aside_naming_each_other(store, tmp_path):
    report = ingest(store, tmp_path, FOUR + "A,5,1,SU\nB,5,1,SU\nA,6,1,SU\n")
    assert [row["application_id"] for row in rows(store)] == ["B"]
    assert report.reasons == {"duplicate_key": 2}
    (entry,) = store.catalogue.files()
    for reject in store.catalogue.quarantine(entry.file_id):
        assert "lines 2, 4" in reject.text


def test_semicolons_bom_comments_and_quotes(store, tmp_path):
    text = (
        "\ufeff# a comment; with 'a \"quote\n"
        '"# Excel quotes comments, like this"\n'
        "\n"
        "Application ID;Requested;GRANTED;Unit;Title\n"
        '# between\nA;1.000.000,5;2,5;GPU hours;"two\n# lines"\n'
        "B;3;1;SU;x\n"
    )
    report = ingest(store, tmp_path, text)
    first, second = rows(store)
    assert (first["requested"], first["granted"]) == (1000000.5, 2.5)
    assert first["title"] == "two\n# lines"
    assert second["requested"] == 3
    assert report.rows_quarantined == 0


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252", "utf-8-sig"])
def test_encodings_of_spreadsheet_programs(store, tmp_path, encoding):
    text = "application_id\trequested\tgranted\tunit\tpi\nA\t5\t1\tSU\tZoë\n"
    report = ingest(store, tmp_path, text.encode(encoding))
    assert rows(store)[0]["pi"] == "Zoë"
    assert any("1252" in said for said in report.assumptions) == (encoding == "cp1252")


def test_a_workbook_with_typed_cells(store, tmp_path):
    path = tmp_path / "awards.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("empty")
        sheet = book.add_worksheet("round 1")
        days = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, ["# comment"])
        sheet.write_row(1, 0, ["Application ID", "requested", "granted", "unit", "start"])
        sheet.write_row(2, 0, [17, 1234.5, 0, "GPU-hours"])
        sheet.write_datetime(2, 4, datetime(2026, 5, 4), days)  # noqa: DTZ001
        sheet.write_row(3, 0, ["A2", 1e9])
        sheet.write(3, 3, "SU")
        sheet.write_row(4, 0, ["A3", -1, 0, "SU"])
    report = ingest_awards(store, [path])
    seventeen, second = rows(store)
    assert (seventeen["application_id"], seventeen["requested"], seventeen["granted"]) == (
        "17",
        1234.5,
        0,
    )
    assert seventeen["start"] == date(2026, 5, 4)
    assert (second["requested"], second["granted"]) == (1e9, None)
    assert report.reasons == {"negative_amount:requested": 1}
    (entry,) = store.catalogue.files()
    assert store.catalogue.quarantine(entry.file_id)[0].line == 5
    assert entry.format == "xlsx"


def test_parquet_with_types(store, tmp_path):
    path = tmp_path / "awards.parquet"
    pl.DataFrame(
        {
            "application_id": [1, 2],
            "requested": [10.5, 20.0],
            "granted": [None, 4.0],
            "unit": ["GPU-hours", "GPU-hours"],
            "start": [date(2026, 4, 1), None],
        }
    ).write_parquet(path)
    report = ingest_awards(store, [path])
    assert report.rows_accepted == 2
    assert [(row["granted"], row["start"]) for row in rows(store)] == [
        (None, date(2026, 4, 1)),
        (4, None),
    ]


def test_a_corrected_file_replaces_even_by_nothing(store, tmp_path):
    ingest(store, tmp_path, "application_id,requested,granted,unit,title\nA,5,1,SU,Old\n")
    ingest(store, tmp_path, FOUR + "A,6,,SU\n", "corrected.csv")
    (row,) = rows(store)
    assert (row["requested"], row["granted"], row["title"], row["status"]) == (
        6,
        None,
        None,
        "undecided",
    )


def test_rows_of_other_rounds_and_tranches_stand_beside(store, tmp_path):
    header = "call,round,application_id,resource,tranche,requested,granted,unit\n"
    lines = ["C,1,A,g,q1,1,1,SU", "C,1,A,g,q2,1,1,SU", "C,1,A,c,q1,1,1,SU", "C,2,A,g,q1,1,1,SU"]
    report = ingest(store, tmp_path, header + "\n".join(lines) + "\n")
    assert report.rows_accepted == len(rows(store)) == 4
    again = ingest(store, tmp_path, header + "\n".join(reversed(lines)) + "\n", "again.csv")
    assert (again.files[0].inserted, again.files[0].unchanged) == (0, 4)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (
            "application_id,requested,awarded,unit",
            r"missing column granted .*'awarded': did you mean granted",
        ),
        (
            "app id,requestd,granted,unit",
            r"application_id, requested .*'app id'.*'requestd': did you mean req",
        ),
        ("requested,granted,unit", "missing column application_id"),
        ("application_id,requested,requested,granted,unit", "requested stands twice"),
        ("a,b", "missing columns application_id, requested, granted, unit"),
    ],
)
def test_a_header_that_lacks_a_column_is_refused(store, tmp_path, header, said):
    with pytest.raises(InputError, match=said) as refused:
        ingest(store, tmp_path, header + "\n1,2,3,4\n")
    assert "template" in str(refused.value)
    assert store.version() == "empty"


def test_columns_that_are_not_read_are_told(store, tmp_path):
    report = ingest(
        store, tmp_path, "application_id,requested,granted,unit,university\nA,1,1,SU,Here\n"
    )
    assert any("'university'" in said and "institution" in said for said in report.assumptions)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"  \n",
        b"# only\n# comments\n",
        b"%PDF-1.7\n1 0 obj",
        b"PK\x03\x04 broken",
        b"PAR1broken",
        b"\0\1\2",
    ],
)
def test_what_is_no_table_is_refused_with_a_hint(store, tmp_path, data):
    with pytest.raises(InputError) as refused:
        ingest(store, tmp_path, data)
    assert refused.value.hint
    assert "\n" not in str(refused.value)
    assert store.version() == "empty"


@pytest.mark.parametrize("form", ["xlsx", "parquet"])
@given(data=st.data())
def test_a_damaged_table_is_refused_or_read_never_a_crash(form, data):
    buffer = io.BytesIO()
    if form == "xlsx":
        with xlsxwriter.Workbook(buffer) as book:
            book.set_properties({"created": datetime(2026, 1, 1)})  # noqa: DTZ001
            book.add_worksheet().write_row(0, 0, FOUR.strip().split(","))
    else:
        pl.DataFrame({name: ["1"] for name in FOUR.strip().split(",")}).write_parquet(buffer)
    whole = bytearray(buffer.getvalue())
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= data.draw(st.integers(1, 255))
    try:
        told = (
            award_rows(read_table_file(bytes(whole), "damaged", hint="h"), "damaged").frame.schema
            == AWARDS.schema
        )
    except InputError as refused:
        told = refused.hint is not None
    assert told


def test_a_bad_second_file_leaves_the_store_as_it_was(store, tmp_path):
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(FOUR + "A,1,1,SU\n")
    bad.write_text("a,b\n1,2\n")
    with pytest.raises(InputError):
        ingest_awards(store, [good, bad])
    assert store.version() == "empty"
    assert store.catalogue.files() == []


def test_the_template_reads_back_as_no_rows_and_takes_rows(store, tmp_path):
    report = ingest(store, tmp_path, awards_template())
    assert report.rows_read == 0
    assert not report.assumptions
    cells = {"application_id": "A", "requested": "5", "granted": "", "unit": "GPU-hours"}
    line = ",".join(cells.get(name, "") for name in COLUMNS)
    assert ingest(store, tmp_path, awards_template() + line + "\n").rows_accepted == 1
    assert all(f"# {column} " in awards_template() for column in COLUMNS)


fields = st.text(
    st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cs"]), max_size=15
)


@given(st.lists(st.tuples(fields, fields, fields, fields), max_size=6))
def test_any_rows_are_accepted_or_set_aside(lines):
    text = io.StringIO(newline="")
    csv.writer(text).writerows([FOUR.strip().split(","), *lines])
    read = award_rows(read_table_file(text.getvalue().encode(), "any.csv", hint="h"), "any.csv")
    said = [line for line in lines if any(cell.strip() for cell in line)]
    comments = sum(line[0].strip().startswith("#") for line in said)
    accounted = read.frame.height + len(read.rejects)
    assert len(said) - comments <= accounted <= len(said)
    assert read.frame.schema == AWARDS.schema


def test_the_published_rounds_with_both_sums_are_read_right(store, shared, tmp_path):
    with (shared / "registry" / "allocations.csv").open(newline="") as file:
        published = [row for row in csv.DictReader(file) if row["requested"] and row["awarded"]]
    assert len(published) >= 6
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(
        [
            "call",
            "round",
            "application_id",
            "requested",
            "granted",
            "unit",
            "applications",
            "awards",
        ]
    )
    taken = "scheme year id requested awarded unit applications awards"
    writer.writerows([row[name] for name in taken.split()] for row in published)
    report = ingest(store, tmp_path, text.getvalue())
    assert (report.rows_accepted, report.rows_quarantined) == (len(published), 0)
    stored = {row["application_id"]: row for row in rows(store)}
    for row in published:
        ours = stored[row["id"]]
        assert (ours["requested"], ours["granted"]) == (
            float(row["requested"]),
            float(row["awarded"]),
        )
        assert (ours["unit"], ours["status"]) == (row["unit"], "decided")
        assert (ours["applications"], ours["awards"]) == (
            int(row["applications"]),
            int(row["awards"]),
        )
        fraction = ours["granted"] / ours["requested"]
        assert fraction == pytest.approx(float(row["granted_fraction"]), abs=0.006)
