"""Allocations of ColdFront, as its REST plugin answers `/api/allocations`."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from ingest.formats.award_source import AwardSource
from ingest.formats.base import Reject
from model.errors import InputError

NAME: Final = "coldfront"
ALLOCATIONS: Final = "fetch /api/allocations?allocation_users=true&allocation_attributes=true"
_UNITS: Final = {"Accelerator Usage (Hours)": "GPU-hours", "Core Usage (Hours)": "core-hours"}
_GPU_MINUTES: Final = re.compile(r"GrpTRESMins=(?:[^:;'\" ]*,)?gres/gpu=(\d+)")
_REFUSED: Final = {"Denied", "Payment Declined"}
_OPEN: Final = {"New", "Pending", "Renewal Requested", "Payment Pending", "Payment Requested"}
_ASKED: Final = "what was requested is prose in ColdFront: it stays unknown"
_NO_CLUSTER: Final = "accounts are not linked: say --cluster NAME, the cluster that they are of"


def recognises(document: Any) -> bool:
    """Whether a document is a list of ColdFront's allocations, or of its requests."""
    first = document[0] if isinstance(document, list) and document else None
    return isinstance(first, dict) and (
        "allocation_attributes" in first or "time_to_fulfillment" in first
    )


def read(document: Any, cluster: str | None) -> AwardSource:
    """A row for each allocation and kind of hours; the request is unknown.

    Raises InputError for requests and change requests, which carry no amounts.
    """
    if "time_to_fulfillment" in document[0]:
        raise InputError("requests of ColdFront carry no amounts", hint=f"{ALLOCATIONS}.")
    source = AwardSource(NAME)
    for number, record in enumerate(document, start=1):
        fault = _fault(record)
        if fault:
            source.rejects.append(Reject(number, fault, json.dumps(record)))
            continue
        amounts = list(_amounts(record))
        if not amounts:
            source.left_out += 1
        for amount, unit in amounts:
            source.awards.append((number, _award(record, amount, unit, cluster)))
        if amounts and _attribute(record, "slurm_account_name") and not cluster:
            source.note(_NO_CLUSTER)
    if source.awards:
        source.note(_ASKED, 0)
    return source


def _fault(record: Any) -> str | None:
    if not isinstance(record, dict) or record.get("id") is None:
        return "not_an_allocation"
    return None if isinstance(record.get("allocation_attributes"), list) else "no_attributes"


def _amounts(record: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Amounts and their units; GPU-hours of the Slurm limit where no attribute tells them."""
    named = {unit: _attribute(record, name) for name, unit in _UNITS.items()}
    limit = _GPU_MINUTES.search(_attribute(record, "slurm_specs"))
    if limit and not named["GPU-hours"]:
        named["GPU-hours"] = str(int(limit[1]) / 60)
    return ((amount, unit) for unit, amount in named.items() if amount)


def _award(
    record: dict[str, Any], amount: str, unit: str, cluster: str | None
) -> dict[str, str | None]:
    account = _attribute(record, "slurm_account_name")
    resource = str(record.get("resource") or "")
    return {
        "application_id": str(record["id"]),
        "project": record.get("project"),
        "title": record.get("project"),
        "resource": resource if unit == "GPU-hours" else f"{resource} {unit}",
        "granted": _granted(str(record.get("status")), amount),
        "unit": unit,
        "accounts": f"{cluster}:{account}" if cluster and account else None,
    }


def _granted(status: str, amount: str) -> str | None:
    if status in _REFUSED:
        return "0"
    return None if status in _OPEN else amount


def _attribute(record: dict[str, Any], name: str) -> str:
    values = (
        each.get("value")
        for each in record["allocation_attributes"]
        if isinstance(each, dict) and each.get("allocation_attribute_type") == name
    )
    return str(next(values, None) or "")
