"""`sacctmgr -P show event` and `show reservation`: when nodes were down, or were reserved."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from ingest.formats.base import Reject
from ingest.formats.event_record import EventRecord, EventText, kind_of_flags, kind_of_state
from ingest.formats.sacctmgr_table import SacctmgrTable, columns_of, read_table, words_of
from model.errors import InputError

EVENT_LINE: Final = (
    "run sacctmgr -P show event Start=2026-01-01 "
    "format=Cluster,NodeName,TimeStart,TimeEnd,State,Reason,User"
)
RESERVATION_LINE: Final = (
    "run sacctmgr -P show reservation Start=2026-01-01 "
    "format=Cluster,Name,NodeNames,Flags,TimeStart,TimeEnd"
)
_BEGIN: Final = ("timestart", "start")
_END: Final = ("timeend", "end")
_NODES: Final = ("nodename", "nodenames", "nodes", "nodelist")


class SacctmgrEvents:
    """`sacctmgr -P show event`, with any columns among which are node, start and state."""

    name = "sacctmgr-show-event"

    def recognises(self, data: bytes) -> bool:
        """Whether the header is that of events, in columns of a fixed width too."""
        return {"timestart", "state"} <= words_of(data)

    def read(self, data: bytes) -> EventText:
        """The events; rows of the cluster as a whole are left out."""
        table = _table(data, EVENT_LINE, free_text="reason")
        _need(table, "NodeName", _NODES, EVENT_LINE)
        read = EventText(rejects=table.rejects, notes=Counter())
        left_out = 0
        for line, row in table.rows:
            if not _first(row, _NODES):
                left_out += 1
            elif kind := kind_of_state(row["state"]):
                read.events.append(_event(line, row, table, kind=kind, state=row["state"]))
            else:
                read.rejects.append(Reject(line, "unknown_state", table.lines[line]))
        return EventText(read.events, read.rejects, left_out)


class SacctmgrReservations:
    """`sacctmgr -P show reservation`, where its columns tell the nodes."""

    name = "sacctmgr-show-reservation"

    def recognises(self, data: bytes) -> bool:
        """Whether the header is that of reservations, in columns of a fixed width too."""
        words = words_of(data)
        return {"timestart", "name"} <= words and "state" not in words

    def read(self, data: bytes) -> EventText:
        """The reservations, each a span of its nodes."""
        table = _table(data, RESERVATION_LINE, free_text=None)
        _need(table, "NodeNames", _NODES, RESERVATION_LINE)
        read = EventText(rejects=table.rejects)
        for line, row in table.rows:
            flags = row.get("flags", "")
            if not _first(row, _NODES):
                read.rejects.append(Reject(line, "no_nodes", table.lines[line]))
            else:
                kind = kind_of_flags(flags)
                read.events.append(_event(line, row, table, kind=kind, state=flags))
        if "flags" not in table.columns:
            said = "without a Flags column reservations count as reserved, maintenance too"
            read.notes[said] = len(read.events)
        return read


def _table(data: bytes, line_to_run: str, *, free_text: str | None) -> SacctmgrTable:
    if not columns_of(data):
        what = "columns of a fixed width cut their values off"
        raise InputError(what, hint=line_to_run)
    table = read_table(data, free_text=free_text)
    _need(table, "TimeStart", _BEGIN, line_to_run)
    return table


def _need(table: SacctmgrTable, name: str, spellings: tuple[str, ...], line_to_run: str) -> None:
    if not set(spellings) & set(table.columns):
        raise InputError(f"no column {name}: this tells nothing of nodes", hint=line_to_run)


def _event(
    line: int, row: Mapping[str, str], table: SacctmgrTable, *, kind: str, state: str
) -> EventRecord:
    return EventRecord(
        line=line,
        nodes=_first(row, _NODES),
        begin=_first(row, _BEGIN),
        end=_first(row, _END),
        kind=kind,
        state=state,
        reason=row.get("reason", row.get("name", "")),
        cluster=row.get("cluster") or None,
        text=table.lines[line],
    )


def _first(row: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((row[name] for name in names if name in row), "")
