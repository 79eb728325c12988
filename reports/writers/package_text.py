"""What a person reads first in a data package: README.md, and CITATION.cff for programs."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import yaml

from reports.document import SYMBOLS, Document
from reports.palette import SYNTHETIC
from reports.writers.markdown import escaped
from reports.writers.package_parts import (
    Parts,
    Resource,
    package_title,
    package_version,
    publisher,
)
from reports.writers.package_sources import credit_lines

_MADE_UP: Final = (
    f"**{SYNTHETIC}.** The clusters and awards in this package are invented, to show what a "
    "package looks like. No figure of theirs is real. Figures on real machines are what they are."
)
_FILES: Final = {
    "data/": "the tables of the report, one CSV each, every line and column, in full precision",
    "charts/": "each chart as a Vega-Lite specification, and the CSV that it draws",
    "datapackage.json": "what every column means, its type and unit (Frictionless Data Package)",
    "csv-metadata.json": "the same for programs of the web (W3C, CSV on the Web)",
    "ro-crate-metadata.json": "where everything comes from: command, versions, sources (RO-Crate)",
    "CITATION.cff": "how to cite it, for programs that manage references",
}
_READ: Final = """```python
import polars as pl

table = pl.read_csv("{path}", null_values=["", "[c]", "[x]"])
```"""
_FIGURES: Final = (
    "`data/figures.csv` has a line for each figure that a sentence quotes: as printed, in full, "
    "and the table, column and line where it stands. `data/sentences.csv` has the findings "
    "themselves, `data/definitions.csv` every column, `data/settings.csv` what was set."
)
_DRAW: Final = """```sh
cd charts && npx -p vega -p vega-lite vl2svg {name}.vl.json {name}.svg
```"""


def readme(parts: Parts) -> str:
    """What is what, how to cite it, and how to draw a chart again."""
    return "\n\n".join(_sections(parts)) + "\n"


def citation_file(document: Document) -> str:
    """CITATION.cff 1.2.0."""
    told: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": "Please cite this edition of the report's figures as below.",
        "type": "dataset",
        "title": package_title(document),
        "authors": [{"name": publisher(document)}],
        "version": package_version(document),
        "date-released": document.edition,
        "abstract": f"{document.subtitle}. Period: {document.period}.",
        "keywords": ["GPU", "high-performance computing", "research capacity"],
    }
    return yaml.safe_dump(told, sort_keys=False, allow_unicode=True, width=1000)


def _sections(parts: Parts) -> Iterator[str]:
    document = parts.document
    yield f"# {escaped(package_title(document))}"
    if document.synthetic:
        yield _MADE_UP
    yield "\n".join(f"- {escaped(what)}: {escaped(said)}" for what, said in document.about)
    yield "## What is what"
    yield _listed({f"`{name}`": said for name, said in _FILES.items()})
    yield "## Reading the tables"
    yield (
        "UTF-8, commas, one header line. A share is a fraction of 1, a date is ISO 8601, a period "
        "is named by its first day. An empty cell is unknown, which is never zero. A symbol in "
        "place of a cell says why there is none; `data/marks.csv` lists every symbol, those beside "
        "cells too:"
    )
    yield _listed({f"`[{symbol}]`": said.partition("] ")[2] for symbol, said in SYMBOLS.items()})
    yield _READ.format(path=parts.resources[0].path)
    if "figures" in document.tables:
        yield _FIGURES
    yield "## Citing"
    yield escaped(_citation(document))
    yield (
        "Of a single figure, name its table and line as well. The report is made again, byte for "
        f"byte, from the same store by\n\n```sh\n{document.command}\n```"
    )
    if document.charts:
        draw = _DRAW.format(name=document.charts[0].key)
        yield "## Drawing a chart again"
        yield f"Any program for Vega-Lite draws `charts/*.vl.json`, for example\n\n{draw}"
    yield "## Tables"
    yield _listed({f"`{each.path}`": _told(each) for each in parts.resources})
    if credit_lines(document):
        yield "## Credits"
        yield _listed(dict.fromkeys(escaped(line) for line in credit_lines(document)))


def _told(resource: Resource) -> str:
    command = resource.table.command
    again = f" (`{command}`)" if command else ""
    return f"{escaped(resource.table.caption, starts=False)}{again}"


def _citation(document: Document) -> str:
    basis = f" Store version {document.store_version}." if document.store_version else ""
    return (
        f"{publisher(document)} ({document.edition.year}). {package_title(document)}. Version "
        f"{package_version(document)}.{basis} Made with Plimsoll {document.program_version}."
    )


def _listed(told: Mapping[str, str | None]) -> str:
    return "\n".join(f"- {name}: {said}" if said else f"- {name}" for name, said in told.items())
