"""The capacity of machines on a date, line by line: `plimsoll show capacity`."""

from datetime import date

import polars as pl

from analytics.capacity_lines import CAPACITY_SCHEMA, capacity_line, is_listed
from model.origin import grade_named
from model.registry import Registry


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
