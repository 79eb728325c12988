"""What changed since the previous edition, from the first log to the second edition's package."""

import io
import json
import zipfile
from datetime import date, datetime, timedelta

import polars as pl
import pytest
from command_line import run
from specimen_document import CLUSTERS, MONTHS, specimen

from model.errors import InputError
from model.question import Question
from reports.capacity_report.previous import Edition, read_edition
from reports.capacity_report.revisions import revisions
from reports.writers.package import write_package

HEAD = "JobIDRaw|User|Account|Partition|Submit|Start|End|State|NodeList|AllocTRES|ElapsedRaw"
TRES = "billing=8,cpu=64,gres/gpu=4,node=1"
WAITS = ("--section", "findings,changes,waits")
MONTHLY = "waits-course"


def line(number: int, start: datetime, hours: int, wait_s: int = 60) -> str:
    submit, end = start - timedelta(seconds=wait_s), start + timedelta(hours=hours)
    times = "|".join(moment.isoformat() for moment in (submit, start, end))
    return f"{number}|u{number % 9}|a|gpu|{times}|COMPLETED|n1|{TRES}|{hours * 3600}"


def log(path, lines):
    path.write_text("\n".join([HEAD, *lines]) + "\n")
    return path


def package_table(path, key: str) -> pl.DataFrame:
    with zipfile.ZipFile(path) as package:
        return pl.read_csv(io.BytesIO(package.read(f"data/{key}.csv")))


@pytest.fixture
def estate(tmp_path, monkeypatch):
    """A log from January to June, read into a store; the program works in its folder."""
    monkeypatch.chdir(tmp_path)
    days = [datetime(2026, 1, 2) + timedelta(days=2 * n) for n in range(88)]  # noqa: DTZ001
    first = log(tmp_path / "first.txt", [line(n, day, 5) for n, day in enumerate(days, 1)])
    done = run("ingest", "jobs", first, "--cluster", "one", "--timezone", "UTC",
               "--window", "2026-01-01/2026-07-01")  # fmt: skip
    assert done.code == 0, done.err
    return tmp_path


def late_corrections(folder) -> None:
    """A month later: July, and a job of February that had not been on record."""
    july = [line(500 + n, datetime(2026, 7, 1 + n), 3) for n in range(20)]  # noqa: DTZ001
    late = line(400, datetime(2026, 2, 11), 40, wait_s=7200)  # noqa: DTZ001
    second = log(folder / "second.txt", [late, *july])
    done = run("ingest", "jobs", second, "--cluster", "one", "--timezone", "UTC",
               "--window", "2026-07-01/2026-08-01")  # fmt: skip
    assert done.code == 0, done.err


def edition(*more: object) -> None:
    done = run("report", "capacity", *WAITS, *more)
    assert done.code == 0, done.err


def test_a_late_record_in_a_closed_month_is_a_revision_and_nothing_else_is(estate):
    edition("--no-disclosure-control", "--output", "first.zip")
    late_corrections(estate)
    edition("--no-disclosure-control", "--output", "second.zip", "--output", "second.md",
            "--previous", "first.zip")  # fmt: skip
    told = package_table("second.zip", "revisions")
    monthly = told.filter(pl.col("table") == MONTHLY)
    revised = monthly.filter(pl.col("kind") == "revised")
    assert set(revised["line"]) == {"2026-02-01"}
    jobs = revised.filter(pl.col("column") == "jobs").row(0, named=True)
    assert (jobs["before"], jobs["now"]) == (14.0, 15.0)
    totals = told.filter(pl.col("table") == "waits-by-size")
    assert set(totals["kind"]) == {"moved on"}
    marks = package_table("second.zip", "marks").filter(pl.col("symbol") == "[r]")
    february = package_table("second.zip", MONTHLY)["period_start"].to_list().index("2026-02-01")
    assert set(marks.filter(pl.col("table") == MONTHLY)["line"]) == {february + 1}
    text = (estate / "second.md").read_text()
    assert "revised since the edition of 1 July 2026" in text
    assert "15 \\[r\\]" in text


def test_nothing_changed_is_said_to_be_so(estate):
    edition("--output", "first.zip")
    edition("--output", "second.md", "--previous", "first.zip")
    said = (estate / "second.md").read_text()
    assert "No figure that both editions have was revised since the edition of" in said


