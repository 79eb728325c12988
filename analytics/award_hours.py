"""Which hours of jobs count against an award, and how many each account held a day."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from analytics.calendar import Calendar
from analytics.parted import Rows, lazy
from analytics.usage import usage
from model.units import Unit

Account = tuple[str, str]
Hours = Mapping[tuple[Account, str], Mapping[date, float | None]]

BILLING: Final = "billing_hours"
_COUNTED_BY: Final = {"gpu": "gpu_hours", "node": "node_hours", "cpu": "cpu_hours"}
_LOADS: Final = {
    "gpu_hours": "gpus",
    "node_hours": "nodes",
    "cpu_hours": "cpus",
    BILLING: "billing",
}
_PLACE: Final = ["cluster", "account"]


@dataclass(frozen=True)
class Charging:
    """How a cluster charges: billing units that make one of its own, threads that make a core.

    `billing_per_unit` is None where it does not charge by Slurm's billing, `threads_per_core`
    where it is not known.
    """

    billing_per_unit: float | None = None
    threads_per_core: int | None = None


@dataclass(frozen=True)
class Measure:
    """What an award is measured in: a column of hours, and how many of them make its unit."""

    hours: str
    hours_a_unit: float


def measure(
    unit: Unit | None, clusters: Collection[str], charging: Mapping[str, Charging]
) -> Measure | None:
    """How jobs on some clusters count in a unit; None where that is not known of all alike."""
    if unit is None:
        return None
    if unit.of in _COUNTED_BY and unit.hours is not None:
        return Measure(_COUNTED_BY[unit.of], unit.hours)
    if unit.name == "billing-hours":
        return Measure(BILLING, 1)
    ways = {charging.get(name, Charging()) for name in clusters}
    if unit.of == "core" and unit.hours is not None:
        threads = _agreed(each.threads_per_core for each in ways)
        return Measure("cpu_hours", unit.hours * threads) if threads else None
    per_unit = _agreed(each.billing_per_unit for each in ways)
    return Measure(BILLING, per_unit) if per_unit else None


def _agreed(values: Iterable[float | None]) -> float | None:
    distinct = set(values)
    return distinct.pop() if len(distinct) == 1 else None


def daily_hours(
    jobs: Rows, places: Collection[Account], kinds: Collection[str], *, days: Calendar
) -> Hours:
    """The hours that accounts held, by (account, kind) and day.

    `kinds` are of `gpu_hours, node_hours, cpu_hours, billing_hours`. A day on which the figure of
    any job that held something is unknown is None: a sum of the others would be too small.
    """
    named = pl.LazyFrame(sorted(places), schema=_PLACE, orient="row")
    mine = jobs.join(named, on=_PLACE, how="semi")
    table: dict[tuple[Account, str], dict[date, float | None]] = defaultdict(dict)
    for kind, frame in _by_kind(mine, kinds, days).items():
        for day, cluster, account, hours in frame.iter_rows():
            table[(cluster, account), kind][day] = hours
        for day, cluster, account in _unknown_days(mine, kind, days).iter_rows():
            table[(cluster, account), kind][day] = None
    return table


def _by_kind(mine: Rows, kinds: Collection[str], days: Calendar) -> dict[str, pl.DataFrame]:
    keys = ["period_start", *_PLACE]
    found: dict[str, pl.DataFrame] = {}
    if counted := [kind for kind in kinds if kind != BILLING]:
        frame = usage(mine, calendar=days, by=_PLACE)
        found |= {kind: frame.select(*keys, kind) for kind in counted}
    if BILLING in kinds:
        # Billing is a load like CPUs: units that a job holds while it lasts.
        billed = usage(mine.with_columns(cpus="billing"), calendar=days, by=_PLACE)
        found[BILLING] = billed.select(*keys, "cpu_hours")
    return found


def _unknown_days(mine: Rows, kind: str, days: Calendar) -> pl.DataFrame:
    unknown = mine.filter(pl.col("started") & pl.col(_LOADS[kind]).is_null())
    if lazy(unknown).head(1).collect().is_empty():
        return pl.DataFrame(schema=["period_start", *_PLACE])
    held = usage(unknown, calendar=days, by=_PLACE).filter(pl.col("wall_hours") > 0)
    return held.select("period_start", *_PLACE)
