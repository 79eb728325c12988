"""The seam between formats of node events and the node_events table."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Final, Protocol

from ingest.formats.base import Reject

_MARKS: Final = "*~#!%$@^-"
_DOWN: Final = {"DOWN", "FAIL", "FAILING", "ERROR", "NOT_RESPONDING"}
_DRAIN: Final = {"DRAIN", "DRAINED", "DRAINING", "DRNG"}
_MAINTENANCE: Final = {"MAINT", "MAINTENANCE"}


@dataclass(frozen=True)
class EventRecord:
    """A span in which some nodes were down, draining, in maintenance or reserved.

    `begin` and `end` are times as the text has them, `end` empty or `Unknown` while it lasts;
    `cluster` is None where the text does not tell it.
    """

    line: int
    nodes: str
    begin: str
    end: str
    kind: str
    state: str
    reason: str
    cluster: str | None = None
    text: str = ""


@dataclass(frozen=True)
class EventText:
    """What a text holds: events, rows set aside, and how many rows speak of no node.

    `notes` are sentences on how it was read, with the rows that each concerns.
    """

    events: list[EventRecord] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    left_out: int = 0
    notes: Counter[str] = field(default_factory=Counter)


class EventFormat(Protocol):
    """A way in which events or reservations are written down."""

    @property
    def name(self) -> str:
        """What the ledger calls it: `sacctmgr-show-event`."""
        ...

    def recognises(self, data: bytes) -> bool:
        """Whether the bytes of a file look like this format."""
        ...

    def read(self, data: bytes) -> EventText:
        """The events of a file; InputError, with the line to run, where it tells of none."""
        ...


def kind_of_state(state: str) -> str | None:
    """down, drain or maintenance for `DOWN*`, `IDLE+DRAIN`, `MAINT`; None for any other state.

    Maintenance comes first: a node that is down for planned work is in maintenance.
    """
    flags = {re.split(r"[ (]", word)[0].strip(_MARKS) for word in state.upper().split("+")}
    for kind, names in (("maintenance", _MAINTENANCE), ("down", _DOWN), ("drain", _DRAIN)):
        if flags & names:
            return kind
    return None


def kind_of_flags(flags: str) -> str:
    """Maintenance for a reservation with the flag MAINT, else reserved."""
    words = {word.strip().upper() for word in re.split(r"[,+]", flags)}
    return "maintenance" if words & _MAINTENANCE else "reserved"
