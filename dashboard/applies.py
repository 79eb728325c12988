"""Which filters a table of `plimsoll show` knows: where one does not apply, the page says so."""

from collections.abc import Iterable, Mapping
from typing import Final

from dashboard.filters import Filters

_OF_JOBS: Final = frozenset(
    {"carbon", "demand", "jobs", "outcomes", "queue", "usage", "wait_curves", "waits"}
)
_OF_NODES: Final = frozenset({"fragmentation", "inference", "moves", "nodes", "utilisation"})
_OF_CLUSTERS: Final = _OF_JOBS | _OF_NODES | {"grantable", "small_and_central"}

KNOWN_BY: Final[Mapping[str, frozenset[str]]] = {
    "cluster": _OF_CLUSTERS
    | {"files", "observed", "quarantine", "quarantined_rows", "sources", "symptoms"},
    "tier": _OF_CLUSTERS,
    "account": _OF_JOBS,
    "gpu_model": _OF_JOBS | _OF_NODES | {"capacity", "capacity_history", "densities"},
}
"""The tables that can be filtered by a column as a reader of the pages means it.

The registry's machines have a tier of their own, which is not that of a cluster.
"""

PERIOD: Final = "period"
WITHOUT_PERIOD: Final = frozenset(
    {
        "applications", "capacity", "claims", "commitments", "delivered", "densities", "files",
        "grantable", "growth", "observed", "outlook", "pools", "published_rounds", "quarantine",
        "quarantined_rows", "regret", "shortfall", "sources", "symptoms", "targets",
    }
)  # fmt: skip
"""The tables that have a period of their own, or none."""

_SAID: Final = {
    PERIOD: "period",
    "cluster": "cluster",
    "tier": "tier",
    "account": "account",
    "gpu_model": "GPU model",
}


def chosen_pairs(filters: Filters) -> dict[str, tuple[str, ...]]:
    """The values that are asked of each column; those without a value are left out."""
    asked = {
        "cluster": filters.clusters,
        "tier": (filters.tier,) if filters.tier else (),
        "account": (filters.account,) if filters.account else (),
        "gpu_model": (filters.gpu_model,) if filters.gpu_model else (),
    }
    return {name: values for name, values in asked.items() if values}


def where_for(table: str, filters: Filters) -> tuple[tuple[str, str], ...]:
    """The filters that a table knows, as (column, value) pairs of a question."""
    return tuple(
        (name, value)
        for name, values in chosen_pairs(filters).items()
        if table in KNOWN_BY[name]
        for value in values
    )


def ignored_by(table: str, filters: Filters, *, offered: Iterable[str]) -> list[str]:
    """The filters in use, of those that a page offers, that a table does not know."""
    chosen: set[str] = set(chosen_pairs(filters))
    if filters.since or filters.until:
        chosen.add(PERIOD)
    return [
        name
        for name in _SAID
        if name in chosen & set(offered)
        and (table in WITHOUT_PERIOD if name == PERIOD else table not in KNOWN_BY[name])
    ]


def ignored_sentence(names: Iterable[str]) -> str | None:
    """What a reader must know of filters that do not apply; None where all do."""
    said = [_SAID[name] for name in names]
    if not said:
        return None
    if len(said) == 1:
        return f"The filter on {said[0]} does not apply here."
    *first, last = said
    return f"The filters on {', '.join(first)} and {last} do not apply here."
