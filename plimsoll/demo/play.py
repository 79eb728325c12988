"""Plays one cluster: draws its jobs, schedules them, and frames what its accounting recorded."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from plimsoll.demo.accounts import Accounts
from plimsoll.demo.estate import WARM_UP, WINDOW_BEGIN, WINDOW_END, Cluster, Pool
from plimsoll.demo.ids import runs as stretches
from plimsoll.demo.ids import with_job_ids, with_labels
from plimsoll.demo.scheduler import NEVER, STATE_NAMES, Runs, simulate
from plimsoll.demo.workload import Jobs, draw_jobs

BEGIN_S: Final = int(WINDOW_BEGIN.timestamp())
END_S: Final = int(WINDOW_END.timestamp())
_PLAY_FROM_S: Final = int((WINDOW_BEGIN - WARM_UP).timestamp())


@dataclass(frozen=True)
class History:
    """A cluster's accounting as numbers: `frame` has one row a run, `pools` its nodes.

    Columns of `frame`: pool, job_id, array_id and task (null outside arrays), submit, start and
    end (epoch seconds; null: never, not yet), state, nodes (names as a hostlist), node_count,
    slots, limit_s, name, user, account, uid, scavenger, label. `members` names the nodes of each
    hostlist.
    """

    cluster: Cluster
    frame: pl.DataFrame
    members: dict[str, tuple[str, ...]]


def play(cluster: Cluster, accounts: Accounts, seed: np.random.SeedSequence) -> History:
    """Simulate a cluster over the window; runs that ended before it are not in the record."""
    members: dict[str, tuple[str, ...]] = {}
    seeds = seed.spawn(len(cluster.pools))
    parts = [
        _play_pool(number, pool, accounts, np.random.default_rng(child), members)
        for number, (pool, child) in enumerate(zip(cluster.pools, seeds, strict=True))
    ]
    people = pl.DataFrame(
        {
            "owner": range(len(accounts.users)),
            "user": accounts.users,
            "account": accounts.accounts,
            "uid": accounts.uids,
        },
        schema_overrides={"owner": pl.Int64},
    )
    frame = with_labels(with_job_ids(pl.concat(parts))).join(people, on="owner", how="left")
    return History(cluster, frame.sort("submit", "job_id"), members)


def _play_pool(
    number: int,
    pool: Pool,
    accounts: Accounts,
    rng: np.random.Generator,
    members: dict[str, tuple[str, ...]],
) -> pl.DataFrame:
    jobs = draw_jobs(pool, accounts, rng, begin_s=_PLAY_FROM_S, window_begin_s=BEGIN_S, end_s=END_S)
    runs = simulate(pool, jobs, window_begin_s=BEGIN_S, horizon_s=END_S)
    hostlists = {mask: _hostlist(pool, mask) for mask in set(runs.nodes) - {0}}
    members |= {text: tuple(names) for text, names in hostlists.values()}
    texts = [hostlists[mask][0] if mask else None for mask in runs.nodes]
    return _recorded(_frame(number, jobs, runs, texts))


def _frame(number: int, jobs: Jobs, runs: Runs, hostlists: list[str | None]) -> pl.DataFrame:
    which = np.asarray(runs.job, dtype=np.int64)
    return pl.DataFrame(
        {
            "pool": np.full(len(which), number, dtype=np.int64),
            "job": which,
            "first_submit": jobs.submit_s[which],
            "array": jobs.array[which],
            "task": jobs.task[which],
            "submit": runs.submit,
            "start": runs.start,
            "end": runs.end,
            "state": np.asarray(STATE_NAMES)[np.asarray(runs.state)],
            "nodes": pl.Series(hostlists, dtype=pl.String),
            "node_count": jobs.nodes[which],
            "slots": jobs.slots[which],
            "limit_s": jobs.limit_s[which],
            "name": _texts(jobs.name[which]),
            "owner": jobs.owner[which],
            "scavenger": jobs.scavenger[which],
        }
    ).with_columns(
        pl.col("start", "end").replace(NEVER, None), pl.col("array", "task").replace(-1, None)
    )


def _texts(values: NDArray[Any]) -> pl.Series:
    return pl.Series(values.tolist(), dtype=pl.String)


def _recorded(frame: pl.DataFrame) -> pl.DataFrame:
    """What `sacct -S begin -E end` prints: runs that were pending or running in the window."""
    return frame.filter(pl.col("end").is_null() | (pl.col("end") >= BEGIN_S))


def _hostlist(pool: Pool, mask: int) -> tuple[str, list[str]]:
    """A set of nodes (bits) as Slurm's hostlist, `sn-gpu[003-005,009]`, and as names."""
    places = [place for place in range(mask.bit_length()) if mask >> place & 1]
    chosen = [pool.node_names[place] for place in places]
    if len(chosen) == 1:
        return chosen[0], chosen
    numbers = [name.removeprefix(pool.prefix) for name in pool.node_names]
    inside = ",".join(
        numbers[first] if first == last else f"{numbers[first]}-{numbers[last]}"
        for first, last in stretches(places)
    )
    return f"{pool.prefix}[{inside}]", chosen
