"""The columns of an awards file: required, optional, and what people write instead."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from model.errors import InputError

REQUIRED: Final = ("application_id", "requested", "granted", "unit")
OPTIONAL: Final = (
    "call",
    "round",
    "project",
    "title",
    "pi",
    "institution",
    "discipline",
    "council",
    "route",
    "pool",
    "resource",
    "recommended",
    "offered",
    "status",
    "start",
    "end",
    "tranche",
    "applications",
    "awards",
    "accounts",
)
COLUMNS: Final = REQUIRED + OPTIONAL

_OTHER_WORDS: Final = {
    "application_id": (
        "application",
        "app_id",
        "proposal",
        "proposal_id",
        "id",
        "reference",
        "ref",
    ),
    "requested": ("request", "asked", "applied", "applied_for", "hours_requested", "demand"),
    "granted": ("awarded", "award", "allocated", "allocation", "grant", "approved"),
    "unit": ("units", "uom"),
    "recommended": ("merit", "panel", "panel_recommendation", "recommendation"),
    "offered": ("available", "offer", "pool_size"),
    "pi": ("pi_name", "principal_investigator", "investigator", "applicant"),
    "institution": ("university", "organisation", "organization", "institute"),
    "discipline": ("field", "subject", "area", "field_of_science"),
    "council": ("funder", "research_council"),
    "resource": ("machine", "system", "cluster", "facility"),
    "start": ("start_date", "from", "begin"),
    "end": ("end_date", "to", "until", "finish"),
    "status": ("state", "outcome", "decision"),
    "accounts": ("account", "slurm_account", "slurm_accounts"),
    "project": ("project_id", "project_code", "grant_code"),
    "call": ("scheme", "programme", "program"),
}
_HINT: Final = "plimsoll awards template prints an empty file with every column."


@dataclass(frozen=True)
class AwardHeader:
    """Where each known column stands, and sentences on those that are not read.

    `constants` hold for every row, `factors` multiply amounts, and accounts without a cluster
    are those of `cluster`.
    """

    places: dict[str, int]
    unread: tuple[str, ...] = ()
    constants: Mapping[str, str] = field(default_factory=dict)
    factors: Mapping[str, float] = field(default_factory=dict)
    cluster: str | None = None


def match_header(names: list[str], where: str) -> AwardHeader:
    """Columns by name, whatever their case, blanks and hyphens.

    Raises InputError where a required column is missing, or one stands twice, naming what the
    file may call it.
    """
    squeezed = [_squeezed(name) for name in names]
    twice = {name for name in squeezed if name in COLUMNS and squeezed.count(name) > 1}
    if twice:
        raise InputError(f"column {', '.join(sorted(twice))} stands twice", where=where, hint=_HINT)
    places = {name: index for index, name in enumerate(squeezed) if name in COLUMNS}
    others = [name for name in names if name.strip() and _squeezed(name) not in COLUMNS]
    missing = [name for name in REQUIRED if name not in places]
    if missing:
        offers = ((name.strip(), _meant(name, places)) for name in others)
        said = "; ".join(f"{name!r}: {offer}" for name, offer in offers if offer)
        raise InputError(
            f"missing column{'s' if len(missing) > 1 else ''} {', '.join(missing)}"
            + (f" ({said})" if said else ""),
            where=where,
            hint=_HINT,
        )
    return AwardHeader(places, tuple(_unread(name, places) for name in others))


def _unread(name: str, places: dict[str, int]) -> str:
    meant = _meant(name, places)
    return f"column {name.strip()!r} is not read" + (f": {meant}" if meant else "")


def _meant(name: str, taken: dict[str, int]) -> str:
    """`did you mean granted?` for `awarded`, or nothing."""
    squeezed = _squeezed(name)
    other = [column for column, words in _OTHER_WORDS.items() if squeezed in words]
    near = other or difflib.get_close_matches(squeezed, COLUMNS, n=1, cutoff=0.75)
    offer = [column for column in near if column not in taken]
    return f"did you mean {offer[0]}?" if offer else ""


def _squeezed(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.strip().casefold()).strip("_")
