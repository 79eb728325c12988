"""Counts of people as a published table prints them."""

import polars as pl


def rounded_people(count: pl.Expr, *, minimum: int, to: int) -> pl.Expr:
    """The count to the nearest multiple of `to`; null below `minimum`, but zero stays zero."""
    nearest = ((count + to // 2) // to) * to
    return pl.when(count >= minimum).then(nearest).when(count == 0).then(count)
