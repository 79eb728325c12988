"""Nodes as `sinfo` prints them, where its columns tell each node's name and GRES."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from ingest.formats.base import Reject
from ingest.formats.node_record import Found, NodeRecord, NodeText, joined, sorted_list
from ingest.gres import Gpus, GresError, gpus_of_gres
from model.errors import InputError
from model.hostlist import expand

SINFO_LINE: Final = (
    "run scontrol show node, or: sinfo -N -h -O 'NodeList:|,Partition:|,Gres:|,GresUsed:|,"
    "CPUsState:|,Memory:|,StateLong:|'"
)
_CUT_WIDTH: Final = 20
"""The width to which `sinfo -O` cuts a column unless it is told another."""

_ENTRY: Final = r"[\w.\-/]+(?::[\w.\-()]+)*:\d+[KMGT]?(?:\([A-Z]+:[^()]*\))?"
_WHOLE_GRES: Final = re.compile(rf"\(null\)|{_ENTRY}(?:,{_ENTRY})*", re.IGNORECASE)
_GRES_LIKE: Final = re.compile(r"\(null\)|[A-Za-z][\w.\-]*:[\w.\-:(),/]*\d[\w.\-:(),/]*\)?")
_CPUS_STATE: Final = re.compile(r"\d+/\d+/\d+/(\d+)")
_STATES: Final = (
    "allocated|alloc|blocked|completing|comp|down|drained|draining|drain|drng|error|fail|failing|"
    "failg|future|futr|idle|inval|maint|mixed|mix|npc|perfctrs|planned|plnd|powered_down|"
    "powering_down|powering_up|power_down|power_up|pow_dn|pow_up|reboot|reserved|resv|unknown|unk"
)
_STATE: Final = re.compile(rf"(?:{_STATES})(?:\+(?:{_STATES}))*[*~#!%$@^\-]*", re.IGNORECASE)
_HOST: Final = re.compile(r"(?!\d+$)[A-Za-z0-9][\w.\-]*(?:\[[\d,\-]+\][\w.\-]*)*")
_HEADER_WORDS: Final = {
    "nodelist": "node",
    "hostnames": "node",
    "partition": "partition",
    "gres": "gres",
    "gres_used": "gres_used",
    "state": "state",
    "cpus": "cpus",
    "cpus(a/i/o/t)": "cpus_state",
    "memory": "memory",
    "avail_features": "features",
    "features": "features",
    "version": "version",
}
_TYPED: Final = {"gres": _GRES_LIKE, "cpus_state": _CPUS_STATE, "state": _STATE}
_JOB_WORD: Final = re.compile(r"\bjob_?id(raw)?\b", re.IGNORECASE)
_SAMPLE_ROWS: Final = 2000


@dataclass(frozen=True)
class _Layout:
    """Where each column stands; `width` is the number of cells of a row."""

    places: Mapping[str, int]
    delimiter: str | None
    width: int
    header_line: int = 0


class SinfoText:
    """`sinfo -N -O ...`, `sinfo -o ...`: parted by `|` or by blanks, with a header or without."""

    name = "sinfo"

    def recognises(self, data: bytes) -> bool:
        """Whether the first lines are rows of sinfo, or its header."""
        lines = _lines(data[: 1 << 16])
        if any(_JOB_WORD.search(line) for _, line in lines[:2]):
            return False
        return _header(lines) is not None or _looks_like_sinfo(lines)

    def read(self, data: bytes) -> NodeText:
        """The nodes; InputError where the columns do not tell names and GRES."""
        lines = _lines(data)
        layout = _header(lines) or _by_content(lines)
        missing = {"node", "gres"} - set(layout.places)
        if missing:
            lacking = "node names" if "node" in missing else "GRES"
            raise InputError(f"this is the output of sinfo without {lacking}", hint=SINFO_LINE)
        notes = Counter[str]()
        if not layout.header_line:
            notes["sinfo without a header: its columns were told by what stands in them"] = 0
        rejects: list[Reject] = []
        rows = [(number, line) for number, line in lines if number > layout.header_line]
        nodes, doubled = joined(_found(rows, layout, rejects))
        return NodeText(nodes, rejects + doubled, (), notes)


def _lines(data: bytes) -> list[tuple[int, str]]:
    text = data.decode("utf-8", errors="replace")
    numbered = enumerate(text.splitlines(), start=1)
    return [(number, line) for number, line in numbered if line.strip()]


def _cells(line: str, delimiter: str | None) -> list[str]:
    if delimiter is None:
        return line.split()
    cells = [cell.strip() for cell in line.split(delimiter)]
    return cells[:-1] if not cells[-1] else cells


def _header(lines: list[tuple[int, str]]) -> _Layout | None:
    """The layout by a header among the first lines (`sinfo -l` prints the date above it)."""
    for number, line in lines[:2]:
        delimiter = "|" if "|" in line else None
        words = [cell.casefold() for cell in _cells(line, delimiter)]
        upper = line.upper() == line
        if upper and {"nodelist", "hostnames", "partition"} & set(words):
            places: dict[str, int] = {}
            for place, word in enumerate(words):
                if word in _HEADER_WORDS:
                    places.setdefault(_HEADER_WORDS[word], place)
            return _Layout(places, delimiter, len(words), number)
    return None


def _looks_like_sinfo(lines: list[tuple[int, str]]) -> bool:
    rows = [line for _, line in lines[:20]]
    cells = [_cells(line, "|" if "|" in line else None) for line in rows]
    return bool(rows) and all(_has_gres_or_state(row) for row in cells[:-1] or cells)


def _has_gres_or_state(cells: list[str]) -> bool:
    kinds = (*_TYPED.values(), re.compile(r"gpu:\d+"))
    return any(kind.fullmatch(cell) for cell in cells for kind in kinds)


def _by_content(lines: list[tuple[int, str]]) -> _Layout:
    """The layout of rows without a header: most columns can be told by their form.

    Of two GRES columns the first is what a node has and the second what is in use: so prints
    every known caller, and `GresUsed` alone has an `IDX`.
    """
    delimiter = "|" if lines and "|" in lines[0][1] else None
    rows = [_cells(line, delimiter) for _, line in lines[:_SAMPLE_ROWS]]
    width = Counter(map(len, rows)).most_common(1)[0][0] if rows else 0
    columns = list(zip(*(row for row in rows if len(row) == width), strict=True))
    places: dict[str, int] = {}
    if columns and all(_HOST.fullmatch(cell) for cell in columns[0]):
        places["node"] = 0
    for place, column in enumerate(columns[1:], start=1):
        kind = next((kind for kind, form in _TYPED.items() if _all_of(form, column)), None)
        if kind == "gres" and any("(IDX:" in cell for cell in column):
            kind = "gres_used"
        if kind:
            places.setdefault(kind, place)
    partition = _partition_place(columns, places)
    if partition is not None:
        places["partition"] = partition
    return _Layout(places, delimiter, width)


def _all_of(form: re.Pattern[str], column: tuple[str, ...]) -> bool:
    return all(form.fullmatch(cell) for cell in column)


def _partition_place(columns: list[tuple[str, ...]], places: Mapping[str, int]) -> int | None:
    """The one column of names beside the node's: a partition."""
    word = re.compile(r"(?!none$|N/A$|Unknown$|root)[A-Za-z][\w.\-]*\*?")
    free = [place for place in range(1, len(columns)) if place not in places.values()]
    named = [place for place in free if _all_of(word, columns[place])]
    return named[0] if len(named) == 1 else None


