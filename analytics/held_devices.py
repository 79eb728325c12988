"""What the devices did while jobs held them: telemetry laid over the timeline of nodes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import polars as pl

from analytics.device_choice import RANKS, UNUSED_SCHEMA, chosen_devices
from analytics.device_hours import HOUR_S, MILLIONTHS, device_batches
from analytics.device_states import CLASS_COLUMNS, COLUMN_OF, UNUSED
from analytics.parted import Rows

_OF_A_DEVICE: Final = (
    "key", "hour", "gpu", "activity", "busy", "by_sm", "memory_max_mb", "energy_s", "energy_j",
)  # fmt: skip
_UNUSED_COLUMN: Final = COLUMN_OF[UNUSED]


@dataclass(frozen=True)
class Held:
    """What some device-hours did while they were allocated.

    `devices`: a row for each device, hour and segment of the timeline: `segment`, `key`, `hour`,
    `gpu`, `held_s` (seconds for which it is taken to be allocated), the class columns (how many
    of these seconds are in each class, unseen ones in none), and what the whole hour tells:
    `activity`, `busy` (millionths), `by_sm`, `memory_max_mb`, `energy_s`, `energy_j`.
    `crowded`: by segment, the allocated GPU-seconds (`crowded_s`) on nodes that show more
    devices than they have GPUs. `unused`: UNUSED_SCHEMA.
    """

    devices: pl.DataFrame
    crowded: pl.DataFrame
    unused: pl.DataFrame


def held_devices(
    samples: Rows,
    keys: pl.DataFrame,
    segments: pl.DataFrame,
    *,
    unused_from_s: int | None = None,
) -> Iterator[Held]:
    """Lay GPU_SAMPLES over segments of nodes, a few days at a time.

    `segments` have their number `segment`, `key`, `begin_s`, `end_s`, `capacity` and the GPUs
    `allocated`. Hours that lie within one segment and are allocated throughout, to as many GPUs
    as there are devices, use the sums of the hour; only the others read the timelines. `unused`
    needs these of a few hours more. It is empty unless asked for, and lacks stretches that can be
    no part of `unused_from_s` on end.
    """
    allocated = segments.filter(pl.col("allocated") > 0)
    if allocated.is_empty():
        return
    span = allocated.select(pl.col("begin_s").min(), pl.col("end_s").max()).row(0)
    for batch in device_batches(samples, keys, begin_s=span[0], end_s=span[1]):
        devices, hours = _numbered(batch, unused_from_s)
        yield from _held(devices, _pieces(allocated, hours), unused_from_s)


def _numbered(
    devices: pl.DataFrame, unused_from_s: int | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The devices and the hours of nodes, each with a number; what the hours have in sum."""
    hours = devices.group_by("key", "hour", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("devices"),
        _partly_unused(unused_from_s).any().alias("partly_unused"),
    )
    hours = hours.with_row_index("node_hour").with_columns(pl.col("node_hour").cast(pl.Int64))
    numbered = devices.with_row_index("device").with_columns(pl.col("device").cast(pl.Int64))
    joined = numbered.join(
        hours.select("key", "hour", "node_hour"), on=["key", "hour"], maintain_order="left"
    )
    return joined, hours


def _partly_unused(unused_from_s: int | None) -> pl.Expr:
    """Whether a device is unused for a part of the hour that may be part of a longer time."""
    if unused_from_s is None:
        return pl.lit(value=False)
    partly = pl.col(_UNUSED_COLUMN).is_between(0, HOUR_S, closed="none")
    if unused_from_s <= HOUR_S:
        return partly
    return partly & pl.col("timeline").str.contains(rf"^{UNUSED}|{UNUSED}\d+$")


