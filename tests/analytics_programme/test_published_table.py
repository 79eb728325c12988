"""The documentation's table of published rounds says what the registry says."""

import csv
import re
from pathlib import Path

PAGE = Path(__file__).parent.parent.parent / "docs" / "explanation" / "shortfall.md"


def test_the_pages_rounds_are_those_of_the_registry(shared: Path) -> None:
    with (shared / "registry" / "allocations.csv").open(newline="", encoding="utf-8") as file:
        registry = {row["id"]: row for row in csv.DictReader(file)}
    cells = re.findall(
        r"^\| [^|]+ \| ([a-z0-9-]+) \| ([0-9.]+) \| ([A-D]) \|$",
        PAGE.read_text(encoding="utf-8"),
        flags=re.MULTILINE,
    )
    assert len(cells) == 10
    for name, granted, grade in cells:
        row = registry[name]
        assert (granted, grade) == (row["granted_fraction"], row["grade"][0]), name
