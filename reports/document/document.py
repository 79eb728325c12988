"""A document: what it is, what it rests on, and its sections. No renderer, no clock."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypeVar

from reports.document.blocks import (
    Block,
    Callout,
    ChartBlock,
    Definitions,
    Finding,
    ListBlock,
    Paragraph,
)
from reports.document.tables import TableBlock
from reports.document.text import Figure, Runs

_Kind = TypeVar("_Kind", bound=Block)


@dataclass(frozen=True)
class Section:
    """A chapter: `key` is its anchor and its name on the command line."""

    key: str
    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Logo:
    """A picture that programs can draw: its bytes, and what is said in its place."""

    picture: bytes
    kind: Literal["svg", "png", "jpg"]
    alternative: str


@dataclass(frozen=True)
class Branding:
    """An organisation's colours, of headings and rules and of what lies on these, and its logo."""

    accent: str = "#12436D"
    on_accent: str = "#ffffff"
    logo: Logo | None = None


@dataclass(frozen=True)
class Document:
    """Everything that a writer prints.

    `edition` is the date on the cover and the only date that a file may carry as that of its
    making; `data_as_of` is how far the data reach, None where there are none. `since` and `until`
    are the asked period (half-open), `period` says it in words. `about` are pairs for the cover
    and the imprint, in order: what, and its words. `data` are tables of which no page has more
    than a mention: files of data hold them like the others. A `leaflet` is read on two pages: it
    has neither a cover of its own nor contents.
    """

    title: str
    subtitle: str
    edition: date
    period: str
    command: str
    program_version: str
    sections: tuple[Section, ...]
    organisation: str | None = None
    contact: str | None = None
    language: str = "en-GB"
    since: date | None = None
    until: date | None = None
    clusters: tuple[str, ...] = ()
    data_as_of: datetime | None = None
    as_of_assumed: bool = False
    store_version: str | None = None
    synthetic: bool = False
    disclosure: str | None = None
    branding: Branding = Branding()
    about: tuple[tuple[str, str], ...] = ()
    data: tuple[TableBlock, ...] = ()
    leaflet: bool = False

    def blocks(self, kind: type[_Kind]) -> Iterator[_Kind]:
        """Every block of a kind, in the order of reading."""
        for section in self.sections:
            yield from (block for block in section.blocks if isinstance(block, kind))

    @property
    def printed_tables(self) -> dict[str, TableBlock]:
        """The tables that stand on pages, by key, in the order of reading."""
        return {table.key: table for table in self.blocks(TableBlock)}

    @property
    def tables(self) -> dict[str, TableBlock]:
        """All tables by key: those on pages in the order of reading, then those of `data`."""
        return self.printed_tables | {table.key: table for table in self.data}

    @property
    def charts(self) -> tuple[ChartBlock, ...]:
        """The charts in the order of reading."""
        return tuple(self.blocks(ChartBlock))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings in the order of reading."""
        return tuple(self.blocks(Finding))

    def prose(self) -> Iterator[Runs]:
        """Every piece of running text, in the order of reading."""
        for section in self.sections:
            for block in section.blocks:
                yield from _prose(block)

    def quoted(self) -> Iterator[Figure]:
        """Every figure that prose quotes."""
        for runs in self.prose():
            yield from (run for run in runs if isinstance(run, Figure))


def _prose(block: Block) -> Iterator[Runs]:
    match block:
        case Paragraph() | Finding() | Callout():
            yield block.runs
        case ListBlock():
            yield from block.items
        case Definitions():
            yield from (entry.runs for entry in block.entries)
        case _:
            return
