"""Epoch AI's data on GPU clusters (CC BY 4.0): its rows, in the registry's words."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ingest.machine_lists.columns import ListRow, ListTable, list_table
from ingest.machine_lists.epoch_chips import Chips, chips_of
from ingest.machine_lists.epoch_phases import Phases
from ingest.machine_lists.files import date_in_name, read_list, read_on, readable_date
from model.countries import country_code
from model.gpus import GpuCatalogue
from model.listings import Listed, Listing, Sector, SetAside, epoch_key, top500_key
from model.machines import MachineSource, Power

PAGE: Final = "https://epoch.ai/data/gpu-clusters"
_HINT: Final = f"the CSV that {PAGE} offers."

NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("Name",),
    "status": ("Status",),
    "certainty": ("Certainty",),
    "single": ("Single cluster?",),
    "chip": ("Chip type (primary)",),
    "chip_count": ("Chip quantity (primary)",),
    "chip_2": ("Chip type (secondary)",),
    "chip_count_2": ("Chip quantity (secondary)",),
    "total": ("Total number of AI chips",),
    "supplier": ("GPU Supplier (primary)",),
    "country": ("Country",),
    "owner": ("Owner",),
    "location": ("Location",),
    "sector": ("Sector",),
    "first_operational": ("First Operational Date",),
    "decommissioned": ("Decommissioned Date (if applicable)",),
    "reported_power": ("Reported Power Capacity (MW)", "Reported Power Capacity"),
    "builds_upon": ("Builds Upon",),
    "superseded_by": ("Superseded by",),
    "duplicate": ("Possible Duplicate",),
    "duplicate_of": ("Possible Duplicate Of",),
    "exclude": ("Exclude",),
    "source_1": ("Source 1",),
    "source_2": ("Source 2",),
    "source_3": ("Source 3",),
    "source_4": ("Source 4",),
    "source_5": ("Source 5",),
}
_REQUIRED: Final = ("name", "status", "certainty", "country", "total", "builds_upon", "duplicate")
_SOURCES: Final = tuple(column for column in NAMES if column.startswith("source_"))

_ANONYMOUS: Final = "anonymized"
_ACADEMIC: Final = re.compile(r"universit|college|institut|school|academ", re.IGNORECASE)
_SYSTEM: Final = re.compile(r"top500\.org/system/(\d+)")


def read_epoch(path: Path, catalogue: GpuCatalogue, *, date: str | None = None) -> Listing:
    """The rows of the list; `date` is the day of the copy, where its name does not tell.

    Phases are cumulative: one on which a phase in service builds is superseded. What Epoch AI
    flags as a possible duplicate is set aside, and so is what is no single machine of GPUs with a
    count: the reason is told row by row.

    Raises:
        InputError: where the file is no such list.
    """
    table = list_table(
        read_list(path, hint=_HINT), str(path), names=NAMES, required=_REQUIRED, hint=_HINT
    )
    copied = date or date_in_name(path)
    phases = Phases(table.rows)
    rows = tuple(_listed(row, table, catalogue, phases, copied) for row in table.rows)
    credit = "Epoch AI, Data on GPU Clusters, epoch.ai, CC BY 4.0"
    unknown = "the day of the copy is not known: --date 2026-03-06 says which it is"
    return Listing(
        rows, f"{credit}, copy of {copied}" if copied else credit, () if copied else (unknown,)
    )


def _listed(
    row: ListRow, table: ListTable, catalogue: GpuCatalogue, phases: Phases, copied: str | None
) -> Listed:
    chips = chips_of(row, table, catalogue)
    country = country_code(row["country"])
    power = table.positive(row, "reported_power")
    planned = row["status"].casefold() == "planned"
    return Listed(
        row=row.line,
        name=_name(row),
        keys=_keys(row),
        source=_source(row, chips, copied, power=bool(power)),
        country=country,
        operator=row["owner"] or None,
        site=row["location"] or None,
        sector=_sector(row),
        kind="planned" if planned else "machine",
        gpus=chips.count,
        cards=chips.cards,
        gpu_model=chips.words,
        in_service=readable_date(row["first_operational"]),
        retired=_retired(row),
        power=Power(mw=power, basis="press") if power else None,
        caveat=_caveat(row, chips),
        set_aside=phases.set_aside(row) or _excluded(row, chips, country),
        details={"status": row["status"], "certainty": row["certainty"]},
    )


def _name(row: ListRow) -> str:
    return row["name"].strip('"') or f"line {row.line}"


def _keys(row: ListRow) -> frozenset[str]:
    systems = (_SYSTEM.search(row[column]) for column in _SOURCES)
    keys = {top500_key(found[1]) for found in systems if found}
    return frozenset(keys if _is_anonymous(row) else keys | {epoch_key(row["name"])})


def _is_anonymous(row: ListRow) -> bool:
    return row["name"].casefold().startswith(_ANONYMOUS)


def _sector(row: ListRow) -> Sector:
    """Public only where it is said to be no more than that."""
    if _ACADEMIC.search(f"{row['name']} {row['owner']}"):
        return "academic"
    return "government" if row["sector"].casefold() == "public" else "commercial"


def _caveat(row: ListRow, chips: Chips) -> str | None:
    mixed = row["sector"].casefold() == "public/private"
    said = (chips.caveat, "Epoch AI has it as public and private." if mixed else None)
    return " ".join(each for each in said if each) or None


def _retired(row: ListRow) -> str | None:
    gone = row["decommissioned"] or row["status"].casefold() == "decommissioned"
    return readable_date(row["decommissioned"]) or "unknown" if gone else None


def _excluded(row: ListRow, chips: Chips, country: str | None) -> SetAside | None:
    reasons = (
        (_is_anonymous(row), "anonymous: cannot be told from others"),
        (not row["name"], "without a name"),
        (bool(row["exclude"]), "excluded by Epoch AI"),
        (row["certainty"].casefold() == "unlikely", "unlikely to exist, says Epoch AI"),
        (row["single"].casefold() == "no", "several sites counted as one"),
        (chips.other is not None, f"no GPUs: {chips.other}"),
        (chips.words is None, "kind of chip not stated"),
        (chips.count is None, "no count of chips"),
        (country is None, f"country not stated{_named(row['country'])}"),
    )
    return next((SetAside("excluded", why) for applies, why in reasons if applies), None)


def _named(country: str) -> str:
    return f" in a way that is known here: {country}" if country else ""


def _source(row: ListRow, chips: Chips, copied: str | None, *, power: bool) -> MachineSource:
    filled = {
        "gpus": chips.count is not None,
        "components": bool(chips.cards),
        "gpu_model": not chips.cards and chips.words is not None,
        "in_service": readable_date(row["first_operational"]) is not None,
        "retired": _retired(row) is not None,
        "power": power,
    }
    links = (row[column] for column in _SOURCES)
    return MachineSource(
        covers=tuple(field for field, known in filled.items() if known),
        title=f"Data on GPU Clusters, row '{_name(row)}'",
        publisher="Epoch AI",
        url=next((link for link in links if link.startswith(("http://", "https://"))), PAGE),
        date=copied,
        read=read_on(copied),
        grade="C-epoch",
        says=_says(row, chips),
    )


def _says(row: ListRow, chips: Chips) -> str:
    counted = f"{chips.count:,} chips: {chips.words}" if chips.count and chips.words else None
    began = readable_date(row["first_operational"])
    told = (counted, f"first operational {began}" if began else None, row["certainty"].lower())
    return "; ".join(part for part in told if part) + "."
