"""Lines into columns: delimiters, headers, and rows that sacct's lack of escaping broke."""

import pytest
from job_logs import HEADER, data_lines, job, log, raw, rows_of

from ingest.formats import job_format
from ingest.options import JobOptions
from model.errors import InputError

DELIMITERS = ["|", "|#", "^|^", "\t", "\x1f", "@|@", ";", ",,", "§"]


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_the_delimiter_is_found_from_the_header(delimiter):
    data = log(job(1), job(2)).decode().replace("|", delimiter).encode()
    assert raw(data).frame["JobIDRaw"].to_list() == ["1", "2"]


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_a_delimiter_may_be_given(delimiter):
    data = log(job(1)).decode().replace("|", delimiter).encode()
    assert raw(data, delimiter=delimiter).frame["State"].to_list() == ["COMPLETED"]


def test_header_names_in_any_case_and_with_widths():
    header = HEADER.lower().replace("jobname", "jobname%40").replace("state", "STATE%-25")
    data = log(job(1)).replace(HEADER.encode(), header.encode())
    assert {"JobName", "State", "AllocTRES"} <= set(raw(data).frame.columns)


def test_a_trailing_delimiter_is_no_column():
    data = b"".join(line + b"|\n" for line in log(job(1), job(2)).splitlines())
    assert raw(data).frame["State"].to_list() == ["COMPLETED", "COMPLETED"]


@pytest.mark.parametrize("trailing", ["", "|"])
def test_without_a_header_the_fields_are_said(trailing):
    lines = "".join(f"{job(number)}{trailing}\n" for number in (1, 2))
    batch = raw(lines.encode(), fields=tuple(HEADER.lower().split("|")))
    assert batch.frame["JobIDRaw"].to_list() == ["1", "2"]
    assert batch.frame["_line"].to_list() == [1, 2]


def test_a_header_beats_the_same_fields_and_contradicts_others():
    fields = tuple(HEADER.split("|"))
    assert raw(log(job(1)), fields=fields).frame.height == 1
    with pytest.raises(InputError, match="other columns"):
        raw(log(job(1)), fields=fields[:-1])


def test_fields_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match="names 2 columns, but line 1 has 19"):
        raw((job(1) + "\n" + job(2) + "\n").encode(), fields=("JobID", "State"))


def test_one_odd_line_among_few_is_no_wrong_column_list():
    batch = raw(f"stray\n{job(1)}\n".encode(), fields=tuple(HEADER.split("|")))
    assert batch.frame["JobIDRaw"].to_list() == ["1"]
    assert [reject.line for reject in batch.rejects] == [1]


def test_fields_that_are_none_of_sacct_are_refused():
    with pytest.raises(InputError, match="Colour"):
        raw(b"1|blue\n", fields=("JobID", "Colour"))


def test_headers_in_the_middle_and_blank_lines_are_no_data():
    data = log(job(1), "", HEADER, job(2), "  ", "")
    batch = raw(data)
    assert batch.frame["JobIDRaw"].to_list() == ["1", "2"]
    assert batch.frame["_line"].to_list() == [2, 5]
    assert not batch.rejects


@pytest.mark.parametrize("name", ["a|b|c", "|", "a||", "two\nlines", "a\n\nb", "a|b\nc|d", "\n"])
def test_names_with_pipes_and_newlines_are_repaired(name):
    data = log(job(1), job(2, JobName=name), job(3))
    batch = raw(data)
    assert not batch.rejects
    row = batch.frame.row(1, named=True)
    assert (row["JobName"], row["State"], row["_line"]) == (name, "COMPLETED", 3)
    assert rows_of(batch) == data_lines(data)


@pytest.mark.parametrize("name", ["two\nlines", "a|b", "a\nb\nc", "plain"])
def test_free_text_in_the_last_column_is_repaired(name):
    data = HEADER.replace("|JobName|", "|") + "|JobName\n"
    for number, text in ((1, name), (2, "other")):
        values = job(number).split("|")
        del values[7]
        data += "|".join([*values, text]) + "\n"
    batch = raw(data.encode())
    assert not batch.rejects
    assert batch.frame["JobName"].to_list() == [name, "other"]
    assert batch.frame["_rows"].to_list() == [name.count("\n") + 1, 1]


def test_a_name_on_which_readings_differ_is_unknown_and_its_figures_kept():
    header = HEADER.replace("|JobName|", "|JobName|Comment|")
    line = job(1).replace("|train|", "|a|b|c|")
    frame = raw(f"{header}\n{line}\n".encode()).frame
    assert frame.row(0, named=True)["JobName"] is None
    assert frame.row(0, named=True)["AllocTRES"].startswith("billing=33")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (job(1) + "|more", "too_many_fields"),
        (job(1, NodeList="n1|n2"), "too_many_fields"),
        (job(1).rpartition("|")[0], "too_few_fields"),
        ("stray text", "too_few_fields"),
    ],
)
def test_what_stays_uncertain_is_rejected_with_line_and_reason(line, reason):
    batch = raw(log(job(5), line, job(6)))
    assert [(each.line, each.reason, each.text) for each in batch.rejects] == [(3, reason, line)]
    assert batch.frame["JobIDRaw"].to_list() == ["5", "6"]


def test_a_row_cut_off_at_the_end_is_truncated():
    batch = raw(log(job(1), job(2))[:-60])
    assert [(each.line, each.reason) for each in batch.rejects] == [(3, "truncated")]


def test_two_rows_cut_off_are_not_joined_into_one():
    first, second = job(1), job(2)
    half = "|".join(first.split("|")[:9])
    rest = "|".join(second.split("|")[:11])
    batch = raw(log(half, rest, job(3)))
    assert batch.frame["JobIDRaw"].to_list() == ["3"]
    assert len(batch.rejects) == 2


def test_windows_line_ends_byte_order_mark_and_odd_bytes():
    data = b"\xef\xbb\xbf" + log(job(1, JobName="x\x00y")).replace(b"\n", b"\r\n")
    batch = raw(data.replace(b"train", b"tr\xffin"))
    assert batch.frame["State"].to_list() == ["COMPLETED"]


def test_bytes_that_are_no_text_are_replaced_and_told():
    batch = raw(log(job(1)).replace(b"train", b"tr\xffin"))
    assert batch.frame["JobName"].to_list() == ["tr\N{REPLACEMENT CHARACTER}in"]
    assert [note for note in batch.assumptions if "UTF-8" in note]


@pytest.mark.parametrize(
    ("head", "why"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"%PDF-1.7\n", "PDF"),
        (b"PK\x03\x04....", "zip"),
        (b"\xff\xfeJ\x00o\x00b\x00", "UTF-16"),
        (bytes(range(1, 32)) * 40, "not text"),
        (b"hello there\n", "no header"),
        (b"JobID JobName\n----- -------\n", "fixed-width"),
        (b"Colour=1 Shape=x\n", "no header"),
    ],
)
def test_what_is_no_log_is_named(head, why):
    with pytest.raises(InputError, match=why):
        job_format(head, JobOptions())


@pytest.mark.parametrize(
    ("head", "name"), [(b'{"jobs": []}', "sacct-json"), (log(job(1)), "sacct-parsable")]
)
def test_formats_are_recognised_by_content(head, name):
    assert job_format(head, JobOptions()).name == name
    assert job_format(head, JobOptions(format=name)).name == name


def test_an_unknown_format_lists_the_known():
    with pytest.raises(InputError, match="no such format") as refused:
        job_format(b"x", JobOptions(format="csv"))
    assert "sacct-parsable" in str(refused.value.hint)
