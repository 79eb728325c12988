"""The timeline of every node: one sweep over all that begins or ends on it."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from analytics.calendar import Calendar
from analytics.estate import Estate
from analytics.node_history import node_periods
from analytics.occupancy import Occupancy, first_jobs, occupancy
from analytics.sweep import cuts, edges, swept

_NODE: Final = ("cluster", "node")
_DOWN: Final = ("down", "drain", "maintenance")
_SOMETHING: Final = (pl.col("period") > 0) | (pl.col("gpus") > 0) | (pl.col("unknown") > 0)


@dataclass(frozen=True)
class Timeline:
    """Segments of time in which nothing changes on a node, with what they were made from.

    `segments` has, for each segment [begin_s, end_s) of a node: `key` (of the node), `period`
    (of `periods`, 0 where the node's configuration is not known), the GPUs and CPUs that jobs
    held there (`gpus`, `cpus`), how many jobs held an unknown number of GPUs (`unknown`), how
    many events and windows covered it (`down`, `reserved`, `observed`), and `bin`, the
    calendar's period, null outside it. No segment crosses the border of a period.
    `periods` are those of `node_periods`, with their number `period` and their node's `key`.
    """

    segments: pl.DataFrame
    periods: pl.DataFrame
    jobs: Occupancy


def timeline(
    estate: Estate,
    calendar: Calendar,
    *,
    margin_s: int = 0,
    periods: pl.DataFrame | None = None,
) -> Timeline:
    """Sweep every node over the calendar, and over `margin_s` seconds before and after it.

    `periods` are those of `node_periods`, where they are known already.
    """
    begin_s, end_s = calendar.begin_s - margin_s, calendar.end_s + margin_s
    inventory = estate.nodes.select(_NODE).unique()
    jobs = occupancy(estate.jobs, begin_s=begin_s, end_s=end_s, inventory=inventory)
    if periods is None:
        periods = periods_of(estate, until_s=end_s)
    numbered = (
        periods.join(jobs.keys, on=list(_NODE)).sort("key", "begin_s").with_row_index("period", 1)
    )
    segments = swept(
        [
            edges(numbered, begin_s, end_s, period=pl.col("period")),
            _job_edges(jobs.placed, begin_s, end_s),
            edges(
                jobs.keys.join(estate.observed, on="cluster"), begin_s, end_s, observed=pl.lit(1)
            ),
            _event_edges(estate.events.join(jobs.keys, on=list(_NODE)), begin_s, end_s),
            cuts(jobs.keys, calendar),
        ],
        calendar,
    )
    return Timeline(segments=segments.filter(_SOMETHING), periods=numbered, jobs=jobs)


def periods_of(estate: Estate, *, until_s: int) -> pl.DataFrame:
    """The configurations of the estate's nodes up to a moment: `node_periods`."""
    return node_periods(
        estate.nodes,
        estate.observed,
        until_s=until_s,
        first_jobs=first_jobs(estate.jobs),
        catalogue=estate.catalogue,
        aliases=estate.aliases,
    )


def _job_edges(placed: pl.DataFrame, begin_s: int, end_s: int) -> pl.DataFrame:
    return edges(
        placed,
        begin_s,
        end_s,
        gpus=pl.col("gpus").fill_null(0),
        cpus=pl.col("cpus"),
        unknown=pl.col("gpus").is_null(),
    )


def _event_edges(events: pl.DataFrame, begin_s: int, end_s: int) -> pl.DataFrame:
    spans = events.select(
        "key",
        "kind",
        begin_s=pl.col("start").dt.epoch("s"),
        end_s=pl.col("end").dt.epoch("s").fill_null(end_s),
    )
    return edges(
        spans,
        begin_s,
        end_s,
        down=pl.col("kind").is_in(_DOWN),
        reserved=pl.col("kind") == "reserved",
    )
