"""Who stands behind sums of awards: the PIs and their institutions."""

from datetime import date
from typing import Final

import polars as pl

_WHO: Final = {
    "person": pl.coalesce("pi", "project", "application_id"),
    "body": pl.coalesce("institution", "pi", "project", "application_id"),
}
"""An application whose PI is not named counts as a person of its own."""


def round_rows(awards: pl.DataFrame) -> pl.DataFrame:
    """`call`, `round`, `person`, `body`, `amount`: what each application asked for.

    Lines that stand for a whole round have no applicants and are left out.
    """
    single = awards.filter(pl.col("applications").is_null())
    return single.select("call", "round", **_WHO, amount=pl.col("requested").fill_null(0))


def resource_rows(awards: pl.DataFrame, as_of: date | None) -> pl.DataFrame:
    """`resource`, `person`, `body`, `amount`: what was granted and is not over."""
    live = awards.filter(pl.col("granted") > 0, pl.col("applications").is_null())
    if as_of is not None:
        live = live.filter(pl.col("end").is_null() | (pl.col("end") > as_of))
    return live.select("resource", **_WHO, amount="granted")
