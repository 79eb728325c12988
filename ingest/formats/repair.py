"""Rows whose columns do not add up: newlines and delimiters inside of fields.

sacct escapes nothing. Lines are joined, and extra delimiters given to the free-text columns,
where the values of all other columns leave only one reading; else the lines are rejected.
"""

import re
from dataclasses import dataclass
from typing import Final

from ingest.fields import CANONICAL, FREE_TEXT
from ingest.formats.base import Reject
from ingest.formats.layout import Layout
from ingest.states import FINALITY, plain_state

_MOST_LINES: Final = 200
_MOST_EXTRA: Final = 300

# What sacct never leaves empty may not be empty here: it tells columns apart.
_TIME = r"Unknown|None|N/A|0|\d{9,11}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[+-]\d\d:?\d\d|Z)?"
_DURATION = r"INVALID|(?:\d+-)?(?:\d+:)?\d+:\d+(?:\.\d+)?"
_TRES = r"|[\w/.:+-]+=[^,=|\s]*(?:,[\w/.:+-]+=[^,=|\s]*)*"
_NUMBER = r"|-?\d+"
_HOSTS = r"|None assigned|\(null\)|[\w.,\[\]-]+"
_WORD = r"[\w.+:%/*@$(),=~-]*"
_TEXTS: Final = {
    "JobID": r"\d+(?:[_+.][\w.\[\],%-]+)*(?:_\[[\d,%:-]+\])?(?:\.\w+)?",
    "JobIDRaw": r"\d+(?:\.\w+)?",
    "Submit": r"Unknown|None|\d{9,11}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[+-]\d\d:?\d\d|Z)?",
    **dict.fromkeys(("Start", "End", "Eligible"), _TIME),
    **dict.fromkeys(
        ("Elapsed", "Suspended", "CPUTime", "TotalCPU", "UserCPU", "SystemCPU"),
        _DURATION,
    ),
    **dict.fromkeys(("Reserved", "Planned", "ResvCPU", "PlannedCPU"), "|" + _DURATION),
    **dict.fromkeys(("AllocTRES", "ReqTRES"), _TRES),
    **dict.fromkeys((name for name in CANONICAL.values() if name.startswith("TRESUsage")), _TRES),
    **dict.fromkeys(
        ("ElapsedRaw", "CPUTimeRAW", "UID", "GID", "NCPUS", "AllocCPUS", "ReqCPUS", "AllocNodes"),
        _NUMBER,
    ),
    **dict.fromkeys(("ConsumedEnergyRaw", "Priority", "AssocID", "DBIndex"), _NUMBER),
    "NodeList": _HOSTS,
    "ExitCode": r"|\d+:\d+",
    "DerivedExitCode": r"|\d+:\d+",
    "Timelimit": r"|UNLIMITED|Partition_Limit|INVALID|(?:\d+-)?(?:\d+:)?\d+:\d+",
    "TimelimitRaw": r"|UNLIMITED|Partition_Limit|\d+",
    "Reason": r"[\w .,:()/-]*",
    "Flags": r"[\w,. -]*",
    "": r"",
}
_PATTERNS: Final = {name: re.compile(text) for name, text in _TEXTS.items()}
_ANY_WORD: Final = re.compile(_WORD)


@dataclass(frozen=True)
class Line:
    """One line of a log that has not as many delimiters as its layout asks for."""

    number: int
    text: str
    separators: int

    @property
    def blank(self) -> bool:
        """Whether it is no data at all."""
        return not self.text.strip()


@dataclass(frozen=True)
class Repaired:
    """A row put together again: its kept columns, first line, and the lines it stands for."""

    line: int
    rows: int
    values: dict[str, str | None]


def repair(
    lines: list[Line], layout: Layout, *, unterminated: bool = False
) -> tuple[list[Repaired], list[Reject]]:
    """Repair a run of consecutive lines, or reject what stays uncertain.

    `unterminated` tells that the last line is the file's end, cut off before its newline.
    """
    rows: list[Repaired] = []
    rejects: list[Reject] = []
    at = 0
    while at < len(lines):
        taken, row = _first_row(lines[at : at + _MOST_LINES], layout)
        if row is not None:
            rows.append(row)
        elif not lines[at].blank:
            cut_off = unterminated and at == len(lines) - 1
            rejects.append(_reject(lines[at], layout, cut_off=cut_off))
        at += taken
    return rows, rejects


def align(parts: list[str], layout: Layout) -> dict[str, str | None] | None:
    """Give the parts of a row to its columns so that every checked column holds what it may.

    None where there is no way, or where two ways differ in a column that decides figures. A
    name on which they differ is unknown.
    """
    fields = layout.fields
    extra = len(parts) - len(fields)
    if not 0 <= extra <= _MOST_EXTRA:
        return None
    spans = _possible_spans(parts, fields, extra)
    values: dict[str, str | None] = {}
    for name, place in layout.kept.items():
        found = {layout.delimiter.join(parts[begin:end]) for begin, end in spans[place]}
        if not found or (len(found) > 1 and name not in FREE_TEXT):
            return None
        values[name] = (found.pop() or None) if len(found) == 1 else None
    return values


def _first_row(lines: list[Line], layout: Layout) -> tuple[int, Repaired | None]:
    """The row that begins with the first line, and how many lines it takes (at least one)."""
    if lines[0].blank:
        return 1, None
    total = 0
    for count, line in enumerate(lines, start=1):
        total += line.separators
        if total < layout.separators:
            continue
        if _ends_free(layout):
            while count < len(lines) and not lines[count].separators and not lines[count].blank:
                count += 1  # noqa: PLW2901
        text = "\n".join(part.text for part in lines[:count])
        values = align(text.split(layout.delimiter), layout)
        if values is None:
            return 1, None
        rows = sum(not part.blank for part in lines[:count])
        return count, Repaired(line=lines[0].number, rows=rows, values=values)
    return 1, None


def _possible_spans(
    parts: list[str], fields: tuple[str, ...], extra: int
) -> list[set[tuple[int, int]]]:
    """For each column, the spans of parts that it can have in some valid whole."""
    reached = [{0}]
    steps: list[set[tuple[int, int]]] = []
    for place, name in enumerate(fields):
        limit = place + 1 + extra
        step = {(at, end) for at in reached[-1] for end in _ends(parts, name, at, limit)}
        steps.append(step)
        reached.append({end for _, end in step})
    wanted = {len(parts)}
    for place in range(len(fields) - 1, -1, -1):
        steps[place] = {(at, end) for at, end in steps[place] if end in wanted}
        wanted = {at for at, _ in steps[place]}
    return steps


def _ends(parts: list[str], name: str, at: int, limit: int) -> range:
    if at >= len(parts):
        return range(0)
    if name in FREE_TEXT or (name and name not in CANONICAL.values()):
        return range(at + 1, min(limit, len(parts)) + 1)
    return range(at + 1, at + 2) if _valid(name, parts[at]) else range(0)


def _valid(name: str, text: str) -> bool:
    if name == "State":
        return plain_state(text) in FINALITY
    return _PATTERNS.get(name, _ANY_WORD).fullmatch(text) is not None


def _ends_free(layout: Layout) -> bool:
    return layout.fields[-1] in FREE_TEXT


def _reject(line: Line, layout: Layout, *, cut_off: bool) -> Reject:
    if line.separators > layout.separators:
        reason = "too_many_fields"
    elif line.separators == layout.separators:
        reason = "bad_row"
    else:
        reason = "truncated" if cut_off else "too_few_fields"
    return Reject(line=line.number, reason=reason, text=line.text)
