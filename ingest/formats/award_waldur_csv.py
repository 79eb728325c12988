"""Waldur's CSV export of a call's proposals: requests alone."""

import re
from collections.abc import Mapping
from typing import Final

from ingest.formats.award_source import AwardSource
from ingest.formats.base import Reject
from ingest.formats.table_file import TableFile
from model.errors import InputError
from model.units import resolve_unit

_AMOUNT: Final = re.compile(r"(?P<offering>.+) / (?P<component>.+) \((?P<unit>[^()]+)\)")
_GUARD: Final = re.compile(r"^'(?=[=+\-@])")
_HOURS: Final = {"h", "hour", "hours", "hrs"}
_REFUSED: Final = "rejected"
_REQUESTS_ONLY: Final = (
    "the export tells requests only: what was granted stays unknown, but for refusals"
)
_NO_AMOUNTS: Final = (
    "offerings that are billed by usage have none: give the JSON of proposal-proposals, of "
    "proposal-requested-resources and of marketplace-resources instead."
)


def recognises(header: list[str]) -> bool:
    """Whether the header is that of the export."""
    return {"Proposal ID", "Requested duration", "Workflow step"} <= set(header)


def read_export(table: TableFile) -> AwardSource:
    """A row for each proposal and component; InputError where no column holds amounts."""
    amounts = {name: found for name in table.header if (found := _AMOUNT.fullmatch(name))}
    if not amounts:
        raise InputError("this export of Waldur has no column of amounts", hint=_NO_AMOUNTS)
    source = AwardSource("waldur-csv")
    for line, cells in table.rows:
        if len(cells) != len(table.header):
            source.rejects.append(Reject(line, "other_number_of_columns", " | ".join(cells)))
            continue
        row = {name: _GUARD.sub("", cell) for name, cell in zip(table.header, cells, strict=True)}
        asked = {name: row[name] for name in amounts if row[name].strip()}
        if not asked or row["State"].casefold() == "draft":
            source.left_out += 1
        else:
            _enter(source, line, row, {name: amounts[name] for name in asked})
    source.note(_REQUESTS_ONLY, len(source.awards))
    return source


def _enter(
    source: AwardSource, line: int, row: Mapping[str, str], amounts: Mapping[str, re.Match[str]]
) -> None:
    for name, parts in amounts.items():
        unit = parts["unit"]
        whole = f"{parts['component']}-hours" if unit.casefold() in _HOURS else unit
        resolved = resolve_unit(whole)
        several = len(amounts) > 1
        award = {
            "application_id": row["Proposal ID"],
            "title": row.get("Name"),
            "round": row.get("Round"),
            "pi": row.get("Applicant"),
            "institution": row.get("Organisation"),
            "discipline": row.get("Science sub-domain"),
            "resource": f"{parts['offering']} / {parts['component']}"
            if several
            else parts["offering"],
            "unit": resolved.name if resolved else whole,
            "requested": row[name],
            "granted": "0" if row["State"].casefold() == _REFUSED else None,
            "status": "withdrawn" if row["State"].casefold() in {"canceled", "cancelled"} else None,
        }
        source.awards.append((line, award))
