"""A discrete-event scheduler: first come, first served, with backfill, in one pool of nodes.

Nodes are bits of an integer and `_Nodes.by_free[k]` holds those with k free slots, so a fit is
found in a few operations. The oldest job that cannot start reserves the nodes that will be
empty first; younger jobs pass it only elsewhere, or where their time limit lets them end before.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Final

from plimsoll.demo.estate import DAY_S, Pool
from plimsoll.demo.workload import Jobs, Outcome

NEVER: Final = -1
"""`start` of a run that never began, `end` of one that was still there at the horizon."""

_END, _FAIL, _REPAIR, _JOIN, _GIVE_UP = range(5)
_BACKFILL_DEPTH: Final = 6
_KILL_DELAY_S: Final = 31
"""Slurm ends jobs up to half a minute after their time limit."""

STATE_NAMES: Final = (
    "COMPLETED",
    "FAILED",
    "OUT_OF_MEMORY",
    "CANCELLED",
    "TIMEOUT",
    "NODE_FAIL",
    "PREEMPTED",
    "REQUEUED",
    "RUNNING",
    "PENDING",
)
_CANCELLED: Final = STATE_NAMES.index("CANCELLED")
_TIMEOUT: Final = STATE_NAMES.index("TIMEOUT")
_NODE_FAIL: Final = STATE_NAMES.index("NODE_FAIL")
_PREEMPTED: Final = STATE_NAMES.index("PREEMPTED")
_REQUEUED: Final = STATE_NAMES.index("REQUEUED")
_RUNNING: Final = STATE_NAMES.index("RUNNING")
_PENDING: Final = STATE_NAMES.index("PENDING")


@dataclass
class Runs:
    """What happened, one entry a run: a job that is requeued has several, with its own submits.

    `nodes` is the set of allocated nodes as bits, 0 where the run never started.
    """

    job: list[int] = field(default_factory=list)
    submit: list[int] = field(default_factory=list)
    start: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    state: list[int] = field(default_factory=list)
    nodes: list[int] = field(default_factory=list)

    def add(self, job: int, submit: int, start: int, end: int, state: int, nodes: int) -> None:
        """Append one run."""
        self.job.append(job)
        self.submit.append(submit)
        self.start.append(start)
        self.end.append(end)
        self.state.append(state)
        self.nodes.append(nodes)


class _Nodes:
    """Which nodes have how many free slots."""

    def __init__(self, count: int, slots: int, *, spread: bool) -> None:
        self.slots = slots
        self.spread = spread
        self.free = [slots] * count
        self.by_free = [0] * slots + [(1 << count) - 1]
        self.absent = 0

    def find(self, nodes: int, slots: int, without: int = 0) -> int:
        """The nodes that a request fits on, as bits; 0 when there are none."""
        if nodes > 1:
            return _lowest_bits(self.by_free[self.slots] & ~without, nodes)
        fitting = range(slots, self.slots + 1)
        for level in reversed(fitting) if self.spread else fitting:
            candidates = self.by_free[level] & ~without
            if candidates:
                return candidates & -candidates
        return 0

    def take(self, chosen: int, slots: int) -> None:
        """Allocate slots on each of the chosen nodes."""
        self._shift(chosen, -slots)

    def give_back(self, chosen: int, slots: int) -> None:
        """Free slots on each of the chosen nodes."""
        self._shift(chosen, slots)

    def remove(self, node: int) -> None:
        """Take a node out of service; its slots count as free but cannot be found."""
        self.by_free[self.free[node]] &= ~(1 << node)
        self.absent |= 1 << node

    def restore(self, node: int) -> None:
        """Put a node into service."""
        self.absent &= ~(1 << node)
        self.by_free[self.free[node]] |= 1 << node

    def _shift(self, chosen: int, slots: int) -> None:
        while chosen:
            bit = chosen & -chosen
            chosen ^= bit
            node = bit.bit_length() - 1
            before = self.free[node]
            self.free[node] = before + slots
            if not bit & self.absent:
                self.by_free[before] ^= bit
                self.by_free[before + slots] ^= bit


def _places(mask: int) -> Iterator[int]:
    while mask:
        bit = mask & -mask
        mask ^= bit
        yield bit.bit_length() - 1


def _lowest_bits(mask: int, count: int) -> int:
    if mask.bit_count() < count:
        return 0
    chosen = 0
    for _ in range(count):
        bit = mask & -mask
        chosen |= bit
        mask ^= bit
    return chosen


class Scheduler:
    """One pool's queue and nodes; `run` plays its jobs until the horizon and returns the runs."""

    def __init__(self, pool: Pool, jobs: Jobs, *, window_begin_s: int, horizon_s: int) -> None:
        self._horizon = horizon_s
        self._runs = Runs()
        self._nodes = _Nodes(pool.scheduled_nodes, pool.slots, spread=pool.spread)
        self._submits = jobs.submit_s.tolist()
        self._requests = list(zip(jobs.nodes.tolist(), jobs.slots.tolist(), strict=True))
        self._runtimes = jobs.runtime_s.tolist()
        self._limits = jobs.limit_s.tolist()
        self._patience = jobs.patience_s.tolist()
        self._outcomes = jobs.outcome.tolist()
        self._scavengers = jobs.scavenger.tolist()
        self._queued: dict[int, int] = {}
        self._queues: dict[tuple[bool, int, int], deque[int]] = {}
        self._running: dict[int, tuple[int, int, int]] = {}
        self._events: list[tuple[int, int, int, int]] = []
        self._reserved_for = -1
        self._reserved = 0
        self._reserved_from = 0
        self._plan_absences(pool, window_begin_s)

    def run(self) -> Runs:
        """Play every submission and event before the horizon, in order of time."""
        events, submits, total = self._events, self._submits, len(self._submits)
        following = 0
        while True:
            now = events[0][0] if events else self._horizon
            if following < total and submits[following] < now:
                now = submits[following]
            if now >= self._horizon:
                break
            freed = False
            while events and events[0][0] == now:
                _, kind, subject, stamp = heappop(events)
                freed |= self._happen(now, kind, subject, stamp)
            if freed:
                self._schedule(now)
            while following < total and submits[following] == now:
                self._submit(now, following)
                following += 1
        return self._close()

    def _plan_absences(self, pool: Pool, window_begin_s: int) -> None:
        for outage in pool.outages:
            begin = window_begin_s + int(outage.first_day * DAY_S)
            heappush(self._events, (begin, _FAIL, outage.node, 0))
            end = begin + int(outage.days * DAY_S)
            heappush(self._events, (end, _REPAIR, outage.node, 0))
        for node in range(pool.nodes, pool.scheduled_nodes):
            self._nodes.remove(node)
            moment = window_begin_s + pool.joining_day * DAY_S
            heappush(self._events, (moment, _JOIN, node, 0))

    def _happen(self, now: int, kind: int, subject: int, stamp: int) -> bool:
        """Handle one event; tells whether nodes may have become free or the queue shorter."""
        if kind == _END:
            run = self._running.get(subject)
            if run is None or run[1] != stamp:
                return False
            self._finish(now, subject, self._final_state(subject, now - run[1]))
            return True
        if kind == _GIVE_UP:
            return self._give_up(now, subject, stamp)
        if kind == _FAIL:
            self._fail(now, subject)
            return True
        self._nodes.restore(subject)
        return True

    def _final_state(self, job: int, elapsed_s: int) -> int:
        if elapsed_s >= self._limits[job]:
            return _TIMEOUT
        outcome: int = self._outcomes[job]
        return _REQUEUED if outcome == Outcome.REQUEUED else outcome

    def _finish(self, now: int, job: int, state: int) -> None:
        submit, start, nodes = self._running.pop(job)
        self._nodes.give_back(nodes, self._requests[job][1])
        self._runs.add(job, submit, start, now, state, nodes)
        if state == _REQUEUED:
            self._outcomes[job] = Outcome.COMPLETED
            self._submit(now, job)

    def _fail(self, now: int, node: int) -> None:
        bit = 1 << node
        lost = [job for job, (_, _, nodes) in self._running.items() if nodes & bit]
        for job in lost:
            self._finish(now, job, _NODE_FAIL)
        self._nodes.remove(node)
        for job in lost:
            if job % 3:
                self._submit(now, job)

    def _give_up(self, now: int, job: int, submit: int) -> bool:
        if self._queued.get(job) != submit:
            return False
        del self._queued[job]
        self._queues[self._shape(job)].remove(job)
        self._runs.add(job, submit, NEVER, now, _CANCELLED, 0)
        return self._reserved_for == job

    def _shape(self, job: int) -> tuple[bool, int, int]:
        return (self._scavengers[job], *self._requests[job])

    def _submit(self, now: int, job: int) -> None:
        shape = self._shape(job)
        queue = self._queues.setdefault(shape, deque())
        self._queued[job] = now
        if not queue and self._try(now, job):
            return
        queue.append(job)
        if self._patience[job] > 0:
            heappush(self._events, (now + self._patience[job], _GIVE_UP, job, now))

    def _try(self, now: int, job: int) -> bool:
        """Start a job at once if nodes are free and no reservation is harmed."""
        nodes, slots = self._requests[job]
        reserved = 0 if job == self._reserved_for else self._reservation()
        chosen = self._nodes.find(nodes, slots, reserved)
        if not chosen and reserved and now + self._limits[job] <= self._reserved_from:
            chosen = self._nodes.find(nodes, slots)
        if not chosen:
            return False
        self._start(now, job, chosen)
        return True

    def _start(self, now: int, job: int, chosen: int) -> None:
        self._nodes.take(chosen, self._requests[job][1])
        self._running[job] = (self._queued.pop(job), now, chosen)
        lasts, limit = self._runtimes[job], self._limits[job]
        if lasts >= limit:
            lasts = limit + job % _KILL_DELAY_S
        heappush(self._events, (now + lasts, _END, job, now))

    def _schedule(self, now: int) -> None:
        """Start what can start, oldest first; then fill the gaps."""
        while True:
            waiting = sorted(
                (shape[0], self._queued[queue[0]], queue[0], shape)
                for shape, queue in self._queues.items()
                if queue
            )
            if not waiting:
                return
            started = False
            for position, (_, _, job, shape) in enumerate(waiting):
                if position == 0 and self._start_oldest(now, job):
                    self._queues[shape].popleft()
                    started = True
                    break
                if self._backfill(now, self._queues[shape]):
                    started = True
            if not started or position:
                return

    def _start_oldest(self, now: int, job: int) -> bool:
        nodes, slots = self._requests[job]
        chosen = self._nodes.find(nodes, slots)
        if not chosen and not self._scavengers[job]:
            chosen = self._preempt(now, nodes, slots)
        if chosen:
            self._start(now, job, chosen)
            return True
        if self._reserved_for != job:
            self._reserve(job, nodes)
        return False

    def _backfill(self, now: int, queue: deque[int]) -> bool:
        started = False
        for _ in range(_BACKFILL_DEPTH):
            if not queue or not self._try(now, queue[0]):
                break
            queue.popleft()
            started = True
        return started

    def _reservation(self) -> int:
        if self._reserved_for not in self._queued:
            self._reserved_for, self._reserved = -1, 0
        return self._reserved

    def _reserve(self, job: int, nodes: int) -> None:
        """Set aside the nodes that will be empty soonest, by the limits of what runs on them."""
        busy_until = [0] * len(self._nodes.free)
        for other, (_, start, held) in self._running.items():
            until = start + self._limits[other]
            for node in _places(held):
                busy_until[node] = max(busy_until[node], until)
        present = [n for n in range(len(busy_until)) if not self._nodes.absent >> n & 1]
        soonest = sorted(present, key=busy_until.__getitem__)[:nodes]
        self._reserved_for = job
        self._reserved = sum(1 << node for node in soonest)
        self._reserved_from = max((busy_until[node] for node in soonest), default=0)

    def _preempt(self, now: int, nodes: int, slots: int) -> int:
        """Requeue scavenger jobs of one node if that makes room there."""
        victims: dict[int, list[int]] = {}
        for job, (_, start, held) in self._running.items():
            if self._scavengers[job] and start < now and held & (held - 1) == 0:
                victims.setdefault(held, []).append(job)
        if nodes > 1:
            return 0
        for held, found in victims.items():
            room = self._nodes.free[held.bit_length() - 1]
            if room + sum(self._requests[job][1] for job in found) < slots:
                continue
            for job in found:
                self._finish(now, job, _PREEMPTED)
            for job in found:
                self._queued[job] = now
                self._queues[self._shape(job)].append(job)
            return held
        return 0

    def _close(self) -> Runs:
        for job, (submit, start, nodes) in self._running.items():
            self._runs.add(job, submit, start, NEVER, _RUNNING, nodes)
        for job, submit in self._queued.items():
            self._runs.add(job, submit, NEVER, NEVER, _PENDING, 0)
        return self._runs


def simulate(pool: Pool, jobs: Jobs, *, window_begin_s: int, horizon_s: int) -> Runs:
    """Play a pool's jobs until the horizon (epoch seconds); the runs, in no particular order."""
    return Scheduler(pool, jobs, window_begin_s=window_begin_s, horizon_s=horizon_s).run()
