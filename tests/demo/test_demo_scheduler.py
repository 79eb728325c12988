"""The demo's scheduler on queues small enough to reckon by hand."""

from dataclasses import dataclass

import numpy as np

from plimsoll.demo.estate import DAY_S, Outage, Pool
from plimsoll.demo.scheduler import NEVER, STATE_NAMES, simulate
from plimsoll.demo.workload import Jobs, Outcome

HOUR = 3_600


@dataclass(frozen=True)
class Ask:
    submit: int
    slots: int
    hours: float
    nodes: int = 1
    limit_hours: float = 10
    patience: int = 0
    scavenger: bool = False
    outcome: Outcome = Outcome.COMPLETED


def pool(nodes: int = 1, outages: tuple[Outage, ...] = ()) -> Pool:
    return Pool(
        partition="gpu", prefix="n", nodes=nodes, slots=4, cpus_per_slot=1, memory_mb_per_slot=1,
        workload="training", jobs=1, load=1.0, gpu_type="a100", outages=outages,
    )  # fmt: skip


def play(asked: list[Ask], where: Pool, *, horizon_s: int = 100 * HOUR) -> list[tuple]:
    """(job, submit, start, end, state) of each run, in order of end."""
    count = len(asked)
    jobs = Jobs(
        submit_s=np.array([a.submit for a in asked]),
        nodes=np.array([a.nodes for a in asked]),
        slots=np.array([a.slots for a in asked]),
        runtime_s=np.array([int(a.hours * HOUR) for a in asked]),
        limit_s=np.array([int(a.limit_hours * HOUR) for a in asked]),
        patience_s=np.array([a.patience for a in asked]),
        outcome=np.array([int(a.outcome) for a in asked]),
        scavenger=np.array([a.scavenger for a in asked]),
        owner=np.zeros(count, dtype=np.int64),
        name=np.array(["job"] * count, dtype=object),
        array=np.full(count, -1),
        task=np.full(count, -1),
    )
    runs = simulate(where, jobs, window_begin_s=0, horizon_s=horizon_s)
    states = [STATE_NAMES[code] for code in runs.state]
    return list(zip(runs.job, runs.submit, runs.start, runs.end, states, strict=True))


def test_a_job_waits_until_the_one_before_it_ends():
    runs = play([Ask(0, 4, 2), Ask(10, 4, 1)], pool())
    assert runs == [(0, 0, 0, 2 * HOUR, "COMPLETED"), (1, 10, 2 * HOUR, 3 * HOUR, "COMPLETED")]


def test_a_short_job_passes_a_blocked_one_only_if_it_ends_in_time():
    # Job 0 holds 2 of 4 slots until its limit at 10 h, job 1 ends at 1 h. Job 2 needs all four
    # and is blocked when that happens; the 2-hour job fits before 10 h, the 20-hour one does not.
    asked = [
        Ask(0, 2, 10, limit_hours=10.5),
        Ask(0, 2, 1, limit_hours=2),
        Ask(1, 4, 1),
        Ask(2, 1, 2, limit_hours=2.5),
        Ask(3, 2, 20, limit_hours=24),
    ]
    starts = {job: start for job, _, start, _, _ in play(asked, pool())}
    assert starts == {0: 0, 1: 0, 3: HOUR, 2: 10 * HOUR, 4: 11 * HOUR}


def test_jobs_of_several_nodes_take_whole_nodes():
    runs = play([Ask(0, 1, 2), Ask(1, 4, 1, nodes=2), Ask(2, 4, 1)], pool(nodes=3))
    starts = {job: start for job, _, start, _, _ in runs}
    assert starts == {0: 0, 1: 1, 2: 1 + HOUR}


def test_a_time_limit_ends_a_job_within_half_a_minute():
    (run,) = play([Ask(0, 1, 5, limit_hours=1)], pool())
    assert run[4] == "TIMEOUT"
    assert HOUR <= run[3] < HOUR + 31


def test_an_impatient_owner_cancels_a_job_that_never_started():
    runs = play([Ask(0, 4, 9), Ask(0, 4, 1, patience=HOUR)], pool())
    assert runs[0] == (1, 0, NEVER, HOUR, "CANCELLED")


def test_a_scavenger_makes_room_and_comes_again_under_its_own_id():
    runs = play([Ask(0, 2, 5, scavenger=True), Ask(0, 2, 1), Ask(1, 4, 1)], pool())
    assert runs == [
        (1, 0, 0, HOUR, "COMPLETED"),
        (0, 0, 0, HOUR, "PREEMPTED"),
        (2, 1, HOUR, 2 * HOUR, "COMPLETED"),
        (0, HOUR, 2 * HOUR, 7 * HOUR, "COMPLETED"),
    ]


def test_a_failing_node_ends_its_jobs_and_is_empty_until_repaired():
    where = pool(outages=(Outage(node=0, first_day=0.5, days=1, reason="test"),))
    asked = [Ask(0, 2, 48, limit_hours=60), Ask(0, 2, 1), Ask(13 * HOUR, 4, 1)]
    runs = play(asked, where)
    half_a_day = DAY_S // 2
    assert (0, 0, 0, half_a_day, "NODE_FAIL") in runs
    assert (2, 13 * HOUR, half_a_day + DAY_S, half_a_day + DAY_S + HOUR, "COMPLETED") in runs


def test_a_requeued_job_runs_again_with_a_new_submission():
    runs = play([Ask(0, 1, 1, outcome=Outcome.REQUEUED)], pool())
    assert runs == [(0, 0, 0, HOUR, "REQUEUED"), (0, HOUR, HOUR, 2 * HOUR, "COMPLETED")]


def test_what_runs_or_waits_at_the_horizon_is_still_there():
    runs = play([Ask(0, 4, 9), Ask(1, 4, 9)], pool(), horizon_s=HOUR)
    assert runs == [(0, 0, 0, NEVER, "RUNNING"), (1, 1, NEVER, NEVER, "PENDING")]
