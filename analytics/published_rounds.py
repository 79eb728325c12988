"""Rounds of allocation that were published: `plimsoll show published_rounds`."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from model.published_rounds import PublishedRound

ROUNDS_SCHEMA: Final = pl.Schema(
    {
        "id": pl.String(),
        "scheme": pl.String(),
        "country": pl.String(),
        "year": pl.Int64(),
        "resource": pl.String(),
        "unit": pl.String(),
        "requested": pl.Float64(),
        "granted": pl.Float64(),
        "offered": pl.Float64(),
        "granted_share": pl.Float64(),
        "cut": pl.Float64(),
        "demand_ratio": pl.Float64(),
        "basis": pl.String(),
        "applications": pl.Int64(),
        "awards": pl.Int64(),
        "source": pl.String(),
        "grade": pl.String(),
    }
)


def published_rounds(rounds: Sequence[PublishedRound]) -> pl.DataFrame:
    """A line a round (ROUNDS_SCHEMA), by year and name; what was not published is null."""
    lines = [
        {
            **each.model_dump(include=set(ROUNDS_SCHEMA.names()) - {"source"}),
            "cut": each.cut,
            "source": ", ".join(filter(None, (each.source.title, each.source.url))),
            "grade": each.source.grade,
        }
        for each in rounds
    ]
    return pl.DataFrame(lines, schema=ROUNDS_SCHEMA).sort("year", "id")
