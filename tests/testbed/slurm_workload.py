"""A short workload with what makes accounting hard: suspension, requeue, failure, odd names."""

import time
from typing import Final

from slurm_cluster import SlurmCluster

RESERVED_S: Final = 60
_SUSPENDED_S: Final = 4
_DOWN_S: Final = 4
_SETTLED_S: Final = 2
"""Of a job that starts in the second in which its reservation does, sacct names it or not."""
_NAMES: Final = ("a|b|c", "two\nlines", "naïve-训练", "=SUM(A1)", "<b>&amp;", " padded ", "x" * 200)


class Workload:
    """Jobs of three users in three accounts, submitted and then seen to their end."""

    def __init__(self, cluster: SlurmCluster) -> None:
        self._cluster = cluster
        self.began = int(time.time())

    def run(self) -> None:
        """Submit everything, do to it what operators do, and wait until all of it is recorded."""
        ordinary = self._submit_ordinary()
        self._submit("carol", "-p", "infer", "--gpus=1", "--begin=now+1hour", script="true")
        never = self._submit("alice", "-p", "train", "--gpus=8", "-H", script="true")
        self._suspend()
        self._requeue()
        self._lose_a_node()
        self._reserve()
        self._cluster.run("scancel", never)
        self._cluster.run("scancel", "--user=carol", "--state=PENDING")
        self._cluster.run("scontrol", "show", "job", ordinary[-1])
        self._cluster.wait_until("end of the workload", self._is_over, seconds=90)
        self._cluster.wait_until("the last records", self._is_recorded, seconds=60)

    def sacct(self, *arguments: str) -> list[str]:
        """The lines of sacct for all of the workload, by the delimiter `|`, without a header."""
        asked = ("-anPXD", "-S", time.strftime("%FT%T", time.gmtime(self.began)), *arguments)
        return self._cluster.run("sacct", *asked).splitlines()

    def _submit_ordinary(self) -> list[str]:
        train, infer = ("-p", "train"), ("-p", "infer")
        jobs = [
            self._submit("alice", *train, "-A", "physics", "--gres=gpu:a100:2", script="sleep 3"),
            self._submit("alice", *train, "-A", "lattice", "--gpus=3", script="srun sleep 2"),
            self._submit("alice", *train, "-N2", "--gres=gpu:a100:1", script="srun -n2 sleep 2"),
            self._submit("bob", *train, "--array=0-5%3", "--gpus=1", script="sleep 1"),
            self._submit("bob", script="sleep 1; exit 3"),
            self._submit("carol", *infer, "--gres=gpu:t4:1", script="srun sleep 1; srun sleep 1"),
            self._submit("carol", *infer, "--gres=gpu:t4:2", script="exit 1"),
        ]
        named = [
            self._submit("carol", *infer, "--gpus=1", f"--job-name={name}", script="true")
            for name in _NAMES
        ]
        return jobs + named

    def _suspend(self) -> None:
        job = self._submit("bob", "-p", "infer", "--gpus=1", "-J", "suspended", script="sleep 3")
        self._wait_for(job, "RUNNING")
        time.sleep(1)
        self._cluster.run("scontrol", "suspend", job)
        time.sleep(_SUSPENDED_S)
        self._cluster.run("scontrol", "resume", job)

    def _requeue(self) -> None:
        once = '[ -n "$SLURM_RESTART_COUNT" ] || sleep 60; sleep 1'
        job = self._submit("bob", "-p", "train", "--requeue", "--gpus=2", script=once)
        self._wait_for(job, "RUNNING")
        time.sleep(2)
        self._cluster.run("scontrol", "requeue", job)

    def _lose_a_node(self) -> None:
        place = ("-p", "infer", "-w", "gpu3", "--no-requeue", "--gpus=2")
        job = self._submit("carol", *place, script="sleep 60")
        self._wait_for(job, "RUNNING")
        time.sleep(1)
        node = "nodename=gpu3"
        self._cluster.run("scontrol", "update", node, "state=down", "reason=power | cut")
        time.sleep(_DOWN_S)
        self._cluster.run("scontrol", "update", node, "state=resume")

    def _reserve(self) -> None:
        named = ("reservationname=class", "starttime=now", f"duration={RESERVED_S // 60}")
        place = ("accounts=physics", "nodes=gpu2", "flags=ignore_jobs")
        self._cluster.run("scontrol", "create", "reservation", *named, *place)
        time.sleep(_SETTLED_S)
        wanted = ("-A", "physics", "-p", "train", "--reservation=class", "--gpus=2")
        self._submit("alice", *wanted, script="sleep 1")

    def _submit(self, user: str, *options: str, script: str) -> str:
        words = ("sbatch", "--parsable", "--chdir=/tmp", "--output=/dev/null", *options)
        return self._cluster.run(*words, "--wrap", script, user=user)

    def _wait_for(self, job: str, state: str) -> None:
        def reached() -> bool:
            return f"JobState={state} " in self._cluster.run("scontrol", "-o", "show", "job", job)

        self._cluster.wait_until(f"job {job} to be {state}", reached)

    def _is_over(self) -> bool:
        return not self._cluster.run("squeue", "-h", "-o", "%i")

    def _is_recorded(self) -> bool:
        """slurmctld hands its records over in batches: the last has come when none is open."""
        records = [line.split("|") for line in self.sacct("-o", "State,Reservation")]
        live = {"RUNNING", "PENDING", "SUSPENDED", "COMPLETING"}
        states = {state.split()[0] for state, _ in records}
        reserved = any(reservation for _, reservation in records)
        return bool(records) and reserved and not live & states
