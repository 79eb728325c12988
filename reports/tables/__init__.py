"""The tables that may be asked for: how each comes from facts, awards or the registry."""

from collections.abc import Callable, Mapping
from typing import Final

from analytics.finding import Finding
from reports.tables.asked import Asked
from reports.tables.claims import claims_table, published_rounds_table
from reports.tables.demand import demand_table, jobs_table, outcomes_table, queue_table
from reports.tables.energy import carbon_table
from reports.tables.fragmentation import fragmentation_table, growth_table
from reports.tables.grantable import grantable_table
from reports.tables.ledger import (
    files_table,
    observed_table,
    quarantine_table,
    quarantined_rows_table,
    sources_table,
)
from reports.tables.machines import (
    capacity_history_table,
    capacity_table,
    commitments_table,
    delivered_table,
    densities_table,
    outlook_table,
    targets_table,
)
from reports.tables.nodes import (
    inference_table,
    moves_table,
    nodes_table,
    utilisation_table,
)
from reports.tables.programme import (
    applications_table,
    pools_table,
    regret_table,
    shortfall_table,
)
from reports.tables.size_classes import small_and_central_table
from reports.tables.symptoms import symptoms_table
from reports.tables.work import usage_table, wait_curves_table, waits_table

__all__ = ["NEEDS_NO_STORE", "OF_THE_LEDGER", "TABLES", "TAKES_A_STORE", "Asked"]

TableMaker = Callable[[Asked], Finding]

TABLES: Final[Mapping[str, TableMaker]] = {
    "applications": applications_table,
    "capacity": capacity_table,
    "capacity_history": capacity_history_table,
    "claims": claims_table,
    "carbon": carbon_table,
    "delivered": delivered_table,
    "demand": demand_table,
    "densities": densities_table,
    "commitments": commitments_table,
    "files": files_table,
    "fragmentation": fragmentation_table,
    "grantable": grantable_table,
    "growth": growth_table,
    "inference": inference_table,
    "jobs": jobs_table,
    "moves": moves_table,
    "nodes": nodes_table,
    "observed": observed_table,
    "outcomes": outcomes_table,
    "outlook": outlook_table,
    "pools": pools_table,
    "published_rounds": published_rounds_table,
    "quarantine": quarantine_table,
    "quarantined_rows": quarantined_rows_table,
    "queue": queue_table,
    "regret": regret_table,
    "shortfall": shortfall_table,
    "small_and_central": small_and_central_table,
    "sources": sources_table,
    "symptoms": symptoms_table,
    "targets": targets_table,
    "usage": usage_table,
    "utilisation": utilisation_table,
    "wait_curves": wait_curves_table,
    "waits": waits_table,
}

NEEDS_NO_STORE: Final = frozenset(
    {
        "capacity",
        "capacity_history",
        "commitments",
        "densities",
        "growth",
        "outlook",
        "published_rounds",
        "targets",
    }
)

TAKES_A_STORE: Final = frozenset({"claims"})
"""Tables that say more where there is a store, and something without one."""

OF_THE_LEDGER: Final = frozenset(
    {"files", "observed", "quarantine", "quarantined_rows", "sources", "symptoms"}
)
"""Tables on what was read and how it went: they change with the ledger and the clock."""
