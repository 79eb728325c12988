"""The units that awards are counted in: one spelling each, never mixed in a sum."""

import difflib
import re
from dataclasses import dataclass
from typing import Final

HOURS_A_YEAR: Final = 8760
"""What Canada's Alliance and most operators mean by a GPU-year: 365 days."""


@dataclass(frozen=True)
class Unit:
    """A unit of awards: `of` what (gpu, node, core, cpu, charge) for how many `hours` each.

    A charge (SU, GAU, credits) is a site's own coin: no number of hours is known for it.
    """

    name: str
    of: str
    hours: int | None = None
    spellings: tuple[str, ...] = ()


def _times(of: str, label: str) -> tuple[Unit, ...]:
    return (
        Unit(f"{label}-hours", of, 1, (f"{label} h", f"{label} hrs", f"{label} hr")),
        Unit(f"{label}-days", of, 24),
        Unit(f"{label}-months", of, HOURS_A_YEAR // 12),
        Unit(f"{label}-years", of, HOURS_A_YEAR, (f"{label} yrs", f"{label} yr")),
    )


UNITS: Final = (
    *_times("gpu", "GPU"),
    *_times("node", "node"),
    *_times("core", "core"),
    *_times("cpu", "CPU"),
    Unit("SU", "charge", None, ("service units", "service unit", "SUs")),
    Unit("GAU", "charge", None, ("general accounting units", "GAUs")),
    Unit("CU", "charge", None, ("compute units", "CUs")),
    Unit("kAU", "charge", None, ("kAUs",)),
    Unit("credits", "charge", None, ("credit",)),
    Unit("billing-hours", "charge", None, ("billing h",)),
)


def resolve_unit(text: str) -> Unit | None:
    """The unit that a person wrote as `gpu hours`, `GPUh` or `node_hour`; None if unknown."""
    return _BY_SPELLING.get(_squeezed(text))


def unit_hint(text: str) -> str:
    """What to write instead of an unknown unit: the nearest ones, else all."""
    near = difflib.get_close_matches(_squeezed(text), _BY_SPELLING, n=3, cutoff=0.75)
    if near:
        names = dict.fromkeys(_BY_SPELLING[spelling].name for spelling in near)
        return f"did you mean {' or '.join(names)}?"
    return f"known units: {', '.join(unit.name for unit in UNITS)}."


def _squeezed(text: str) -> str:
    return re.sub(r"[\s_\-.*\u00b7\u00d7]+", "", text).casefold()


def _spellings(unit: Unit) -> set[str]:
    names = {_squeezed(name) for name in (unit.name, *unit.spellings)}
    plurals = {name.removesuffix("s") for name in names if unit.hours is not None}
    return names | plurals


_BY_SPELLING: Final = {spelling: unit for unit in UNITS for spelling in _spellings(unit)}
