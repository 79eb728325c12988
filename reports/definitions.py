"""What a column is called and what it means, as `config/metrics.yaml` has it."""

from typing import Final

from model.metrics import Kind, Metric, load_metrics

_SHORT_UNITS: Final = frozenset(
    {"GPU-hours", "node-hours", "CPU-hours", "hours", "days", "years", "kWh", "MW", "kg CO2e"}
    | {"g CO2e/kWh", "g CO2e/GPU-hour", "g CO2e/effective GPU-hour"}
)


def metric(table: str, name: str) -> Metric | None:
    """The entry of a column of a table, else of another table that has it, None of none."""
    metrics = load_metrics()
    found = (metrics.find(each, name) for each in (table, *metrics.tables))
    return next((entry for entry in found if entry), None)


def heading(table: str, name: str) -> str:
    """A column's heading, with its unit where the label does not name it."""
    entry = metric(table, name)
    if entry is None:
        words = name.replace("_", " ")
        return words[:1].upper() + words[1:]
    unit = entry.unit
    shown = unit and unit.lower() not in entry.label.lower() and unit in _SHORT_UNITS
    return f"{entry.label} ({unit})" if shown else entry.label


def definition(table: str, name: str) -> str | None:
    """The definition of a column of a table, None where there is none."""
    entry = metric(table, name)
    return entry.definition if entry else None


def kind(table: str, name: str) -> Kind | None:
    """How a column is printed."""
    entry = metric(table, name)
    return entry.kind if entry else None


def is_duration(table: str, name: str) -> bool:
    """Whether a column holds seconds, which are shown in the unit that suits them."""
    entry = metric(table, name)
    return entry is not None and entry.unit == "s"


def is_year(table: str, name: str) -> bool:
    """Whether a column of numbers holds years, which are never grouped by thousands."""
    entry = metric(table, name)
    return entry is not None and (entry.kind == "date" or entry.unit == "year")
