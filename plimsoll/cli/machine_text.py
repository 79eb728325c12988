"""One record of the registry as text: each figure with the source it rests on."""

from collections.abc import Iterator

from model.machines import FIGURES, Machine, MachineSource


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
    if machine.unverified:
        yield f"  unverified (general knowledge): {', '.join(machine.unverified)}"


def _source(source: MachineSource) -> str:
    told = ", ".join(filter(None, [source.title, source.publisher, source.date, source.url]))
    said = f" {source.says}" if source.says else ""
    return f"  [{source.grade}] {told}; for {', '.join(source.covers)}.{said}"
