"""Who contributes how much to the sums that reports publish: by month of submission, and kept."""

from dataclasses import dataclass
from functools import partial
from typing import Final

import polars as pl

from analytics.calendar import Calendar
from analytics.dimensions import with_dimensions
from analytics.disclosure import contributors
from analytics.disclosure.contributors import PERIOD
from analytics.parted import Frames, Part, Rows, of_part, parts_of
from analytics.stretches import up_to
from reports.disclosure.nodes import on_nodes

_BAND: Final = "gpus_band"
_STATE: Final = "job_state"
_NODES: Final = ("node_role", "gpu_model")
_JOB: Final = pl.lit(1.0)
_ASKED: Final = pl.col("req_gpus").cast(pl.Float64)


@dataclass(frozen=True)
class Contributions:
    """The shares of users and accounts in sums over jobs, by cluster and period.

    Each has `cluster`, `user`, `account`, `period_start` and `amount`: `held` and `by_node` in
    GPU-seconds, the latter by `node_role` and `gpu_model` too; `started` in jobs by `gpus_band`;
    `ended` in jobs and `ended_gpus` in GPU-seconds by `job_state`; `left` in GPUs asked for by
    jobs that left the queue without a start.
    """

    held: pl.DataFrame
    by_node: pl.DataFrame
    started: pl.DataFrame
    ended: pl.DataFrame
    ended_gpus: pl.DataFrame
    left: pl.DataFrame


def contributions(jobs: Rows, calendar: Calendar | None, kinds: pl.DataFrame) -> Contributions:
    """The contributions to all sums; none where no time is known.

    `kinds` has `cluster, node, node_role, gpu_model`.
    """
    if calendar is None:
        return Contributions(*map(_nothing, ((), _NODES, (_BAND,), (_STATE,), (_STATE,), ())))
    found = []
    for part in parts_of(jobs):
        until = up_to(calendar, part.last_s)
        make = partial(_of_part, calendar=until, kinds=kinds)
        found.append(of_part(jobs, part, "contributions", make, until.bins, kinds))
    return Contributions(*(_added(each) for each in zip(*found, strict=True)))


def _of_part(part: Part, *, calendar: Calendar, kinds: pl.DataFrame) -> Frames:
    """The contributions of a part, in the order of the fields of Contributions."""
    jobs = part.frame
    ran = jobs.filter(pl.col("started"))
    unstarted = jobs.filter(~pl.col("started"), pl.col("req_gpus") > 0)
    events = partial(contributors.events, calendar=calendar)
    seconds = contributors.gpu_seconds()
    lists, *rest = pl.collect_all(
        [
            contributors.held(jobs, calendar, by=("node_list",)),
            events(with_dimensions(ran, needed=(_BAND,)), at="start", amount=_JOB, by=(_BAND,)),
            events(ran, at="end", amount=_JOB, by=(_STATE,)),
            events(ran, at="end", amount=seconds, by=(_STATE,)),
            events(unstarted, at="end", amount=_ASKED),
        ],
        engine="streaming",
    )
    return [_added([lists.drop("node_list")]), _added([on_nodes(lists, kinds)]), *rest]


def _added(rows: tuple[pl.DataFrame, ...] | Frames) -> pl.DataFrame:
    together = pl.concat(rows)
    keys = [name for name in together.columns if name != "amount"]
    return together.group_by(keys).agg(pl.col("amount").sum()).sort(keys)


def _nothing(by: tuple[str, ...]) -> pl.DataFrame:
    columns = dict.fromkeys(["cluster", *by, "user", "account"], pl.String())
    return pl.DataFrame(schema={**columns, PERIOD: pl.Date(), "amount": pl.Float64()})
