"""The seam between formats and the normal form: raw rows under sacct's own names."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

import polars as pl

from ingest.options import JobOptions

REJECT_TEXT_LIMIT: Final = 4000
"""Characters of a rejected row that are kept in quarantine."""

LINE: Final = "_line"
ROWS: Final = "_rows"


@dataclass(frozen=True)
class Reject:
    """A row that could not be read: where it stands, why, and its text.

    `line` is the 1-based line of a text log or the 1-based record of a JSON one; `rows` is how
    many input rows the text stands for.
    """

    line: int
    reason: str
    text: str
    rows: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", self.text[:REJECT_TEXT_LIMIT])


@dataclass(frozen=True)
class RawBatch:
    """Some rows of a log, as they stood.

    `frame` holds String columns under sacct's canonical names (`JobIDRaw`, `AllocTRES`, ...)
    and `_line` and `_rows` (Int64): the first line of the row, and the input rows that it
    stands for. Step rows may still be in the frame; `steps` counts those already left out.
    `assumptions` are sentences on how the rows were read, such as a guessed delimiter.
    """

    frame: pl.DataFrame
    rejects: list[Reject]
    steps: int = 0
    assumptions: tuple[str, ...] = ()


class JobFormat(Protocol):
    """A way in which job records are written down."""

    @property
    def name(self) -> str:
        """What `--format` calls it: `sacct-parsable`, `sacct-json`."""
        ...

    def recognises(self, head: bytes, options: JobOptions) -> bool:
        """Whether the first bytes of a file look like this format."""
        ...

    def batches(self, blocks: Iterator[bytes], options: JobOptions) -> Iterator[RawBatch]:
        """The rows of a file that arrives as blocks of bytes; InputError where it is none."""
        ...
