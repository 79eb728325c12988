"""What people submit: seeded draws of jobs for one pool, by the hour, week and term."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from plimsoll.demo.accounts import Accounts
from plimsoll.demo.estate import DAY_S, Pool
from plimsoll.demo.habits import HABITS, SERVICES, Habit

HOUR_S: Final = 3_600
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_LIMIT_HOURS: Final = np.array([0.5, 1, 2, 4, 6, 8, 12, 18, 24, 36, 48])
_LONGEST_LIMIT_S: Final = 48 * HOUR_S
_SERVICE_LIMIT_S: Final = 7 * DAY_S
_ARRAY_SHARE: Final = 0.035
_ARRAY_MEAN: Final = 20
_SCAVENGER_SHARE: Final = 0.03
_NUMBERED_SHARE: Final = 0.5
_GIVING_UP_SHARE: Final = 0.25
_OFFICE_HOURS: Final = (8, 19)
_TERM_FACTORS: Final = (
    ("2025-12-19", "2026-01-05", 0.42),  # Christmas
    ("2026-01-12", "2026-01-31", 1.22),  # a conference's deadline
    ("2026-04-02", "2026-04-13", 0.68),  # Easter
    ("2026-05-01", "2026-05-22", 1.18),
    ("2026-07-20", "2026-09-05", 0.80),  # summer
    ("2026-09-21", "2026-10-10", 1.16),
    ("2026-10-21", "2026-11-01", 1.20),
)


class Outcome(IntEnum):
    """How a job would end if its time limit and its nodes let it: codes of scheduler states."""

    COMPLETED = 0
    FAILED = 1
    OUT_OF_MEMORY = 2
    CANCELLED = 3
    REQUEUED = 7


@dataclass(frozen=True)
class Jobs:
    """Jobs in order of submission, one entry each; times in epoch seconds, durations in seconds.

    `array` numbers the job array that a task belongs to (-1: none), `task` its place therein;
    `patience_s` is how long its owner waits before cancelling it (0: for ever).
    """

    submit_s: Ints
    nodes: Ints
    slots: Ints
    runtime_s: Ints
    limit_s: Ints
    patience_s: Ints
    outcome: Ints
    scavenger: NDArray[np.bool_]
    owner: Ints
    name: NDArray[Any]
    array: Ints
    task: Ints

    def __len__(self) -> int:
        return len(self.submit_s)


def draw_jobs(
    pool: Pool,
    accounts: Accounts,
    rng: np.random.Generator,
    *,
    begin_s: int,
    window_begin_s: int,
    end_s: int,
) -> Jobs:
    """The jobs of one pool between two moments; the same generator state gives the same jobs."""
    habits = HABITS[pool.workload]
    span_share = (end_s - begin_s) / (end_s - window_begin_s)
    total = round(pool.jobs * span_share)
    sizes = _array_sizes(total, pool, rng)
    count = len(sizes)
    submit = _submit_times(pool, habits, count, rng, begin_s, window_begin_s, end_s)
    kind = rng.choice(len(habits), size=count, p=[habit.share for habit in habits])
    kind[sizes > 1] = _array_kind(habits)
    owner = accounts.draw_owners(submit, rng)
    names = _names(habits, kind, owner, rng)
    spread = np.repeat(np.arange(count), sizes)
    first = np.cumsum(sizes) - sizes
    task = np.arange(len(spread)) - first[spread]
    single = sizes[spread] == 1
    kind, submit = kind[spread], submit[spread]
    nodes, slots = _shapes(pool, habits, kind, spread, rng)
    runtime, limit, outcome = _durations(
        pool, habits, kind, nodes * slots, rng, days=(end_s - begin_s) / DAY_S
    )
    size = len(spread)
    jobs = Jobs(
        submit_s=submit,
        nodes=nodes,
        slots=slots,
        runtime_s=runtime,
        limit_s=limit,
        patience_s=_patience(count, rng)[spread],
        outcome=outcome,
        scavenger=(rng.random(size) < _SCAVENGER_SHARE)
        & (nodes == 1)
        & (pool.workload == "training"),
        owner=owner[spread],
        name=names[spread],
        array=np.where(single, -1, spread),
        task=np.where(single, -1, task),
    )
    return _in_order([jobs, *_service_jobs(pool, accounts, begin_s, window_begin_s, end_s)])


def _array_sizes(total: int, pool: Pool, rng: np.random.Generator) -> Ints:
    """How many jobs each submission makes: 1, or the tasks of an array; they sum to the total."""
    if pool.workload in {"inference", "interactive"}:
        return np.ones(total, dtype=np.int64)
    arrays = max(1, round(total * _ARRAY_SHARE / (1 + _ARRAY_SHARE * (_ARRAY_MEAN - 1))))
    largest = max(2, min(96, total // 20))
    tasks = np.clip(rng.geometric(1 / _ARRAY_MEAN, size=arrays) + 1, 2, largest)
    tasks = tasks[np.cumsum(tasks) <= total]
    sizes = np.ones(total - int(tasks.sum()) + len(tasks), dtype=np.int64)
    sizes[: len(tasks)] = tasks
    return rng.permutation(sizes)


def _submit_times(
    pool: Pool,
    habits: Sequence[Habit],
    count: int,
    rng: np.random.Generator,
    begin_s: int,
    window_begin_s: int,
    end_s: int,
) -> Ints:
    hours = np.arange(begin_s, end_s, HOUR_S)
    weights = _hourly_weights(hours, office=habits[0].office_hours)
    if pool.joining:
        grown = hours >= window_begin_s + pool.joining_day * DAY_S
        weights = weights * np.where(grown, pool.scheduled_nodes / pool.nodes, 1.0)
    chosen = rng.choice(hours, size=count, p=weights / weights.sum())
    return np.sort(chosen + rng.integers(0, HOUR_S, size=count))


def _hourly_weights(hours: Ints, *, office: bool) -> Floats:
    hour_of_day = hours // HOUR_S % 24
    weekend = (hours // DAY_S + 3) % 7 >= 5  # noqa: PLR2004  1970-01-01 was a Thursday
    day = 1 + np.cos((hour_of_day - 15) * np.pi / 12)
    weights = np.where(weekend, 0.45, 1.0) * (0.25 + day)
    if office:
        at_night = (hour_of_day < _OFFICE_HOURS[0]) | (hour_of_day >= _OFFICE_HOURS[1])
        weights = np.where(weekend | at_night, 0.03, day)
    for first, last, factor in _TERM_FACTORS:
        inside = (hours >= _epoch(first)) & (hours < _epoch(last))
        weights = np.where(inside, weights * factor, weights)
    return weights


def _epoch(day: str) -> int:
    return int(np.datetime64(day, "s").astype(np.int64))


def _array_kind(habits: Sequence[Habit]) -> int:
    return next(i for i, habit in enumerate(habits) if habit.slots == (1,) and habit.nodes == (1,))


def _names(
    habits: Sequence[Habit], kind: Ints, owner: Ints, rng: np.random.Generator
) -> NDArray[Any]:
    """A job's name: the habit of its owner, half of them with a number."""
    numbers = rng.integers(0, 400, size=len(kind)).tolist()
    numbered = (rng.random(len(kind)) < _NUMBERED_SHARE).tolist()
    names = np.empty(len(kind), dtype=object)
    for row, (which, person) in enumerate(zip(kind.tolist(), owner.tolist(), strict=True)):
        stems = habits[which].names
        stem = stems[(person * 7 + which) % len(stems)]
        names[row] = f"{stem}_{numbers[row]}" if numbered[row] else stem
    return names


