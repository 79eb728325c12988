"""Rows of an awards file as the columns of the awards table, or as rejects with their reason."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from ingest.award_cells import CellFault, accounts, amount, count, day, unit_name
from ingest.award_columns import AwardHeader, match_header
from ingest.formats.base import Reject
from ingest.formats.table_file import TableFile
from model.schemas import AWARDS

_AMOUNTS: Final = ("requested", "recommended", "granted", "offered")
_COUNTS: Final = ("applications", "awards")
_DATES: Final = ("start", "end")
_STATUSES: Final = ("decided", "undecided", "withdrawn")

Row = dict[str, Any]


@dataclass(frozen=True)
class AwardRows:
    """The good rows in the schema of the awards table, and the others.

    `notes` are sentences on what was assumed or not understood, with the rows concerned.
    """

    frame: pl.DataFrame
    rejects: list[Reject]
    notes: dict[str, int]


def award_rows(table: TableFile, where: str, *, header: AwardHeader | None = None) -> AwardRows:
    """Reads every row of a table; InputError where a required column is missing.

    `header` tells the columns of a table that has other names, or fewer of the required ones.
    """
    header = header or match_header(table.header, where)
    notes = Counter(dict.fromkeys((*table.assumptions, *header.unread), 0))
    rejects: list[Reject] = []
    by_key: dict[tuple[Any, ...], list[tuple[int, list[str], Row]]] = defaultdict(list)
    for line, cells in table.rows:
        try:
            row = _row(table, header, cells)
        except CellFault as fault:
            rejects.append(Reject(line, fault.reason, _text(cells)))
            notes.update([fault.hint] if fault.hint else [])
        else:
            by_key[tuple(row[name] for name in AWARDS.key)].append((line, cells, row))
    accepted = [entries[0][2] for entries in by_key.values() if len(entries) == 1]
    for entries in by_key.values():
        if len(entries) > 1:
            rejects.extend(_duplicates(entries))
    frame = pl.DataFrame(accepted, schema=AWARDS.schema, orient="row")
    rejects.sort(key=lambda reject: reject.line)
    return AwardRows(frame, rejects, dict(notes))


def _row(table: TableFile, header: AwardHeader, cells: list[str]) -> Row:
    if any(cell.strip() for cell in cells[len(table.header) :]):
        raise CellFault("too_many_fields")
    if len(cells) < len(table.header) and table.form == "csv":
        raise CellFault("too_few_fields")

    def read(name: str, parse: Callable[[str], Any]) -> Any:
        place = header.places.get(name)
        try:
            return parse(cells[place] if place is not None else header.constants.get(name, ""))
        except CellFault as fault:
            raise CellFault(_slug(fault.reason, name), fault.hint) from None

    def numeric(parse: Callable[..., Any]) -> Callable[[str], Any]:
        return lambda text: parse(text, semicolons=table.semicolons)

    row: Row = {name: read(name, lambda text: text.strip() or None) for name in AWARDS.schema}
    row |= {name: row[name] or "" for name in AWARDS.key}
    if not row["application_id"]:
        raise CellFault("no_application_id")
    row |= {name: read(name, numeric(amount)) for name in _AMOUNTS}
    row |= {
        name: row[name] * factor for name, factor in header.factors.items() if row[name] is not None
    }
    row |= {name: read(name, numeric(count)) for name in _COUNTS}
    row |= {name: read(name, day) for name in _DATES}
    row |= {
        "unit": read("unit", unit_name),
        "accounts": read("accounts", _accounts(header.cluster)),
    }
    row["status"] = _status(row)
    _check(row)
    return row


def _accounts(cluster: str | None) -> Callable[[str], str | None]:
    """Reads accounts; with a cluster, also the bare names of its accounts."""

    def read(text: str) -> str | None:
        parts = [part.strip() for part in text.split(";")]
        named = [part if not part or ":" in part else f"{cluster}:{part}" for part in parts]
        return accounts(";".join(named) if cluster else text)

    return read


def _status(row: Row) -> str:
    """As written, else decided where something (or nothing: 0) was granted."""
    if row["status"] is None:
        return "undecided" if row["granted"] is None else "decided"
    status = str(row["status"]).casefold()
    if status not in _STATUSES:
        raise CellFault("unknown_status")
    if (status == "decided") != (row["granted"] is not None) and status != "withdrawn":
        raise CellFault("status_contradicts_granted")
    return status


def _check(row: Row) -> None:
    start, end = row["start"], row["end"]
    if start is not None and end is not None and end <= start:
        raise CellFault("end_before_start")
    applications, awards = row["applications"], row["awards"]
    if applications is not None and awards is not None and awards > applications:
        raise CellFault("more_awards_than_applications")


def _slug(fault: str, column: str) -> str:
    """`bad_number` of a column is `bad_number:granted`; units speak of themselves."""
    return fault if column in {"unit", "accounts"} else f"{fault}:{column}"


def _duplicates(entries: list[tuple[int, list[str], Row]]) -> Iterable[Reject]:
    lines = ", ".join(str(line) for line, _, _ in entries)
    for line, cells, _ in entries:
        yield Reject(line, "duplicate_key", f"lines {lines}: {_text(cells)}")


def _text(cells: list[str]) -> str:
    return " | ".join(cells)
