"""Small estates for tests of energy and carbon."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import polars as pl

from analytics.calendar import Calendar
from analytics.carbon import Sites
from analytics.energy import JOB_GPUS, Facility
from analytics.grid import grid
from analytics.watts import Hardware
from model.grid_carbon import load_grid_carbon
from model.power import load_power
from model.registry import load_gpus
from model.schemas import INTENSITY, JOBS, NODES

KNOWN = load_grid_carbon()
POWER = load_power()
MOMENTS = ("submit", "start", "end", "held_until")


def at(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


def job(number: int, start: int, until: int, **given: Any) -> dict[str, Any]:
    return {
        "cluster": "one", "month": "2025-01", "job_id": number, "submit": start, "start": start,
        "end": until, "held_until": until, "started": True, "account": "a", "partition": "gpu",
        "suspended_s": 0, "nodes": 1, "cpus": 8, "gpus": 1, "gpu_types": "a100-sxm-80:1",
        "node_list": "n1",
    } | given  # fmt: skip


def facts(rows: list[dict[str, Any]]) -> pl.LazyFrame:
    table = [
        {
            name: at(each) if name in MOMENTS and each is not None else each
            for name, each in row.items()
        }
        for row in rows
    ]
    frame = pl.DataFrame(table, schema=JOBS.schema).lazy()
    return frame.with_columns(pl.col("gpus").alias(JOB_GPUS), gpu_untracked=pl.lit(value=False))


def node(name: str = "n1", **given: Any) -> dict[str, Any]:
    return {
        "cluster": "one", "node": name, "valid_from": at(0), "gpus": 4, "gpu_types": "a100-sxm-80:4",
        "cpus": 32, "memory_mb": 32 * 8 * 1024, "partitions": "gpu", "features": "", "state": "IDLE",
    } | given  # fmt: skip


def nodes(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=NODES.schema)


def intensities(
    *rows: tuple[str, int, float | None, float | None], source: str = "neso"
) -> pl.DataFrame:
    """(region, begin, forecast, actual) of half-hours."""
    table = [
        {"source": source, "region": region, "begin": at(begin), "end": at(begin + 1800),
         "forecast": forecast, "actual": actual, "flags": ""}
        for region, begin, forecast, actual in rows
    ]  # fmt: skip
    return pl.DataFrame(table, schema=INTENSITY.schema)


def sites(
    calendar: Calendar,
    *,
    inventory: pl.DataFrame | None = None,
    rows: pl.DataFrame | None = None,
    regions: Mapping[str, str] | None = None,
    pue: float = 1.0,
    yearly: Any = "ember",
    sources: tuple[str, ...] = ("neso",),
    **rates: Any,
) -> Sites:
    named = regions or {"one": "GB-8"}
    found = [KNOWN.region(code) for code in named.values()]
    lit = grid(
        found,
        intensities() if rows is None else rows,
        known=KNOWN,
        sources=sources,
        yearly=yearly,
        calendar=calendar,
    )
    return Sites(
        hardware=Hardware(load_gpus(), POWER, nodes() if inventory is None else inventory),
        facilities={name: Facility(round(pue * 1000)) for name in named},
        grid=lit,
        region={
            name: lit.regions.index(region.code if region else "")
            for name, region in zip(named, found, strict=True)
        },
        **rates,
    )
