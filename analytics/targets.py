"""Targets beside the facts, year by year: `plimsoll show targets`."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final

import polars as pl

from analytics.capacity import capacity
from analytics.capacity_lines import YES
from analytics.finding import Finding
from analytics.peak_rates import PeakRate, peak_rate
from model.machines import Machine
from model.performance import EXA
from model.registry import Registry
from model.targets import Target

TARGETS_SCHEMA: Final = pl.Schema(
    {
        "target": pl.String(),
        "year": pl.Int64(),
        "straight_path": pl.Float64(),
        "fact": pl.Float64(),
        "share_of_path": pl.Float64(),
        "cards": pl.Int64(),
        "cards_without_rate": pl.Int64(),
        "announced": pl.Float64(),
        "announced_machines": pl.String(),
        "unit": pl.String(),
    }
)
_NOT_YET: Final = ("announced", "planned")


def targets(wanted: Sequence[Target], registry: Registry, *, today: date) -> Finding:
    """A line a target and year (TARGETS_SCHEMA), from its base to its end.

    `straight_path` is the line from base to target, `fact` the peak of the tier's machines that
    are in service on the year's last day (the current year: today), in the target's own unit;
    null in years to come. `cards_without_rate` are cards with no such rate: `fact` leaves them
    out, a lower bound. `announced` is what machines that are announced or planned would add by
    then, never part of `fact`, null where none of them has a count.
    """
    lines = [line for target in wanted for line in _lines(target, registry, today)]
    return Finding(
        pl.DataFrame(lines, schema=TARGETS_SCHEMA), tuple(_notes(wanted, registry, today))
    )


def _lines(target: Target, registry: Registry, today: date) -> Iterator[dict[str, Any]]:
    for year in range(target.base.year, target.target.year + 1):
        path = target.path(year)
        known = _on(target, registry, min(date(year, 12, 31), today))
        fact = known.rate.flops / EXA if year <= today.year else None
        ahead = _announced(target, registry, year)
        coming = _peak(ahead, target, registry)
        yield {
            "target": target.name,
            "year": year,
            "straight_path": path,
            "fact": fact,
            "share_of_path": None if fact is None else fact / path,
            "cards": None if fact is None else known.cards + known.cards_unknown,
            "cards_without_rate": None if fact is None else known.cards_unknown,
            "announced": coming.rate.flops / EXA if coming.cards else None,
            "announced_machines": ", ".join(machine.name for machine in ahead) or None,
            "unit": target.unit,
        }


def _on(target: Target, registry: Registry, day: date) -> PeakRate:
    lines = capacity(registry, on=day).filter(
        pl.col("counted") == YES,
        pl.col("country") == target.country,
        pl.col("tier") == target.tier,
    )
    counted = set(lines["id"])
    return _peak([each for each in registry.machines if each.id in counted], target, registry)


def _announced(target: Target, registry: Registry, year: int) -> list[Machine]:
    return [
        machine
        for machine in registry.machines
        if machine.kind in _NOT_YET
        and (machine.country, machine.tier) == (target.country, target.tier)
        and (machine.starts is None or machine.starts <= date(year, 12, 31))
    ]


def _peak(machines: Sequence[Machine], target: Target, registry: Registry) -> PeakRate:
    return peak_rate(machines, registry, precision=target.precision, sparse=target.sparse)


def _notes(wanted: Sequence[Target], registry: Registry, today: date) -> Iterator[str]:
    for target in wanted:
        grades = " and ".join(sorted({source.grade for source in target.sources}))
        yield f"{target.name}: sources of grade {grades} (config/targets.yaml)."
        left_out = _on(target, registry, today).cards_unknown
        if left_out:
            yield (
                f"{left_out:,} cards of {target.tier} have no rate in {target.unit} and are left "
                "out of `fact`: a lower bound."
            )
        uncounted = [
            machine.name
            for machine in _announced(target, registry, target.target.year)
            if machine.gpus is None
        ]
        if uncounted:
            yield f"Announced without a count: {', '.join(uncounted)}."
