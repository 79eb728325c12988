"""Records of the registry as a list would have them, for a person to review."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any, Final

from analytics.listed_machines import Judged
from model.listings import Listed
from model.machines import Machine, OtherCount
from model.registry import Registry

_HOME: Final = {"GB": "uk"}
_COMMERCIAL: Final = "co"
_NOT_STATED: Final = "not stated"


def proposals(judged: Iterable[Judged], registry: Registry) -> list[Machine]:
    """Records for the rows that are new, and amended ones for those that would change a figure.

    An amended record keeps its id and gains the list as a source; figures that the registry has
    from a better source are left as they are.
    """
    taken = {machine.id for machine in registry.machines}
    return list(_proposed(judged, taken))


def _proposed(judged: Iterable[Judged], taken: set[str]) -> Iterator[Machine]:
    amended: dict[str, Machine] = {}
    for each in judged:
        if each.verdict == "new":
            machine = _new(each.listed, taken)
            taken.add(machine.id)
            yield machine
        elif each.match and each.changes and each.match.machine.id not in amended:
            amended[each.match.machine.id] = _amended(each, each.match.machine)
    yield from amended.values()


def _new(row: Listed, taken: set[str]) -> Machine:
    """A record of a row; what the list does not tell is null, or said to be not stated."""
    return Machine(
        id=_id(row, taken),
        name=row.name,
        kind=row.kind,
        operator=row.operator or _NOT_STATED,
        site=row.site,
        country=row.country or "ZZ",
        sector=row.sector,
        tier="none",
        partition=row.partition,
        gpus=row.gpus,
        components=row.cards,
        gpu_model=None if row.cards else row.gpu_model,
        in_service=row.in_service,
        retired=row.retired,
        power=row.power,
        rmax_pflops=row.rmax_pflops,
        rpeak_pflops=row.rpeak_pflops,
        scope=row.scope,
        caveat=row.caveat,
        sources=(row.source,),
    )


def _amended(judged: Judged, machine: Machine) -> Machine:
    row = judged.listed
    changed: dict[str, Any] = {}
    for each in judged.changes:
        changed |= _of_list(each.figure, row, machine)
    figures = {*changed} & {*row.source.covers, "other_counts"}
    covers = tuple(field for field in changed if field in figures)
    source = row.source.model_copy(update={"covers": covers})
    others = tuple(each for each in machine.sources if each.title != source.title)
    kept = tuple(each for each in machine.sources if each.title == source.title)
    unverified = tuple(each for each in machine.unverified if each not in figures)
    update = {"sources": (*others, _joined((*kept, source))), "unverified": unverified, **changed}
    return machine.model_copy(update=update)


def _joined(sources: tuple[Any, ...]) -> Any:
    """One citation of one row: the newest, standing for all that either stands for."""
    covers = dict.fromkeys(field for each in sources for field in each.covers)
    return sources[-1].model_copy(update={"covers": tuple(covers)})


def _of_list(figure: str, row: Listed, machine: Machine) -> dict[str, Any]:
    cards = {"components": row.cards, "gpu_model": None if row.cards else row.gpu_model}
    match figure:
        case "in_service":
            return {"in_service": row.in_service}
        case "other_counts":
            run = OtherCount(
                count=row.gpus or 0, basis=f"cards in the run of the {row.source.title}"
            )
            return {"other_counts": (*machine.other_counts, run)}
        case "gpus":
            return {"gpus": row.gpus, **cards, "gpus_per_node": None, "gpu_nodes": None}
        case _:
            return cards


def _id(row: Listed, taken: set[str]) -> str:
    prefix = _COMMERCIAL if row.sector == "commercial" else (row.country or "zz").lower()
    stem = f"{_HOME.get(row.country or '', prefix)}-{_slug(row.name)}"
    number, found = 1, stem
    while found in taken:
        number += 1
        found = f"{stem}-{number}"
    return found


def _slug(name: str) -> str:
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", bare.casefold()).strip("-") or "machine"
