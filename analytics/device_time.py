"""What GPUs did while they were allocated: seconds in each class by node, period and segment."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from analytics.device_choice import UNUSED_SCHEMA, long_enough
from analytics.device_hours import HOUR_S, MILLIONTHS, within
from analytics.device_states import CLASS_COLUMNS, COVERED
from analytics.held_devices import Held, held_devices
from analytics.parted import Rows

_INTEGERS: Final = (
    *("held_s", *CLASS_COLUMNS, "covered", "activity_u", "busy_u"),
    *("by_sm_s", "crowded_s", "guessed_s"),
)

SUMS_SCHEMA: Final = pl.Schema(
    {**dict.fromkeys(_INTEGERS, pl.Int64()), "energy_s": pl.Float64(), "energy_j": pl.Float64()}
)
"""GPU-seconds of allocated devices, and what they add up to.

`held_s` with a device in the table; the class columns; `covered`, those of known activity;
`activity_u` and `busy_u`, GPU-seconds of activity in millionths; `by_sm_s`, covered ones in hours
that SM_ACTIVE tells of; `energy_s` and `energy_j`, in watts' worth of GPU-seconds and joules;
`crowded_s`, allocated ones on a node that shows more devices than it has GPUs; `guessed_s`, these
and all others of which nobody says which devices they are.
"""

BUSY_EDGES: Final = (1 / 7, 1 / 4, 2 / 7, 3 / 7, 1 / 2, 4 / 7, 3 / 4)
"""Parts of a card's compute that MIG profiles offer, cards of four and of seven slices."""

NEEDS_SCHEMA: Final = pl.Schema(
    {
        "key": pl.Int64(),
        "period": pl.Int64(),
        "bin": pl.Int64(),
        "gpu": pl.String(),
        "covered": pl.Int64(),
        "memory_max_mb": pl.Float64(),
        "memory_unknown": pl.Boolean(),
        **{f"busy_within_{n}": pl.Int64() for n in range(len(BUSY_EDGES))},
    }
)
"""What a device needed in a calendar period while it was allocated.

Its covered seconds; the most memory of an hour (MiB), and whether it is unknown in any; and the
covered seconds of hours that were no busier in the mean than each of BUSY_EDGES.
"""

_BUSY_WITHIN: Final = [f"busy_within_{n}" for n in range(len(BUSY_EDGES))]
_CELL: Final = ("key", "period", "bin")
_NO_SUMS: Final = pl.Schema({**dict.fromkeys(_CELL, pl.Int64()), **SUMS_SCHEMA}).to_frame()
_SMALL: Final = 100_000


@dataclass(frozen=True)
class DeviceTime:
    """Telemetry laid over the timeline of nodes.

    `sums` by node (`key`), configuration (`period`) and calendar `bin` (SUMS_SCHEMA); `needs`
    (NEEDS_SCHEMA) by device as well; `unused` (UNUSED_SCHEMA), the stretches in which allocated
    GPUs are unused, by `segment`, the number of a segment's row; `seen` has `cluster, bin` of
    which there is any sample at all, `strangers` the `cluster, node` of samples of unknown nodes.
    """

    sums: pl.DataFrame
    needs: pl.DataFrame
    unused: pl.DataFrame
    seen: pl.DataFrame
    strangers: pl.DataFrame


def no_devices() -> DeviceTime:
    """What is known of devices where there is no telemetry."""
    of_cluster = {"cluster": pl.String()}
    return DeviceTime(
        sums=_NO_SUMS,
        needs=NEEDS_SCHEMA.to_frame(),
        unused=UNUSED_SCHEMA.to_frame(),
        seen=pl.DataFrame(schema={**of_cluster, "bin": pl.Int64()}),
        strangers=pl.DataFrame(schema={**of_cluster, "node": pl.String()}),
    )


def device_time(
    samples: Rows,
    *,
    keys: pl.DataFrame,
    segments: pl.DataFrame,
    bins: pl.DataFrame,
    unused_from_s: int | None = None,
) -> DeviceTime:
    """Lay GPU_SAMPLES over the segments of nodes with their states.

    `keys` numbers the nodes, `bins` are those of the calendar. `unused` is empty unless asked
    for, and lacks stretches that can be no part of `unused_from_s` on end; it alone reaches
    beyond the calendar, as far as the segments do.
    """
    numbered = segments.with_row_index("segment").with_columns(
        pl.col("segment").cast(pl.Int64), pl.col("period").cast(pl.Int64)
    )
    inside = numbered.filter(pl.col("bin").is_not_null())
    wanted = inside if unused_from_s is None else numbered
    parts = held_devices(samples, keys, wanted, unused_from_s=unused_from_s)
    sums, needs, unused = _collected(parts, inside.select("segment", *_CELL))
    if unused_from_s is not None:
        unused = _in_long_runs(unused, numbered, unused_from_s)
    sums = added([sums, _in_part(inside)], _CELL).sort(_CELL)
    begin_s, end_s = bins.select(pl.col("begin_s").min(), pl.col("end_s").max()).row(0)
    told = within(samples, begin_s, end_s)
    return DeviceTime(
        sums=sums,
        needs=needs,
        unused=unused,
        seen=_seen(told, bins),
        strangers=_strangers(told, keys),
    )


