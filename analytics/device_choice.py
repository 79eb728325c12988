"""Which devices of a node are taken to be the allocated ones, second by second.

Timelines of devices are laid side by side and cut wherever one changes its class; between two
cuts nothing changes, and the devices are put in the order of `BUSIEST_FIRST`.
"""

from collections.abc import Iterator
from typing import Final

import polars as pl

from analytics.device_hours import HOUR_S, MILLIONTHS
from analytics.device_states import BUSIEST_FIRST, UNUSED

UNUSED_RANK: Final = BUSIEST_FIRST.index(UNUSED)
RANKS: Final = dict(enumerate(BUSIEST_FIRST))

TAKEN_SCHEMA: Final = pl.Schema(
    {"device": pl.Int64(), "segment": pl.Int64(), "rank": pl.Int64(), "seconds": pl.Int64()}
)
UNUSED_SCHEMA: Final = pl.Schema(
    {
        "segment": pl.Int64(),
        "begin_s": pl.Int64(),
        "end_s": pl.Int64(),
        "unused": pl.Int64(),
        "unbusy": pl.Float64(),
    }
)

_ROWS_AT_ONCE: Final = 1_000_000
_MOST_DEVICES: Final = 1 << 16
_ORDERS: Final = len(BUSIEST_FIRST)


def chosen_devices(
    devices: pl.DataFrame, pieces: pl.DataFrame, *, unused_from_s: int | None = None
) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """The seconds of each class that the allocated devices of each piece spent, part by part.

    `devices` are rows of `device_batches` with their number `device`, ascending within the hours
    of nodes, and the number of that hour, `node_hour`. `pieces` are stretches of a segment within
    an hour: `node_hour`, `hour`, `segment`, `begin_s`, `end_s`, `allocated` and `capacity`.

    In each second the first `allocated` devices in the order of BUSIEST_FIRST are taken; GPUs
    without a device stand in it as unseen; of devices of one class the first by name. Yields
    TAKEN_SCHEMA (rank: place in BUSIEST_FIRST) and UNUSED_SCHEMA: how many of the taken devices
    nothing uses, from when until when, and the sum of 1 less their `busy`. These are left out
    unless asked for, and where they can be no part of `unused_from_s` on end.
    """
    for part in _parts(devices, pieces):
        nodes_hours = pieces.join(part, on="node_hour", how="semi")
        mine = devices.join(part, on="node_hour", how="semi")
        if mine.height:
            yield _chosen(mine, nodes_hours, unused_from_s)


