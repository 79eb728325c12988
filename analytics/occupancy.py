"""Which job held how many GPUs and CPUs of which node, and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import polars as pl

from analytics.parted import Frames, Part, Rows, lazy, of_each, touching
from model.errors import InputError
from model.hostlist import expand

PLACED_SCHEMA: Final = pl.Schema(
    {
        "key": pl.Int64(),
        "begin_s": pl.Int64(),
        "end_s": pl.Int64(),
        "gpus": pl.Int64(),
        "cpus": pl.Int64(),
        "estimated": pl.Boolean(),
    }
)

UNPLACED_SCHEMA: Final = pl.Schema(
    {
        "cluster": pl.String(),
        "partition": pl.String(),
        "begin_s": pl.Int64(),
        "end_s": pl.Int64(),
        "gpus": pl.Int64(),
    }
)

_LIST: Final = ("cluster", "node_list")
_NODE: Final = ("cluster", "node")
_JOB: Final = ("job_id", "submit")
_LISTS_AT_HAND: Final = 1 << 16
"""Month after month names the same lists: taking them apart anew was a third of a sweep."""


@dataclass(frozen=True)
class Occupancy:
    """Jobs on their nodes.

    `keys` gives each node (`cluster, node`) a number, `key`. `placed` (PLACED_SCHEMA) has a row
    for each job and node, over the job's whole held time: `gpus` is null where the log cannot
    tell, `estimated` where several nodes share a total. `unplaced` (UNPLACED_SCHEMA) has the
    started jobs whose nodes are not known.
    """

    keys: pl.DataFrame
    placed: pl.DataFrame
    unplaced: pl.DataFrame


def occupancy(jobs: Rows, *, begin_s: int, end_s: int, inventory: pl.DataFrame) -> Occupancy:
    """The started jobs that held anything in [begin_s, end_s), each spread over its nodes.

    A job on one node is exact. Of a job on several nodes the log has only totals: GPUs and CPUs
    are dealt out evenly, the remainder to the first nodes of the list, so that sums stay exact.
    Jobs are placed in the clusters of `inventory` (`cluster, node`) alone.
    """
    held = _held(jobs, begin_s=begin_s, end_s=end_s)
    lists = expanded(held.join(inventory, on="cluster", how="semi").select(_LIST).unique())
    keys = _keys(pl.concat([inventory.select(_NODE), lists.select(_NODE)]))
    spread = lists.join(keys, on=list(_NODE)).drop("node")
    placed = held.join(spread, on=list(_LIST)).select(_placed())
    unplaced = held.join(lists, on=list(_LIST), how="anti").select(UNPLACED_SCHEMA.names())
    return Occupancy(keys=keys, placed=placed, unplaced=unplaced)


def placed_jobs(jobs: Rows, *, begin_s: int, end_s: int, keys: pl.DataFrame) -> pl.DataFrame:
    """`placed` of `occupancy` for some jobs, with the nodes' known `keys`, and whose each row is.

    Columns: `cluster`, `job_id`, `submit`, then PLACED_SCHEMA.
    """
    held = _held(jobs, begin_s=begin_s, end_s=end_s, further=_JOB)
    lists = expanded(held.select(_LIST).unique())
    spread = lists.join(keys, on=list(_NODE)).drop("node")
    return held.join(spread, on=list(_LIST)).select("cluster", *_JOB, *_placed())


def first_jobs(jobs: Rows) -> pl.DataFrame:
    """The moment at which a job first held each node, of all jobs: `cluster, node, first_job_s`."""
    firsts = _first_of_lists(jobs)
    each = firsts.join(expanded(firsts.select(_LIST)), on=list(_LIST))
    return each.group_by(_NODE).agg(pl.col("first_job_s").min()).sort(_NODE)


def every_job_is_placed(jobs: Rows, inventory: pl.DataFrame) -> bool:
    """Whether the nodes of all jobs that held anything are known, in clusters of the inventory."""
    lists = _first_of_lists(jobs).select(_LIST)
    placed = lists.join(expanded(lists), on=list(_LIST), how="semi")
    return placed.join(inventory, on="cluster", how="semi").height == lists.height


def _first_of_lists(jobs: Rows) -> pl.DataFrame:
    parts = [frame for (frame,) in of_each(jobs, "first jobs of node lists", _firsts)]
    return pl.concat(parts).group_by(_LIST).agg(pl.col("first_job_s").min())


def _firsts(part: Part) -> Frames:
    firsts = (
        part.frame.filter("started", pl.col("start") < pl.col("held_until"))
        .group_by("cluster", pl.col("node_list").fill_null(""))
        .agg(pl.col("start").min().dt.epoch("s").alias("first_job_s"))
    )
    return [firsts.collect(engine="streaming")]


def _keys(nodes: pl.DataFrame) -> pl.DataFrame:
    """A number for each node, whether it is known from snapshots or from jobs alone."""
    return nodes.unique().sort(_NODE).with_row_index("key").cast({"key": pl.Int64})


def _placed() -> list[pl.Expr]:
    return [
        *(pl.col(name) for name in ("key", "begin_s", "end_s")),
        _dealt("gpus"),
        _dealt("cpus"),
        (pl.col("_width") > 1).alias("estimated"),
    ]


def _held(jobs: Rows, *, begin_s: int, end_s: int, further: Sequence[str] = ()) -> pl.DataFrame:
    begin, end = pl.col("start").dt.epoch("s"), pl.col("held_until").dt.epoch("s")
    return (
        lazy(touching(jobs, begin_s, end_s))
        .filter("started")
        .select(
            "cluster",
            *further,
            pl.col("partition").fill_null(""),
            pl.col("node_list").fill_null(""),
            "gpus",
            pl.col("cpus").fill_null(0),
            begin_s=begin,
            end_s=end,
        )
        .filter(
            pl.col("begin_s") < end_s,
            pl.col("end_s") > begin_s,
            pl.col("begin_s") < pl.col("end_s"),
        )
        .collect()
    )


def expanded(lists: pl.DataFrame) -> pl.DataFrame:
    """Each distinct node list with its nodes, their positions and their number."""
    rows = [
        (cluster, text, node, position, len(nodes))
        for cluster, text in lists.iter_rows()
        for nodes in [_nodes_of(text)]
        for position, node in enumerate(nodes)
    ]
    schema = {
        "cluster": pl.String(),
        "node_list": pl.String(),
        "node": pl.String(),
        "_position": pl.Int64(),
        "_width": pl.Int64(),
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


@lru_cache(maxsize=_LISTS_AT_HAND)
def _nodes_of(text: str) -> tuple[str, ...]:
    """The nodes of a list; none where the text is empty or cannot be read."""
    try:
        return expand(text)
    except InputError:
        return ()


def _dealt(column: str) -> pl.Expr:
    total, width = pl.col(column), pl.col("_width")
    return (total // width + (pl.col("_position") < total % width).cast(pl.Int64)).alias(column)
