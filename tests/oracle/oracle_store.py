# ruff: noqa: S311  # chance, not secrets
"""An invented estate in a real store, and the questions that `plimsoll show` would ask of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
from oracle_world import Row, World

from model.cluster_settings import ClusterSettings
from model.question import Answer, Period, Question
from model.registry import Registry, load_registry
from model.schemas import AWARDS, GPU_SAMPLES, JOBS, NODE_EVENTS, NODES, FactTable
from model.settings import Settings
from reports.answer import answer
from store import Cluster, FileRecord, Store, open_store


@dataclass(frozen=True)
class Stored:
    """A store on disk and the settings that go with it."""

    store: Store
    settings: Settings

    def ask(
        self,
        table: str,
        *,
        by: Sequence[str] = (),
        period: Period = "total",
        since: date | None = None,
        until: date | None = None,
        where: Sequence[tuple[str, str]] = (),
        timezone: str = "UTC",
    ) -> Answer:
        question = Question(table, tuple(by), period, since, until, tuple(where), timezone)
        return answer(question, store=self.store, settings=self.settings, registry=registry())


@cache
def registry() -> Registry:
    return load_registry()


def stored(world: World, folder: Path, *, batches: int = 1, seed: int = 0) -> Stored:
    """The estate written in `batches` ingests, its rows shuffled by `seed`."""
    random = Random(seed)
    store = open_store(folder, create=True)
    run = store.catalogue.begin_run("oracle")
    for name, cluster in world.clusters.items():
        store.catalogue.save_cluster(Cluster(name))
        for window in cluster["windows"]:
            store.catalogue.record_file(_log(run, name, window))
        if cluster["unstated"] or not cluster["windows"]:
            store.catalogue.record_file(_log(run, name, None))
    jobs = random.sample(world.jobs, len(world.jobs)) if seed else list(world.jobs)
    for part in range(batches):
        for name in world.clusters:
            mine = [job for job in jobs[part::batches] if job["cluster"] == name]
            with store.job_writer(name) as writer:
                writer.append(_frame(JOBS, mine).drop("month", "fills"))
                writer.commit()
    for table, rows in (
        (NODES, world.nodes), (NODE_EVENTS, world.events), (GPU_SAMPLES, world.hours),
        (AWARDS, world.awards),
    ):  # fmt: skip
        shuffled = random.sample(rows, len(rows)) if seed else rows
        for part in range(batches):
            if shuffled[part::batches]:
                store.upsert(table, _frame(table, shuffled[part::batches]))
    store.catalogue.finish_run(run)
    return Stored(store, _settings(world))


def _settings(world: World) -> Settings:
    clusters = [
        ClusterSettings.model_validate(
            {
                "name": name,
                "tier": cluster["tier"],
                "pue": cluster["pue"],
                "grid_region": cluster["grid_region"],
                "node_roles": [
                    {"role": role, kind: pattern} for kind, pattern, role in cluster["node_roles"]
                ],
            }
        )
        for name, cluster in world.clusters.items()
    ]
    return Settings(clusters=tuple(clusters))


def _log(run: int, cluster: str, window: tuple[int, int] | None) -> FileRecord:
    return FileRecord(
        run_id=run,
        cluster=cluster,
        kind="jobs",
        path=f"{cluster}.log",
        sha256=f"{cluster} {window}",
        bytes=1,
        format="sacct",
        window_from=_moment(window[0]) if window else None,
        window_to=_moment(window[1]) if window else None,
        window_assumed=window is None,
    )


def _moment(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


def _frame(table: FactTable, rows: Sequence[Row]) -> pl.DataFrame:
    return pl.DataFrame([_cells(table, row) for row in rows], schema=table.schema)


def _cells(table: FactTable, row: Row) -> dict[str, Any]:
    return {
        name: _moment(row[name])
        if isinstance(kind, pl.Datetime) and row.get(name) is not None
        else row.get(name)
        for name, kind in table.schema.items()
    }