def _parts(devices: pl.DataFrame, pieces: pl.DataFrame) -> list[pl.DataFrame]:
    """Node hours in lots whose cuts times devices are about `_ROWS_AT_ONCE` rows."""
    text = pl.col("timeline").str.len_bytes().cast(pl.Int64).sum() // 4
    cuts = devices.group_by("node_hour").agg(text.alias("cuts"), pl.len().alias("devices"))
    needed = cuts.join(pieces.group_by("node_hour").len("pieces"), on="node_hour")
    rows = (pl.col("cuts") + 2 * pl.col("pieces") + 1) * pl.col("devices")
    lots = needed.sort("node_hour").with_columns(lot=rows.cum_sum() // _ROWS_AT_ONCE)
    return lots.select("node_hour", "lot").partition_by("lot", include_key=False)


def _chosen(
    devices: pl.DataFrame, pieces: pl.DataFrame, unused_from_s: int | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    local = devices.with_row_index("row").with_columns(
        pl.col("row").cast(pl.Int64),
        (pl.int_range(pl.len()).over("node_hour")).cast(pl.Int64).alias("place"),
    )
    runs = _runs(local)
    hours = local.group_by("node_hour", maintain_order=True).agg(
        pl.col("row").first().alias("first_row"), pl.len().cast(pl.Int64).alias("devices")
    )
    stretches = _stretches(runs, pieces, hours)
    taken = _taken(stretches, runs, local)
    sums = _summed(taken, local)
    if unused_from_s is None:
        return sums, UNUSED_SCHEMA.to_frame()
    return sums, _unused(taken, stretches, local, unused_from_s)


def _runs(devices: pl.DataFrame) -> pl.DataFrame:
    """The runs of one class in each device's hour: `node_hour`, `at`, `moment`, `rank`.

    `at` is the second of the hour, `moment` that of all hours on end: 3,600 times `row` plus `at`.
    """
    runs = devices.lazy().select(
        "node_hour", "row", run=pl.col("timeline").str.extract_all(r"[a-z-]\d+")
    )
    ranks = {letter: rank for rank, letter in RANKS.items()}
    letter, seconds = pl.col("run").str.slice(0, 1), pl.col("run").str.slice(1).cast(pl.Int64)
    parted = runs.explode("run", empty_as_null=False).select(
        "node_hour",
        "row",
        letter.replace_strict(ranks, return_dtype=pl.Int64).alias("rank"),
        (seconds.cum_sum() - seconds).alias("moment"),
    )
    return parted.with_columns(at=pl.col("moment") - pl.col("row") * HOUR_S).collect()


def _stretches(runs: pl.DataFrame, pieces: pl.DataFrame, hours: pl.DataFrame) -> pl.DataFrame:
    """What lies between two cuts within a piece, `at` to `until` of its hour.

    With all that the choice needs: `first_row` and `devices` of the hour, `first`, the number of
    the stretch's first choice, and how many GPUs are `allocated` and have no device (`missing`).
    """
    begin, end = (pl.col(name) - pl.col("hour") * HOUR_S for name in ("begin_s", "end_s"))
    placed = pieces.with_columns(at=begin, piece_end=end)
    cuts = [
        runs.select("node_hour", "at"),
        placed.select("node_hour", "at"),
        placed.select("node_hour", at="piece_end").filter(pl.col("at") < HOUR_S),
    ]
    first = pl.col("node_hour") * HOUR_S
    same = pl.col("node_hour") == pl.col("node_hour").shift(-1)
    until = pl.when(same).then(pl.col("at").shift(-1)).otherwise(HOUR_S)
    points = pl.concat(cuts).unique().sort("node_hour", "at")
    spans = placed.select(
        "segment",
        "hour",
        "allocated",
        "capacity",
        piece_begin_s="begin_s",
        moment=first + pl.col("at"),
        piece_end=first + pl.col("piece_end"),
    )
    within = points.with_columns(moment=first + pl.col("at"), until=until).join_asof(
        spans.sort("moment"), on="moment", check_sortedness=False
    )
    allocated = within.filter(pl.col("moment") < pl.col("piece_end")).join(
        hours, on="node_hour", maintain_order="left"
    )
    return allocated.with_columns(
        missing=(pl.col("capacity") - pl.col("devices")).clip(lower_bound=0),
        first=pl.col("devices").cum_sum() - pl.col("devices"),
    )


def _taken(stretches: pl.DataFrame, runs: pl.DataFrame, devices: pl.DataFrame) -> pl.DataFrame:
    """The devices that are taken in each stretch: `stretch`, `row`, `rank`, `seconds`, `segment`.

    A choice is one whole number: the stretch, the rank and the device's place, so that sorting
    them is the choosing.
    """
    each = stretches.with_row_index("stretch").select(
        pl.col("stretch").cast(pl.Int64),
        "at",
        row=pl.int_ranges("first_row", pl.col("first_row") + pl.col("devices")),
    )
    every = each.explode("row", empty_as_null=False)
    moments = every.select(pl.col("row") * HOUR_S + pl.col("at")).to_series()
    rank = runs["rank"].gather(runs["moment"].search_sorted(moments, side="right") - 1)
    place = devices["place"].gather(every["row"])
    choice = ((every["stretch"] * _ORDERS + rank) * _MOST_DEVICES + place).sort()
    stretch = choice // (_MOST_DEVICES * _ORDERS)
    of_stretch = stretches.select(
        "first_row", "first", "allocated", "missing", "segment", pl.col("until") - pl.col("at")
    )[stretch]
    ordered = of_stretch.rename({"until": "seconds"}).with_columns(
        stretch=stretch,
        rank=choice // _MOST_DEVICES % _ORDERS,
        row=pl.col("first_row") + choice % _MOST_DEVICES,
    )
    unseen_before = pl.when(pl.col("rank") == UNUSED_RANK).then("missing").otherwise(0)
    order = pl.int_range(pl.len()) - pl.col("first") + unseen_before
    return ordered.filter(order < pl.col("allocated")).select(
        "stretch", "row", "rank", "seconds", "segment"
    )


def _summed(taken: pl.DataFrame, devices: pl.DataFrame) -> pl.DataFrame:
    sums = taken.group_by("row", "segment", "rank").agg(pl.col("seconds").sum())
    named = sums.with_columns(device=devices["device"].gather(sums["row"]))
    return named.select(TAKEN_SCHEMA.names()).cast(TAKEN_SCHEMA)


def _unused(
    taken: pl.DataFrame, stretches: pl.DataFrame, devices: pl.DataFrame, from_s: int
) -> pl.DataFrame:
    idle = taken.filter(pl.col("rank") == UNUSED_RANK)
    unbusy = (1 - devices["busy"].gather(idle["row"]) / MILLIONTHS).clip(lower_bound=0)
    counts = (
        idle.with_columns(unbusy.alias("unbusy"))
        .group_by("stretch")
        .agg(pl.len().alias("unused"), pl.col("unbusy").sum())
        .sort("stretch")
    )
    hour = pl.col("hour") * HOUR_S
    end_in_hour = pl.col("piece_end") - pl.col("node_hour") * HOUR_S
    begin_s, end_s, piece_end_s = hour + pl.col("at"), hour + pl.col("until"), hour + end_in_hour
    placed = stretches.select(
        "segment", "piece_begin_s", piece_end_s=piece_end_s, begin_s=begin_s, end_s=end_s
    )[counts["stretch"]]
    long = long_enough(placed.hstack(counts.select("unused", "unbusy")), from_s)
    return long.select(UNUSED_SCHEMA.names()).cast(UNUSED_SCHEMA)


def long_enough(unused: pl.DataFrame, from_s: int) -> pl.DataFrame:
    """Without the runs of stretches that are shorter than `from_s` and end within their piece.

    `unused` is sorted, and has `segment` and what its piece is, `piece_begin_s`, `piece_end_s`.
    """
    goes_on = pl.col("begin_s") == pl.col("end_s").shift(1)
    goes_on &= pl.col("piece_begin_s") == pl.col("piece_begin_s").shift(1)
    goes_on &= pl.col("segment") == pl.col("segment").shift(1)
    begin_s, end_s = pl.col("begin_s").min().over("run"), pl.col("end_s").max().over("run")
    to_the_border = (begin_s == pl.col("piece_begin_s")) | (end_s == pl.col("piece_end_s"))
    runs = unused.with_columns(run=(~goes_on.fill_null(value=False)).cum_sum())
    return runs.filter(to_the_border | (end_s - begin_s >= from_s))
