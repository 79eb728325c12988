"""The page on formats is what the readers make of the files now."""

from pathlib import Path

import pytest
from format_table import KINDS, PAGE, page


@pytest.mark.slow
def test_the_page_on_formats_is_up_to_date(shared: Path):
    told = "run `PYTHONPATH=. python tests/formats/format_table.py`"
    assert PAGE.read_text(encoding="utf-8").splitlines() == page(shared).splitlines(), told


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.title)
def test_every_pattern_finds_files(shared: Path, kind):
    assert [pattern for pattern in kind.patterns if not any(shared.glob(pattern))] == []
