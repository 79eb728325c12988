"""What `promtool query range` and `promtool query instant` print."""

from collections.abc import Iterator
from typing import Final

import polars as pl

from ingest.formats.base import Reject
from ingest.formats.telemetry_base import (
    SAMPLES,
    SampleBatch,
    TelemetryOptions,
    lines_frame,
    whole_lines,
)
from ingest.formats.telemetry_text import milliseconds, numbers, parsed_series

_ARROW: Final = b"} =>"
_SERIES: Final = r"^(.*?\})\s*=>"
_POINT: Final = r"(?:^|=>\s*)(\S+) @\[[0-9.]+\]$"
_TIME: Final = r" @\[([0-9.]+)\]$"


class PromtoolQuery:
    """`series =>` and its `value @[seconds]` lines, or both on one line."""

    name = "promtool-query"

    def recognises(self, head: bytes) -> bool:
        """Whether the first line names a series by an arrow."""
        return _ARROW in head.lstrip().split(b"\n", 1)[0]

    def batches(self, blocks: Iterator[bytes], options: TelemetryOptions) -> Iterator[SampleBatch]:
        """The samples, in batches of whole lines."""
        del options
        first_line, series = 1, None
        for block in whole_lines(blocks):
            lines = _under_their_series(lines_frame(block, first_line=first_line), series)
            yield _batch(lines)
            first_line += block.count(b"\n")
            series = lines["series"][-1] if lines.height else series


def _under_their_series(lines: pl.DataFrame, before: str | None) -> pl.DataFrame:
    own = pl.col("text").str.extract(_SERIES)
    return lines.with_columns(series=own.forward_fill().fill_null(pl.lit(before, pl.String)))


def _batch(lines: pl.DataFrame) -> SampleBatch:
    rows = lines.filter(~pl.col("text").str.ends_with("=>")).with_columns(
        value=numbers(pl.col("text").str.extract(_POINT)),
        time_ms=milliseconds(pl.col("text").str.extract(_TIME).cast(pl.Float64, strict=False)),
    )
    labels = parsed_series(rows["series"])
    good = (
        pl.col("series").is_in(list(labels))
        & pl.col("value").is_not_null()
        & pl.col("time_ms").is_not_null()
    ).fill_null(value=False)
    bad = rows.filter(~good).select("line", "text")
    rejects = [Reject(line, "bad_line", said) for line, said in bad.iter_rows()]
    return SampleBatch(rows.filter(good).select(SAMPLES.names()), labels, rejects)
