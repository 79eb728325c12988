"""Waldur's proposals: what was requested, and what was granted where that can be recovered.

A request is never taken for the grant. The grant is, in this order, the newest adjustment of
the request; the request itself, only where an archived proposal lists its adjustments and none
touches it (so Waldur allocated it); the limit of the resource that was made; 0 where a proposal
was refused. Otherwise it is unknown.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ingest.formats.award_source import AwardSource
from ingest.formats.base import Reject
from ingest.formats.slurm_values import whole_number
from ingest.formats.waldur_records import Record, WaldurRecords, bare, part_of, proposal_of
from model.units import resolve_unit

NAME: Final = "waldur"
_HOURS: Final = {"h", "hour", "hours", "hrs"}
_KINDS: Final = (
    ("gpu", "GPU-hours"),
    ("node", "node-hours"),
    ("cpu", "CPU-hours"),
    ("core", "core-hours"),
)
_PERIODIC: Final = {"month", "quarterly", "annual"}
_LIMIT: Final = re.compile(r"\d+(\.\d+)?")
_UNIT_ASSUMED: Final = "components without a unit are hours: archives do not name units"
_AS_REQUESTED: Final = "allocated as requested: the archive lists no adjustment of the request"
_OF_RESOURCE: Final = "granted is the resource's limit as it stands, top-ups included"
_UNKNOWN: Final = "accepted, but what was granted is not in these files: it stays unknown"
_SKIPPED: Final = "requests on offerings that were not accepted are not allocated: granted 0"
_WITHDRAWN: Final = "canceled proposals count as withdrawn"

Limits = dict[str, float]


@dataclass(frozen=True)
class _Amount:
    """One component of a request, or of an adjustment that added something."""

    record: Record
    proposal: Mapping[str, Any]
    resource: str
    unit: str
    granted: float | None
    requested: float | None = None
    tranche: str = ""
    end: str | None = None


def read_waldur(records: WaldurRecords, files: int) -> list[AwardSource]:
    """The awards of some files read together, a source for each file."""
    return _Reader(records, files).sources


class _Reader:
    def __init__(self, records: WaldurRecords, files: int) -> None:
        self.sources = [AwardSource(NAME) for _ in range(files)]
        self._proposals = {bare(each.data.get("uuid")): each for each in records.proposals}
        self._numbers = {
            number: each
            for each in records.proposals
            if (number := whole_number(each.data.get("id"))) is not None
        }
        self._resources = {bare(each.data.get("uuid")): each for each in records.resources}
        self._used: set[tuple[int, int]] = set()
        self._unclear: set[int] = set()
        requests = [each for each in self._distinct(records.requests) if self._has_proposal(each)]
        self._changes = self._linked(records.adjustments, requests)
        amounts = [amount for request in requests for amount in self._requested(request)]
        self._enter([*amounts, *self._added(records.adjustments)])
        self._count(records)

    def _reject(self, record: Record, reason: str) -> None:
        rejects = self.sources[record.file].rejects
        if all(each.line != record.line for each in rejects):
            rejects.append(Reject(record.line, reason, record.text))

    def _use(self, *records: Record) -> None:
        self._used.update((each.file, each.line) for each in records)

    def _proposal(self, record: Record) -> Record | None:
        number = whole_number(record.data.get("proposal_id"))
        found = self._proposals.get(proposal_of(record))
        return self._numbers.get(number) if found is None and number is not None else found

    def _distinct(self, requests: list[Record]) -> Iterator[Record]:
        """Each request once: the record that names its components, should an archive repeat it."""
        seen: set[str] = set()
        for request in sorted(requests, key=lambda each: not _offering(each)):
            uuid = bare(request.data.get("uuid"))
            if uuid in seen:
                self._use(request)
            else:
                yield request
            seen.update({uuid} - {""})

    def _has_proposal(self, request: Record) -> bool:
        if self._proposal(request) is None:
            self._reject(request, "no_proposal")
            return False
        return True

    def _linked(self, adjustments: list[Record], requests: list[Record]) -> dict[int, Record]:
        """The newest change of each request, by the identity of its record."""
        found: dict[int, Record] = {}
        for change in sorted(adjustments, key=lambda each: str(each.data.get("created") or "")):
            if change.data.get("action") == "add":
                continue
            request = self._changed(change, requests)
            if request is None:
                self._reject(change, "not_linked_to_a_request")
                self._unclear.add(id(self._proposal(change)))
            else:
                found[id(request)] = change
                self._use(change)
        return found

    def _changed(self, change: Record, requests: list[Record]) -> Record | None:
        """The request that an adjustment changes; None where nothing tells which."""
        data = change.data
        wanted = bare(data.get("requested_resource_uuid") or data.get("requested_resource"))
        number = data.get("requested_resource_id")
        for request in requests:
            if wanted and bare(request.data.get("uuid")) == wanted:
                return request
            if number is not None and request.data.get("id") == number:
                return request
        proposal = self._proposal(change)
        own = [each for each in requests if self._proposal(each) is proposal]
        return own[0] if proposal is not None and len(own) == 1 else None

    def _requested(self, request: Record) -> Iterator[_Amount]:
        proposal = self._proposal(request)
        if proposal is None or proposal.data.get("state") == "draft":
            return
        self._use(proposal, request)
        attributes = request.data.get("attributes")
        inner = attributes.get("limits") if isinstance(attributes, dict) else None
        asked = _limits(request.data.get("limits")) or _limits(inner)
        granted = self._granted(request, proposal, asked)
        components = sorted({*asked, *(granted or {})})
        if not components:
            self._reject(request, "no_limits")
        for component in components:
            unit = self._unit(request, component)
            if unit is not None:
                yield _Amount(
                    record=request,
                    proposal=proposal.data,
                    resource=_resource(request, component, several=len(components) > 1),
                    unit=unit,
                    requested=asked.get(component),
                    granted=None if granted is None else granted.get(component),
                    end=self._end(request),
                )

    def _granted(self, request: Record, proposal: Record, asked: Limits) -> Limits | None:
        """Limits by component; None where nobody can tell."""
        state = str(proposal.data.get("state"))
        if state != "accepted":
            return dict.fromkeys(asked, 0.0) if state == "rejected" else None
        change = self._changes.get(id(request))
        if change is not None:
            if change.data.get("action") == "remove":
                return dict.fromkeys(asked, 0.0)
            return _limits(change.data.get("adjusted_limits")) or None
        source = self.sources[request.file]
        if _offering(request).get("state", "accepted") != "accepted":
            source.note(_SKIPPED)
            return dict.fromkeys(asked, 0.0)
        listed = part_of(proposal.data, "resource_adjustments") is not None
        if listed and id(proposal) not in self._unclear:
            source.note(_AS_REQUESTED)
            return asked
        return self._of_resource(request, source)

    def _of_resource(self, request: Record, source: AwardSource) -> Limits | None:
        resource = self._resource_of(request)
        limits = _limits(resource.data.get("limits")) if resource else {}
        source.note(_OF_RESOURCE if limits else _UNKNOWN)
        if resource and limits:
            self._use(resource)
        return limits or None

    def _resource_of(self, request: Record) -> Record | None:
        data = request.data
        return self._resources.get(bare(data.get("resource_uuid") or data.get("resource")))

    def _end(self, request: Record) -> str | None:
        resource = self._resource_of(request)
        if resource is None:
            return None
        end = resource.data.get("project_end_date") or resource.data.get("end_date")
        return str(end)[:10] if end else None

    def _unit(self, request: Record, component: str) -> str | None:
        """The unit of a component; None, and the request set aside, where it is not known."""
        known = _component(request, component)
        if str(known.get("limit_period")) in _PERIODIC:
            self._reject(request, f"limit_per_{known['limit_period']}")
            return None
        said = str(known.get("measured_unit") or "")
        unit = resolve_unit(said)
        kind = next((name for word, name in _KINDS if word in component.lower()), None)
        if unit is None and kind and said.lower() in {"", *_HOURS}:
            if not said:
                self.sources[request.file].note(_UNIT_ASSUMED)
            return kind
        if unit is None:
            self._reject(request, "unknown_unit")
        return unit.name if unit else None

    def _added(self, adjustments: list[Record]) -> Iterator[_Amount]:
        """What was granted beyond the requests."""
        for change in (each for each in adjustments if each.data.get("action") == "add"):
            proposal = self._proposal(change)
            if proposal is None:
                self._reject(change, "no_proposal")
                continue
            self._use(proposal)
            for component, limit in _limits(change.data["adjusted_limits"]).items():
                unit = self._unit(change, component)
                if unit is not None:
                    yield _Amount(
                        record=change,
                        proposal=proposal.data,
                        resource=_added_to(change),
                        tranche="added",
                        unit=unit,
                        granted=limit,
                    )

    def _enter(self, amounts: list[_Amount]) -> None:
        """A row for each application, resource and tranche; several requests of one add up."""
        groups: dict[tuple[str, ...], list[_Amount]] = defaultdict(list)
        for each in amounts:
            name = _application(each.proposal)
            groups[name, each.resource, each.tranche, each.unit].append(each)
        for parts in groups.values():
            first = parts[0]
            source = self.sources[first.record.file]
            source.awards.append((first.record.line, _award(parts)))
            if first.proposal.get("state") == "canceled":
                source.note(_WITHDRAWN)

    def _count(self, records: WaldurRecords) -> None:
        """Every record that is no award of its own told more of one, or is left out."""
        kinds = (records.proposals, records.requests, records.adjustments, records.resources)
        whole = [each for kind in (*kinds, records.others) for each in kind if each.parent is None]
        for record in whole:
            source = self.sources[record.file]
            entered = {line for line, _ in source.awards} | {each.line for each in source.rejects}
            if record.line in entered:
                continue
            if (record.file, record.line) in self._used:
                source.context += 1
            else:
                source.left_out += 1


def _limits(value: Any) -> Limits:
    if not isinstance(value, dict):
        return {}
    return {
        str(name): float(limit)
        for name, limit in value.items()
        if not isinstance(limit, bool) and _LIMIT.fullmatch(str(limit))
    }


def _component(request: Record, name: str) -> dict[str, Any]:
    listed = _offering(request).get("components")
    known = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    return next((each for each in known if each.get("type") == name), {})


def _offering(request: Record) -> dict[str, Any]:
    offering = request.data.get("requested_offering")
    return offering if isinstance(offering, dict) else {}


def _resource(request: Record, component: str, *, several: bool) -> str:
    name = str((_offering(request) or request.data).get("offering_name") or "")
    return f"{name} / {component}" if several else name


def _added_to(change: Record) -> str:
    named = change.data.get("call_offering_name") or change.data.get("offering_name")
    return str(named or f"call offering {change.data.get('call_offering_id')}")


def _application(proposal: Mapping[str, Any]) -> str:
    return str(proposal.get("slug") or bare(proposal.get("uuid")))


def _award(parts: list[_Amount]) -> dict[str, Any]:
    proposal = parts[0].proposal
    return {
        "call": proposal.get("call_name"),
        "round": _round(proposal),
        "application_id": _application(proposal),
        "project": bare(proposal.get("project_uuid") or proposal.get("project")) or None,
        "title": proposal.get("name"),
        "pi": proposal.get("created_by_name") or proposal.get("created_by_full_name"),
        "discipline": proposal.get("oecd_fos_2007_label") or proposal.get("oecd_fos_2007_code"),
        "resource": parts[0].resource,
        "tranche": parts[0].tranche,
        "unit": parts[0].unit,
        "requested": _sum(each.requested for each in parts),
        "granted": _sum(each.granted for each in parts),
        "status": "withdrawn" if proposal.get("state") == "canceled" else None,
        "end": parts[0].end,
    }


def _round(proposal: Mapping[str, Any]) -> str | None:
    named = proposal.get("round")
    if isinstance(named, dict):
        return named.get("slug") or named.get("name")
    return proposal.get("round_name") or proposal.get("round_uuid")


def _sum(amounts: Iterator[float | None]) -> float | None:
    """The sum, unknown where one of the amounts is."""
    known = list(amounts)
    return None if None in known else sum(each for each in known if each is not None)
