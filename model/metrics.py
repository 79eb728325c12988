"""The metric registry: what every column of every table means, from `config/metrics.yaml`."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from pydantic import Field

from model.origin import Record, Text
from model.resources import config_path
from model.yaml_source import Fault, read_model

Kind = Literal["count", "hours", "share", "ratio", "amount", "date", "name", "measure"]
DIMENSIONS = "dimensions"


class ColumnEntry(Record):
    """One column as the file describes it."""

    label: Text
    definition: Text
    kind: Kind
    unit: Text | None = None
    formula: Text | None = None
    source: Text | None = None


class TableEntry(Record):
    """The columns of one table; `as_in` names tables whose columns it has as well.

    `source` is that of every column without one of its own.
    """

    source: Text
    columns: dict[str, ColumnEntry]
    as_in: tuple[str, ...] = ()


class MetricsFile(Record):
    """`config/metrics.yaml`."""

    dimensions: dict[str, ColumnEntry]
    tables: dict[str, TableEntry] = Field(min_length=1)


@dataclass(frozen=True)
class Metric:
    """What one column of one table means.

    `unit` is None for names, dates and fractions; `kind` tells how to print it; `formula` and
    `source` (after whom) are None where the definition says all.
    """

    name: str
    table: str
    label: str
    definition: str
    unit: str | None
    formula: str | None
    source: str | None
    kind: Kind


@dataclass(frozen=True)
class Metrics:
    """All metrics, by table and column."""

    tables: dict[str, dict[str, Metric]]

    def find(self, table: str, column: str) -> Metric | None:
        """The metric of a column, else the dimension of that name; None for neither."""
        return self.tables.get(table, {}).get(column) or self.tables[DIMENSIONS].get(column)

    def by_table(self) -> dict[str, list[Metric]]:
        """The metrics of each table in the order of its columns, the dimensions first."""
        return {table: list(columns.values()) for table, columns in self.tables.items()}

    def units(self, table: str, columns: list[str]) -> dict[str, str]:
        """The units of those columns that have one."""
        found = {name: self.find(table, name) for name in columns}
        return {name: each.unit for name, each in found.items() if each and each.unit}


@cache
def load_metrics() -> Metrics:
    """The metrics that come with the program. Raises ConfigError with all faults of the file."""
    file = read_model(config_path("metrics.yaml"), MetricsFile, checks=_unknown_tables)
    tables = {DIMENSIONS: _metrics(DIMENSIONS, file.dimensions, source=None)}
    for table, entry in file.tables.items():
        columns = dict(entry.columns)
        for other in entry.as_in:
            columns |= file.tables[other].columns
        tables[table] = _metrics(table, columns, source=entry.source)
    return Metrics(tables)


def _metrics(
    table: str, columns: dict[str, ColumnEntry], *, source: str | None
) -> dict[str, Metric]:
    return {
        name: Metric(
            name=name,
            table=table,
            label=entry.label,
            definition=entry.definition,
            unit=entry.unit,
            formula=entry.formula,
            source=entry.source or source,
            kind=entry.kind,
        )
        for name, entry in columns.items()
    }


def _unknown_tables(file: MetricsFile) -> Iterator[Fault]:
    for table, entry in file.tables.items():
        for other in entry.as_in:
            if other not in file.tables:
                yield Fault(("tables", table, "as_in"), f"no table {other!r} in this file.")
