"""For how long machines are paid for: `plimsoll show commitments`."""

from typing import Any, Final

import polars as pl

from analytics.finding import Finding
from model.machines import Machine
from model.registry import Registry

COMMITMENTS_SCHEMA: Final = pl.Schema(
    {
        "id": pl.String(),
        "machine": pl.String(),
        "country": pl.String(),
        "sector": pl.String(),
        "tier": pl.String(),
        "in_service": pl.String(),
        "retired": pl.String(),
        "years_served": pl.Float64(),
        "funded_until": pl.String(),
        "commitment_years": pl.Float64(),
        "grade": pl.String(),
    }
)
_YEAR_DAYS: Final = 365.25


def commitments(registry: Registry) -> Finding:
    """A line a machine (COMMITMENTS_SCHEMA), by country and name.

    `years_served` is the time from its first to its last day, null while it serves or where a day
    is unknown; `funded_until` and `commitment_years` are null where no source tells, `grade` is
    that of their source.
    """
    machines = [each for each in registry.machines if each.kind == "machine"]
    frame = pl.DataFrame([_line(each) for each in machines], schema=COMMITMENTS_SCHEMA)
    known = sum(1 for each in machines if _told(each))
    note = (
        f"A commitment (funded_until or commitment_years) is known for {known} of "
        f"{len(machines)} machines; for the others it is empty, not none."
    )
    return Finding(frame.sort("country", "machine", "id"), (note,))


def years_served(machine: Machine) -> float | None:
    """The years from the first day to the last, None where one of them is not known."""
    if machine.starts is None or machine.ends is None:
        return None
    return (machine.ends - machine.starts).days / _YEAR_DAYS


def _told(machine: Machine) -> bool:
    return machine.commitment_years is not None or machine.funded_until is not None


def _line(machine: Machine) -> dict[str, Any]:
    origins = [machine.origin(name) for name in ("commitment_years", "funded_until")]
    return {
        "id": machine.id,
        "machine": machine.name,
        "country": machine.country,
        "sector": machine.sector,
        "tier": machine.tier,
        "in_service": machine.in_service,
        "retired": machine.retired,
        "years_served": years_served(machine),
        "funded_until": machine.funded_until,
        "commitment_years": machine.commitment_years,
        "grade": next((each for each in origins if each), None) if _told(machine) else None,
    }
