"""One application in facts, and what its account ran, in a sentence."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import polars as pl

from reports.definitions import heading
from reports.wording import day, large, month, number, share

_AMOUNTS: Final = ("requested", "recommended", "granted", "used")
_SHARES: Final = (
    "cut_fraction", "merit_cut", "capacity_cut", "used_share", "elapsed_share", "pull_back",
)  # fmt: skip
_DATES: Final = ("start", "end", "run_out_date")
_NAMES: Final = ("institution", "discipline", "council", "route", "resource", "status")


def application_facts(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is known of an application, heading by heading; what is not known is left out."""
    table = "applications"
    for name in _NAMES:
        if row[name]:
            yield heading(table, name), str(row[name])
    for name in _AMOUNTS:
        if row[name] is not None:
            yield heading(table, name), f"{number(row[name])} {row['unit']}"
    for name in _SHARES:
        if row[name] is not None:
            yield heading(table, name), share(row[name], decimals=1)
    for name in _DATES:
        if row[name] is not None:
            yield heading(table, name), day(row[name])


def account_finding(usage: pl.DataFrame, account: str) -> str:
    """How much an account ran, and its busiest month."""
    rows = usage.filter(pl.col("gpu_hours").is_not_null()).sort("gpu_hours", descending=True)
    first = rows.row(0, named=True)
    return (
        f"The account {account} held {large(float(rows['gpu_hours'].sum()))} GPU-hours, most in "
        f"{month(first['period_start'])}: {large(first['gpu_hours'])}"
    )
