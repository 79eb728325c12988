"""An order for a report: what it is made from, the day that it bears, and the line that it has."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from model.errors import InputError
from model.question import Answer, Question
from model.registry import Registry
from model.report_parts import SECTIONS, Template
from model.settings import Settings
from reports.answer import answer
from reports.capacity_report.build import Holdings, Progress, capacity_report
from reports.capacity_report.desk import Ask
from reports.capacity_report.selection import Selection
from reports.disclosure import people_of
from reports.document import Document
from reports.edition import branding_of, epoch_day
from reports.facts import Facts
from reports.writers import FORMATS, writer
from store import Store

FILE_STEM: Final = "capacity-report"
_ATTEMPTS: Final = 2


@dataclass(frozen=True)
class Order:
    """What a person asks for, before the settings fill in what was left open."""

    since: date | None = None
    until: date | None = None
    clusters: tuple[str, ...] = ()
    sections: tuple[str, ...] = tuple(SECTIONS)
    template: Template = "full"
    organisation: str | None = None
    edition: date | None = None
    protected: bool = True
    previous: Path | None = None
    formats: tuple[str, ...] = ("pdf",)


def holdings_of(
    store: Store | None, settings: Settings, registry: Registry, *, ask: Ask | None = None
) -> Holdings:
    """What a report is made from; `ask` answers in place of the store, if it remembers answers."""
    known = store.catalogue.clusters() if store else []
    return Holdings(
        ask=ask or (lambda asked: answer(asked, store=store, settings=settings, registry=registry)),
        registry=registry,
        settings=settings,
        program_version=version("plimsoll"),
        clusters=tuple(sorted(each.name for each in known)) if store else None,
        people=people_of(store, settings, registry) if store else None,
    )


def selection_of(
    order: Order, *, store: Store | None, settings: Settings, registry: Registry
) -> Selection:
    """The selection of an order: settings and the store fill in what was left open.

    The edition is the day that was asked for, else that of SOURCE_DATE_EPOCH, else the day that
    the data reach, else (without data) today.

    Raises:
        InputError: for an unreadable SOURCE_DATE_EPOCH, and for a logo that cannot be drawn.
    """
    named = settings.reports
    organisation = order.organisation or named.organisation
    edition = order.edition or epoch_day() or _reach(store, settings, registry)
    return Selection(
        edition=edition,
        command=command_of_order(order, edition),
        since=order.since,
        until=order.until,
        clusters=order.clusters,
        sections=order.sections,
        template=order.template,
        organisation=organisation,
        contact=named.contact,
        branding=branding_of(named, organisation),
        protected=order.protected,
        previous=order.previous,
    )


def command_of_order(order: Order, edition: date) -> str:
    """The command line that makes the report again, ready to paste into a shell."""
    return shlex.join(["plimsoll", *arguments_of(replace(order, edition=edition))])


def arguments_of(order: Order) -> list[str]:
    """What is given to `plimsoll` for an order; its files go to the working directory."""
    sections = () if order.sections == tuple(SECTIONS) else order.sections
    options = [
        *(("--output", f"{FILE_STEM}.{name}") for name in order.formats),
        ("--from", order.since),
        ("--to", order.until),
        *(("--cluster", name) for name in order.clusters),
        *(("--section", name) for name in sections),
        ("--template", None if order.template == "full" else order.template),
        ("--organisation", order.organisation),
        ("--edition", order.edition),
        ("--previous", order.previous.name if order.previous else None),
    ]
    words = [word for name, value in options if value for word in (name, str(value))]
    open_ = [] if order.protected else ["--no-disclosure-control"]
    return ["report", "capacity", *words, *open_]


def report_of(selection: Selection, holdings: Holdings, *, progress: Progress) -> Document:
    """The document, made anew if the store was written to while it was made.

    Raises:
        InputError: as `capacity_report` does, and where the store does not come to rest.
    """
    for _ in range(_ATTEMPTS):
        seen: set[str] = set()
        document = capacity_report(selection, _watched(holdings, seen), progress=progress)
        if len(seen) <= 1:
            return document
    raise InputError(
        "the store was written to while the report was made", hint="try again when it rests."
    )


def _watched(holdings: Holdings, seen: set[str]) -> Holdings:
    """The same holdings; the versions of the store that answers rest on are added to `seen`."""

    def ask(question: Question) -> Answer:
        found = holdings.ask(question)
        if found.store_version:
            seen.add(found.store_version)
        return found

    return replace(holdings, ask=ask)


def contents(
    document: Document, formats: Sequence[str], *, progress: Progress
) -> Mapping[str, bytes]:
    """The files of a document by format; `progress` is told which is being written."""
    written = {}
    for place, name in enumerate(formats):
        progress(place, len(formats), FORMATS[name].name)
        written[name] = writer(name)(document)
    progress(len(formats), len(formats), "")
    return written


def _reach(store: Store | None, settings: Settings, registry: Registry) -> date:
    if store is not None:
        reached, _ = Facts(store, settings, registry.gpus, Question("usage")).as_of
        if reached is not None:
            return reached.date()
    return datetime.now(UTC).date()
