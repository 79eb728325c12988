"""What pools of GPUs had and lacked, added up month by month: what `fragmentation` is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import polars as pl

from analytics.calendar import Calendar
from analytics.estate import Estate
from analytics.gpu_states import with_states
from analytics.node_labels import Where, labels
from analytics.node_notes import Sight
from analytics.node_sums import NodeSums, facts_of_month, month_line
from analytics.parted import Frames, Parted, Rows, of_all, touching
from analytics.peaks import spent
from analytics.pooling import sizes
from analytics.pools import UNKNOWNS, Pool, Pools, at_home, pool_keys, pool_segments
from analytics.roles import ROLES_SCHEMA
from analytics.stretches import Stretch, stretches
from analytics.sweep import cuts, steps, swept
from analytics.waiting import waiting_gpus, waiting_places

_TERMS = ("idle", "pending", "met", "demand", "observed", *UNKNOWNS)
_CELL = ("group", "bin")


@dataclass(frozen=True)
class PoolSums:
    """Sums over time by `group` and `bin`; those of several months add up.

    `hours`: GPU-seconds `stranded`, `pending`, `idle`, and which are ever unknown (UNKNOWNS);
    `pooled` and `apart`: seconds at each level of demand (see `peaks.spent`) of the group, and of
    each of its pools (`key`); `sizes` of pools (see `pooling.sizes`); `untold`: the `cluster` of
    pools of which at some time it is not known what waits.
    """

    hours: pl.DataFrame
    pooled: pl.DataFrame
    apart: pl.DataFrame
    sizes: pl.DataFrame
    untold: pl.DataFrame


@dataclass(frozen=True)
class PoolQuestion:
    """What is asked of the pools of an estate: `jobs` are those that may wait."""

    estate: Estate
    jobs: Rows
    pool: Pool
    where: Where
    by: tuple[str, ...]
    sight: Sight
    silent: tuple[str, ...]


def pools_asked(asked: PoolQuestion, sums: NodeSums, *, calendar: Calendar) -> pl.DataFrame:
    """The pools that hold anything in the calendar: see `pools.pool_keys`."""
    queued = waiting_places(asked.jobs, begin_s=calendar.begin_s, end_s=calendar.end_s)
    homes = at_home(queued, asked.where)
    return pool_keys(asked.estate, sums, homes, asked.sight, pool=asked.pool, where=asked.where)


def pool_sums(
    asked: PoolQuestion,
    sums: NodeSums,
    keys: pl.DataFrame,
    groups: pl.DataFrame,
    *,
    calendar: Calendar,
) -> PoolSums:
    """The sums of all months; `groups` are the groups of `by` with their number `group`."""
    months = [_of_month(asked, sums, keys, groups, month) for month in stretches(calendar)]
    parts = [pl.concat([month[place] for month in months]) for place in range(5)]
    hours, pooled, apart, of_sizes, untold = parts
    unknown = pl.col(UNKNOWNS).any()
    return PoolSums(
        hours=hours.group_by(_CELL).agg(pl.exclude(*_CELL, *UNKNOWNS).sum(), unknown),
        pooled=pooled.group_by(*_CELL, "demand").agg(pl.all().sum()),
        apart=apart.group_by("key", *_CELL, "demand").agg(pl.all().sum()),
        sizes=of_sizes.group_by(*_CELL, "key").agg(
            pl.exclude("unknown").sum(), pl.col("unknown").any()
        ),
        untold=untold.unique(),
    )


def _of_month(
    asked: PoolQuestion,
    sums: NodeSums,
    keys: pl.DataFrame,
    groups: pl.DataFrame,
    month: Stretch,
) -> Frames:
    begin_s, end_s = month.calendar.begin_s, month.calendar.end_s
    waiting = touching(asked.jobs, begin_s, end_s)
    frames = of_all(
        touching(asked.estate.jobs, begin_s, end_s),
        "pools in a month",
        partial(_swept, asked, sums, keys, groups, month),
        waiting.parts if isinstance(waiting, Parted) else None,
        [keys, groups, asked.pool, asked.by, asked.silent, dict(asked.estate.tiers)],
        {name: sorted(values) for name, values in asked.where.items()},
        [asked.sight.finer, asked.sight.without_inventory, asked.sight.blind],
        *facts_of_month(asked.estate, sums.periods, month),
    )
    *numbered, untold = frames
    return [*(month.numbered_in_whole(frame) for frame in numbered), untold]


def _swept(
    asked: PoolQuestion,
    sums: NodeSums,
    keys: pl.DataFrame,
    groups: pl.DataFrame,
    month: Stretch,
) -> Frames:
    calendar = month.calendar
    line = month_line(asked.estate, sums.periods, month)
    pools = Pools(
        segments=with_states(line),
        labels=labels(line, tiers=asked.estate.tiers, roles=ROLES_SCHEMA.to_frame()),
        unplaced=line.jobs.unplaced,
        sight=asked.sight,
        keys=keys,
    )
    segments = pool_segments(
        asked.estate,
        pools,
        waiting_gpus(asked.jobs, begin_s=calendar.begin_s, end_s=calendar.end_s),
        pool=asked.pool,
        where=asked.where,
        calendar=calendar,
        silent=asked.silent,
    )
    grouped = _in_groups(segments, groups, asked.by).with_columns(
        pl.min_horizontal("pending", "idle").alias("met"),
        (pl.col("allocated") + pl.col("pending")).alias("demand"),
    )
    together = _together(grouped, calendar)
    watched = pl.col("observed") > 0
    return [
        _hours(together),
        spent(together.filter(watched), "demand", by=_CELL),
        spent(grouped.filter(watched), "demand", by=("key", *_CELL)),
        sizes(grouped),
        segments.filter("pending_unknown").select("cluster").unique(),
    ]


def _in_groups(segments: pl.DataFrame, groups: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    if not by:
        return segments.with_columns(group=pl.lit(0, pl.Int64))
    return segments.join(groups, on=list(by), nulls_equal=True, maintain_order="left")


def _together(grouped: pl.DataFrame, calendar: Calendar) -> pl.DataFrame:
    """The pools of each group added up, segment by segment."""
    terms = {name: pl.col(name) for name in _TERMS}
    of_groups = grouped.drop("key").rename({"group": "key"})
    keys = of_groups.select("key").unique()
    summed = swept([steps(of_groups, **terms), cuts(keys, calendar)], calendar)
    return (
        summed.filter(pl.col("bin").is_not_null())
        .rename({"key": "group"})
        .with_columns(pl.col(name) > 0 for name in UNKNOWNS)
    )


def _hours(together: pl.DataFrame) -> pl.DataFrame:
    seconds = pl.col("end_s") - pl.col("begin_s")
    stranded = pl.min_horizontal("pending", "idle") - pl.col("met")
    return together.group_by(_CELL).agg(
        (stranded * seconds).sum().alias("stranded"),
        (pl.col("pending") * seconds).sum(),
        (pl.col("idle") * seconds).sum(),
        pl.col(UNKNOWNS).any(),
    )