def test_a_period_that_had_ended_is_revised_in_its_totals_too(estate):
    february = ("--from", "2026-02-01", "--to", "2026-03-01", "--no-disclosure-control")
    edition(*february, "--output", "first.zip")
    late_corrections(estate)
    edition(*february, "--output", "second.zip", "--previous", "first.zip")
    told = package_table("second.zip", "revisions")
    assert set(told.filter(pl.col("table") == "waits-by-size")["kind"]) == {"revised"}


def test_an_edition_that_withholds_is_not_compared_with_one_that_does_not(estate):
    edition("--no-disclosure-control", "--output", "open.zip")
    done = run("report", "capacity", *WAITS, "--output", "second.md", "--previous", "open.zip")
    assert done.code == 2
    assert done.err.count("\n") == 1
    assert "withholds nothing" in done.err
    assert not (estate / "second.md").exists()


def test_a_package_that_cannot_be_read_is_refused_before_a_section_is_written(estate):
    (estate / "no.zip").write_text("no package")
    asked = ("report", "capacity", *WAITS, "--log-format", "json", "--output", "second.md")
    done = run(*asked, "--previous", "no.zip")
    assert (done.code, done.out) == (2, "")
    assert run(*asked).out


def read(content: bytes, tmp_path) -> Edition:
    path = tmp_path / "edition.zip"
    path.write_bytes(content)
    return read_edition(path)


def test_a_package_is_read_back_with_what_it_withholds(tmp_path):
    earlier = read(write_package(specimen()), tmp_path)
    assert earlier.name == "1 June 2026"
    assert (earlier.since, earlier.until) == (date(2026, 5, 1), date(2026, 6, 1))
    assert earlier.withholds
    assert earlier.tables[CLUSTERS.key]["utilisation_available"].to_list() == [
        "0.78412", "0.5", "[c]",
    ]  # fmt: skip
    assert list(revisions(CLUSTERS, earlier.tables[CLUSTERS.key])) == []


def test_what_either_edition_withholds_is_no_revision(tmp_path):
    earlier = read(write_package(specimen()), tmp_path).tables[CLUSTERS.key]
    names = pl.Series("utilisation_available", [0.78412, 0.5, 0.3])
    shown = CLUSTERS.frame.with_columns(names)
    from dataclasses import replace

    assert list(revisions(replace(CLUSTERS, frame=shown, marks=()), earlier)) == []
    known = earlier.with_columns(pl.lit("0.9").alias("utilisation_available"))
    found = list(revisions(CLUSTERS, known))
    assert [(each.row, each.before) for each in found] == [(0, 0.9), (1, 0.9)]


def test_lines_are_found_again_whatever_their_names_are_made_of(tmp_path):
    earlier = read(write_package(specimen()), tmp_path).tables[MONTHS.key]
    changed = earlier.with_columns(pl.lit("99").alias("n"))
    found = list(revisions(MONTHS, changed))
    assert [each.line for each in found] == [f"2026-0{month}-01" for month in range(1, 9)]
    assert [each.kind for each in found] == ["revised"] * 7 + ["moved on"]


@pytest.mark.parametrize(
    ("question", "settled"),
    [
        (Question("waits", since=date(2026, 5, 1), until=date(2026, 6, 1)), True),
        (Question("waits", since=date(2026, 4, 1), until=date(2026, 6, 1)), False),
        (Question("waits"), False),
        (Question("capacity", on=date(2026, 6, 1)), True),
        (Question("capacity", on=date(2026, 6, 2)), False),
        (None, False),
    ],
)
def test_what_was_over_when_the_earlier_edition_was_made(tmp_path, question, settled):
    assert read(write_package(specimen()), tmp_path).settled(question) is settled


def zipped(**files: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        for name, text in files.items():
            package.writestr(name.replace("_", "."), text)
    return stream.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 cut",
        zipped(readme_md="nothing here"),
        zipped(datapackage_json="not JSON"),
        zipped(datapackage_json="[]"),
        zipped(datapackage_json=json.dumps({"resources": []})),
        zipped(datapackage_json=json.dumps({"plimsoll": {}, "resources": [{"name": "a"}]})),
        zipped(datapackage_json=json.dumps({"plimsoll": {"edition": "x"}, "resources": []})),
        zipped(datapackage_json=json.dumps({"plimsoll": None, "resources": []})),
        write_package(specimen())[:-2000],
    ],
    ids=range(10),
)
def test_what_is_no_package_is_one_clear_fault(tmp_path, content):
    with pytest.raises(InputError, match="no data package of an earlier edition") as fault:
        read(content, tmp_path)
    assert "\n" not in str(fault.value)
