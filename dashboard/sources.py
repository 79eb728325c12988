"""Where a machine's figures come from, as the registry records it."""

from collections.abc import Iterable
from typing import Any

from dash import html

from model.registry import Registry


def machine_sources(registry: Registry, ids: Iterable[str]) -> tuple[Any, ...]:
    """One line a machine with its sources: title, date, grade, and a link where there is one."""
    machines = {machine.id: machine for machine in registry.machines}
    return tuple(_line(machines[name]) for name in ids if name in machines)


def _line(machine: Any) -> html.Span:
    cited: list[Any] = []
    for source in machine.sources:
        cited += ["; " if cited else "", _citation(source)]
    return html.Span([html.Strong(f"{machine.name}: "), *(cited or ["no source recorded"]), "."])


def _citation(source: Any) -> html.Span:
    address = str(source.url or "")
    web = address.startswith(("https://", "http://"))
    title = html.A(source.title, href=address, rel="noreferrer noopener") if web else source.title
    stamp = ", ".join(str(part) for part in (source.date, f"grade {source.grade}") if part)
    return html.Span([title, f" ({stamp})"])
