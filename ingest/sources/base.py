"""What a source of records is: something that can be asked, and answers with bytes."""

from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

Window = tuple[datetime, datetime]
"""[from, to), two aware moments."""


@dataclass(frozen=True)
class Ask:
    """One question to a source: a window of time, jobs by raw id, or neither: what is there now.

    `latest` tells that the window reaches up to now.
    """

    window: Window | None = None
    job_ids: tuple[int, ...] = ()
    latest: bool = False

    def __str__(self) -> str:
        if self.window:
            begin, end = self.window
            return f"{begin:%Y-%m-%dT%H:%M:%SZ} to {end:%Y-%m-%dT%H:%M:%SZ}"
        return f"{len(self.job_ids)} jobs by id" if self.job_ids else "now"


class Adapter(Protocol):
    """A way to ask a source. It hands bytes on as they come and parses nothing."""

    @property
    def name(self) -> str:
        """What messages and the ledger call the source."""
        ...

    @property
    def windowed(self) -> bool:
        """Whether it is asked for windows of time; else for what is there now."""
        ...

    @property
    def ids_at_once(self) -> int:
        """How many jobs may be asked for by id in one question; 0 where none may."""
        ...

    def fetch(self, ask: Ask, into: BinaryIO) -> tuple[str, ...]:
        """Write the whole answer; gives what the source said beside it.

        Raises UnavailableError where asking again may help, InputError where it will not.
        """
        ...
