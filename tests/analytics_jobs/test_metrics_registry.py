"""Every column that a table prints has its definition, and nothing else has one."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from analytics.applications import APPLICATION_COLUMNS
from analytics.award_pools import POOL_COLUMNS
from analytics.calendar import calendar
from analytics.capacity_history import VALUES as HISTORY_COLUMNS
from analytics.capacity_lines import CAPACITY_SCHEMA
from analytics.capacity_totals import UNITS as CAPACITY_UNITS
from analytics.carbon import CARBON_COLUMNS
from analytics.claims import CLAIMS_SCHEMA
from analytics.delivered import DELIVERED_COLUMNS
from analytics.demand import DEMAND_COLUMNS
from analytics.densities import DENSITIES_SCHEMA
from analytics.dimensions import DIMENSIONS
from analytics.estate import OBSERVED_SCHEMA, Estate
from analytics.fragmentation import fragmentation
from analytics.grantable import GRANTABLE_COLUMNS
from analytics.growth import GROWTH_SCHEMA
from analytics.inference import inference
from analytics.job_list import JOB_LIST_COLUMNS
from analytics.job_queue import QUEUE_COLUMNS
from analytics.machine_commitments import COMMITMENTS_SCHEMA
from analytics.moves import MOVES_SCHEMA
from analytics.outcomes import OUTCOME_COLUMNS
from analytics.outlook import OUTLOOK_SCHEMA
from analytics.published_rounds import ROUNDS_SCHEMA
from analytics.regret import REGRET_COLUMNS
from analytics.shortfall import SHORTFALL_COLUMNS
from analytics.size_classes import SIZE_CLASS, VALUE_COLUMNS
from analytics.survival import CURVE_SCHEMA
from analytics.targets import TARGETS_SCHEMA
from analytics.usage import USAGE_COLUMNS
from analytics.utilisation import nodes, utilisation
from analytics.waits import WAIT_COLUMNS
from model.errors import ConfigError
from model.metrics import MetricsFile, load_metrics
from model.schemas import JOBS, NODES
from model.yaml_source import read_model
from reports.tables import TABLES
from reports.tables.ledger import (
    FILES_SCHEMA,
    OBSERVED_COLUMNS,
    QUARANTINE_SCHEMA,
    QUARANTINED_ROWS_SCHEMA,
    SOURCES_SCHEMA,
)
from reports.tables.symptoms import SYMPTOMS_SCHEMA

TODAY = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def printed() -> dict[str, list[str]]:
    """The columns of each table, as its analysis prints them."""
    estate = Estate(
        jobs=JOBS.schema.to_frame().lazy(),
        nodes=NODES.schema.to_frame(),
        observed=OBSERVED_SCHEMA.to_frame(),
    )
    days = calendar(TODAY, TODAY + timedelta(days=2), period="day", timezone="UTC")
    return {
        "usage": list(USAGE_COLUMNS),
        "demand": list(DEMAND_COLUMNS),
        "queue": [name for name in QUEUE_COLUMNS if name != "cluster"],
        "jobs": [name for name in JOB_LIST_COLUMNS if name not in DIMENSIONS],
        "outcomes": list(OUTCOME_COLUMNS),
        "waits": list(WAIT_COLUMNS),
        "wait_curves": CURVE_SCHEMA.names(),
        "shortfall": list(SHORTFALL_COLUMNS),
        "applications": list(APPLICATION_COLUMNS),
        "grantable": list(GRANTABLE_COLUMNS),
        "pools": ["call", "round", *POOL_COLUMNS],
        "regret": list(REGRET_COLUMNS),
        "capacity": [*CAPACITY_SCHEMA.names(), "machines", *CAPACITY_UNITS.values()],
        "carbon": [*CARBON_COLUMNS, "pue", "pue_basis"],
        "utilisation": utilisation(estate, calendar=days).frame.columns,
        "nodes": nodes(estate, calendar=days).frame.columns,
        "fragmentation": fragmentation(estate, calendar=days).frame.columns,
        "growth": GROWTH_SCHEMA.names(),
        "small_and_central": [SIZE_CLASS, *VALUE_COLUMNS],
        "inference": inference(estate, calendar=days).frame.columns,
        "moves": MOVES_SCHEMA.names(),
        **_of_the_ledger(),
    }


def _of_the_ledger() -> dict[str, list[str]]:
    columns = {
        "files": FILES_SCHEMA.names(),
        "observed": list(OBSERVED_COLUMNS),
        "quarantine": QUARANTINE_SCHEMA.names(),
        "sources": SOURCES_SCHEMA.names(),
        "symptoms": SYMPTOMS_SCHEMA.names(),
    }
    return {
        table: [name for name in names if name not in DIMENSIONS]
        for table, names in columns.items()
    }


BORROWING: Final = {
    "capacity_history": ["year", *HISTORY_COLUMNS],
    "claims": CLAIMS_SCHEMA.names(),
    "commitments": COMMITMENTS_SCHEMA.names(),
    "delivered": list(DELIVERED_COLUMNS),
    "densities": DENSITIES_SCHEMA.names(),
    "outlook": OUTLOOK_SCHEMA.names(),
    "published_rounds": ROUNDS_SCHEMA.names(),
    "quarantined_rows": QUARANTINED_ROWS_SCHEMA.names(),
    "targets": TARGETS_SCHEMA.names(),
}
"""Tables that take the meaning of some columns from others, and not all that those have."""


def test_every_table_is_defined(printed: Mapping[str, list[str]]) -> None:
    assert set(TABLES) == {*printed, *BORROWING}
    assert set(load_metrics().tables) == {*TABLES, "dimensions"}


def test_every_printed_column_is_defined(printed: Mapping[str, list[str]]) -> None:
    metrics = load_metrics()
    lacking = [
        f"{table}.{column}"
        for table, columns in (printed | BORROWING).items()
        for column in columns
        if metrics.find(table, column) is None
    ]
    assert lacking == []


def test_nothing_is_defined_that_no_table_prints(printed: Mapping[str, list[str]]) -> None:
    stale = [
        f"{table}.{name}"
        for table, columns in load_metrics().tables.items()
        if table in printed
        for name in columns
        if name not in printed[table]
    ]
    assert stale == []


def test_every_dimension_is_defined() -> None:
    assert set(load_metrics().tables["dimensions"]) == {"period_start", *DIMENSIONS}


def test_hours_and_counts_say_their_unit_and_everything_its_source() -> None:
    for table, metrics in load_metrics().by_table().items():
        for metric in metrics:
            assert metric.definition.endswith("."), metric
            assert (metric.kind in {"hours", "count", "amount"}) <= (metric.unit is not None), (
                metric
            )
            assert metric.source or table == "dimensions", metric


def test_a_faulty_file_names_every_fault_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "metrics.yaml"
    path.write_text(
        "dimensions: {}\n"
        "tables:\n"
        "  usage:\n"
        "    source: here\n"
        "    columns:\n"
        "      gpu_hours:\n"
        "        label: GPU-hours\n"
        "        kind: apples\n"
    )
    with pytest.raises(ConfigError) as refused:
        read_model(path, MetricsFile)
    told = str(refused.value)
    assert "metrics.yaml:8" in told
    assert "definition" in told
