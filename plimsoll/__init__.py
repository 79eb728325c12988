"""Requested, granted, refused and idle GPU capacity, from Slurm logs and award lists.

Each function is the twin of a command and returns a Polars frame; `.to_pandas()` is one call
away.

    import plimsoll
    store = plimsoll.open_store("plimsoll-data", create=True)
    plimsoll.load_jobs(store, "sacct.txt.gz", cluster="mine", timezone="Europe/London")
    plimsoll.usage(store, by="account", period="month")
    plimsoll.capacity(on="2026-11-01")
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plimsoll.api import (
        applications,
        capacity,
        carbon,
        demand,
        fragmentation,
        grantable,
        growth,
        inference,
        jobs,
        load_awards,
        load_events,
        load_intensity,
        load_jobs,
        load_nodes,
        nodes,
        open_store,
        outcomes,
        queue,
        shortfall,
        small_and_central,
        usage,
        utilisation,
        wait_curves,
        waits,
    )

__all__ = [
    "applications",
    "capacity",
    "carbon",
    "demand",
    "fragmentation",
    "grantable",
    "growth",
    "inference",
    "jobs",
    "load_awards",
    "load_events",
    "load_intensity",
    "load_jobs",
    "load_nodes",
    "nodes",
    "open_store",
    "outcomes",
    "queue",
    "shortfall",
    "small_and_central",
    "usage",
    "utilisation",
    "wait_curves",
    "waits",
]


def __getattr__(name: str) -> Any:
    """Import the API when it is first asked for: the command line starts without it."""
    if name in __all__:
        return getattr(import_module("plimsoll.api"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
