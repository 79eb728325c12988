# ruff: noqa: S311  # chance, not secrets
"""Small stores whose people are known one by one: who held what, where, in which month."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

import polars as pl

from model.question import Answer, Question
from model.registry import Registry
from model.schemas import JOBS, NODES
from model.settings import Settings
from reports.answer import answer
from reports.disclosure import People, people_of
from store import Cluster, FileRecord, Store, open_store

MONTHS = tuple(date(2026, month, 1) for month in range(1, 7))
END = datetime(2026, 7, 1, tzinfo=UTC)
SHAPES = ((30, 6, 64), (24, 5, 40), (14, 4, 16), (7, 2, 8), (5, 1, 8))
"""How many people, accounts and GPUs each cluster has."""

Cell = tuple[str, date]


@dataclass(frozen=True)
class Held:
    """What one person held in a month: of one account, on one cluster."""

    cluster: str
    month: date
    person: str
    account: str
    hours: int
    gpus: int

    @property
    def gpu_hours(self) -> float:
        return float(self.hours * self.gpus)


@dataclass(frozen=True)
class Peopled:
    """A store, and what its people held."""

    store: Store
    settings: Settings
    registry: Registry
    held: tuple[Held, ...]

    @property
    def clusters(self) -> tuple[str, ...]:
        return tuple(sorted({each.cluster for each in self.held}))

    def ask(self, question: Question) -> Answer:
        return answer(question, store=self.store, settings=self.settings, registry=self.registry)

    def people(self) -> People:
        return people_of(self.store, self.settings, self.registry)

    def amounts(self) -> dict[Cell, float]:
        """GPU-hours by cluster and month."""
        sums: dict[Cell, float] = defaultdict(float)
        for each in self.held:
            sums[each.cluster, each.month] += each.gpu_hours
        return dict(sums)

    def needed(self, cells: Sequence[Cell]) -> float | None:
        """How far the sum over cells must stay open either way, None where it may be told.

        Reckoned in the plainest way, from each person's hours.
        """
        mine = [each for each in self.held if (each.cluster, each.month) in cells]
        if not mine:
            return None
        by_person, by_account = _sums(mine, "person"), _sums(mine, "account")
        if len(by_person) < 10 or len(by_account) < 3:
            return 0.1 * sum(by_person)
        lacking = max(_lacking(by_person), _lacking(by_account))
        return lacking if lacking > 0 else None


def _sums(held: Sequence[Held], name: str) -> list[float]:
    sums: dict[str, float] = defaultdict(float)
    for each in held:
        sums[getattr(each, name)] += each.gpu_hours
    return sorted(sums.values(), reverse=True)


def _lacking(sums: Sequence[float]) -> float:
    """What the rest lacks of a tenth of the largest: so closely the second largest can tell it."""
    return 0.1 * sums[0] - sum(sums[2:])


def invent(seed: int, *, tail: float = 1.1) -> tuple[Held, ...]:
    """What people held on five clusters over six months: some months are thin.

    The smaller the `tail`, the more a few of them hold.
    """
    return tuple(_invented(Random(seed), tail))


def _invented(random: Random, tail: float) -> Iterator[Held]:
    for number, (people, accounts, _) in enumerate(SHAPES):
        for month in MONTHS:
            active = people if random.random() < 0.8 else random.randint(1, people)
            for person in random.sample(range(people), active):
                hours = min(600, int(10 * random.paretovariate(tail)))
                yield Held(
                    cluster=f"c{number}",
                    month=month,
                    person=f"c{number}p{person}",
                    account=f"c{number}a{person % accounts}",
                    hours=hours,
                    gpus=1,
                )


def stored(
    held: Sequence[Held], folder: Path, registry: Registry, settings: Settings | None = None
) -> Peopled:
    """The store of what people held, each of it in one job on a node of their own."""
    store = open_store(folder, create=True)
    run = store.catalogue.begin_run("test")
    for cluster in sorted({each.cluster for each in held}):
        store.catalogue.save_cluster(Cluster(cluster))
        store.catalogue.record_file(_log(run, cluster))
        rows = [_job(place, each) for place, each in enumerate(held) if each.cluster == cluster]
        with store.job_writer(cluster) as writer:
            writer.append(pl.DataFrame(rows, schema=JOBS.schema).drop("month", "fills"))
            writer.commit()
        gpus = SHAPES[int(cluster[1:])][2]
        store.upsert(NODES, pl.DataFrame(list(_nodes(cluster, gpus)), schema=NODES.schema))
    store.catalogue.finish_run(run)
    return Peopled(store, settings or Settings(), registry, tuple(held))


def _job(place: int, each: Held) -> dict[str, object]:
    first = datetime(each.month.year, each.month.month, each.month.day, tzinfo=UTC)
    start = first.timestamp() + 3600
    moments = {
        "submit": start - 60 * (place % 50), "eligible": start - 60 * (place % 50), "start": start,
        "end": start + 3600 * each.hours, "held_until": start + 3600 * each.hours,
        "observed_until": END.timestamp(),
    }  # fmt: skip
    return dict.fromkeys(JOBS.schema) | {
        "cluster": each.cluster, "job_id": place, "user": each.person, "account": each.account,
        "partition": "gpu", "job_state": "COMPLETED", "started": True, "suspended_s": 0,
        "nodes": 1, "cpus": 4, "gpus": each.gpus, "req_gpus": each.gpus, "gpu_types": "",
        "req_gpu_types": "", "limit_s": 2 * 3600 * each.hours, "node_list": f"n{int(each.person.partition('p')[2]) % 4}",
        "finality": 3,
    } | {name: datetime.fromtimestamp(value, UTC) for name, value in moments.items()}  # fmt: skip


def _nodes(cluster: str, gpus: int) -> Iterator[dict[str, object]]:
    for number in range(4):
        yield {
            "cluster": cluster, "node": f"n{number}", "valid_from": datetime(2026, 1, 1, tzinfo=UTC),
            "gpus": gpus // 4, "gpu_types": f"a100:{gpus // 4}", "cpus": 512, "memory_mb": 10**6,
            "partitions": "gpu", "features": "", "state": "IDLE", "slurm_version": "24.05",
        }  # fmt: skip


def _log(run: int, cluster: str) -> FileRecord:
    return FileRecord(
        run_id=run, cluster=cluster, kind="jobs", path=f"{cluster}.log", sha256=cluster, bytes=1,
        format="sacct", window_from=datetime(2026, 1, 1, tzinfo=UTC), window_to=END,
        window_assumed=False,
    )  # fmt: skip
