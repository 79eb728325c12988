"""What a list of machines says of one of them, in the registry's words, before it is compared."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from model.machines import Component, Kind, MachineSource, Power

Verdict = Literal["new", "known", "conflict", "duplicate", "superseded", "excluded"]
"""What becomes of a row: every row of a list has exactly one."""

Sector = Literal["academic", "government", "commercial"]


@dataclass(frozen=True)
class SetAside:
    """Why a row is no machine of its own, by what the list itself says."""

    verdict: Literal["duplicate", "superseded", "excluded"]
    reason: str


@dataclass(frozen=True)
class Listed:
    """One row of a list.

    `row` is the row's line in the file. `keys` are what identifies the machine for sure: the
    names of rows and the numbers of systems that sources of the registry cite. `cards` name
    cards of the catalogue; without them `gpu_model` has the list's own words. `details` are
    columns of the list that a reviewer wants to see.
    """

    row: int
    name: str
    keys: frozenset[str]
    source: MachineSource
    country: str | None = None
    operator: str | None = None
    site: str | None = None
    sector: Sector = "commercial"
    kind: Kind = "machine"
    partition: str | None = None
    gpus: int | None = None
    cards: tuple[Component, ...] = ()
    gpu_model: str | None = None
    in_service: str | None = None
    retired: str | None = None
    power: Power | None = None
    rmax_pflops: float | None = None
    rpeak_pflops: float | None = None
    scope: str | None = None
    caveat: str | None = None
    flag: str | None = None
    set_aside: SetAside | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Listing:
    """A whole list: its rows, the credit due to who made it, and how the file was read."""

    rows: tuple[Listed, ...]
    attribution: str
    assumptions: tuple[str, ...] = ()


def epoch_key(row_name: str) -> str:
    """The key of a row of Epoch AI's data."""
    return f"epoch:{' '.join(row_name.split())}"


def top500_key(system_id: str | int) -> str:
    """The key of a system of the TOP500 list."""
    return f"top500:{system_id}"
