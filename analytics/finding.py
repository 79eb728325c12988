"""What an analysis hands back: a frame, and the sentences that a reader must see beside it."""

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Finding:
    """A frame with notes on what was assumed, estimated, clipped or left out."""

    frame: pl.DataFrame
    notes: tuple[str, ...] = ()
