"""The units in which capacity is compared."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class CapacityUnit:
    """A column of `show capacity` as a unit: `name` in sentences, `axis` on charts."""

    column: str
    name: str
    label: str


@dataclass(frozen=True)
class Density:
    """What capacity is divided by: columns of `show densities`; `old` as it names that there."""

    low: str
    high: str
    name: str
    old: str


DENSITIES: Final = {
    "people": Density("per_million_people", "per_million_people", "million people", "population"),
    "researchers": Density(
        "per_1000_researchers_low", "per_1000_researchers_high", "1,000 researchers", "researchers"
    ),
    "gdp": Density("per_billion_usd_gdp", "per_billion_usd_gdp", "billion US$ of GDP", "GDP"),
}

CAPACITY_UNITS: Final = {
    unit.column: unit
    for unit in (
        CapacityUnit("gpus", "GPU cards", "GPU cards"),
        CapacityUnit(
            "a100_equivalents_16bit", "A100-equivalents", "A100-equivalents (16-bit, dense)"
        ),
        CapacityUnit("rgu", "reference GPU units", "Reference GPU units (RGU)"),
        CapacityUnit("memory_tb", "TB of GPU memory", "GPU memory (TB)"),
        CapacityUnit("fp64_pflops", "PFLOP/s in 64-bit", "64-bit arithmetic (PFLOP/s)"),
    )
}
