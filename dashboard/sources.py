"""Where a machine's figures come from, as the registry records it."""

from collections.abc import Iterable
from typing import Any

from dash import html

from model.registry import Registry
from reports.wording import dated


def machine_sources(registry: Registry, ids: Iterable[str]) -> tuple[Any, ...]:
    """One line a machine with its sources: title, date, grade, and a link where there is one."""
    machines = {machine.id: machine for machine in registry.machines}
    return tuple(_line(machines[name]) for name in ids if name in machines)


def denominator_sources(registry: Registry) -> tuple[Any, ...]:
    """One line for each number that capacity is divided by."""
    names = {
        "population": "Population",
        "gdp_usd": "Gross domestic product",
        "researchers_fte": "Researchers",
        "researchers_fte_newer": "Researchers, newer",
    }
    return tuple(
        html.Span([html.Strong(f"{names.get(key, key)}: "), citation(source), "."])
        for key, source in registry.denominators.sources.items()
    )


def _line(machine: Any) -> html.Span:
    cited: list[Any] = []
    for source in machine.sources:
        cited += ["; " if cited else "", citation(source)]
    return html.Span([html.Strong(f"{machine.name}: "), *(cited or ["no source recorded"]), "."])


def citation(source: Any) -> html.Span:
    """Title, date and grade of a source, a link where it has an address."""
    address = str(source.url or "")
    web = address.startswith(("https://", "http://"))
    title = html.A(source.title, href=address, rel="noreferrer noopener") if web else source.title
    published = dated(str(source.date)) if source.date else ""
    stamp = ", ".join(part for part in (published, f"grade {source.grade}") if part)
    return html.Span([title, f" ({stamp})"])
