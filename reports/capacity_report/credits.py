"""Sources as running text: title, date, grade, with the address where there is one."""

from collections.abc import Iterable, Iterator
from typing import Final

from model.origin import Source
from model.registry import Registry
from reports.document import Link, Run, Runs, Strong, Words
from reports.wording import dated

_DENOMINATORS: Final = {
    "population": "Population",
    "gdp_usd": "Gross domestic product",
    "researchers_fte": "Researchers",
    "researchers_fte_newer": "Researchers, newer",
}


def credit(source: Source) -> Iterator[Run]:
    """One publication: its title, a link where it has an address, its date and grade."""
    address = str(source.url or "")
    web = address.startswith(("https://", "http://"))
    yield Link(source.title, address) if web else Words(source.title)
    published = dated(str(source.date)) if source.date else ""
    stamp = ", ".join(part for part in (published, f"grade {source.grade}") if part)
    yield Words(f" ({stamp})")


def denominator_credits(registry: Registry) -> tuple[Runs, ...]:
    """A line for each number that capacity is divided by."""
    return tuple(
        (Strong(f"{_DENOMINATORS.get(key, key)}: "), *credit(source), Words("."))
        for key, source in registry.denominators.sources.items()
    )


def machine_credits(registry: Registry, ids: Iterable[str]) -> tuple[Runs, ...]:
    """A line a machine with its sources; each machine once."""
    machines = {machine.id: machine for machine in registry.machines}
    return tuple(
        (Strong(f"{machines[name].name}: "), *_sources(machines[name].sources), Words("."))
        for name in dict.fromkeys(ids)
        if name in machines
    )


def _sources(sources: tuple[Source, ...]) -> Iterator[Run]:
    if not sources:
        yield Words("no source recorded")
    for place, source in enumerate(sources):
        if place:
            yield Words("; ")
        yield from credit(source)
