"""Every number of a report's prose, looked up in the data package alone.

The rule, for each number in a piece of running text of the PDF:

1. It may stand in words that the package holds verbatim as a cell, a heading or a caption: a
   definition, a note, the title of a source, a setting, what the cover says.
2. It may be part of a date, of a reference to a table, and so on: EXCEPTIONS names each kind, and
   nothing else is let through. Footnote numbers, page numbers and section numbers are no part of
   the pieces that the tags give.
3. All other numbers of a piece are those of one finding: lines of `figures.csv` with the same
   `finding` have them among their words "as printed".

Each line of `figures.csv` in turn must round to its words, and its table, column and line must
hold the value in full. A line that is "reckoned from the table" has its value in full in
`figures.csv`, and there alone: the report says so of it.
"""

import csv
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import chain
from pathlib import Path

MONTHS = (
    "January|February|March|April|May|June|July|August|September|October|November|December|"
    "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
)
EXCEPTIONS = {
    "a date": re.compile(rf"\b(?:\d{{1,2}} )?(?:{MONTHS}) \d{{4}}\b"),
    "a reference to a table or figure": re.compile(r"\b(?:Table|Figure) \d+\b"),
    "part of a compound word": re.compile(r"\b\d+-[A-Za-z]+\b"),
    "the year of a publication": re.compile(r"\b\d{4}(?:/\d{4})?(?=, grade [A-E])"),
    "how many lines a page leaves out": re.compile(r"\b[\d,]+ further lines? stands? in"),
    "how many marks a chart has": re.compile(
        r"\b\d+ (?:periods|points|clusters,|bars each)|\b[\d,]+ of [\d,]+ lines are withheld"
    ),
    "a threshold of the settings": re.compile(
        r"\bat least \d+ (?:users|people) and \d+ institutions\b|\b(?:within|at least) \d+%"
        r"|\bto the nearest \d+\b|\bfrom \d+ on\b"
    ),
    "a quarter": re.compile(r"\bQ[1-4] \d{4}\b"),
    "the days over which a backlog is reckoned": re.compile(r"\bin the 28 days before\b"),
}
"""What is no figure of the report: where it stands, when, or how something is drawn."""
NUMBER = re.compile(r"(?<![\w.])(?<![A-Za-z0-9]-)\d[\d,]*(?:\.\d+)?(?!\w)")
SCALES = {"million": 1e6, "%": 0.01}
SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
_UNIT_OF = {"%": "fraction of 1", **dict.fromkeys(SECONDS, "s")}
_AMOUNT = re.compile(r"^-?([\d,]+)(?:\.(\d+))?\s*(million|%|[a-z]+)?$")
_RELATIVE = 1e-9
_GAP = re.compile(r"[\s\-\u2010\u00ad\ufffe]")
"""What the end of a line adds to words, or takes from them."""


@dataclass(frozen=True)
class Package:
    """A data package, read from its folder."""

    folder: Path

    @cached_property
    def described(self) -> Mapping[str, dict]:
        told = json.loads((self.folder / "datapackage.json").read_text(encoding="utf-8"))
        return {each["name"]: each for each in told["resources"]}

    @cached_property
    def tables(self) -> Mapping[str, list[dict[str, str]]]:
        return {name: self._rows(each["path"]) for name, each in self.described.items()}

    def _rows(self, path: str) -> list[dict[str, str]]:
        with (self.folder / path).open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def headings(self, table: str) -> list[str]:
        return [field["title"] for field in self.described[table]["schema"]["fields"]]

    @cached_property
    def words(self) -> list[str]:
        """Texts with a digit that the package holds: the longest first, without their spaces."""
        cells = (c for rows in self.tables.values() for row in rows for c in row.values() if c)
        told = (each["title"] for each in self.described.values())
        heads = (heading for name in self.described for heading in self.headings(name))
        texts = {_tight(text) for text in chain(cells, told, heads) if re.search(r"\d", text)}
        return sorted((t for t in texts if re.search(r"[A-Za-z]{3}", t)), key=len, reverse=True)

    @cached_property
    def figures(self) -> Mapping[str, list[str]]:
        """The words of the figures of each finding."""
        found: dict[str, list[str]] = {}
        for row in self.tables["figures"]:
            found.setdefault(row["finding"], []).append(row["text"])
        return found


def untraced(texts: Iterable[str], package: Package) -> list[str]:
    """The pieces of prose with a number that the package does not have, and which one."""
    told = ((text, _left(text, package)) for text in dict.fromkeys(texts))
    return [f"{', '.join(left)} in: {text}" for text, left in told if left]


