"""Every number that the PDF's prose has is found in the data package, at its stated rounding."""

import re
import shutil
from dataclasses import replace
from itertools import takewhile

import pytest
from pdf_prose import pieces
from tracing import Package, rounds_to, untraced, wrong_lines

from reports.document import (
    Code,
    Document,
    Figure,
    Finding,
    Paragraph,
    Runs,
    Section,
    Words,
    plain,
    words,
)
from reports.writers.pdf import write_pdf


def before_code(runs: Runs) -> Runs:
    """What stands before words for a computer, which are no prose."""
    return tuple(takewhile(lambda run: not isinstance(run, Code), runs))


def prose(pdf: bytes) -> list[str]:
    return [piece.text for piece in pieces(pdf)]


def test_every_number_of_the_prose_is_in_the_package(made):
    said = prose(made.pdf)
    assert untraced(said, Package(made.folder)) == []


def test_the_pieces_of_the_pdf_are_the_whole_prose_of_the_document(made):
    """Nothing is traced that was not read: what the document says is among the pieces."""
    told = "".join("".join(prose(made.pdf)).split())
    for runs in made.document.prose():
        start = re.split(r"['\"-]", plain(before_code(runs)))[0]
        assert "".join(start.split())[:24] in told, plain(runs)


def test_every_figure_rounds_to_its_words_and_is_where_it_says(made):
    package = Package(made.folder)
    assert package.tables["figures"]
    assert list(wrong_lines(package)) == []


def with_first_finding(document: Document, change) -> Document:
    """The document, the first finding with figures changed, wherever it stands."""
    key = next(f.key for f in document.findings if any(isinstance(r, Figure) for r in f.runs))

    def changed(section: Section) -> Section:
        blocks = tuple(
            replace(block, runs=change(block.runs))
            if isinstance(block, Finding) and block.key == key
            else block
            for block in section.blocks
        )
        return replace(section, blocks=blocks)

    return replace(document, sections=tuple(changed(each) for each in document.sections))


def another_number(runs):
    place = next(at for at, r in enumerate(runs) if isinstance(r, Figure) and r.text[0].isdigit())
    figure = runs[place]
    digit = str((int(figure.text[0]) + 1) % 10 or 1)
    return (*runs[:place], replace(figure, text=digit + figure.text[1:]), *runs[place + 1 :])


def one_number_more(runs):
    return (*runs, Words(" That is 7,919 more."))


@pytest.mark.parametrize("change", [another_number, one_number_more])
def test_a_number_that_the_package_does_not_have_is_found(bare, change):
    changed = with_first_finding(bare.document, change)
    assert untraced(prose(write_pdf(changed)), Package(bare.folder))


def test_a_number_of_another_sentence_does_not_pass_for_one_of_this(bare):
    """All figures of a sentence are those of one finding."""
    package = Package(bare.folder)
    far = [texts[0] for texts in package.figures.values() if texts]
    mixed = "; ".join(text for text in far if text.replace(",", "").replace(".", "").isdigit())
    assert untraced([f"Of all things {mixed}"], package)


def test_a_cell_that_was_changed_is_found(bare, tmp_path):
    folder = tmp_path / "changed"
    shutil.copytree(bare.folder, folder)
    row = next(r for r in Package(folder).tables["figures"] if r["basis"] == "cell" and r["value"])
    file = folder / "data" / f"{row['table']}.csv"
    lines = file.read_text(encoding="utf-8").replace(row["value"].removesuffix(".0"), "4711")
    file.write_text(lines, encoding="utf-8")
    assert list(wrong_lines(Package(folder)))


@pytest.mark.parametrize(
    ("text", "value", "unit", "right"),
    [
        ("5.69 million", "5690321.25", "", True),
        ("5.69 million", "5696321.25", "", False),
        ("78%", "0.7841", "fraction of 1", True),
        ("78%", "0.7851", "fraction of 1", False),
        ("78%", "78.0", "", False),
        ("1.4 hours", "5040.0", "s", True),
        ("1.4 hours", "1.4", "", False),
        ("1,018", "1017.53", "", True),
        ("1,018", "1018.6", "", False),
        ("16", "15.4", "", False),
    ],
)
def test_the_rule_of_rounding(text, value, unit, right):
    assert rounds_to({"text": text, "value": value, "day": "", "unit": unit}) is right


def test_a_paragraph_without_numbers_is_no_trouble(bare):
    assert untraced([plain(Paragraph(words("No number here.")).runs)], Package(bare.folder)) == []
