"""What the record of one machine says, in words."""

from typing import Any, Final

from model.machines import Component, Machine, Power
from reports.wording import dated, number, plural

_NAMES: Final = {
    "gpus": "GPU cards",
    "components": "Cards by kind",
    "gpus_per_node": "GPUs a node",
    "gpu_nodes": "Nodes with GPUs",
    "cpu": "CPU",
    "cpu_cores": "CPU cores",
    "in_service": "First day in service",
    "retired": "Retired",
    "announced": "Announced",
    "access": "Access",
    "power": "Power",
    "rmax_pflops": "LINPACK, measured (PFLOP/s)",
    "rpeak_pflops": "LINPACK, peak (PFLOP/s)",
    "funded_until": "Funded until",
    "commitment_years": "Years paid for",
    "other_counts": "Other counts",
    "gpu_model": "Kind of GPU",
}
_KINDS: Final = {
    "rollup": "a sum of other records, in no sum itself",
    "component": "a part of another record, in no sum itself",
    "capability-claim": "a claim of what is on offer, no machine",
    "announced": "announced, not in service",
    "planned": "planned, not in service",
    "unconfirmed": "unconfirmed, in no sum",
}


def figure_name(field: str) -> str:
    """A field of a record as a reader knows it."""
    return _NAMES.get(field) or field.replace("_", " ").capitalize()


def figure_noun(field: str) -> str:
    """A field of a record within a sentence: "GPU cards", "nodes with GPUs"."""
    name = figure_name(field)
    return name if name[1:2].isupper() else f"{name[:1].lower()}{name[1:]}"


def figure_words(value: Any) -> str:
    """The value of a field in words."""
    match value:
        case tuple():
            return ", ".join(figure_words(part) for part in value)
        case Component():
            return f"{value.count:,} {value.gpu}"
        case Power():
            return f"{value.mw:g} MW ({value.basis})"
        case float():
            return f"{value:,.3f}".rstrip("0").rstrip(".")
        case int():
            return number(value)
        case _:
            return dated(str(value))


def machine_finding(machine: Machine) -> str:
    """A machine's count and the time of its service in one sentence."""
    units = {"card": "GPU card", "superchip": "superchip", "APU": "APU"}
    count = (
        "an unknown number of GPUs"
        if machine.gpus is None
        else plural(machine.gpus, units[machine.count_unit])
    )
    if machine.kind != "machine":
        return f"{machine.name}: {count}; {_KINDS[machine.kind]}"
    return f"{machine.name}: {count}, {_served(machine)}"


def _served(machine: Machine) -> str:
    begin = dated(machine.in_service) if machine.in_service else "an unknown day"
    if machine.retired is None:
        return f"in service since {begin}"
    if machine.retired == "unknown":
        return f"in service from {begin}, retired on an unknown day"
    return f"in service from {begin}, until {dated(machine.retired)}"