def _shapes(
    pool: Pool, habits: Sequence[Habit], kind: Ints, submission: Ints, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """Nodes, and slots on each node, of every job; those of an array are alike."""
    draw = rng.random(int(submission[-1]) + 1)[submission]
    nodes, slots = np.ones(len(kind), dtype=np.int64), np.ones(len(kind), dtype=np.int64)
    for which, habit in enumerate(habits):
        mine = kind == which
        most = max(1, pool.nodes // 4)
        nodes[mine] = np.minimum(_pick(habit.nodes, draw[mine]), most)
        slots[mine] = np.minimum(_pick(habit.slots, draw[mine]), pool.slots)
    return nodes, np.where(nodes > 1, pool.slots, slots)


def _pick(choices: tuple[int, ...], draw: Floats) -> Ints:
    return np.asarray(choices, dtype=np.int64)[(draw * len(choices)).astype(np.int64)]


def _durations(
    pool: Pool,
    habits: Sequence[Habit],
    kind: Ints,
    slots: Ints,
    rng: np.random.Generator,
    *,
    days: float,
) -> tuple[Ints, Ints, Ints]:
    """Run times, time limits and outcomes, stretched so that the pool gets its offered load."""
    size = len(kind)
    median = np.array([habit.median_s for habit in habits])[kind]
    sigma = np.array([habit.sigma for habit in habits])[kind]
    stretchable = np.array([habit.stretches for habit in habits])[kind]
    base = median * np.exp(sigma * rng.standard_normal(size))
    padding = 2.0 * np.exp(0.45 * rng.standard_normal(size))
    outcome = rng.choice([int(o) for o in Outcome], size=size, p=[0.795, 0.125, 0.017, 0.06, 0.003])
    survived = np.where(outcome == Outcome.COMPLETED, 1.0, rng.random(size) ** 1.5)
    wanted = pool.load * pool.slots * DAY_S * days * _mean_nodes(pool, days)

    def drawn(stretch: float) -> tuple[Floats, Floats]:
        full = base * np.where(stretchable, stretch, 1.0)
        limit = _limits(full, padding)
        return np.minimum(full * survived, limit + 1), limit

    low, high = 0.02, 8.0
    for _ in range(18):
        middle = float(np.sqrt(low * high))
        runtime, _ = drawn(middle)
        low, high = (middle, high) if (runtime * slots).sum() < wanted else (low, middle)
    runtime, limit = drawn(low)
    return (
        np.maximum(runtime, 1).astype(np.int64),
        limit.astype(np.int64),
        outcome.astype(np.int64),
    )


def _mean_nodes(pool: Pool, days: float) -> float:
    absent = sum(outage.days for outage in pool.outages) / days
    joined = pool.joining * max(0.0, 365 - pool.joining_day) / days
    return pool.nodes + joined - absent


def _limits(full: Floats, padding: Floats) -> Floats:
    """The next usual limit above a padded guess; a guess below the truth ends in a timeout."""
    steps = _LIMIT_HOURS * HOUR_S
    guess = np.searchsorted(steps, np.minimum(full * padding, _LONGEST_LIMIT_S))
    return steps[np.minimum(guess, len(steps) - 1)]


def _patience(size: int, rng: np.random.Generator) -> Ints:
    """A quarter of owners give up at some time; half of those within a day."""
    gives_up = rng.random(size) < _GIVING_UP_SHARE
    waits = 86_400 * np.exp(1.3 * rng.standard_normal(size))
    return np.where(gives_up, np.maximum(waits, 60), 0).astype(np.int64)


def _service_jobs(
    pool: Pool, accounts: Accounts, begin_s: int, window_begin_s: int, end_s: int
) -> list[Jobs]:
    """Model servers, resubmitted each week when their time limit ends them."""
    since = max(begin_s, window_begin_s + pool.service_from * DAY_S)
    submits = np.arange(since, end_s, _SERVICE_LIMIT_S + 90)
    return [
        _service(submits + 1_800 * number, SERVICES[number % len(SERVICES)], accounts.service_owner)
        for number in range(pool.services)
        if len(submits)
    ]


def _service(submits: Ints, name: str, owner: int) -> Jobs:
    count = len(submits)
    ones, zeros = np.ones(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    return Jobs(
        submit_s=submits,
        nodes=ones,
        slots=ones,
        runtime_s=ones * (_SERVICE_LIMIT_S + 1),
        limit_s=ones * _SERVICE_LIMIT_S,
        patience_s=zeros,
        outcome=zeros,
        scavenger=zeros.astype(np.bool_),
        owner=zeros + owner,
        name=np.full(count, name, dtype=object),
        array=zeros - 1,
        task=zeros - 1,
    )


def _in_order(parts: list[Jobs]) -> Jobs:
    joined = {f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Jobs)}
    order = np.argsort(joined["submit_s"], kind="stable")
    return Jobs(**{name: values[order] for name, values in joined.items()})
