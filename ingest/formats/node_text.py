"""What is given for node text and is something else: told what it is, and what reads it."""

import re
from typing import Final

from model.errors import InputError

_ASK: Final = "run scontrol show node on the cluster and give its output."
_JOBS: Final = "plimsoll ingest jobs reads job logs."
_EVENTS: Final = "plimsoll ingest events reads these."
_KINDS: Final = (
    (re.compile(rb"^\s*JobId=", re.MULTILINE), "scontrol show job, not nodes", _JOBS),
    (re.compile(rb"^\s*PartitionName="), "scontrol show partition, not nodes", _ASK),
    (re.compile(rb"^\s*ReservationName="), "scontrol show reservation, not nodes", _EVENTS),
    (re.compile(rb"\A.*\bJobID(Raw)?\b", re.IGNORECASE), "a job log, not nodes", _JOBS),
    (re.compile(rb"\A.*\bTimeStart\b"), "sacctmgr show event or reservation", _EVENTS),
    (re.compile(rb"error: ([^\n]+)|Unable to contact slurm controller"), "an error of Slurm", _ASK),
)
_HEAD_BYTES: Final = 1 << 20


def refuse_what_is_no_text(data: bytes) -> None:
    """InputError for nothing at all and for bytes that are no text."""
    if not data.strip():
        raise InputError("the file is empty", hint=_ASK)
    if b"\x00" in data[:_HEAD_BYTES] or data.startswith(b"%PDF"):
        raise InputError("this is no text", hint=_ASK)


def what_else(data: bytes) -> InputError:
    """The fault of a text in which no known format is recognised: what it is, what reads it."""
    head = data[:_HEAD_BYTES]
    for pattern, kind, hint in _KINDS:
        if pattern.search(head):
            return InputError(f"this is {kind}", hint=hint)
    return InputError("no node begins in this text (NodeName=)", hint=_ASK)
