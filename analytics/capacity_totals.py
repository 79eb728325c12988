"""Sums of the capacity table by country, sector and tier, in every unit."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from analytics.capacity_lines import YES
from model.errors import InputError
from model.suggestions import did_you_mean

PUBLIC_SECTORS: Final = ("academic", "government")
GROUPS: Final = ("country", "sector", "tier")
DENSITIES: Final = (
    "per_million_people", "per_1000_researchers", "per_1000_researchers_newer",
    "per_billion_usd_gdp",
)  # fmt: skip
UNITS: Final = {
    "a100_equivalents_16bit": "gpus_without_16bit",
    "rgu": "gpus_without_rgu",
    "memory_tb": "gpus_without_memory",
    "fp64_pflops": "gpus_without_fp64",
}
"""Each unit beside `gpus`, and the column with the cards of which it is not known."""


def capacity_totals(lines: pl.DataFrame, *, by: Sequence[str]) -> pl.DataFrame:
    """The counted lines of a table of `capacity`, summed by columns of GROUPS, most cards first.

    Columns: `by`, `machines, gpus`, each unit and the cards of which it is unknown, `power_mw`
    and the densities. A unit is the sum over the cards of which it is known, a lower bound where
    some are unknown, null where all are. `power_mw` is null unless it is known of every machine
    with cards, and on one basis: a benchmark's run and a facility's peak are never added.
    Densities are null unless all machines of the group stand in one country.

    Raises:
        InputError: for a column that is not of GROUPS.
    """
    for name in by:
        if name not in GROUPS:
            raise InputError(
                f"capacity cannot be summed by {name!r}", hint=did_you_mean(name, GROUPS)
            )
    counted = lines.filter(pl.col("counted") == YES)
    sums = [each for unit, without in UNITS.items() for each in _known(unit, without)]
    densities = [_density(name) for name in DENSITIES]
    machines = pl.len().cast(pl.Int64).alias("machines")
    totals = [machines, pl.col("gpus").sum(), *sums, _power(), *densities]
    summed = counted.group_by(by).agg(totals) if by else counted.select(totals)
    return summed.sort("gpus", *by, descending=[True, *(False for _ in by)])


def public(lines: pl.DataFrame) -> pl.DataFrame:
    """The lines of machines that the public pays for: academic and government."""
    return lines.filter(pl.col("sector").is_in(PUBLIC_SECTORS))


def _known(unit: str, without: str) -> tuple[pl.Expr, pl.Expr]:
    unknown = pl.col(unit).is_null()
    total = pl.when(~unknown.all()).then(pl.col(unit).sum()).alias(unit)
    return total, pl.col("gpus").filter(unknown).sum().alias(without)


def _power() -> pl.Expr:
    with_cards = pl.col("gpus") > 0
    known = pl.col("power_mw").filter(with_cards).is_not_null().all()
    alike = pl.col("power_basis").filter(with_cards).n_unique() == 1
    total = pl.col("power_mw").filter(with_cards).sum()
    return pl.when(known & alike).then(total).alias("power_mw")


def _density(name: str) -> pl.Expr:
    one = pl.col("country").n_unique() == 1
    known = pl.col(name).is_not_null().all() & (pl.len() > 0)
    return pl.when(one & known).then(pl.col(name).sum()).alias(name)