def _pieces(allocated: pl.DataFrame, hours: pl.DataFrame) -> pl.DataFrame:
    """The segments cut into hours that have telemetry."""
    first, last = hours.select(pl.col("hour").min(), last=pl.col("hour").max()).row(0)
    begin_s, end_s = first * HOUR_S, (last + 1) * HOUR_S
    near = allocated.filter(pl.col("begin_s") < end_s, pl.col("end_s") > begin_s).with_columns(
        pl.col("begin_s").clip(lower_bound=begin_s), pl.col("end_s").clip(upper_bound=end_s)
    )
    touched = pl.int_ranges(pl.col("begin_s") // HOUR_S, (pl.col("end_s") - 1) // HOUR_S + 1)
    each = near.with_columns(hour=touched).explode("hour", empty_as_null=False)
    cut = each.join(hours, on=["key", "hour"]).with_columns(
        begin_s=pl.max_horizontal("begin_s", pl.col("hour") * HOUR_S),
        end_s=pl.min_horizontal("end_s", (pl.col("hour") + 1) * HOUR_S),
    )
    all_of_them = pl.max_horizontal("capacity", "devices")
    return cut.with_columns(
        seconds=pl.col("end_s") - pl.col("begin_s"), all_taken=pl.col("allocated") >= all_of_them
    )


def _held(devices: pl.DataFrame, pieces: pl.DataFrame, unused_from_s: int | None) -> Iterator[Held]:
    whole = pl.col("all_taken") & (pl.col("seconds") == HOUR_S) & ~pl.col("partly_unused")
    beyond = ~pl.col("all_taken") & (pl.col("allocated") >= pl.col("capacity"))
    crowded_s = (pl.col("allocated") * pl.col("seconds")).sum().alias("crowded_s")
    crowded = pieces.filter(beyond).group_by("segment").agg(crowded_s)
    throughout = _throughout(devices, pieces.filter(whole))
    wanted = unused_from_s is not None
    unused = _unused_throughout(throughout) if wanted else UNUSED_SCHEMA.to_frame()
    yield Held(throughout, crowded, unused)
    others = pieces.filter(~whole)
    for taken, idle in chosen_devices(devices, others, unused_from_s=unused_from_s):
        yield Held(_by_class(taken, devices), crowded.clear(), idle)


def _throughout(devices: pl.DataFrame, pieces: pl.DataFrame) -> pl.DataFrame:
    """Devices that are allocated for their whole hour."""
    placed = pieces.select("segment", "node_hour", held_s="seconds")
    return devices.join(placed, on="node_hour").select(
        "segment", "held_s", *_OF_A_DEVICE, *CLASS_COLUMNS
    )


def _unused_throughout(devices: pl.DataFrame) -> pl.DataFrame:
    idle = devices.filter(pl.col(_UNUSED_COLUMN) == HOUR_S)
    counts = idle.group_by("segment", "hour").agg(
        pl.len().alias("unused"),
        (1 - pl.col("busy") / MILLIONTHS).clip(lower_bound=0).sum().alias("unbusy"),
    )
    return counts.select(
        "segment",
        (pl.col("hour") * HOUR_S).alias("begin_s"),
        ((pl.col("hour") + 1) * HOUR_S).alias("end_s"),
        "unused",
        "unbusy",
    ).cast(UNUSED_SCHEMA)


def _by_class(taken: pl.DataFrame, devices: pl.DataFrame) -> pl.DataFrame:
    """Taken seconds by class, a row for each device and segment."""
    column_of = {rank: COLUMN_OF.get(letter) for rank, letter in RANKS.items()}
    in_class = [
        pl.col("seconds").filter(pl.col("rank") == rank).sum().alias(column)
        for rank, column in column_of.items()
        if column
    ]
    sums = taken.group_by("device", "segment").agg(
        pl.col("seconds").sum().alias("held_s"), *in_class
    )
    of_devices = devices.select("device", *_OF_A_DEVICE)
    return sums.join(of_devices, on="device").select(
        "segment", "held_s", *_OF_A_DEVICE, *CLASS_COLUMNS
    )
