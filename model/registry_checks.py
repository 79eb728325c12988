"""What a validated registry may still have wrong: origins, overlaps, cards counted twice."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from model.machines import FIGURES, Machine
from model.registry import Registry

Problem = Literal["no origin", "overlap", "counted twice", "unknown id", "sum"]

_FAR: Final = date.max


@dataclass(frozen=True)
class Finding:
    """One thing to mend or to know, at one record."""

    machine: str
    problem: Problem
    what: str


def check_registry(registry: Registry) -> list[Finding]:
    """Every finding, in the order of the records.

    Unknown GPU ids, doubled ids and components that do not sum are faults of a file and stop
    `load_registry`; what is found here does not.
    """
    return [finding for machine in registry.machines for finding in _findings(machine, registry)]


def _findings(machine: Machine, registry: Registry) -> Iterator[Finding]:
    yield from _without_origin(machine)
    yield from _slices(machine, registry)
    yield from _parts(machine, registry)


def _without_origin(machine: Machine) -> Iterator[Finding]:
    for figure in FIGURES:
        filled = getattr(machine, figure) not in (None, ())
        if filled and machine.origin(figure) is None:
            what = f"{figure} has no source. Add one, or list it under 'unverified'."
            yield Finding(machine.id, "no origin", what)


def _slices(machine: Machine, registry: Registry) -> Iterator[Finding]:
    if machine.superseded_by is None:
        return
    successor = registry.machine(machine.superseded_by)
    if successor is None:
        what = f"superseded_by '{machine.superseded_by}' is no record."
        yield Finding(machine.id, "unknown id", what)
        return
    ends = machine.ends or _FAR
    if successor.starts and successor.starts < ends:
        until = machine.retired or "open"
        what = (
            f"still in service ({until}) when {successor.id}, which holds its cards, begins "
            f"({successor.in_service})."
        )
        yield Finding(machine.id, "overlap", what)


def _parts(machine: Machine, registry: Registry) -> Iterator[Finding]:
    if machine.part_of:
        yield from _whole(machine, registry)
    parts = [each for each in registry.machines if each.part_of == machine.id]
    total = sum(each.gpus or 0 for each in parts)
    if machine.kind == "rollup" and total != machine.gpus:
        yield Finding(machine.id, "sum", f"{machine.gpus} cards, its parts hold {total}.")


def _whole(machine: Machine, registry: Registry) -> Iterator[Finding]:
    whole = registry.machine(machine.part_of or "")
    if whole is None:
        yield Finding(machine.id, "unknown id", f"part_of '{machine.part_of}' is no record.")
    elif (machine.kind == "machine") == (whole.kind == "machine"):
        both = "both" if machine.kind == "machine" else "neither"
        what = f"{both} of the record and its whole, {whole.id}, enter sums. One should."
        yield Finding(machine.id, "counted twice", what)