def _found(rows: list[tuple[int, str]], layout: _Layout, rejects: list[Reject]) -> Iterator[Found]:
    for number, line in rows:
        records = _records(number, line, layout)
        if isinstance(records, str):
            rejects.append(Reject(number, records, line))
        else:
            yield from ((record, _given(line)) for record in records)


def _given(line: str) -> Callable[[], str]:
    return lambda: line


def _records(number: int, line: str, layout: _Layout) -> list[NodeRecord] | str:
    cells = _cells(line, layout.delimiter)
    if len(cells) != layout.width:
        return "other_number_of_columns"
    row = {name: cells[place] for name, place in layout.places.items()}
    if _maybe_cut(row["gres"], layout.delimiter):
        return "gres_cut_off"
    try:
        gpus = gpus_of_gres(row["gres"]) or Gpus()
        hosts = expand(row["node"])
    except GresError:
        return "bad_gres"
    except InputError:
        return "bad_node_list"
    if not hosts:
        return "not_a_node"
    rows = [1, *[0] * (len(hosts) - 1)]
    return [_record(number, host, gpus, row, rows=n) for host, n in zip(hosts, rows, strict=True)]


def _maybe_cut(gres: str, delimiter: str | None) -> bool:
    """Whether a GRES value may have lost its end, so that its counts prove nothing."""
    if _WHOLE_GRES.fullmatch(gres) is None:
        return True
    return delimiter is None and len(gres) == _CUT_WIDTH and not gres.endswith(")")


def _record(number: int, host: str, gpus: Gpus, row: Mapping[str, str], *, rows: int) -> NodeRecord:
    state = row.get("cpus_state", "")
    cpus = state.rsplit("/", 1)[-1] if state else row.get("cpus", "")
    partition, features = row.get("partition"), row.get("features")
    memory = row.get("memory", "")
    return NodeRecord(
        line=number,
        node=host,
        gpus=gpus,
        cpus=int(cpus) if cpus.isdecimal() else None,
        memory_mb=int(memory) if memory.isdecimal() else None,
        partitions=None if partition is None else sorted_list(partition.rstrip("*")),
        features=None if features is None else sorted_list(features),
        state=row.get("state") or None,
        slurm_version=row.get("version") if row.get("version") not in {"", "N/A"} else None,
        rows=rows,
    )
