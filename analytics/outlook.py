"""What retires when, and what must be bought: `plimsoll show outlook`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from statistics import median
from typing import Any, Final

import polars as pl

from analytics.capacity import capacity
from analytics.capacity_lines import YES
from analytics.capacity_totals import capacity_totals, public
from analytics.finding import Finding
from analytics.machine_commitments import years_served
from model.grid_carbon import YearlyFactor
from model.machines import Machine
from model.outlook_settings import Outlook
from model.registry import Registry

GOALS: Final = ("keep", "double", "reach peer")
OUTLOOK_SCHEMA: Final = pl.Schema(
    {
        "goal": pl.String(),
        "year": pl.Int64(),
        "machines": pl.Int64(),
        "gpus": pl.Int64(),
        "a100_equivalents_16bit": pl.Float64(),
        "retiring": pl.String(),
        "wanted_a100_equivalents": pl.Float64(),
        "missing_a100_equivalents": pl.Float64(),
        "cards_to_buy": pl.Int64(),
        "power_mw": pl.Float64(),
        "carbon_t_per_year": pl.Float64(),
    }
)
_YEAR_DAYS: Final = 365.25
_HOURS_A_YEAR: Final = 8760


@dataclass(frozen=True)
class _Serving:
    machine: Machine
    a100_equivalents: float | None
    last_day: date


def outlook(
    registry: Registry,
    *,
    country: str,
    today: date,
    assumed: Outlook,
    intensity: YearlyFactor | None,
) -> Finding:
    """A line a goal and year (OUTLOOK_SCHEMA): what is left of today's public machines.

    `gpus` and `a100_equivalents_16bit` are those of the machines that still serve on the year's
    last day: until their recorded last day, else `life_years` after their first. `wanted` is
    today's capacity (keep), twice that (double), or the peer's today per head times the country's
    people (reach peer). `missing` is what must then be in service beside them, in A100-equivalents
    and in so many of the assumed card, at `power_mw` of the whole facility (the cards' own limit
    times PUE, hosts left out) and the grid's yearly factor. Nothing is assumed of announced
    machines. Cards without a 16-bit rate are left out on both sides.
    """
    serving = _serving(registry, country, today, life_years := _life(registry, assumed))
    wanted = _wanted(registry, country, today, assumed)
    lines = [
        _line(goal, year, serving, wanted[goal], registry, assumed, intensity)
        for goal in GOALS
        for year in range(today.year, today.year + assumed.years + 1)
    ]
    notes = _notes(registry, serving, assumed, life_years, intensity, country)
    return Finding(pl.DataFrame(lines, schema=OUTLOOK_SCHEMA), tuple(notes))


def observed_lives(registry: Registry) -> list[float]:
    """The years that retired machines served; slices that a later record continues are left out."""
    lives = (
        years_served(each)
        for each in registry.machines
        if each.kind == "machine" and each.superseded_by is None
    )
    return sorted(life for life in lives if life)


def _life(registry: Registry, assumed: Outlook) -> float:
    return assumed.life_years or median(observed_lives(registry))


def _serving(registry: Registry, country: str, today: date, life_years: float) -> list[_Serving]:
    lines = public(capacity(registry, on=today)).filter(
        pl.col("counted") == YES, pl.col("country") == country, pl.col("gpus") > 0
    )
    found = []
    for line in lines.iter_rows(named=True):
        machine = registry.machine(line["id"])
        if machine is not None and machine.starts is not None:
            served = machine.starts + timedelta(days=life_years * _YEAR_DAYS)
            last = machine.ends or max(served, today)
            found.append(_Serving(machine, line["a100_equivalents_16bit"], last))
    return found


def _wanted(
    registry: Registry, country: str, today: date, assumed: Outlook
) -> dict[str, float | None]:
    totals = capacity_totals(public(capacity(registry, on=today)), by=["country"])
    known = dict(totals.select("country", "a100_equivalents_16bit").iter_rows())
    now, peer = known.get(country) or 0.0, known.get(assumed.peer)
    people = {code: each.population.value for code, each in registry.denominators.countries.items()}
    level = None
    if peer is not None and country in people and assumed.peer in people:
        level = peer / people[assumed.peer] * people[country]
    return {"keep": now, "double": 2 * now, "reach peer": level}


def _line(
    goal: str,
    year: int,
    serving: Sequence[_Serving],
    wanted: float | None,
    registry: Registry,
    assumed: Outlook,
    intensity: YearlyFactor | None,
) -> dict[str, Any]:
    end = date(year, 12, 31)
    left = [each for each in serving if each.last_day > end]
    retiring = [each.machine.name for each in serving if each.last_day.year == year]
    there = sum(each.a100_equivalents or 0.0 for each in left)
    missing = None if wanted is None else max(0.0, wanted - there)
    return {
        "goal": goal,
        "year": year,
        "machines": len(left),
        "gpus": sum(each.machine.gpus or 0 for each in left),
        "a100_equivalents_16bit": there,
        "retiring": ", ".join(sorted(retiring)) or None,
        "wanted_a100_equivalents": wanted,
        "missing_a100_equivalents": missing,
        **_purchase(missing, registry, assumed, intensity),
    }


def _purchase(
    missing: float | None, registry: Registry, assumed: Outlook, intensity: YearlyFactor | None
) -> dict[str, Any]:
    rate = registry.gpus.a100_equivalents_16bit(assumed.card)
    watts = registry.gpus[assumed.card].tdp_w
    if missing is None or rate is None or watts is None:
        return {}
    cards = ceil(missing / rate.value)
    power_mw = cards * watts * assumed.pue / 1e6
    grams = None if intensity is None else power_mw * 1e3 * _HOURS_A_YEAR * intensity.g_per_kwh
    return {
        "cards_to_buy": cards,
        "power_mw": power_mw,
        "carbon_t_per_year": None if grams is None else grams / 1e6,
    }


def _notes(
    registry: Registry,
    serving: Sequence[_Serving],
    assumed: Outlook,
    life_years: float,
    intensity: YearlyFactor | None,
    country: str,
) -> Iterator[str]:
    lives = observed_lives(registry)
    basis = (
        "as the settings say"
        if assumed.life_years
        else f"the median of {len(lives)} retired machines, which served {lives[0]:.1f} to "
        f"{lives[-1]:.1f} years"
    )
    yield (
        f"Assumed: a machine without a recorded last day serves {life_years:g} years from its "
        f"first ({basis}), and one that is older retires at the end of this year at the latest."
    )
    yield (
        f"Assumed: purchases in {registry.gpus[assumed.card].name}, at its power limit all year, "
        f"PUE {assumed.pue:g}, hosts left out; {assumed.peer}'s level is that of today, in public "
        "machines per head."
    )
    if intensity:
        yield (
            f"Carbon: {intensity.g_per_kwh:g} g/kWh, the {country} factor of {intensity.year} "
            f"({intensity.series}), for every year: grids change."
        )
    unknown = [each.machine.name for each in serving if each.a100_equivalents is None]
    if unknown:
        yield f"No 16-bit rate is known of {', '.join(unknown)}: left out of A100-equivalents."
