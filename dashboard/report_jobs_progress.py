"""How far a report has come, from the lines that its process writes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec


class Line(msgspec.Struct, frozen=True):
    """What one line says; which members it has depends on its `event`."""

    event: str
    stage: Literal["sections", "files"] | None = None
    done: int = 0
    total: int = 0
    name: str = ""
    edition: str | None = None
    period: str | None = None
    command: str | None = None
    synthetic: bool = False
    findings: tuple[str, ...] = ()


class Progress(msgspec.Struct, frozen=True):
    """The step at which a report is, and the document once it is put together."""

    step: Line | None = None
    document: Line | None = None

    @property
    def share(self) -> float:
        """How much is done, of sections and files in all."""
        if self.step is None or not self.step.total:
            return 0.0
        if self.step.stage == "sections":
            return 0.8 * self.step.done / self.step.total
        return 0.8 + 0.2 * self.step.done / self.step.total

    @property
    def words(self) -> str:
        """The step in words: "section 3 of 11, Waits and unmet demand"."""
        if self.step is None:
            return "starting"
        if self.step.done >= self.step.total:
            return "finishing"
        place = f"{self.step.done + 1} of {self.step.total}"
        return f"{(self.step.stage or 'step').removesuffix('s')} {place}, {self.step.name}"


def read_progress(path: Path) -> Progress:
    """What a report has told until now; a line that is not whole yet is left for later."""
    step = document = None
    for line in _lines(path):
        if line.event == "progress":
            step = line
        elif line.event == "document":
            document = line
    return Progress(step=step, document=document)


def _lines(path: Path) -> Iterator[Line]:
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return
    for line in text.splitlines():
        try:
            yield msgspec.json.decode(line, type=Line)
        except msgspec.MsgspecError:
            continue
