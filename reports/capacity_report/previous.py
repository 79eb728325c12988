"""An earlier edition, read from its data package."""

import io
import json
import shlex
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import polars as pl

from model.errors import InputError
from model.question import Question
from reports.wording import day

DESCRIPTOR: Final = "datapackage.json"
OPEN: Final = "--no-disclosure-control"
_PROVENANCE: Final = "plimsoll"
_LARGEST_BYTES: Final = 2**30
_HINT: Final = "name the .zip that `plimsoll report capacity --output FILE.zip` wrote."
_FAULTS: Final = (
    OSError,
    AttributeError,
    EOFError,
    KeyError,
    NotImplementedError,
    RuntimeError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    pl.exceptions.PolarsError,
)
"""What reading a file raises that is damaged, encrypted, or something else."""


@dataclass(frozen=True)
class Edition:
    """An earlier edition: its tables by key, every cell as text, empty ones null.

    What was withheld has its symbol as text. `reached` is the day up to which its data went,
    `withholds` whether disclosure control was on.
    """

    tables: Mapping[str, pl.DataFrame]
    made: date | None = None
    period: str | None = None
    since: date | None = None
    until: date | None = None
    reached: date | None = None
    clusters: tuple[str, ...] = ()
    withholds: bool = True

    @property
    def name(self) -> str:
        """The edition as a sentence names it."""
        return day(self.made) if self.made else "an earlier date"

    def settled(self, question: Question | None) -> bool:
        """Whether what was asked then was over when the edition was made.

        So is a period that had ended, and the day on which capacity was compared.
        """
        if question is None:
            return False
        if question.on is not None:
            return question.on == self.made
        same = (question.since, question.until) == (self.since, self.until)
        return same and bool(self.until and self.reached and self.until <= self.reached)


def read_edition(path: Path) -> Edition:
    """The edition in a data package.

    Raises:
        InputError: for a file that is absent, or no data package of a report.
    """
    try:
        with zipfile.ZipFile(path) as package:
            _refuse_a_bomb(package)
            described = json.loads(package.read(DESCRIPTOR))
            return _edition(described[_PROVENANCE], dict(_tables(package, described)))
    except _FAULTS as fault:
        raise InputError(
            f"no data package of an earlier edition: {_why(fault)}", where=str(path), hint=_HINT
        ) from fault


def _why(fault: Exception) -> str:
    if isinstance(fault, OSError) and fault.strerror:
        return fault.strerror
    if isinstance(fault, KeyError):
        return f"it has no {fault.args[0]}" if fault.args else "a part is missing"
    return str(fault).partition("\n")[0] or type(fault).__name__


def _refuse_a_bomb(package: zipfile.ZipFile) -> None:
    if sum(entry.file_size for entry in package.infolist()) > _LARGEST_BYTES:
        raise ValueError("it unpacks to more than 1 GiB")


def _edition(told: Mapping[str, Any], tables: Mapping[str, pl.DataFrame]) -> Edition:
    return Edition(
        tables=tables,
        made=_date(told.get("edition")),
        period=told.get("period"),
        since=_date(told.get("from")),
        until=_date(told.get("to")),
        reached=_date(told.get("dataAsOf")),
        clusters=tuple(told.get("clusters") or ()),
        withholds=OPEN not in shlex.split(told.get("command") or ""),
    )


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text[:10]) if text else None


def _tables(package: zipfile.ZipFile, described: Any) -> list[tuple[str, pl.DataFrame]]:
    paths = {str(each["name"]): str(each["path"]) for each in described["resources"]}
    return [
        (name, pl.read_csv(io.BytesIO(package.read(path)), infer_schema=False))
        for name, path in paths.items()
        if path.endswith(".csv")
    ]