def summed(held: Held, place: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """SUMS_SCHEMA by columns that `place` gives to segments; its segments alone."""
    each = held.devices.join(place, on="segment")
    covered = pl.sum_horizontal(COVERED)
    of_hour = pl.col("held_s") / HOUR_S
    sums = each.group_by(by).agg(
        pl.col("held_s", *CLASS_COLUMNS).sum(),
        covered.sum().alias("covered"),
        (covered * pl.col("activity")).sum().alias("activity_u"),
        (covered * pl.col("busy")).sum().alias("busy_u"),
        covered.filter("by_sm").sum().alias("by_sm_s"),
        (pl.col("energy_s") * of_hour).sum().alias("energy_s"),
        (pl.col("energy_j") * of_hour).sum().alias("energy_j"),
    )
    crowded_s = pl.col("crowded_s").sum()
    crowded = (
        held.crowded.join(place, on="segment").group_by(by).agg(crowded_s, guessed_s=crowded_s)
    )
    return added([_NO_SUMS.drop(_CELL), sums, crowded], by)


def _in_long_runs(unused: pl.DataFrame, segments: pl.DataFrame, from_s: int) -> pl.DataFrame:
    """Stretches that may be part of a long window, now that their whole segments are known."""
    borders = segments.select("segment", piece_begin_s="begin_s", piece_end_s="end_s")
    ordered = unused.sort("segment", "begin_s").join(borders, on="segment", maintain_order="left")
    return long_enough(ordered, from_s).select(UNUSED_SCHEMA.names())


def _in_part(segments: pl.DataFrame) -> pl.DataFrame:
    """Allocated GPU-seconds of nodes that are held in part: their devices are an assumption."""
    in_part = pl.col("allocated").is_between(0, pl.col("capacity"), closed="none")
    seconds = pl.col("allocated") * (pl.col("end_s") - pl.col("begin_s"))
    return segments.filter(in_part).group_by(_CELL).agg(seconds.sum().alias("guessed_s"))


def _collected(
    parts: Iterable[Held], place: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """All parts in one; added up now and then, so that they stay as small as what they are of."""
    sums, needs = [_NO_SUMS], [NEEDS_SCHEMA.to_frame()]
    unused = [UNUSED_SCHEMA.to_frame()]
    for part in parts:
        sums = compacted([*sums, summed(part, place, _CELL)], lambda each: added(each, _CELL))
        needs = compacted([*needs, _needs(part, place)], _most)
        unused.append(part.unused)
    return added(sums, _CELL), _most(needs), pl.concat(unused)


def compacted(
    parts: list[pl.DataFrame], together: Callable[[list[pl.DataFrame]], pl.DataFrame]
) -> list[pl.DataFrame]:
    """The parts, made one where the later ones have outgrown the first: each row moves seldom."""
    first, *others = parts
    grown = sum(part.height for part in others) > max(first.height, _SMALL)
    return [together(parts)] if grown else parts


def added(parts: list[pl.DataFrame], by: Sequence[str]) -> pl.DataFrame:
    """The sums of several parts, by the columns `by`."""
    return pl.concat(parts, how="diagonal").group_by(by).agg(pl.col(SUMS_SCHEMA.names()).sum())


def _needs(held: Held, place: pl.DataFrame) -> pl.DataFrame:
    seconds = pl.sum_horizontal(COVERED)
    no_busier = {
        name: pl.when(pl.col("busy") <= edge * MILLIONTHS).then(seconds).otherwise(0)
        for name, edge in zip(_BUSY_WITHIN, BUSY_EDGES, strict=True)
    }
    used = held.devices.select(
        "segment",
        "gpu",
        "memory_max_mb",
        covered=seconds,
        memory_unknown=pl.col("memory_max_mb").is_null(),
        **no_busier,
    ).filter(pl.col("covered") > 0)
    return _most([used.join(place, on="segment").select(NEEDS_SCHEMA.names())])


def _most(parts: list[pl.DataFrame]) -> pl.DataFrame:
    grouped = pl.concat(parts).group_by(*_CELL, "gpu")
    return grouped.agg(
        pl.col("covered").sum(),
        pl.col("memory_max_mb").max(),
        pl.col("memory_unknown").any(),
        pl.col(_BUSY_WITHIN).sum(),
    )


def _seen(samples: pl.LazyFrame, bins: pl.DataFrame) -> pl.DataFrame:
    """`cluster, bin` in which a sample's hour lies, at least in part."""
    begin_s, end_s = bins.select(pl.col("begin_s").min(), pl.col("end_s").max()).row(0)
    hours = (
        samples.select("cluster", at_s=pl.col("hour").dt.epoch("s"))
        .unique()
        .collect(engine="streaming")
    )
    first, last = pl.col("at_s"), pl.col("at_s") + HOUR_S - 1
    ends = pl.concat(
        hours.select("cluster", at_s=moment.clip(begin_s, end_s - 1)) for moment in (first, last)
    )
    spans = bins.select("bin", at_s="begin_s").sort("at_s")
    return ends.unique().sort("at_s").join_asof(spans, on="at_s").select("cluster", "bin").unique()


def _strangers(samples: pl.LazyFrame, keys: pl.DataFrame) -> pl.DataFrame:
    nodes = samples.select("cluster", "node").unique().collect(engine="streaming")
    return nodes.join(keys, on=["cluster", "node"], how="anti").sort("cluster", "node")
