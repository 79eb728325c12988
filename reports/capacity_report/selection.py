"""What a reader wants of the capacity report."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from model.errors import InputError
from model.report_parts import SECTIONS, Template
from model.suggestions import did_you_mean
from reports.document import Branding

BRIEF: Final = ("findings", "changes", "citing")
"""The sections that a brief prints; what the others found stands in its findings and its data."""


@dataclass(frozen=True)
class Selection:
    """What is asked of a report: `since` and `until` are half-open, None for all data.

    `edition` is the date on the cover, on which capacity is compared. `previous` is the data
    package of an earlier edition. `command` is the line that makes the report again.
    """

    edition: date
    command: str
    since: date | None = None
    until: date | None = None
    clusters: tuple[str, ...] = ()
    sections: tuple[str, ...] = tuple(SECTIONS)
    template: Template = "full"
    organisation: str | None = None
    contact: str | None = None
    branding: Branding = field(default_factory=Branding)
    protected: bool = True
    previous: Path | None = None

    @property
    def printed_sections(self) -> tuple[str, ...]:
        """The sections that pages have; a brief tells of changes where there is what to tell."""
        if self.template == "full":
            return tuple(SECTIONS)
        return tuple(key for key in BRIEF if key != "changes" or self.previous)


def chosen_sections(asked: Iterable[str] = (), without: Iterable[str] = ()) -> tuple[str, ...]:
    """The sections to write, in the order of reading; none named are all.

    Raises:
        InputError: for a section that there is not, or if none is left.
    """
    wanted, left_out = tuple(asked), tuple(without)
    for name in (*wanted, *left_out):
        if name not in SECTIONS:
            raise InputError(f"no section {name!r}", hint=did_you_mean(name, SECTIONS))
    kept = tuple(s for s in SECTIONS if s in (wanted or SECTIONS) and s not in left_out)
    if not kept:
        raise InputError("no section is left", hint="name fewer with --without.")
    return kept
