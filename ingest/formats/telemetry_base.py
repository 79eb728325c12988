"""The seam between telemetry formats and device hours: samples under their own labels."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

import polars as pl

from ingest.formats.base import Reject

NAME: Final = "__name__"
"""The label that holds a metric's name, as Prometheus has it."""

SAMPLES: Final = pl.Schema(
    {
        "line": pl.Int64(),  # the 1-based line, or sample, that it stands in: one row of input
        "series": pl.String(),  # a key of SampleBatch.series
        "time_ms": pl.Int64(),  # of the Unix epoch; null where the file gives none
        "value": pl.Float64(),  # NaN where the source says that it has no value
    }
)


@dataclass(frozen=True)
class TelemetryOptions:
    """What a person may say about telemetry beside the file itself.

    `at` is the aware moment of samples without a time, `node` the node of samples that name none,
    `metric` the name of series without one (PromQL functions drop it), `max_gap_s` the longest
    time for which a sample stands, `timezone` the zone of naive times (else the cluster's, else
    UTC).
    """

    at: datetime | None = None
    node: str | None = None
    metric: str | None = None
    max_gap_s: int | None = None
    timezone: str | None = None


@dataclass(frozen=True)
class SampleBatch:
    """Some samples of a file: `samples` as SAMPLES, the labels of each series, what was refused."""

    samples: pl.DataFrame
    series: Mapping[str, Mapping[str, str]]
    rejects: list[Reject] = field(default_factory=list)
    notes: tuple[str, ...] = ()


class TelemetryFormat(Protocol):
    """A way in which samples of devices are written down."""

    @property
    def name(self) -> str:
        """What the ledger calls it."""
        ...

    def recognises(self, head: bytes) -> bool:
        """Whether the first bytes of a file look like this format."""
        ...

    def batches(self, blocks: Iterator[bytes], options: TelemetryOptions) -> Iterator[SampleBatch]:
        """The samples of a file that arrives as blocks of bytes; InputError where it has none."""
        ...


def whole_lines(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Blocks that end at the end of a line, the last one as it is."""
    rest = b""
    for block in blocks:
        body, newline, tail = (rest + block).rpartition(b"\n")
        if newline:
            yield body + newline
        rest = tail
    if rest:
        yield rest


def lines_frame(block: bytes, *, first_line: int) -> pl.DataFrame:
    """The lines of a block that are not blank: `line` (their number) and `text`, stripped."""
    text = block.decode("utf-8", errors="replace")
    lines = pl.Series("text", text.split("\n"), dtype=pl.String)
    return (
        lines.to_frame()
        .with_row_index("line", offset=first_line)
        .with_columns(pl.col("line").cast(pl.Int64), pl.col("text").str.strip_chars(" \t\r"))
        .filter(pl.col("text") != "")
    )
