"""The capacity of machines on a date, line by line, and what a sum of lines may hold."""

from datetime import date
from typing import Final

import polars as pl

from analytics.capacity_lines import CAPACITY_SCHEMA, YES, capacity_line, is_listed
from analytics.capacity_notes import capacity_notes, report_2023_comparison
from model.origin import grade_named
from model.registry import Registry

__all__ = [
    "CAPACITY_SCHEMA", "PUBLIC_SECTORS", "capacity", "capacity_notes", "national_totals",
    "report_2023_comparison",
]  # fmt: skip

PUBLIC_SECTORS: Final = ("academic", "government")


def capacity(registry: Registry, *, on: date, min_grade: str | None = None) -> pl.DataFrame:
    """One line a machine that is listed on a date, by country, the largest first.

    Shape: `CAPACITY_SCHEMA`. `counted` is "yes" where the line's cards enter sums, and `why` says
    why not: a roll-up or component stands beside what it repeats, a phase is contained in a later
    one that is in service (`contained_in`), claims and plans are no machines, and a machine that
    was retired on an unknown date is undecided. A claim is listed from its announcement on, and
    where that is not recorded on every date. With `min_grade`, lines whose count has a lower
    grade stay listed and are not counted.

    Units: `gpus` are cards (superchips, APUs: `count_unit`); `a100_equivalents_16bit` by dense
    16-bit peak, BF16 or else FP16 (`sixteen_bit_basis`); `memory_tb` in 10^12 bytes of GPU memory;
    `fp64_pflops` the vector units' dense theoretical peak. A figure of which a part is unknown is
    null. The densities divide by `config/denominators.yaml`, whose years stand beside them.

    Raises:
        InputError: for a `min_grade` that is no grade.
    """
    least = grade_named(min_grade) if min_grade else None
    lines = [
        capacity_line(machine, registry, on=on, min_grade=least)
        for machine in registry.machines
        if is_listed(machine, on)
    ]
    return pl.DataFrame(lines, schema=CAPACITY_SCHEMA).sort(
        "country", "gpus", "id", descending=[False, True, False], nulls_last=True
    )


def national_totals(
    frame: pl.DataFrame, *, sectors: tuple[str, ...] = PUBLIC_SECTORS
) -> pl.DataFrame:
    """The counted lines of some sectors, summed by country, most cards first.

    Columns: `country, machines, gpus, a100_equivalents_16bit, gpus_of_unknown_model,
    per_million_people, per_1000_researchers, per_billion_usd_gdp`. The A100-equivalents leave out
    `gpus_of_unknown_model`, the cards whose 16-bit rate is not known: a lower bound where that is
    above zero, unknown where no card is left.
    """
    counted = frame.filter(pl.col("counted") == YES, pl.col("sector").is_in(sectors))
    unknown = pl.col("a100_equivalents_16bit").is_null()
    return (
        counted.group_by("country")
        .agg(
            pl.len().alias("machines"),
            pl.col("gpus").sum(),
            pl.when(~unknown.all())
            .then(pl.col("a100_equivalents_16bit").sum())
            .alias("a100_equivalents_16bit"),
            pl.col("gpus").filter(unknown).sum().alias("gpus_of_unknown_model"),
            *(
                _known_sum(name)
                for name in ("per_million_people", "per_1000_researchers", "per_billion_usd_gdp")
            ),
        )
        .sort("gpus", "country", descending=[True, False])
    )


def _known_sum(name: str) -> pl.Expr:
    return pl.when(pl.col(name).is_not_null().all()).then(pl.col(name).sum()).alias(name)
