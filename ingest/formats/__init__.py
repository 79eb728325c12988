"""The formats of job logs, each recognised by its content."""

from typing import Final

from ingest.formats.base import JobFormat
from ingest.formats.jobcomp import Jobcomp
from ingest.formats.layout import find_layout
from ingest.formats.pyslurm import Pyslurm
from ingest.formats.sacct_json import SacctJson
from ingest.formats.sacct_text import SacctText, first_lines
from ingest.formats.sacct_yaml import SacctYaml
from ingest.formats.slurmdbd_rows import SlurmdbdRows
from ingest.options import JobOptions
from model.errors import InputError

JOB_FORMATS: Final[tuple[JobFormat, ...]] = (
    SlurmdbdRows(),
    Pyslurm(),
    SacctJson(),
    SacctYaml(),
    Jobcomp(),
    SacctText(),
)

_FOREIGN: Final = (
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a zip archive or a spreadsheet"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x7fELF", "a program"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"BZh", "packed with bzip2"),
    (b"\xff\xfe", "text in UTF-16"),
    (b"\xfe\xff", "text in UTF-16"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"<!DOCTYPE", "a web page"),
    (b"<html", "a web page"),
)
_TEXT_HINT: Final = (
    "a job log is the text of sacct -P, or the output of sacct --json or --yaml; dumps of pyslurm "
    "and logs of jobcomp/filetxt are read too."
)


def job_format(head: bytes, options: JobOptions) -> JobFormat:
    """The format of a log that begins with `head`. Raises InputError, saying what it seems."""
    if not head.strip():
        raise InputError("the file is empty", hint="was it written in full?")
    for magic, kind in _FOREIGN:
        if head.startswith(magic):
            raise InputError(f"this is {kind}, not a job log", hint=_TEXT_HINT)
    if options.format != "auto":
        return _named(options.format)
    for form in JOB_FORMATS:
        if form.recognises(head, options):
            return form
    if _binary(head):
        raise InputError("this is not text, so not a job log", hint=_TEXT_HINT)
    find_layout(first_lines(head), options)
    raise InputError("this is no job log that is known here", hint=_TEXT_HINT)


def _named(name: str) -> JobFormat:
    for form in JOB_FORMATS:
        if form.name == name:
            return form
    names = ", ".join(["auto", *(form.name for form in JOB_FORMATS)])
    raise InputError(f"no such format: {name}", hint=f"one of {names}.")


def _binary(head: bytes) -> bool:
    sample = head[:4096]
    odd = sum(byte < 32 and byte not in b"\t\n\r\x1f\x1e\x1d\x1c" for byte in sample)  # noqa: PLR2004
    return odd * 10 > len(sample)
