# ruff: noqa: S311  # chance, not secrets
"""Random small estates: every fate of a job, every kind of node, gaps in what was observed."""

from datetime import UTC, datetime
from random import Random
from typing import Any

from oracle_telemetry import hours_of
from oracle_world import World

Row = dict[str, Any]

STEPS = (1, 20, 60, 180, 300, 450, 900)
ZONES = ("UTC", "Europe/London", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe")
ANCHORS = [
    int(datetime(*day, tzinfo=UTC).timestamp())
    for day in (
        (2026, 3, 29, 1),
        (2026, 10, 25, 1),
        (2025, 12, 31, 22),
        (2026, 5, 1),
        (2026, 6, 17),
    )
]
LISTS = {"n[1-2]": ["n1", "n2"], "n[1-3]": ["n1", "n2", "n3"]}
FATES = (
    "completed", "completed", "completed", "failed", "timeout", "node_fail", "zero", "running",
    "requeued", "cancelled_running", "never", "never", "deadline", "pending", "pending",
)  # fmt: skip
STATES = {
    "completed": "COMPLETED", "failed": "FAILED", "timeout": "TIMEOUT", "node_fail": "NODE_FAIL",
    "zero": "COMPLETED", "running": "RUNNING", "requeued": "REQUEUED", "never": "CANCELLED",
    "cancelled_running": "CANCELLED", "deadline": "DEADLINE", "pending": "PENDING",
}  # fmt: skip
REASONS = (
    None, "None", "None", "Priority", "Resources", "QOSMaxGRESPerUser", "AssocGrpGRES",
    "JobArrayTaskLimit", "Dependency", "BeginTime", "JobHeldUser", "ReqNodeNotAvail",
    "QOSGrpNodeLimit", "Licenses", "Reservation", "AssocMaxJobsLimit",
)  # fmt: skip


def invented(seed: int) -> World:
    """The estate of a seed: one seed, one estate."""
    return _Inventor(Random(seed)).world()


class _Inventor:
    def __init__(self, random: Random) -> None:
        self.random = random
        self.step = random.choice(STEPS)
        self.length = random.randint(20, 160)
        anchor = random.choice(ANCHORS)
        self.begin = anchor - anchor % 900 - random.randint(0, self.length) * self.step
        self.job_id = 0

    def world(self) -> World:
        names = ["alpha"]
        names += [name for name in ("beta", "bare") if self.random.random() < 0.6]
        world = World(step=self.step, clusters={name: self.cluster() for name in names})
        for name in names:
            if name != "bare":
                self.add_nodes(world, name)
                self.add_events(world, name)
            self.add_jobs(world, name)
        self.add_awards(world)
        for name in names:
            if self.chance(0.6):
                world.hours += hours_of(world, name, self.random)
        return world

    def tick(self, low: float = 0, high: float = 1) -> int:
        """A moment of the estate's life, `low` and `high` as shares of it."""
        first, last = round(low * self.length), round(high * self.length)
        return self.begin + self.step * self.random.randint(first, last)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def cluster(self) -> Row:
        return {
            "tier": self.random.choice(["Tier-2", "local", None]),
            "windows": self.windows(),
            "unstated": self.chance(0.15),
            "node_roles": self.random.choice(
                [
                    (),
                    (),
                    (("nodes", "n2", "inference"),),
                    (("nodes", "n1", "training"), ("partition", "long", "interactive")),
                ]
            ),
            "tracks": not self.chance(0.1),
            "tells_eligible": not self.chance(0.1),
            "pue": self.random.choice([None, 1.1, 1.5]),
            "grid_region": self.random.choice([None, "GB-13", "GB-1"]),
        }

    def windows(self) -> list[tuple[int, int]]:
        if self.chance(0.5):
            return [(self.begin, self.begin + self.length * self.step)]
        edges = sorted({self.tick() for _ in range(self.random.choice([0, 2, 4, 4, 6]))})
        found = list(zip(edges[::2], edges[1::2], strict=False))
        if found and self.chance(0.3):
            first, last = found[0]
            found.append((first + (last - first) // 2 // self.step * self.step, last + self.step))
        return sorted(set(found))

    def add_nodes(self, world: World, cluster: str) -> None:
        moments = sorted({self.tick(-0.2, 0.9) for _ in range(self.random.randint(1, 3))})
        nodes = ["n1", "n2", "n3", "n4"][: self.random.randint(1, 4)]
        for node in nodes:
            came = self.random.choice([0, 0, 0, self.random.randrange(len(moments))])
            shape = self.shape()
            for moment in moments[came:]:
                if self.chance(0.25):
                    shape = self.shape()
                if moment == moments[came] or self.chance(0.8):
                    world.nodes.append(
                        {"cluster": cluster, "node": node, "valid_from": moment, **shape}
                    )

    def shape(self) -> Row:
        kind = self.random.choice(["a100", "a100", "h100", "t4", "", "a100_1g.5gb", "odd", "cpu"])
        gpus = 0 if kind == "cpu" else self.random.randint(1, 4)
        return {
            "gpus": gpus,
            "gpu_types": f"{kind}:{gpus}" if gpus and kind else "",
            "cpus": self.random.choice([0, 4, 8, 16]),
            "memory_mb": 1000,
            "partitions": self.random.choice(["gpu", "gpu", "infer", "gpu,long", "long"]),
            "features": self.random.choice(["", "", "ib"]),
            "state": "IDLE",
            "slurm_version": None,
        }

    def add_events(self, world: World, cluster: str) -> None:
        taken = set()
        for _ in range(self.random.choice([0, 0, 1, 2, 4])):
            begin = self.tick(-0.1, 0.9)
            lasts = self.step * self.random.randint(0, self.length // 2)
            kind = self.random.choice(["down", "drain", "maintenance", "reserved", "reserved"])
            row = {
                "cluster": cluster,
                "node": self.random.choice(["n1", "n2", "n9"]),
                "start": begin,
                "end": None if self.chance(0.2) else begin + lasts,
                "kind": kind,
                "state": None,
                "reason": None,
            }
            key = (row["node"], begin, kind)
            if key not in taken:
                taken.add(key)
                world.events.append(row)

    def add_jobs(self, world: World, cluster: str) -> None:
        windows = world.observed[cluster] or [self.whole()]
        del world.observed, world.marked_windows
        fates = [self.random.choice(FATES) for _ in range(self.random.randint(0, 16))]
        for fate in fates:
            job = self.job(cluster, fate, windows, tracks=world.clusters[cluster]["tracks"])
            if job is None:
                continue
            if not world.clusters[cluster]["tells_eligible"]:
                job["eligible"] = None
            world.jobs.append(job)
            if fate == "requeued":
                self.add_next_run(world, job, windows)
            if fate == "never" and self.chance(0.5):
                self.add_resubmission(world, job, windows)

    def whole(self) -> tuple[int, int]:
        return self.begin, self.begin + self.length * self.step

    def job(
        self, cluster: str, fate: str, windows: list[tuple[int, int]], *, tracks: bool
    ) -> Row | None:
        self.job_id += 1
        submit = self.tick(-0.15, 1)
        job = {"cluster": cluster, "job_id": self.job_id, "submit": submit, **self.request()}
        if not tracks:
            job |= {"req_gpus": 0, "req_gpu_types": ""}
        job |= {"job_state": STATES[fate], "job_label": str(self.job_id)}
        job["eligible"] = self.random.choice(
            [submit, submit, submit, submit + self.step * self.random.randint(0, 9), None]
        )
        return self.with_fate(job, fate, windows)

    def request(self) -> Row:
        gpus = self.random.choice([0, 1, 1, 1, 2, 2, 4, 8, 40, None])
        kind = self.random.choice(["", "", "a100", "t4", "a100_1g.5gb"])
        return {
            "user": self.random.choice(["u", "v", "w"]),
            "account": self.random.choice(["a", "b", "c", None]),
            "partition": self.random.choice(["gpu", "gpu", "infer", "long"]),
            "qos": self.random.choice(["normal", "high", None]),
            "limit_s": self.random.choice([-1, None, 60, 600, 3600, 3601, 7200, 86_400, 40_000]),
            "req_gpus": gpus,
            "req_gpu_types": f"{kind}:{gpus}" if kind and gpus else "",
            **({"req_gpus": 4, "req_gpu_types": "a100:1,t4:2"} if self.chance(0.05) else {}),
            "reason": self.random.choice(REASONS),
            "reservation": None,
            "job_name": None,
            "name_hash": self.random.choice(["x", "y", "z", None]),
            "service": None,
            "shards": 0,
            "billing": None,
            "energy_j": None,
        }

    def with_fate(self, job: Row, fate: str, windows: list[tuple[int, int]]) -> Row | None:
        nothing = {
            "start": None, "end": None, "started": False, "held_until": None, "suspended_s": None,
            "nodes": None, "cpus": None, "gpus": None, "gpu_types": None, "node_list": None,
        }  # fmt: skip
        job |= nothing
        submit = job["submit"]
        later = [window for window in windows if window[1] > submit]
        job["finality"] = {"pending": 0, "running": 2, "requeued": 2}.get(fate, 3)
        if fate == "pending":
            if not later:
                return None
            job["observed_until"] = self.random.choice(later)[1]
            if self.chance(0.2):
                job["job_label"] = self.random.choice(["83_[1-6,9%2]", "7_[3]", "9_[0-8:4]"])
            return job
        begin = submit + self.step * self.random.choice([0, 1, self.random.randint(0, 60)])
        if fate in {"never", "deadline"}:
            job["end"] = begin
            job["observed_until"] = self.observed_until(windows, begin)
            if self.chance(0.1):
                job["job_label"] = "83_[1-6,9%2]"
            return job
        if self.chance(0.03):
            begin = submit - self.step
        length = 0 if fate == "zero" else self.step * self.random.randint(1, 70)
        job |= {"start": begin, "started": True, "held_until": begin + length, **self.share(job)}
        job["suspended_s"] = self.random.choice(
            [0, 0, 0, None, self.step * self.random.randint(0, length // self.step)]
        )
        if fate != "running":
            job["end"] = begin + length
        job["observed_until"] = self.observed_until(windows, begin + length)
        return job

    def observed_until(self, windows: list[tuple[int, int]], last: int) -> int:
        return self.random.choice([end for _, end in windows if end >= last] or [last])

    def share(self, job: Row) -> Row:
        """What a started job was given."""
        nodes = self.random.choice(["n1", "n1", "n2", "n3", "n[1-2]", "n[1-3]", "n9", None, ""])
        gpus = job["req_gpus"] if self.chance(0.8) else self.random.choice([0, 1, 3, None])
        gpus = min(gpus, 8) if gpus else gpus
        types = job["req_gpu_types"] and f"{job['req_gpu_types'].split(':')[0]}:{gpus}"
        if gpus and gpus > 2 and self.chance(0.3):
            types = "a100:1,t4:1"
        energy = self.random.choice([None, None, self.random.randint(1, 10**7)])
        return {
            "node_list": nodes,
            "nodes": len(LISTS.get(nodes, "n")) if nodes else self.random.choice([1, 2, None]),
            "cpus": self.random.choice([0, 1, 2, 4, 8, None]),
            "gpus": gpus,
            "gpu_types": types if gpus else "",
            "energy_j": energy,
        }

    def add_next_run(self, world: World, job: Row, windows: list[tuple[int, int]]) -> None:
        again = dict(job) | {"submit": job["held_until"] + self.step, "eligible": None}
        fate = self.random.choice(["completed", "pending", "never"])
        run = self.with_fate(again | {"job_state": STATES[fate]}, fate, windows)
        if run:
            world.jobs.append(run)

    def add_resubmission(self, world: World, job: Row, windows: list[tuple[int, int]]) -> None:
        self.job_id += 1
        wait = self.random.choice([0, 1, 3600 // self.step, 86_400 // self.step, 40])
        submit = job["end"] + self.step * wait
        again = dict(job) | {"submit": submit, "job_id": self.job_id}
        again["eligible"] = None if job["eligible"] is None else submit
        again |= {"job_label": str(self.job_id)}
        if self.chance(0.3):
            changed = self.random.choice(["limit_s", "req_gpus", "partition", "user", "name_hash"])
            again |= {changed: self.request()[changed]}
        fate = self.random.choice(["completed", "pending", "never"])
        run = self.with_fate(again | {"job_state": STATES[fate]}, fate, windows)
        if run:
            world.jobs.append(run)

    def add_awards(self, world: World) -> None:
        for number in range(self.random.choice([0, 2, 5, 12])):
            asked = self.random.choice([None, 0.0, 10.0, 100.0, 250.0])
            status = self.random.choice([None, "decided", "decided", "undecided", "withdrawn"])
            first = datetime.fromtimestamp(self.tick(-1, 0.5), UTC).date()
            last = datetime.fromtimestamp(self.tick(0.5, 3) + 86_400, UTC).date()
            dated = self.chance(0.8)
            accounts = self.random.sample(
                [f"{name}:{account}" for name in world.clusters for account in "abc"], 2
            )
            world.awards.append(
                {
                    "call": self.random.choice(["one", "two"]),
                    "round": self.random.choice(["1", "2"]),
                    "application_id": f"x{number}",
                    "resource": self.random.choice(["", "alpha", "beta"]),
                    "tranche": "",
                    "project": self.random.choice(["p", "q", None]),
                    "institution": self.random.choice(["Leeds", "York", None]),
                    "discipline": None,
                    "council": self.random.choice(["EPSRC", None]),
                    "route": None,
                    "unit": self.random.choice(["GPU-hours", "GPU-hours", "node-hours"]),
                    "requested": asked,
                    "recommended": self.random.choice([None, 5.0, 80.0, 120.0]),
                    "granted": self.random.choice([None, 0.0, 2.0, 20.0, 100.0]),
                    "offered": self.random.choice([None, None, 120.0]),
                    "status": status,
                    "start": first if dated else None,
                    "end": max(last, first) if dated else None,
                    "accounts": self.random.choice([None, ";".join(accounts), accounts[0]]),
                }
            )
