"""How far a report has come, in lines of JSON for a program that waits for it."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import click

from reports.document import Document, Finding, plain

Stage = Literal["sections", "files"]


def tell(event: str, *, level: str = "info", **members: Any) -> None:
    """Print an event with its time and level, and see that it leaves at once."""
    time = datetime.now(UTC).isoformat(timespec="milliseconds")
    said = {"time": time, "level": level, "event": event, **members}
    click.echo(json.dumps(said, ensure_ascii=False))
    sys.stdout.flush()


def tell_progress(stage: Stage, done: int, total: int, name: str) -> None:
    """So many of the sections or of the files are written, and which is next."""
    tell("progress", stage=stage, done=done, total=total, name=name)


def tell_document(document: Document) -> None:
    """What stands in the report, before its files are written: its key findings as sentences."""
    tell(
        "document",
        edition=document.edition.isoformat(),
        period=document.period,
        command=document.command,
        synthetic=document.synthetic,
        store_version=document.store_version,
        findings=[plain(finding.runs) for finding in findings_of(document)],
    )


def tell_file(path: Path) -> None:
    """A file stands whole in its place."""
    tell("file", path=str(path), bytes=path.stat().st_size)


def findings_of(document: Document) -> list[Finding]:
    """The key findings of a document."""
    blocks = (block for s in document.sections if s.key == "findings" for block in s.blocks)
    return [block for block in blocks if isinstance(block, Finding)]
