"""The data package of a report: every table, every chart's drawing, and whence they come."""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any, Final

from reports.document import Document
from reports.writers.package_crate import FILE as CRATE
from reports.writers.package_crate import crate
from reports.writers.package_csvw import table_group
from reports.writers.package_frictionless import datapackage
from reports.writers.package_parts import Parts
from reports.writers.package_text import citation_file, readme

_DESCRIBED: Final = {
    "README.md": "text/markdown",
    "CITATION.cff": "application/yaml",
    "datapackage.json": "application/json",
    "csv-metadata.json": "application/csvm+json",
}
_FIRST_YEAR: Final = 1980
"""The earliest year that a ZIP file can tell."""
_READABLE: Final = 0o100644 << 16
_UNIX: Final = 3


def write_package(document: Document) -> bytes:
    """A ZIP file in which the edition is the only date: the same document gives the same bytes."""
    stream = io.BytesIO()
    edition = document.edition
    moment = (max(edition.year, _FIRST_YEAR), edition.month, edition.day, 0, 0, 0)
    with zipfile.ZipFile(stream, "w") as package:
        for path, content in package_files(document).items():
            entry = zipfile.ZipInfo(path, moment)
            entry.external_attr, entry.create_system = _READABLE, _UNIX
            package.writestr(entry, content, zipfile.ZIP_DEFLATED, compresslevel=9)
    return stream.getvalue()


def package_files(document: Document) -> Mapping[str, bytes]:
    """The files of the package by path, what a person reads first at the top."""
    parts = Parts(document)
    told = {
        "README.md": readme(parts).encode(),
        "CITATION.cff": citation_file(document).encode(),
        "datapackage.json": _json(datapackage(parts)),
        "csv-metadata.json": _json(table_group(parts)),
        CRATE: _json(crate(parts, _DESCRIBED)),
    }
    return told | dict(parts.files)


def _json(told: dict[str, Any]) -> bytes:
    return f"{json.dumps(told, indent=2, ensure_ascii=False)}\n".encode()
