"""The reference page of the registry: every figure of every machine with its source."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, Final

from model.countries import HOME, country_name
from model.machines import FIGURES, Component, Correction, Machine, MachineSource, OtherCount, Power
from model.origin import UNVERIFIED, Grade
from model.registry import Registry

_FIGURES: Final = {
    "gpus": "GPUs",
    "components": "cards",
    "gpu_model": "cards, in words",
    "gpus_per_node": "GPUs a node",
    "gpu_nodes": "GPU nodes",
    "cpu": "CPU",
    "cpu_cores": "CPU cores",
    "in_service": "in service",
    "retired": "retired",
    "announced": "announced",
    "access": "access",
    "power": "power",
    "rmax_pflops": "Rmax, PFlop/s",
    "rpeak_pflops": "Rpeak, PFlop/s",
    "funded_until": "funded until",
    "commitment_years": "commitment, years",
    "other_counts": "other counts",
}
_UNLABELLED: Final = {"gpu_model", "other_counts"}
"""Told for completeness; a source is named where there is one."""

_KINDS: Final = {
    "rollup": "A roll-up of other records: never counted.",
    "component": "A part of another record: never counted.",
    "capability-claim": "What a provider says it can offer, not a machine: never counted.",
    "announced": "Announced, not in service: never counted.",
    "planned": "Planned: never counted.",
    "unconfirmed": "Unconfirmed: never counted.",
}


def machines_page(registry: Registry, *, head: str) -> str:
    """The page: how to read it, a table by country, each record, what was mended, credits."""
    ordered = sorted(registry.machines, key=_place)
    parts = ["# Machines", head, _introduction(registry), "## By country", *_overview(ordered)]
    for code, machines in groupby(ordered, key=lambda each: each.country):
        parts.append(f"## {country_name(code)}")
        parts += [_record(machine, registry) for machine in machines]
    parts += ["## What was mended", _mended(ordered), "## Attribution", _credits(registry)]
    return "\n\n".join(parts) + "\n"


def _place(machine: Machine) -> tuple[bool, str, str]:
    return machine.country != HOME, country_name(machine.country), machine.name.casefold()


def _introduction(registry: Registry) -> str:
    doubtful = [
        each for each in registry.machines if each.grade == UNVERIFIED and each.gpus is not None
    ]
    unknown = [each for each in registry.machines if each.gpus is None]
    return (
        f"{len(registry.machines)} records, each a slice of time: a count that held from one day "
        "to another. To cite one, cite its address (`machines.md#uk-dawn`) and the source that "
        "its table names. [The explanation](../explanation/registry.md) has the rules: what "
        "counts, how imprecise dates are read, what the units are.\n\n"
        "Grades: A-operator (the operator's or maker's own document), B-top500, C-epoch, C-press, "
        "D-secondary, E-unverified. **Unverified** marks a figure that rests on general knowledge "
        f"alone: so do the counts of {len(doubtful)} records. The counts of {len(unknown)} are "
        "unknown. GPUs are physical cards, superchips or APUs, never dies or slices."
    )


def _overview(machines: Iterable[Machine]) -> Iterator[str]:
    head = _head("machine", "GPUs", "cards", "in service", "retired", "grade of the count")
    for code, of_country in groupby(machines, key=lambda each: each.country):
        rows = [
            f"| [{_cell(each.name)}](#{each.id}) | {_count(each)} | {_cell(_models(each))} | "
            f"{each.in_service or 'unknown'} | {each.retired or ''} | {_grade(each.grade)} |"
            for each in of_country
        ]
        yield f"**{country_name(code)}**\n\n" + "\n".join([head, *rows])


def _count(machine: Machine) -> str:
    count = "unknown" if machine.gpus is None else f"{machine.gpus:,}"
    return count if machine.kind == "machine" else f"({count}, {machine.kind})"


def _models(machine: Machine) -> str:
    kinds = dict.fromkeys(part.gpu for part in machine.components)
    return " + ".join(kinds) or machine.gpu_model or ""


def _grade(grade: Grade | None) -> str:
    return "**unverified** (E)" if grade == UNVERIFIED else grade or ""


def _record(machine: Machine, registry: Registry) -> str:
    parts = [f'<a id="{machine.id}"></a>\n\n### {machine.name}', _who(machine)]
    parts += [text for text in (_what(machine), _relations(machine, registry)) if text]
    parts += [_table(machine, registry), _sources(machine)]
    return "\n\n".join(parts)


def _who(machine: Machine) -> str:
    where = f", {machine.site}" if machine.site else ""
    part = f"; part: {machine.partition}" if machine.partition else ""
    return (
        f"`{machine.id}`: {machine.operator}{where}; {machine.sector}, tier {machine.tier}{part}; "
        f"counted in {machine.count_unit}s."
    )


def _what(machine: Machine) -> str:
    told = (
        _KINDS.get(machine.kind),
        f"Scope: {machine.scope}." if machine.scope else None,
        machine.caveat,
        "Its construction is unconfirmed." if machine.construction else None,
    )
    return " ".join(text for text in told if text)


def _relations(machine: Machine, registry: Registry) -> str:
    parts = [each for each in registry.machines if each.part_of == machine.id]
    before = [each for each in registry.machines if each.superseded_by == machine.id]
    told = (
        ("Its cards went on in", [machine.superseded_by] if machine.superseded_by else []),
        ("Holds the cards of", [each.id for each in before]),
        ("Part of", [machine.part_of] if machine.part_of else []),
        ("Its parts:", [each.id for each in parts]),
    )
    return " ".join(
        f"{words} {', '.join(f'[{each}](#{each})' for each in ids)}." for words, ids in told if ids
    )


def _table(machine: Machine, registry: Registry) -> str:
    head = _head("figure", "value", "grade", "source")
    return "\n".join([head, *_rows(machine, registry)])


def _rows(machine: Machine, registry: Registry) -> Iterator[str]:
    for figure, words in _FIGURES.items():
        value = getattr(machine, figure)
        if value in {None, ()} and figure != "gpus":
            continue
        numbers = [
            str(number)
            for number, source in enumerate(machine.sources, start=1)
            if figure in source.covers
        ]
        grade = machine.origin(figure) if figure in FIGURES or numbers else None
        if value is not None and grade is None and figure not in _UNLABELLED:
            grade = UNVERIFIED
        cited = f"[{', '.join(numbers)}]" if numbers else _general(grade)
        yield f"| {words} | {_cell(_value(value, registry))} | {_grade(grade)} | {cited} |"


def _general(grade: Grade | None) -> str:
    return "general knowledge" if grade == UNVERIFIED else ""


def _value(value: Any, registry: Registry) -> str:
    match value:
        case None:
            told = "unknown"
        case tuple():
            told = "; ".join(_value(each, registry) for each in value)
        case Component():
            told = f"{value.count:,} {registry.gpus[value.gpu].name} (`{value.gpu}`)"
        case OtherCount():
            told = f"{value.count:,}: {value.basis}"
        case Power():
            told = f"{value.mw} MW ({value.basis})"
        case int():
            told = f"{value:,}"
        case _:
            told = str(value)
    return told


def _sources(machine: Machine) -> str:
    return "\n".join(
        f"{number}. {_source(source)}" for number, source in enumerate(machine.sources, start=1)
    )


def _source(source: MachineSource | Correction) -> str:
    dated = source.date or (f"read {source.read}" if source.read else None)
    title = f"[{_cell(source.title)}]({source.url})" if source.url else _cell(source.title)
    told = ", ".join(part for part in (title, source.publisher, dated) if part)
    said = f" {source.says}" if isinstance(source, MachineSource) and source.says else ""
    return f"{told} ({source.grade}).{said}"


def _mended(machines: Iterable[Machine]) -> str:
    head = _head("record", "figure", "was", "now", "source")
    rows = [
        f"| [{_cell(machine.name)}](#{machine.id}) | {each.figure} | {_cell(each.was)} | "
        f"{_cell(each.now)} | {_source(each)} |"
        for machine in machines
        for each in machine.corrections
    ]
    return (
        "Known faults of the collection of public facts that the records began as, and the source "
        "by which each was mended.\n\n" + "\n".join([head, *rows])
    )


def _credits(registry: Registry) -> str:
    lines = "\n".join(f"- {credit}." for credit in registry.attribution)
    return (
        "Epoch AI's data are used under the Creative Commons Attribution licence (CC BY 4.0); "
        "figures were brought into the form above and compared with other sources.\n\n" + lines
    )


def _head(*columns: str) -> str:
    return f"| {' | '.join(columns)} |\n{'|---' * len(columns)}|"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
