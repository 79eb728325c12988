"""The reference pages say what the program does today, and the documentation leads somewhere."""

import re
from pathlib import Path

import click
import pytest

from docs.generate import pages

ROOT = Path(__file__).parent.parent.parent
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.name)
def test_generated_pages_are_up_to_date(path):
    assert path.read_text(encoding="utf-8") == pages()[path], "run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_command_in_the_readme_exists():
    from plimsoll.cli.root import cli

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for words in re.findall(r"^plimsoll ((?:[a-z]+ ?)+)", text, flags=re.MULTILINE):
        command = cli
        for word in words.split():
            if not isinstance(command, click.Group):
                break
            found = command.get_command(click.Context(command), word)
            assert found is not None, words
            command = found
