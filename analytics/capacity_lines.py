"""One machine's line of the capacity table: whether it is listed, counted, and in what units."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final

import polars as pl

from model.dates import resolve
from model.gpus import GpuCatalogue, Reckoned
from model.machines import Kind, Machine
from model.origin import Grade, rank
from model.registry import Registry, Yearly

YES: Final = "yes"
NO: Final = "no"
IN_SERVICE: Final = "in service"

CAPACITY_SCHEMA: Final = pl.Schema(
    {
        "id": pl.String(),
        "machine": pl.String(),
        "scope": pl.String(),
        "caveat": pl.String(),
        "count_unit": pl.String(),
        "counted": pl.String(),
        "country": pl.String(),
        "sector": pl.String(),
        "tier": pl.String(),
        "status": pl.String(),
        "gpu_model": pl.String(),
        "gpus": pl.Int64(),
        "a100_equivalents_16bit": pl.Float64(),
        "rgu": pl.Float64(),
        "memory_tb": pl.Float64(),
        "fp64_pflops": pl.Float64(),
        "power_mw": pl.Float64(),
        "in_service": pl.String(),
        "retired": pl.String(),
        "funded_until": pl.String(),
        "grade": pl.String(),
        "per_million_people": pl.Float64(),
        "per_1000_researchers": pl.Float64(),
        "per_billion_usd_gdp": pl.Float64(),
        "why": pl.String(),
        "sixteen_bit_basis": pl.String(),
        "rgu_basis": pl.String(),
        "power_basis": pl.String(),
        "commitment_years": pl.Float64(),
        "cpu_cores": pl.Int64(),
        "contained_in": pl.String(),
        "population_year": pl.Int64(),
        "researchers_year": pl.Int64(),
        "gdp_year": pl.Int64(),
        "per_1000_researchers_newer": pl.Float64(),
    }
)

_WHY: Final[dict[Kind, str]] = {
    "rollup": "rollup",
    "component": "component",
    "capability-claim": "capability claim",
    "announced": "announced/commissioning",
    "planned": "planned",
    "unconfirmed": "unknown",
}


def is_listed(machine: Machine, on: date) -> bool:
    """Whether a date's table shows the machine: in service, undecided, or no machine at all."""
    begins = machine.starts
    if machine.kind != "machine":
        begins = resolve(machine.announced) if machine.announced else None
    has_begun = begins is None or begins <= on
    return has_begun and (machine.ends is None or on < machine.ends)


def _why(machine: Machine, min_grade: Grade | None, *, holder: Machine | None = None) -> str:
    if machine.kind != "machine":
        unconfirmed = ", construction unconfirmed" if machine.construction else ""
        return f"{_WHY[machine.kind]}{unconfirmed}"
    too_low = min_grade is not None and rank(machine.grade) > rank(min_grade)
    reasons = (
        (machine.retired_undated, "retired, undated"),
        (machine.gpus is None, "count unknown"),
        (machine.starts is None, "start unknown"),
        (too_low, f"grade below {min_grade}"),
        (holder is not None, f"contained in {holder.id if holder else ''}"),
    )
    return next((why for applies, why in reasons if applies), IN_SERVICE)


def _status(machine: Machine) -> str:
    if machine.kind != "machine":
        return _WHY[machine.kind]
    return "retired" if machine.retired_undated else IN_SERVICE


def capacity_line(
    machine: Machine, registry: Registry, *, on: date, min_grade: Grade | None
) -> dict[str, Any]:
    """The row of a listed machine, by the columns of `CAPACITY_SCHEMA`."""
    holder = _holder(machine, registry, on=on, min_grade=min_grade)
    why = _why(machine, min_grade, holder=holder)
    return {
        "id": machine.id,
        "machine": machine.name,
        "scope": machine.scope,
        "caveat": machine.caveat,
        "count_unit": machine.count_unit,
        "counted": YES if why == IN_SERVICE else NO,
        "country": machine.country,
        "sector": machine.sector,
        "tier": machine.tier,
        "status": _status(machine),
        "gpu_model": _gpu_model(machine),
        "gpus": machine.gpus,
        **_units(machine, registry.gpus),
        "power_mw": machine.power.mw if machine.power else None,
        "power_basis": machine.power.basis if machine.power else None,
        "in_service": machine.in_service,
        "retired": machine.retired,
        "funded_until": machine.funded_until,
        "commitment_years": machine.commitment_years,
        "grade": machine.grade,
        "why": why,
        "cpu_cores": machine.cpu_cores,
        "contained_in": holder.id if holder else None,
        **_densities(machine, registry),
    }


def _gpu_model(machine: Machine) -> str | None:
    models = dict.fromkeys(part.gpu for part in machine.components)
    return " + ".join(models) or machine.gpu_model


def _holder(
    machine: Machine, registry: Registry, *, on: date, min_grade: Grade | None
) -> Machine | None:
    """The counted record that holds this one's cards too: its whole, or its successor by then."""
    whole = registry.machine(machine.part_of or "")
    for other in (*filter(None, [whole]), *registry.successors(machine)):
        if is_listed(other, on) and _why(other, min_grade) == IN_SERVICE:
            return other
    return None


def _units(machine: Machine, gpus: GpuCatalogue) -> dict[str, Any]:
    sixteen_bit = [gpus.a100_equivalents_16bit(part.gpu) for part in machine.components]
    reference_units = [gpus.rgu(part.gpu) for part in machine.components]
    return {
        "a100_equivalents_16bit": _weighted(machine, [_value(each) for each in sixteen_bit]),
        "sixteen_bit_basis": _bases(sixteen_bit),
        "rgu": _weighted(machine, [_value(each) for each in reference_units]),
        "rgu_basis": _bases(reference_units),
        "memory_tb": _of_cards(machine, lambda gpu: gpus[gpu].memory_gb),
        "fp64_pflops": _of_cards(machine, lambda gpu: gpus[gpu].peak_tflops_dense.fp64),
    }


def _of_cards(machine: Machine, figure: Callable[[str], float | None]) -> float | None:
    total = _weighted(machine, [figure(part.gpu) for part in machine.components])
    return None if total is None else total / 1000


def _weighted(machine: Machine, values: list[float | None]) -> float | None:
    if not machine.components:
        return 0.0 if machine.gpus == 0 else None
    products = [
        None if value is None else value * part.count
        for part, value in zip(machine.components, values, strict=True)
    ]
    known = [each for each in products if each is not None]
    return sum(known) if len(known) == len(products) else None


def _value(reckoned: Reckoned | None) -> float | None:
    return reckoned.value if reckoned else None


def _bases(reckoned: list[Reckoned | None]) -> str | None:
    bases = sorted({each.basis for each in reckoned if each})
    return " + ".join(bases) or None


def _densities(machine: Machine, registry: Registry) -> dict[str, Any]:
    country = registry.denominators.countries.get(machine.country)
    if country is None:
        return {}
    researchers, newer = country.researchers_fte, country.researchers_fte_newer
    return {
        "per_million_people": _per(machine.gpus, country.population, 1e6),
        "population_year": country.population.year,
        "per_1000_researchers": _per(machine.gpus, researchers, 1e3),
        "researchers_year": researchers.year if researchers else None,
        "per_1000_researchers_newer": _per(machine.gpus, newer, 1e3),
        "per_billion_usd_gdp": _per(machine.gpus, country.gdp_usd, 1e9),
        "gdp_year": country.gdp_usd.year,
    }


def _per(gpus: int | None, denominator: Yearly | None, unit: float) -> float | None:
    return None if gpus is None or denominator is None else gpus / denominator.value * unit
