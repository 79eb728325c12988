"""One record of the registry as text: each figure with the source it rests on."""

from collections.abc import Iterator, Sequence
from typing import Final

import polars as pl

from model.machines import FIGURES, Correction, Machine, MachineSource
from model.origin import UNVERIFIED

_LISTED: Final = (
    "id", "name", "country", "sector", "tier", "kind", "operator", "gpus", "count_unit",
    "in_service", "retired", "superseded_by", "part_of", "access",
)  # fmt: skip


def machines_frame(machines: Sequence[Machine]) -> pl.DataFrame:
    """One line a record, whatever its date: what it is, its count and the count's `grade`.

    `cards` are ids of the GPU catalogue or words; `unverified` names figures of grade E.
    """
    lines = [
        {
            **{field: getattr(machine, field) for field in _LISTED},
            "cards": " + ".join(part.gpu for part in machine.components) or machine.gpu_model,
            "grade": machine.grade,
            "unverified": ", ".join(machine.unverified) or None,
        }
        for machine in machines
    ]
    return pl.DataFrame(lines, infer_schema_length=None)


def machine_line(machine: Machine) -> str:
    """A record in one line of text."""
    count = "unknown" if machine.gpus is None else f"{machine.gpus:,}"
    label = "  unverified" if machine.grade == UNVERIFIED else ""
    return f"{machine.id:28} {machine.country}  {count:>8} GPUs  {machine.name}{label}"


def machine_text(machine: Machine) -> str:
    """The record for a reader: who runs it, its figures with their grades, its sources."""
    return "\n".join([*_heading(machine), "", *_figures(machine), "", *_sources(machine)])


def _heading(machine: Machine) -> Iterator[str]:
    yield f"{machine.name} ({machine.id})"
    yield f"{machine.operator}, {machine.country}; {machine.sector}, {machine.tier}"
    if machine.kind != "machine":
        yield f"kind: {machine.kind}"
    if machine.scope:
        yield f"scope: {machine.scope}"
    if machine.caveat:
        yield f"caveat: {machine.caveat}"


def _figures(machine: Machine) -> Iterator[str]:
    figures = machine.model_dump(mode="json", exclude_none=True)
    for name in FIGURES:
        if name in figures and figures[name] != []:
            grade = machine.origin(name) or "no source"
            yield f"{name:16} {_value(figures[name]):40} {grade}"


def _value(value: object) -> str:
    match value:
        case list():
            return ", ".join(_value(item) for item in value)
        case dict():
            return " ".join(str(item) for item in value.values())
        case int() if not isinstance(value, bool):
            return f"{value:,}"
        case _:
            return str(value)


def _sources(machine: Machine) -> Iterator[str]:
    yield "Sources"
    for source in machine.sources:
        yield _source(source)
    yield from (_correction(each) for each in machine.corrections)
    if machine.unverified:
        yield f"  unverified (general knowledge): {', '.join(machine.unverified)}"


def _source(source: MachineSource) -> str:
    told = ", ".join(filter(None, [source.title, source.publisher, source.date, source.url]))
    said = f" {source.says}" if source.says else ""
    return f"  [{source.grade}] {told}; for {', '.join(source.covers)}.{said}"


def _correction(correction: Correction) -> str:
    told = ", ".join(
        filter(None, [correction.title, correction.publisher, correction.date, correction.url])
    )
    return (
        f"  corrected: {correction.figure}, from {correction.was} to {correction.now}, by "
        f"[{correction.grade}] {told}."
    )
