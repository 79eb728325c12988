"""Waldur's records, sorted by what they are, whichever file and version they come from."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

_UUID: Final = re.compile(r"[0-9a-f]{32}")
_PROPOSAL_URL: Final = re.compile(r"/proposal-proposals/([0-9a-fA-F-]{32,36})/")


@dataclass(frozen=True)
class Record:
    """One record: its `file` (by number), `line` (its number in it), and its members."""

    file: int
    line: int
    data: dict[str, Any]
    parent: dict[str, Any] | None = None

    @property
    def text(self) -> str:
        """The record as JSON, for quarantine."""
        return json.dumps(self.data, default=str)


@dataclass
class WaldurRecords:
    """Records by kind; `others` are none that awards need."""

    proposals: list[Record] = field(default_factory=list)
    requests: list[Record] = field(default_factory=list)
    adjustments: list[Record] = field(default_factory=list)
    resources: list[Record] = field(default_factory=list)
    others: list[Record] = field(default_factory=list)

    def add(self, file: int, document: Any) -> None:
        """Sorts the records of a document: a list, one record, or an object of lists."""
        for line, data in enumerate(_listed(document), start=1):
            record = Record(file, line, data if isinstance(data, dict) else {})
            getattr(self, _kind(record.data)).append(record)
            self._add_parts(record)

    def _add_parts(self, record: Record) -> None:
        """What an archived proposal holds inside: its requests and adjustments."""
        parts = (("requested_resources", self.requests), ("resource_adjustments", self.adjustments))
        for name, target in parts:
            inner = part_of(record.data, name)
            for data in inner or []:
                if isinstance(data, dict):
                    target.append(Record(record.file, record.line, data, parent=record.data))


def recognises(document: Any) -> bool:
    """Whether a document holds records that only Waldur writes."""
    records = WaldurRecords()
    records.add(0, document)
    usage = any("billing_period" in each.data for each in records.others)
    awards = (records.proposals, records.requests, records.adjustments, records.resources)
    return usage or any(awards)


def part_of(proposal: dict[str, Any], name: str) -> list[Any] | None:
    """A list in an archived proposal or in its payload; None where it has no such list."""
    payload = proposal.get("payload")
    places = (proposal, payload if isinstance(payload, dict) else {})
    return next((each[name] for each in places if isinstance(each.get(name), list)), None)


def bare(value: object) -> str:
    """The last UUID in a URL or text, without hyphens; the text itself where it has none."""
    squeezed = str(value or "").lower().replace("-", "")
    found = _UUID.findall(squeezed)
    return found[-1] if found else squeezed


def proposal_of(record: Record) -> str:
    """The UUID of the proposal that a request or an adjustment belongs to; "" where unknown."""
    if record.parent is not None:
        return bare(record.parent.get("uuid"))
    data = record.data
    if url := _PROPOSAL_URL.search(str(data.get("url") or "")):
        return bare(url[1])
    return bare(data.get("proposal_uuid") or data.get("proposal"))


def _listed(document: Any) -> Iterator[Any]:
    if isinstance(document, list):
        yield from document
    elif isinstance(document, dict) and _kind(document) == "others":
        lists = [value for value in document.values() if isinstance(value, list)]
        yield from _chained(lists) if lists else [document]
    else:
        yield document


def _chained(lists: Iterable[list[Any]]) -> Iterator[Any]:
    for each in lists:
        yield from each


def _kind(data: dict[str, Any]) -> str:
    if "adjusted_limits" in data:
        return "adjustments"
    if "call_name" in data and "state" in data:
        return "proposals"
    if {"offering_name", "project_uuid", "limits"} <= set(data):
        return "resources"
    if {"limits", "attributes"} <= set(data):
        return "requests"
    return "others"
