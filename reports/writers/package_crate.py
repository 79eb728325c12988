"""`ro-crate-metadata.json`: whence each file of a package comes, as RO-Crate 1.1 tells it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

from reports.document import Document
from reports.writers.package_parts import (
    CSV_TYPE,
    VEGA_LITE_TYPE,
    Parts,
    Resource,
    description,
    package_title,
    package_version,
    publisher,
)
from reports.writers.package_sources import (
    Publication,
    credit_lines,
    licences,
    publications,
)

FILE: Final = "ro-crate-metadata.json"
CONTEXT: Final = "https://w3id.org/ro/crate/1.1/context"
SPECIFICATION: Final = "https://w3id.org/ro/crate/1.1"
PROCESS_RUN: Final = "https://w3id.org/ro/wfrun/process/0.5"
PROGRAM: Final = "#plimsoll"
_ACTION: Final = "#making"
_STORE: Final = "#store"
_REGISTRY: Final = "#registry"
_PUBLISHER: Final = "#publisher"
_RIGHTS: Final = "#rights"
_CSVW: Final = "http://www.w3.org/ns/csvw"
_REGISTRY_TOLD: Final = "Machines, cards, people and electricity, each figure with its source."

Entity = dict[str, Any]


def crate(parts: Parts, described: Mapping[str, str]) -> Entity:
    """The graph; `described` are the files beside tables and charts, each with its media type."""
    return {
        "@context": CONTEXT,
        "@graph": [
            {
                "@id": FILE,
                "@type": "CreativeWork",
                "about": {"@id": "./"},
                "conformsTo": {"@id": SPECIFICATION},
            },
            _root(parts, described),
            *_made_by(parts.document, _paths(parts, described)),
            *(_of_table(each, parts.document) for each in parts.resources),
            *_commands(parts),
            *(_of_chart(path, parts) for path in parts.charts),
            *(_file(path, kind) for path, kind in described.items()),
            *_publications(parts.document),
        ],
    }


def _paths(parts: Parts, described: Mapping[str, str]) -> list[str]:
    return [*parts.files, *described]


def _refer(ids: Iterator[str] | list[str]) -> list[Entity]:
    return [{"@id": each} for each in ids]


def _root(parts: Parts, described: Mapping[str, str]) -> Entity:
    document = parts.document
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": package_title(document),
        "description": f"{document.subtitle}. The figures in full. Period: {document.period}.",
        "datePublished": str(document.edition),
        "version": package_version(document),
        "inLanguage": document.language,
        "temporalCoverage": _coverage(document),
        "conformsTo": _refer([PROCESS_RUN]),
        "publisher": {"@id": _PUBLISHER},
        "creator": {"@id": _PUBLISHER},
        "license": {"@id": _RIGHTS},
        "mentions": _refer([_ACTION]),
        "citation": _refer([each["@id"] for each in _publications(document)]),
        "hasPart": _refer(_paths(parts, described)),
    }


def _coverage(document: Document) -> str:
    until = document.until or (document.data_as_of.date() if document.data_as_of else None)
    return f"{document.since or '..'}/{until or '..'}"


def _made_by(document: Document, paths: list[str]) -> Iterator[Entity]:
    """The action, what made it and from what, and whose it is."""
    used = [_REGISTRY, *([_STORE] if document.store_version else [])]
    yield {
        "@id": _ACTION,
        "@type": "CreateAction",
        "name": f"Making of: {document.title}",
        "description": document.command,
        "instrument": {"@id": PROGRAM},
        "agent": {"@id": _PUBLISHER},
        "object": _refer(used),
        "result": _refer(paths),
        "endTime": f"{document.edition}T00:00:00+00:00",
    }
    yield {
        "@id": PROGRAM,
        "@type": "SoftwareApplication",
        "name": "Plimsoll",
        "url": "https://pypi.org/project/plimsoll/",
        "version": document.program_version,
    }
    yield {
        "@id": _REGISTRY,
        "@type": "Dataset",
        "name": "The registry that comes with the program",
        "version": document.program_version,
        "description": _REGISTRY_TOLD,
    }
    if document.store_version:
        yield _store(document)
    yield {"@id": _PUBLISHER, "@type": "Organization", "name": publisher(document)}
    yield {
        "@id": _RIGHTS,
        "@type": "CreativeWork",
        "name": "Rights",
        "description": _rights(document),
        "license": _refer([each["path"] for each in licences(document)]),
    }
    for each in licences(document):
        yield {"@id": each["path"], "@type": "CreativeWork", "name": each["title"]}
    yield {
        "@id": PROCESS_RUN,
        "@type": "CreativeWork",
        "name": "Process Run Crate",
        "version": "0.5",
    }


def _store(document: Document) -> Entity:
    reach = document.data_as_of.isoformat() if document.data_as_of else None
    assumed = " (assumed from the latest record)" if document.as_of_assumed else ""
    return {
        "@id": _STORE,
        "@type": "Dataset",
        "name": "The store of accounting data",
        "version": document.store_version,
        "description": f"Clusters: {', '.join(document.clusters)}. Data as of {reach}{assumed}.",
    }


def _rights(document: Document) -> str:
    lines = " ".join(f"{line}." for line in credit_lines(document))
    return (
        f"Figures on clusters and awards are those of {publisher(document)}, who says under which "
        f"terms they may be used. Figures taken from others, with credit: {lines}"
    )


def _of_table(resource: Resource, document: Document) -> Entity:
    table = resource.table
    told = {
        "@id": resource.path,
        "@type": "File",
        "name": table.caption,
        "description": description(table),
        "encodingFormat": [CSV_TYPE, {"@id": _CSVW}],
        "contentSize": str(len(resource.content)),
        "sha256": resource.sha256,
        "dateModified": str(document.edition),
        "additionalProperty": {"@id": f"#command-{resource.name}"} if table.command else None,
    }
    return {key: value for key, value in told.items() if value is not None}


def _commands(parts: Parts) -> Iterator[Entity]:
    """The command that shows the figures of a table again, where one does."""
    for each in parts.tables:
        if each.table.command:
            yield {
                "@id": f"#command-{each.name}",
                "@type": "PropertyValue",
                "name": "command",
                "description": "Shows the same figures from the same store.",
                "value": each.table.command,
            }
    yield {"@id": _CSVW, "@type": "WebPage", "name": "CSV on the Web"}


def _of_chart(path: str, parts: Parts) -> Entity:
    block = next(b for b in parts.document.charts if path == f"charts/{b.key}.vl.json")
    return {
        **_file(path, VEGA_LITE_TYPE),
        "name": block.chart.title,
        "description": block.alternative,
        "isBasedOn": _refer([f"charts/{block.key}.csv", f"data/{block.table}.csv"]),
    }


def _file(path: str, kind: str) -> Entity:
    return {"@id": path, "@type": "File", "name": path, "encodingFormat": kind}


def _publications(document: Document) -> list[Entity]:
    """Each publication once, under its address where it has one."""
    found: dict[str, list[Publication]] = {}
    for each in publications(document):
        found.setdefault(each.url or f"#{quote(each.title)}", []).append(each)
    return [_publication(name, of) for name, of in found.items()]


def _publication(name: str, of: list[Publication]) -> Entity:
    first = of[0]
    told = {
        "@id": name,
        "@type": "CreativeWork",
        "name": first.title,
        "publisher": first.publisher,
        "temporal": first.date,
        "creditText": f"Grade {first.grade}",
        "description": f"Stands for {'; '.join(dict.fromkeys(each.of for each in of))}.",
    }
    return {key: value for key, value in told.items() if value is not None}
