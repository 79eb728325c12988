"""The statement as a document: quotable, every figure with its cell, in every format."""

import io
import json
import re
import zipfile
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from click.testing import CliRunner, Result

from model.errors import InputError
from plimsoll.cli.root import cli
from reports.document import Document, plain
from reports.writers import FORMATS, writer

CALL = ("report", "impact", "--gpu", "h100-sxm", "--gpu-hours", "20000", "--year", "2026")
EDITION = ("--edition", "2026-11-01")


def run(*arguments: str, config: Path | None = None) -> Result:
    before = ("--quiet", *(("--config", str(config)) if config else ()))
    return CliRunner().invoke(cli, [*before, *CALL, *EDITION, *arguments])


def figures() -> dict[str, dict[str, float]]:
    rows = json.loads(run("--format", "json").output)["figures"]
    return {row["quantity"]: row for row in rows}


def made(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Document:
    """The document that the command hands to a writer."""
    seen: list[Document] = []

    def keep(document: Document) -> bytes:
        seen.append(document)
        return b""

    monkeypatch.setattr("plimsoll.cli.report_impact.writer", lambda _: keep)
    assert run("--format", "md", *arguments).exit_code == 0
    return seen[0]


def test_every_figure_of_its_sentences_is_that_of_the_cell_that_it_names(monkeypatch):
    document = made(monkeypatch)
    quoted = list(document.quoted())
    assert len(quoted) >= 11
    for figure in quoted:
        assert document.tables[figure.table].frame[figure.column][figure.row] == figure.value


def test_findings_can_be_quoted_and_say_how_far_off_they_may_be(monkeypatch):
    document = made(monkeypatch)
    energy, carbon, hour = (plain(finding.runs) for finding in document.findings)
    row = figures()["energy"]
    assert energy.startswith("20,000 GPU-hours on H100 SXM5 80 GB would draw ")
    assert f"{round(row['central'], -2):,.0f} kWh" in energy
    assert "of CO2 equivalent (between" in carbon
    assert hour.startswith("Each of these GPU-hours would emit ")
    assert all(finding.footnote.method for finding in document.findings)


def test_nothing_that_a_reviewer_asks_for_is_missing(monkeypatch):
    text = run("--format", "md").output
    document = made(monkeypatch)
    keys = [section.key for section in document.sections]
    assert keys[0] == "findings"
    assert {"assumptions", "methods", "sources", "glossary", "citing"} <= set(keys)
    for told in ("Power usage effectiveness", "E-unverified", "Ofgem", "Ember", "times PUE"):
        assert told in text


def test_the_command_that_it_names_makes_it_again(monkeypatch):
    document = made(monkeypatch, "--region", "West Midlands", "--pue", "1.2")
    words = document.command.split(" ")
    assert words[:3] == ["plimsoll", "report", "impact"]
    assert "'West Midlands'" in document.command
    assert document.command.endswith("--edition 2026-11-01 --output impact.pdf")


def test_every_format_is_written_whole_and_the_same_each_time(tmp_path):
    names = (*FORMATS, "csv", "json", "txt")
    files = [tmp_path / f"impact.{name}" for name in names]
    outputs = [word for file in files for word in ("--output", str(file))]
    assert run(*outputs).exit_code == 0
    first = {file: file.read_bytes() for file in files}
    assert all(first.values())
    assert run(*outputs).exit_code == 0
    assert first == {file: file.read_bytes() for file in files}
    assert {file.name for file in tmp_path.iterdir()} == {file.name for file in files}
    with pikepdf.open(io.BytesIO(first[tmp_path / "impact.pdf"])) as pdf:
        assert str(pdf.Root.Lang) == "en-GB"
    book = pypdfium2.PdfDocument(first[tmp_path / "impact.pdf"])
    printed = " ".join(page.get_textpage().get_text_range() for page in book)
    assert len(book) <= 5
    assert "would draw" in " ".join(printed.split())
    with zipfile.ZipFile(io.BytesIO(first[tmp_path / "impact.zip"])) as package:
        assert any(name.endswith("impact.csv") for name in package.namelist())


def test_what_is_printed_is_what_is_written(tmp_path):
    assert run("--output", str(tmp_path / "a.md")).exit_code == 0
    assert (tmp_path / "a.md").read_text(encoding="utf-8") == run("--format", "md").output


def test_the_settings_tell_whose_it_is(tmp_path):
    config = tmp_path / "plimsoll.yaml"
    config.write_text("reports: {organisation: Example University, contact: hpc@example.org}\n")
    text = run("--format", "md", config=config).output
    assert "Example University" in text
    assert "hpc@example.org" in text
    assert re.search(
        r"Other Body \(2026\)", run("--format", "md", "--organisation", "Other Body").output
    )


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("--format", "pdf"), "pdf is not for a terminal"),
        (("--output", "a.tiff"), "no format '.tiff'"),
        (("--output", "statement"), "the name of the file has no ending"),
        (("--output", "a.pdf", "--output", "a.pdf"), "one file is named twice"),
    ],
)
def test_a_format_that_cannot_be_is_refused_in_one_line(arguments, what, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    got = run(*arguments)
    assert isinstance(got.exception, InputError)
    assert what in str(got.exception)
    assert not list(tmp_path.iterdir())


def test_writers_are_those_of_all_reports():
    assert all(callable(writer(name)) for name in FORMATS)
