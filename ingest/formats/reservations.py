"""Reservations as `scontrol show reservation` and slurmrestd tell them."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from ingest.formats.base import Reject
from ingest.formats.document import is_document, read_document
from ingest.formats.event_record import EventRecord, EventText, kind_of_flags
from ingest.formats.scontrol_text import blocks, fields
from ingest.formats.slurm_values import moment_text, said_error, words
from model.errors import InputError

SCONTROL_LINE: Final = "run scontrol show reservation and give its output."
_BEGIN: Final = re.compile(rb"^\s*ReservationName=|\ANo reservations in the system", re.MULTILINE)
_NONE: Final = "No reservations in the system"
_STOOD: Final = "reservations count as they stood when they were listed"
_HEAD_BYTES: Final = 1 << 20


@dataclass(frozen=True)
class _Reservation:
    line: int
    name: str
    nodes: str
    begin: str
    end: str
    flags: str
    partial: bool
    text: str


class ScontrolReservations:
    """`scontrol show reservation`, with or without -o."""

    name = "scontrol-show-reservation"

    def recognises(self, data: bytes) -> bool:
        """Whether a reservation begins in the bytes, or they say that there is none."""
        return _BEGIN.search(data[:_HEAD_BYTES]) is not None

    def read(self, data: bytes) -> EventText:
        """The reservations, each a span of its nodes."""
        text = data.decode("utf-8", errors="replace")
        said = [(line, block) for line, block in blocks(text, "ReservationName")]
        found = [_of_block(line, block) for line, block in said if not block.startswith(_NONE)]
        return _events(found)


class ReservationDocument:
    """Answers of slurmrestd, or of `scontrol --json show reservation`, in every version."""

    name = "slurm-reservations-document"

    def recognises(self, data: bytes) -> bool:
        """Whether bytes begin as JSON or YAML do."""
        return is_document(data)

    def read(self, data: bytes) -> EventText:
        """The reservations; InputError where the document holds no list of them."""
        numbered = enumerate(_listed(read_document(data)), start=1)
        return _events(_of_record(number, record) for number, record in numbered)


def _listed(document: Any) -> list[Any]:
    listed = document.get("reservations") if isinstance(document, dict) else None
    if listed and isinstance(listed, list):
        return listed
    if isinstance(document, dict) and (error := said_error(document)):
        raise InputError(f"Slurm answered with an error: {error}", hint=SCONTROL_LINE)
    if listed is None:
        raise InputError("no list of reservations in this document", hint=SCONTROL_LINE)
    return []


def _of_block(line: int, block: str) -> _Reservation:
    said = fields(block)
    return _Reservation(
        line=line,
        name=said.get("ReservationName", ""),
        nodes=said.get("Nodes", ""),
        begin=said.get("StartTime", ""),
        end=said.get("EndTime", ""),
        flags=said.get("Flags", ""),
        partial="CoreIDs" in said,
        text=block,
    )


def _of_record(number: int, record: Any) -> _Reservation:
    known = record if isinstance(record, dict) else {}
    return _Reservation(
        line=number,
        name=str(known.get("name") or ""),
        nodes=str(known.get("node_list") or ""),
        begin=moment_text(known.get("start_time")),
        end=moment_text(known.get("end_time")),
        flags=",".join(words(known.get("flags"))),
        partial=bool(known.get("core_specializations")),
        text=json.dumps(record, default=str),
    )


def _events(reservations: Iterable[_Reservation]) -> EventText:
    read = EventText()
    for each in reservations:
        fault = _fault(each)
        if fault:
            read.rejects.append(Reject(each.line, fault, each.text))
            continue
        event = EventRecord(
            line=each.line,
            nodes=each.nodes,
            begin=each.begin,
            end=each.end,
            kind=kind_of_flags(each.flags),
            state=each.flags,
            reason=each.name,
            text=each.text,
        )
        read.events.append(event)
    if read.events:
        read.notes[_STOOD] = len(read.events)
    return read


def _fault(each: _Reservation) -> str | None:
    """Why a reservation is no span of whole nodes."""
    if not each.name:
        return "not_a_reservation"
    if not each.end:
        return "cut_off"
    if each.nodes in {"", "(null)"}:
        return "no_nodes"
    if each.partial:
        return "part_of_nodes"
    return "moving_start" if "TIME_FLOAT" in each.flags.upper() else None
