"""What a readable registry may still have wrong: origins, overlaps, dies, cards counted twice."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final, Literal

from model.card_counts import count_faults
from model.gpus import GpuCatalogue
from model.machines import FIGURES, Machine
from model.model_keys import nearest
from model.origin import UNVERIFIED
from model.yaml_source import Loc

Problem = Literal[
    "no origin",
    "overlap",
    "counted twice",
    "unknown id",
    "unknown GPU",
    "sum",
    "dies",
    "parts",
    "doubled",
]

ALWAYS_REFUSED: Final[frozenset[Problem]] = frozenset({"unknown GPU", "sum", "doubled"})
"""Faults with which no figure of the registry could be trusted: it is not loaded at all."""

_FAR: Final = date.max


@dataclass(frozen=True)
class Finding:
    """One thing to mend: in which record of the sequence, at which of its values."""

    number: int
    machine: str
    problem: Problem
    at: Loc
    what: str


def check_machines(machines: Sequence[Machine], catalogue: GpuCatalogue) -> Iterator[Finding]:
    """Every finding in records that stand beside each other."""
    beside = _Beside(machines)
    for number, machine in enumerate(machines):
        for problem, at, what in _faults(machine, number, beside, catalogue):
            yield Finding(number, machine.id, problem, at, what)


_Fault = tuple[Problem, Loc, str]


class _Beside:
    """The records as neighbours: by id, by their whole, by the machine that they are slices of."""

    def __init__(self, machines: Sequence[Machine]) -> None:
        self.first: dict[str, int] = {}
        self.by_id: dict[str, Machine] = {}
        self.parts: defaultdict[str, list[Machine]] = defaultdict(list)
        self.slices: defaultdict[tuple[str, ...], list[Machine]] = defaultdict(list)
        for number, machine in enumerate(machines):
            self.first.setdefault(machine.id, number)
            self.by_id.setdefault(machine.id, machine)
            if machine.part_of:
                self.parts[machine.part_of].append(machine)
            if machine.kind == "machine":
                self.slices[_same_machine(machine)].append(machine)


def _same_machine(machine: Machine) -> tuple[str, ...]:
    """What slices of one machine have in common: a name, brackets aside, and a partition."""
    name = re.sub(r"\s*\(.*?\)", "", machine.name).casefold()
    return (machine.country, name, (machine.partition or "").casefold())


def _faults(
    machine: Machine, number: int, beside: _Beside, catalogue: GpuCatalogue
) -> Iterator[_Fault]:
    if beside.first[machine.id] != number:
        yield "doubled", ("id",), f"machine id '{machine.id}' again. Keep one."
    yield from _without_origin(machine)
    yield from count_faults(machine, catalogue)
    yield from _dates(machine)
    yield from _successor(machine, beside)
    yield from _unrelated_slices(machine, beside)
    yield from _whole(machine, beside)
    yield from _rollup(machine, beside)


def _without_origin(machine: Machine) -> Iterator[_Fault]:
    for figure in FIGURES:
        filled = getattr(machine, figure) not in {None, ()}
        if filled and machine.origin(figure) is None:
            what = f"{figure} has no source. Add one, or list it under 'unverified'."
            yield "no origin", (figure,), what
    for position, source in enumerate(machine.sources):
        if source.grade != UNVERIFIED and not (source.date or source.read):
            what = f"source '{source.title}' has no date. Add one, or 'read': when it was read."
            yield "no origin", ("sources", position, "title"), what


def _dates(machine: Machine) -> Iterator[_Fault]:
    if machine.starts and machine.ends and machine.ends < machine.starts:
        what = f"retired ({machine.retired}) before it began ({machine.in_service})."
        yield "overlap", ("retired",), what


def _successor(machine: Machine, beside: _Beside) -> Iterator[_Fault]:
    if machine.superseded_by is None:
        return
    at = ("superseded_by",)
    if _returns(machine, beside):
        yield "counted twice", at, f"'{machine.id}' takes over from itself in the end."
        return
    successor = beside.by_id.get(machine.superseded_by)
    if successor is None:
        yield _no_record("superseded_by", machine.superseded_by, beside)
        return
    if machine.ends and successor.starts and successor.starts < machine.ends:
        what = (
            f"in service until {machine.retired}, while {successor.id}, which holds its cards, "
            f"begins {successor.in_service}: two slices overlap."
        )
        yield "overlap", ("retired",), what


def _returns(machine: Machine, beside: _Beside) -> bool:
    seen: set[str] = set()
    at: Machine | None = machine
    while at is not None and at.superseded_by:
        if at.superseded_by == machine.id or at.id in seen:
            return True
        seen.add(at.id)
        at = beside.by_id.get(at.superseded_by)
    return False


def _unrelated_slices(machine: Machine, beside: _Beside) -> Iterator[_Fault]:
    """Two records of one machine, in service together, that no relation keeps apart."""
    slices = [each for each in beside.slices[_same_machine(machine)] if each.starts]
    ordered = sorted(slices, key=lambda each: each.starts or _FAR)
    for earlier, later in pairwise(ordered):
        if later is not machine or _related(earlier, later) or earlier.id == later.id:
            continue
        if (later.starts or _FAR) < (earlier.ends or _FAR) and not earlier.retired_undated:
            what = (
                f"'{earlier.id}' bears the same name and is in service then: two slices overlap. "
                "Relate them (superseded_by, part_of), or name what sets them apart (partition)."
            )
            yield "overlap", ("in_service",), what


def _related(one: Machine, other: Machine) -> bool:
    return (
        other.id in {one.superseded_by, one.part_of}
        or other.part_of == one.id
        or (one.part_of is not None and one.part_of == other.part_of)
    )


def _whole(machine: Machine, beside: _Beside) -> Iterator[_Fault]:
    if machine.part_of is None:
        return
    whole = beside.by_id.get(machine.part_of)
    if whole is None:
        yield _no_record("part_of", machine.part_of, beside)
    elif (machine.kind == "machine") == (whole.kind == "machine"):
        both = "both" if machine.kind == "machine" else "neither"
        what = f"{both} of the record and its whole, {whole.id}, enter sums. One should."
        yield "counted twice", ("part_of",), what


def _rollup(machine: Machine, beside: _Beside) -> Iterator[_Fault]:
    total = sum(each.gpus or 0 for each in beside.parts[machine.id])
    if machine.kind == "rollup" and total != machine.gpus:
        yield "parts", ("gpus",), f"{machine.gpus} cards, its parts hold {total}. Mend one of them."


def _no_record(field: str, named: str, beside: _Beside) -> _Fault:
    hint = nearest(named, list(beside.by_id))
    return "unknown id", (field,), f"{field} '{named}' is no record. {hint}".rstrip()
