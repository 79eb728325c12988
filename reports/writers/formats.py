"""The formats of documents: by which ending a file is known, and which module writes it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Final

from model.errors import InputError
from reports.document import Document

Writer = Callable[[Document], bytes]


@dataclass(frozen=True)
class Format:
    """A format: its name for people, its media type, and its writer as `module:function`."""

    name: str
    media_type: str
    writer: str


FORMATS: Final[Mapping[str, Format]] = {
    "pdf": Format("PDF", "application/pdf", "reports.writers.pdf:write_pdf"),
    "html": Format("HTML", "text/html; charset=utf-8", "reports.writers.html:write_html"),
    "md": Format(
        "Markdown", "text/markdown; charset=utf-8", "reports.writers.markdown:write_markdown"
    ),
    "zip": Format("data package", "application/zip", "reports.writers.package:write_package"),
    "docx": Format(
        "Word",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "reports.writers.docx:write_docx",
    ),
    "xlsx": Format(
        "Excel",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "reports.writers.xlsx:write_xlsx",
    ),
    "ods": Format(
        "OpenDocument spreadsheet",
        "application/vnd.oasis.opendocument.spreadsheet",
        "reports.writers.ods:write_ods",
    ),
}
"""By the ending of the file's name. A writer is imported when it is asked for: some are large."""


def writer(name: str) -> Writer:
    """The function that writes a format."""
    module, _, function = FORMATS[name].writer.partition(":")
    found: Writer = getattr(import_module(module), function)
    return found


def format_of(path: Path) -> str:
    """The format that the ending of a file's name asks for. InputError for an unknown one."""
    ending = path.suffix.lower().removeprefix(".")
    if ending not in FORMATS:
        raise InputError(
            f"no format {path.suffix!r}" if ending else "the name of the file has no ending",
            where=str(path),
            hint=f"end it in one of {', '.join(f'.{name}' for name in FORMATS)}, or give --format.",
        )
    return ending
