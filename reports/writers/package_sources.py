"""The publications and the licences that a package rests on, read from the report's tables."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from reports.capacity_report import publications as told
from reports.capacity_report import sources
from reports.document import Document

_CC: Final = re.compile(r"CC (BY(?:-SA)?) (\d\.\d)")


@dataclass(frozen=True)
class Publication:
    """One publication; `of` is what it stands for."""

    of: str
    title: str
    publisher: str | None
    url: str | None
    date: str | None
    grade: str | None


def publications(document: Document) -> list[Publication]:
    """Every publication of the registry that the report names, each once for what it stands."""
    return [*_of(document, told.KEY, "subject"), *_of(document, sources.KEY, "machine")]


def credit_lines(document: Document) -> list[str]:
    """The credits that are due to others, as they ask for them."""
    table = document.tables.get(told.CREDITS)
    return [] if table is None else table.frame["credit"].to_list()


def licences(document: Document) -> list[dict[str, str]]:
    """The open licences that the credits name: those of what was taken from others."""
    named = (_CC.search(line) for line in credit_lines(document))
    found = dict.fromkeys(match.groups() for match in named if match)
    return [
        {
            "name": f"CC-{kind}-{version}",
            "path": f"https://creativecommons.org/licenses/{kind.lower()}/{version}/",
            "title": f"Creative Commons {kind} {version}: figures taken from others, with credit",
        }
        for kind, version in found
    ]


def _of(document: Document, key: str, subject: str) -> Iterator[Publication]:
    table = document.tables.get(key)
    rows: list[dict[str, Any]] = [] if table is None else table.frame.to_dicts()
    for row in rows:
        yield Publication(
            of=f"{row[subject]}: {row['covers']}",
            title=row["title"],
            publisher=row["publisher"],
            url=_address(row["url"]),
            date=row["date"],
            grade=row["grade"],
        )


def _address(url: str | None) -> str | None:
    return url if url and url.startswith(("https://", "http://")) else None
