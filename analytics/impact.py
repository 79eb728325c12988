"""What a project that has not run yet would draw and emit, with how far off that may be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import polars as pl

from model.equivalents import Equivalent
from model.gpus import GpuCatalogue
from model.power import HOURS_A_YEAR, Figure, Power, tdp_w

IMPACT_SCHEMA: Final = pl.Schema(
    {
        "quantity": pl.String(),
        "unit": pl.String(),
        "low": pl.Float64(),
        "central": pl.Float64(),
        "high": pl.Float64(),
        "source": pl.String(),
    }
)

_W_PER_KW: Final = 1000
_G_PER_KG: Final = 1000
_TREND_YEARS: Final = 5
_RECKONED: Final = "reckoned"


@dataclass(frozen=True)
class Range:
    """A value that is known exactly where all three are equal."""

    low: float
    central: float
    high: float

    @classmethod
    def of(cls, figure: Figure) -> "Range":
        """The range of a figure."""
        return cls(figure.low or figure.value, figure.value, figure.high or figure.value)

    @classmethod
    def exactly(cls, value: float) -> "Range":
        """A value that was stated."""
        return cls(value, value, value)

    def __mul__(self, other: "Range | float") -> "Range":
        by = other if isinstance(other, Range) else Range.exactly(other)
        return Range(self.low * by.low, self.central * by.central, self.high * by.high)

    def __add__(self, other: "Range") -> "Range":
        return Range(self.low + other.low, self.central + other.central, self.high + other.high)

    def __truediv__(self, other: "Range | float") -> "Range":
        """By a range whose `low` makes the result low, such as a life of more years."""
        by = other if isinstance(other, Range) else Range.exactly(other)
        return Range(self.low / by.low, self.central / by.central, self.high / by.high)


@dataclass(frozen=True)
class Project:
    """Hours on a card at a site: `intensity` in g/kWh, told by `intensity_source`."""

    gpu: str
    gpu_hours: float
    pue: Range
    utilisation: Range
    intensity: Range
    intensity_source: str


def impact(
    project: Project,
    *,
    catalogue: GpuCatalogue,
    power: Power,
    equivalents: Sequence[Equivalent] = (),
) -> pl.DataFrame:
    """Energy, carbon and what they may be set beside (IMPACT_SCHEMA).

    Low and high take every assumption at the end that makes the result so: bounds of what was
    assumed, not an interval of confidence.

    Raises:
        ValueError: for a card whose design power is not known.
    """
    watts = gpu_w(project, catalogue, power) + host_w(power)
    energy = watts * (project.gpu_hours / _W_PER_KW) * project.pue
    operational = energy * project.intensity / _G_PER_KG
    embodied = embodied_kg_per_gpu_hour(project.gpu, power) * project.gpu_hours
    total = operational + embodied
    made = power.embodied
    of_an_hour = total * _G_PER_KG / project.gpu_hours
    rows = [
        ("power of a GPU with its host", "W", watts, power.core_w.origin),
        ("energy", "kWh", energy, _RECKONED),
        ("carbon intensity", "g CO2e/kWh", project.intensity, project.intensity_source),
        ("operational carbon", "kg CO2e", operational, _RECKONED),
        ("embodied carbon", "kg CO2e", embodied, made.card(project.gpu).origin),
        ("carbon", "kg CO2e", total, _RECKONED),
        ("carbon of a GPU-hour", "g CO2e/GPU-hour", of_an_hour, _RECKONED),
        *((each.label, "", _so_many(each, energy, total), _origin(each)) for each in equivalents),
    ]  # fmt: skip
    table = [
        (name, unit, each.low, each.central, each.high, source) for name, unit, each, source in rows
    ]
    return pl.DataFrame(table, schema=IMPACT_SCHEMA, orient="row")


def gpu_w(project: Project, catalogue: GpuCatalogue, power: Power) -> Range:
    """Watts of the card at the project's activity."""
    full = tdp_w(catalogue, project.gpu)
    if full is None:
        raise ValueError(f"the design power of {project.gpu} is not known")
    idle = _idle_w(project.gpu, full, power)
    return Range(*(
        still + use * (full - still)
        for still, use in zip(_three(idle), _three(project.utilisation), strict=True)
    ))  # fmt: skip


def host_w(power: Power) -> Range:
    """Watts of the cores and the memory that come with a GPU."""
    cores = Range.of(power.core_w) * power.cores_per_gpu.value
    return cores + Range.exactly(power.memory_w_per_gb.value * power.memory_gb_per_gpu.value)


def embodied_kg_per_gpu_hour(gpu: str, power: Power) -> Range:
    """What an hour of a card bears of the making of it and of its part of a node."""
    made = power.embodied
    host = Range.of(made.host_kg) / Range.of(made.cards_per_host)
    return (Range.of(made.card(gpu)) + host) / (Range.of(made.life_years) * HOURS_A_YEAR)


def yearly_intensity(factors: Mapping[int, float], year: int) -> tuple[Range, int] | None:
    """The factor of a year and the year that it is of; None where none is of that year or before.

    Beyond the last year that is known its factor stands, between what the largest fall and the
    largest rise of a year, of the last five, would make of it in the years between.
    """
    latest = max((each for each in factors if each <= year), default=None)
    if latest is None:
        return None
    lag = year - latest
    known = [factors[each] for each in sorted(factors) if latest - _TREND_YEARS <= each <= latest]
    changes = [later / before for before, later in pairwise(known) if before > 0]
    fall, rise = min([1.0, *changes]) ** lag, max([1.0, *changes]) ** lag
    return Range(factors[latest] * fall, factors[latest], factors[latest] * rise), latest


def _idle_w(gpu: str, full: float, power: Power) -> Range:
    measured = power.idle_w.get(gpu)
    return Range.of(measured) if measured else Range.of(power.idle_share_of_tdp) * full


def _three(of: Range) -> tuple[float, float, float]:
    return of.low, of.central, of.high


def _so_many(each: Equivalent, energy: Range, carbon: Range) -> Range:
    return (energy if each.of == "energy_kwh" else carbon) / each.per


def _origin(each: Equivalent) -> str:
    source = each.sources[0]
    by = f"{source.publisher}, " if source.publisher else ""
    return f"{by}{source.title} [{source.grade}]"
