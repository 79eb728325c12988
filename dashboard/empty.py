"""What a page says when something is missing: what, and which command brings it."""

from typing import Any

from dash import html

from reports import missing
from reports.missing import Missing


def explain(what: str, why: str, *, command: str | None = None, place: str = "") -> html.Section:
    """A notice in place of a panel: what is missing, why it matters, how to bring it.

    `place` is the anchor of its heading.
    """
    parts: list[Any] = [html.H2(what, id=place) if place else html.H2(what), html.P(why)]
    if command:
        parts.append(html.Pre(html.Code(command), tabIndex=0))
    return html.Section(parts, className="pl-empty")


def notice(lacking: Missing, *, place: str = "") -> html.Section:
    """What is missing, as a report says it as well; `place` is the anchor of its heading."""
    return explain(lacking.what, lacking.why, command=lacking.command, place=place)


def no_store() -> html.Section:
    """There is no store at all."""
    return notice(missing.no_store())


def no_jobs() -> html.Section:
    """The store holds no jobs of the chosen clusters and period."""
    return notice(missing.no_jobs())


def no_awards() -> html.Section:
    """The store holds no awards."""
    return notice(missing.no_awards())


def no_nodes() -> html.Section:
    """The store holds no node inventory, so what was available is unknown."""
    return notice(missing.no_nodes())


def no_inference() -> html.Section:
    """No node is known or suspected to be meant for inference."""
    return notice(missing.no_inference())


def no_clusters() -> html.Section:
    """The filters leave no cluster."""
    return notice(missing.no_clusters())


def no_machines() -> html.Section:
    """The registry has nothing for the filters."""
    return notice(missing.no_machines())


def no_reasons() -> html.Section:
    """Jobs wait, and not one of them has a reason on record."""
    return notice(missing.no_reasons())


def no_eligible() -> html.Section:
    """The logs do not tell when jobs became eligible."""
    return notice(missing.no_eligible())


def unknown_gpus() -> html.Section:
    """The GPUs of some jobs are unknown, so that sums in GPU-hours are."""
    return notice(missing.unknown_gpus())


def no_partition(name: str) -> html.Section:
    """The partition in the address is not one of the chosen clusters'."""
    return notice(missing.no_partition(name))