def _left(text: str, package: Package) -> list[str]:
    if not NUMBER.search(text):
        return []
    rest = _without_told(text, package)
    for pattern in EXCEPTIONS.values():
        rest = pattern.sub(_blank, rest)
    left = [(match.start(), match.group().rstrip(",")) for match in NUMBER.finditer(rest)]
    if not left:
        return []
    tries = [[n for at, n in left if not _has(rest, at, n, w)] for w in package.figures.values()]
    return min(tries, key=len, default=[number for _, number in left])


def _has(text: str, at: int, number: str, words: Iterable[str]) -> bool:
    """Whether the number begins the words of a figure, as it stands in the text."""
    return any(text.startswith(said, at) and said.startswith(number) for said in words)


def _blank(match: re.Match[str]) -> str:
    return "·" * len(match.group())


def _without_told(text: str, package: Package) -> str:
    """The text, what the package says in the same words blanked."""
    places = [at for at, letter in enumerate(text) if not _GAP.match(letter)]
    tight, letters = _tight(text), list(text)
    for words in package.words:
        begin = tight.find(words)
        while begin >= 0:
            end = begin + len(words)
            if not (_cuts(tight, begin) or _cuts(tight, end)):
                for at in places[begin:end]:
                    letters[at] = "·"
            begin = tight.find(words, end)
    return "".join(letters)


def _cuts(text: str, at: int) -> bool:
    """Whether a place lies within a number."""
    return at > 0 and re.match(r"\d[.,]?\d", text[at - 1 : at + 2]) is not None


def _tight(text: str) -> str:
    return _GAP.sub("", text)


def wrong_lines(package: Package) -> Iterator[str]:
    """The lines of `figures.csv` that do not round to their words, or are not where they say."""
    for place, row in enumerate(package.tables["figures"], 1):
        if not rounds_to(row):
            yield f"figures, line {place}: {row['value'] or row['day']} is not {row['text']!r}"
        if not _is_there(row, package):
            yield f"figures, line {place}: {row['text']!r} is not in {row['table']}: {row['basis']}"


def rounds_to(row: Mapping[str, str]) -> bool:
    """Whether the value in full, rounded as far as the words go, is what they say."""
    if row["day"]:
        return row["text"] in _dates(row["day"])
    value, match = float(row["value"]), _AMOUNT.match(row["text"])
    if match is None:
        return False
    whole, decimals, unit = match.groups()
    printed = float(f"{whole.replace(',', '')}.{decimals or 0}")
    printed = -printed if row["text"].startswith("-") else printed
    scale = SCALES.get(unit or "") or SECONDS.get((unit or "").removesuffix("s"), 1)
    if _UNIT_OF.get((unit or "").removesuffix("s"), "") != (row["unit"] or ""):
        return False
    step = scale * 10.0 ** -len(decimals or "")
    return abs(value - printed * scale) <= step / 2 * (1 + 1e-6)


def _dates(day: str) -> set[str]:
    at = datetime.fromisoformat(day)
    return {f"{at.day} {at:%B %Y}", f"{at:%B %Y}", f"{at:%Y}"}


def _is_there(row: Mapping[str, str], package: Package) -> bool:
    rows = package.tables.get(row["table"], [])
    cells = [each[row["column"]] for each in rows] if row["column"] else []
    if row["line"]:
        cells = [cells[int(row["line"]) - 1]] if row["column"] else []
    tests = {
        "cell": lambda: any(_same(cell, row) for cell in cells),
        "part of a cell": lambda: any(row["text"] in cell for cell in cells),
        "sum of the column": lambda: math.isclose(
            _sum(cells), float(row["value"]), rel_tol=_RELATIVE
        ),
        "number of lines": lambda: float(row["value"]) == len(rows),
        "part of a heading": lambda: any(
            row["text"] in heading for heading in package.headings(row["table"])
        ),
        "reckoned from the table": lambda: row["table"] in package.tables,
    }
    return row["basis"] in tests and tests[row["basis"]]()


def _sum(cells: Iterable[str]) -> float:
    return math.fsum(float(cell) for cell in cells if cell and not cell.startswith("["))


def _same(cell: str, row: Mapping[str, str]) -> bool:
    if row["day"]:
        return cell[:10] == row["day"]
    try:
        return math.isclose(float(cell), float(row["value"]), rel_tol=_RELATIVE)
    except ValueError:
        return False
