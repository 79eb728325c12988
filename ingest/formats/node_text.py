"""What is given for node text and is something else: told what it is, and what reads it."""

import re
from typing import Final

from model.errors import InputError

_ASK: Final = "run scontrol show node on the cluster and give its output."
_JOBS: Final = "plimsoll ingest jobs reads job logs."
_KINDS: Final = (
    (re.compile(rb"^\s*JobId=", re.MULTILINE), "scontrol show job, not nodes", _JOBS),
    (re.compile(rb"^\s*PartitionName="), "scontrol show partition, not nodes", _ASK),
    (re.compile(rb"^\s*ReservationName="), "scontrol show reservation, not nodes", _ASK),
    (re.compile(rb"\A.*\bJobID(Raw)?\b", re.IGNORECASE), "a job log, not nodes", _JOBS),
    (re.compile(rb"^.*\bNODELIST\b.*$", re.MULTILINE), "the output of sinfo", _ASK),
    (re.compile(rb"\A\s*\{.*\"jobs\"\s*:", re.DOTALL), "a job log in JSON, not nodes", _JOBS),
    (re.compile(rb"\A\s*[{\[]"), "JSON, which is not read yet", _ASK),
    (re.compile(rb"\A---|\A%YAML|\A\w+:\s*$", re.MULTILINE), "YAML", _ASK),
    (re.compile(rb"error: ([^\n]+)|Unable to contact slurm controller"), "an error of Slurm", _ASK),
)
_HEAD_BYTES: Final = 1 << 20


def refuse_what_is_no_node_text(data: bytes, where: str) -> None:
    """InputError, with what the bytes are and what to do, unless a node begins in them."""
    head = data[:_HEAD_BYTES]
    if not data.strip():
        raise InputError("the file is empty", where=where, hint=_ASK)
    if b"\x00" in head or head.startswith(b"%PDF"):
        raise InputError("this is no text", where=where, hint=_ASK)
    if re.search(rb"^\s*NodeName=", head, re.MULTILINE):
        return
    for pattern, kind, hint in _KINDS:
        if pattern.search(head):
            raise InputError(f"this is {kind}", where=where, hint=hint)
    raise InputError("no node begins in this text (NodeName=)", where=where, hint=_ASK)
