"""The devices of each node hour by hour, from GPU_SAMPLES: a few days at a time."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

import polars as pl

from analytics.device_states import CLASS_COLUMNS
from analytics.parted import Rows, lazy, touching

HOUR_S: Final = 3600
MILLIONTHS: Final = 1_000_000
"""Shares are reckoned in whole millionths, as they are stored: their sums know no order."""

BATCH_ROWS: Final = 300_000
_HOUR: Final = ("key", "hour")
_READ: Final = (
    "cluster",
    "node",
    "gpu",
    "card",
    "hour",
    *CLASS_COLUMNS,
    "sm_s",
    "activity_mean",
    "busy_mean",
    "memory_max_mb",
    "energy_s",
    "energy_j",
    "timeline",
)


def device_batches(
    samples: Rows, keys: pl.DataFrame, *, begin_s: int, end_s: int
) -> Iterator[pl.DataFrame]:
    """The device-hours that touch [begin_s, end_s), whole days at a time, of known nodes.

    `keys` numbers the nodes (`cluster, node, key`). A row is a device and hour: `key`, `hour`
    (in whole hours of the epoch), `gpu`, the class columns, `activity` and `busy` (millionths),
    `by_sm` (whether SM_ACTIVE told any of it), `memory_max_mb`, `energy_s`, `energy_j` and
    `timeline`; sorted by `key`, `hour`, `gpu`. Where a card has instances in an hour, they are
    its devices: the card's own row is left out, and its energy shared out among them.
    """
    inside = within(samples, begin_s, end_s)
    for days in _batches_of_days(inside):
        rows = inside.filter(pl.col("day").is_in(days)).select(_READ)
        frame = rows.collect(engine="streaming").join(keys, on=["cluster", "node"])
        if frame.height:
            yield _devices(frame)


def within(samples: Rows, begin_s: int, end_s: int) -> pl.LazyFrame:
    """The rows whose hour touches [begin_s, end_s)."""
    first = datetime.fromtimestamp(begin_s // HOUR_S * HOUR_S, UTC)
    after = datetime.fromtimestamp(end_s, UTC)
    days = pl.col("day").is_between(pl.lit(f"{first:%Y-%m-%d}"), pl.lit(f"{after:%Y-%m-%d}"))
    near = lazy(touching(samples, begin_s - HOUR_S, end_s))
    return near.filter(days, pl.col("hour") >= first, pl.col("hour") < after)


def _batches_of_days(samples: pl.LazyFrame) -> Iterator[list[str]]:
    counts = samples.group_by("day").len().sort("day").collect(engine="streaming")
    filled = counts.with_columns(batch=(pl.col("len").cum_sum() - 1) // BATCH_ROWS)
    for days in filled.partition_by("batch", maintain_order=True):
        yield days["day"].to_list()


def _devices(frame: pl.DataFrame) -> pl.DataFrame:
    hours = frame.with_columns(hour=pl.col("hour").dt.epoch("s") // HOUR_S)
    return (
        _instances_for_cards(hours)
        .select(
            *_HOUR,
            "gpu",
            *CLASS_COLUMNS,
            _millionths("activity_mean").alias("activity"),
            _millionths("busy_mean").alias("busy"),
            (pl.col("sm_s") > 0).alias("by_sm"),
            "memory_max_mb",
            pl.col("energy_s").fill_null(0),
            pl.col("energy_j").fill_null(0.0),
            "timeline",
        )
        .sort(*_HOUR, "gpu")
    )


def _millionths(share: str) -> pl.Expr:
    return (pl.col(share).fill_null(0.0) * MILLIONTHS).round().cast(pl.Int64)


def _instances_for_cards(hours: pl.DataFrame) -> pl.DataFrame:
    """Cards without the own rows of those that have instances in the hour."""
    instance = pl.col("gpu") != pl.col("card")
    cards = hours.group_by(*_HOUR, "card").agg(
        instance.sum().cast(pl.Int64).alias("instances"),
        pl.col("energy_j").filter(~instance).sum().alias("card_j"),
        pl.col("energy_s").filter(~instance).sum().alias("card_s"),
    )
    cut = cards.filter(pl.col("instances") > 0)
    if cut.is_empty():
        return hours
    part_j = pl.col("card_j") / pl.col("instances")
    cards_power = pl.col("energy_s").fill_null(0) == 0
    return (
        hours.join(cut, on=[*_HOUR, "card"], how="left")
        .filter(instance | pl.col("instances").is_null())
        .with_columns(
            energy_j=pl.when(cards_power).then(part_j.fill_null(0.0)).otherwise("energy_j"),
            energy_s=pl.when(cards_power).then(pl.col("card_s").fill_null(0)).otherwise("energy_s"),
        )
    )
