"""What a file of carbon intensities says, before anything of it is judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import polars as pl

from ingest.formats.base import Reject
from model.schemas import UTC_US

TOLD_SCHEMA: Final = pl.Schema(
    {
        "line": pl.Int64(),
        "source": pl.String(),
        "region": pl.String(),
        "begin": UTC_US,
        "end": UTC_US,
        "forecast": pl.Float64(),
        "actual": pl.Float64(),
        "flags": pl.String(),
        "text": pl.String(),
    }
)
"""One intensity each: `line` is the line or record of the file, which may tell of many regions."""


@dataclass(frozen=True)
class Told:
    """The intensities of a file (TOLD_SCHEMA), with what could not be read or is left out.

    Every line of the file is told of in `frame`, in `rejects`, or counted in `left_out`.
    """

    frame: pl.DataFrame
    rejects: Sequence[Reject] = ()
    left_out: int = 0
    notes: Mapping[str, int] = field(default_factory=dict)


class IntensityFormat(Protocol):
    """A way in which carbon intensities are written down."""

    @property
    def name(self) -> str:
        """What the ledger calls it."""
        ...

    def read(self, content: Any) -> Told:
        """Everything that it says. Raises InputError."""
        ...


def told(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Rows of TOLD_SCHEMA; columns that a row lacks are null, no flags."""
    frame = pl.DataFrame(list(rows), schema=TOLD_SCHEMA)
    return frame.with_columns(pl.col("flags").fill_null(""))
