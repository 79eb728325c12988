"""The capacity report as a document: its sections in order, and what it was made of."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import polars as pl

from model.errors import InputError
from model.registry import Registry
from model.report_parts import SECTIONS
from model.settings import Settings
from model.suggestions import did_you_mean
from reports.capacity_report import (
    capacity,
    carbon,
    changes,
    citing,
    commitments,
    findings,
    fragmentation,
    glossary,
    methods,
    publications,
    quality,
    shortfall,
    sources,
    utilisation,
    waits,
)
from reports.capacity_report.desk import Ask, Desk
from reports.capacity_report.protection import closed_section, left_out
from reports.capacity_report.selection import Selection
from reports.disclosure import Guard, People, Regions, whole_periods
from reports.disclosure.words import NOT_PROTECTED, PROTECTED
from reports.document import Block, Document, Finding, Section, TableBlock
from reports.wording import day, span

TITLE: Final = "Capacity report"
SUBTITLE: Final = "GPU capacity for research: what there is, what was asked for, what ran"

_MOST_NAMES: Final = 16

Progress = Callable[[int, int, str], None]

_WRITERS: Final[Mapping[str, Callable[[Desk], list[Block]]]] = {
    "capacity": capacity.write,
    "commitments": commitments.write,
    "shortfall": shortfall.write,
    "utilisation": utilisation.write,
    "waits": waits.write,
    "fragmentation": fragmentation.write,
    "carbon": carbon.write,
    "quality": quality.write,
    "methods": methods.write,
    "sources": sources.write,
}


@dataclass(frozen=True)
class Holdings:
    """What a report can be made from: a store or none, its clusters, the registry, settings.

    `people` stand behind what the store holds; without them nothing of it can be protected.
    """

    ask: Ask
    registry: Registry
    settings: Settings
    program_version: str
    clusters: tuple[str, ...] | None = None
    people: People | None = None

    @property
    def has_store(self) -> bool:
        """Whether there is a store; `clusters` is None where there is not."""
        return self.clusters is not None


def _no_progress(done: int, total: int, name: str) -> None:
    """Nobody looks."""


def capacity_report(
    selection: Selection, holdings: Holdings, *, progress: Progress = _no_progress
) -> Document:
    """The report; `progress` is told how many sections are written, of how many, and the next.

    Raises:
        InputError: for a cluster that the store does not have, for a period in which it knows
            nothing, and for an earlier package that cannot be read.
    """
    desk = _desk(selection, holdings)
    selection = desk.selection
    _check(desk, holdings)
    earlier = changes.previous_edition(selection)
    written = _written(desk, progress)
    about = _about(desk, holdings)
    if "changes" in selection.sections:
        told = tuple(table for blocks in written.values() for table in _tables(blocks))
        written["changes"], marked = changes.write(desk, told, earlier)
        written |= {key: _marked(blocks, marked) for key, blocks in written.items()}
    if "findings" in selection.sections:
        written["findings"] = findings.write(desk)
    if "citing" in selection.sections:
        written["citing"] = citing.write(_citation(desk, holdings), about, selection.command)
    return _document(desk, holdings, written, about)


def _desk(selection: Selection, holdings: Holdings) -> Desk:
    desk = Desk(selection, holdings.ask, holdings.registry, holdings.settings, holdings.has_store)
    if not holdings.has_store or not selection.protected:
        return desk
    if holdings.people is None:
        raise ValueError("a protected report of a store needs to know who stands behind it")
    chosen = _whole(desk)
    regions = Regions(
        holdings.people, clusters=chosen.clusters, since=chosen.since, until=chosen.until
    )
    return replace(desk, selection=chosen, guard=Guard(regions))


def _whole(desk: Desk) -> Selection:
    """The selection with whole periods, the only ones that are published."""
    chosen, settings = desk.selection, desk.settings
    known = desk.if_any(desk.overall("observed"))
    since, until = whole_periods(
        chosen.since,
        chosen.until,
        grain=settings.reports.disclosure.grain,
        reach=known.data_as_of if known else None,
        first=_first(known.frame) if known else None,
        timezone=settings.timezone,
    )
    return replace(chosen, since=since, until=until)


def _first(observed: pl.DataFrame) -> datetime | None:
    found = observed["observed_from"].min()
    return found if isinstance(found, datetime) else None


def _check(desk: Desk, holdings: Holdings) -> None:
    chosen = desk.selection
    for name in chosen.clusters:
        if name not in (holdings.clusters or ()):
            hint = did_you_mean(name, holdings.clusters or ())
            raise InputError(f"no cluster {name!r} in the store", hint=hint)
    if chosen.since and chosen.until and chosen.since >= chosen.until:
        raise InputError(
            f"--from {chosen.since} is not before --to {chosen.until}",
            hint="--to is exclusive: the day after the last.",
        )
    if holdings.clusters and (chosen.since or chosen.until):
        desk.ask(desk.question("usage"))
        _check_observed(desk)


def _check_observed(desk: Desk) -> None:
    """InputError where nothing was observed of any cluster on the chosen days."""
    chosen, known = desk.selection, desk.if_any(desk.overall("observed"))
    first, reach = (_first(known.frame), known.data_as_of) if known else (None, None)
    if first is None or reach is None:
        return
    late = chosen.since is not None and chosen.since > reach.date()
    early = chosen.until is not None and chosen.until <= first.date()
    if late or early:
        raise InputError(
            f"nothing was observed in the period ({span(chosen.since, chosen.until)})",
            hint=f"the store speaks of {first:%Y-%m-%d} to {reach:%Y-%m-%d}.",
        )


def _written(desk: Desk, progress: Progress) -> dict[str, list[Block]]:
    chosen = [key for key in _WRITERS if key in desk.selection.sections]
    written = {}
    for place, key in enumerate(chosen):
        progress(place, len(chosen) + 1, SECTIONS[key])
        closed = closed_section(desk.guard, key)
        written[key] = closed or [*_WRITERS[key](desk), *left_out(desk.guard, key)]
    progress(len(chosen), len(chosen) + 1, "Putting it together")
    return written


def _tables(blocks: Iterable[Block]) -> list[TableBlock]:
    return [block for block in blocks if isinstance(block, TableBlock)]


def _findings(written: Mapping[str, Iterable[Block]]) -> list[Finding]:
    return [block for blocks in written.values() for block in blocks if isinstance(block, Finding)]


def _marked(blocks: Sequence[Block], marked: Mapping[str, TableBlock]) -> list[Block]:
    return [marked.get(b.key, b) if isinstance(b, TableBlock) else b for b in blocks]


def _document(
    desk: Desk,
    holdings: Holdings,
    written: dict[str, list[Block]],
    about: tuple[tuple[str, str], ...],
) -> Document:
    selection = desk.selection
    tables = tuple(table for blocks in written.values() for table in _tables(blocks))
    figures = desk.ledger.table()
    if "glossary" in selection.sections:
        written["glossary"] = glossary.write(tables)
    printed = selection.printed_sections
    sections = tuple(
        Section(key, SECTIONS[key], tuple(written[key]))
        for key in SECTIONS
        if written.get(key) and key in printed
    )
    on_pages = {table.key for section in sections for table in _tables(section.blocks)}
    every = (*tables, *desk.data, figures)
    extra = (
        changes.said_table(_findings(written)),
        citing.notes_table(every),
        citing.about_table(about),
        glossary.definitions_table(every),
        *publications.tables(desk.registry, desk.settings),
    )
    as_of = _reach(desk)
    return Document(
        title=TITLE,
        subtitle=SUBTITLE,
        edition=selection.edition,
        period=_period(desk),
        command=selection.command,
        program_version=holdings.program_version,
        sections=sections,
        organisation=selection.organisation,
        contact=selection.contact,
        since=selection.since,
        until=selection.until,
        clusters=selection.clusters or holdings.clusters or (),
        data_as_of=as_of[0],
        as_of_assumed=as_of[1],
        store_version=_store_version(desk),
        synthetic=_synthetic(desk),
        disclosure=_disclosure(desk),
        branding=selection.branding,
        leaflet=selection.template == "brief",
        about=about,
        data=tuple(table for table in (*every, *extra) if table.key not in on_pages),
    )


def _reach(desk: Desk) -> tuple[datetime | None, bool]:
    told = [(a.data_as_of, a.as_of_assumed) for a in desk.answers if a.data_as_of]
    return max(told, default=(None, False))


def _store_version(desk: Desk) -> str | None:
    return next((a.store_version for a in desk.answers if a.store_version), None)


def _synthetic(desk: Desk) -> bool:
    return any(answer.synthetic for answer in desk.answers)


def _disclosure(desk: Desk) -> str | None:
    if not desk.has_store:
        return None
    return PROTECTED if desk.selection.protected else NOT_PROTECTED


def _period(desk: Desk) -> str:
    chosen = desk.selection
    return span(chosen.since, chosen.until, as_of=_reach(desk)[0])


def _about(desk: Desk, holdings: Holdings) -> tuple[tuple[str, str], ...]:
    as_of, assumed = _reach(desk)
    reach = f"{day(as_of)}{', assumed from the latest record' if assumed else ''}"
    clusters = desk.selection.clusters or holdings.clusters or ()
    told = {
        "Edition": day(desk.selection.edition),
        "Period": _period(desk) if desk.has_store else None,
        "Clusters": _clusters(clusters, desk.selection.sections),
        "Data as of": reach if as_of else "no data of clusters: the registry alone",
        "Capacity compared on": day(desk.selection.edition),
        "Store version": _store_version(desk),
        "Program": f"Plimsoll {holdings.program_version}",
        "Data": "SYNTHETIC: invented for demonstration" if _synthetic(desk) else None,
        "Disclosure": _disclosure(desk),
        "Contact": desk.selection.contact,
    }
    return tuple((what, said) for what, said in told.items() if said)


def _clusters(names: Sequence[str], sections: Sequence[str]) -> str | None:
    """All names, as far as they leave the contents their place on the cover."""
    if len(names) > _MOST_NAMES and "quality" in sections:
        return f"{len(names)}, named in the section “{SECTIONS['quality']}”"
    return ", ".join(names) or None


def _citation(desk: Desk, holdings: Holdings) -> str:
    edition = desk.selection.edition
    by = desk.selection.organisation or "Plimsoll"
    version = _store_version(desk)
    basis = f" Store version {version}." if version else ""
    marked = " Synthetic data." if _synthetic(desk) else ""
    return (
        f"{by} ({edition.year}). {TITLE}. {SUBTITLE}. Edition of {day(edition)}."
        f"{basis} Made with Plimsoll {holdings.program_version}.{marked}"
    )
