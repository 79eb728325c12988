"""The list of questions names every table."""

import re
from pathlib import Path

from reports.answer import NEEDS_NO_STORE, TABLES

ROOT = Path(__file__).parents[2]


def test_every_table_answers_a_question():
    text = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    rows = [line.split("|")[2] for line in text.splitlines() if line.startswith("| ")]
    told = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert told == set(TABLES)
    starred = {name for row in rows for name in re.findall(r"`(\w+)`\*", row)}
    assert starred - {"claims"} == NEEDS_NO_STORE
