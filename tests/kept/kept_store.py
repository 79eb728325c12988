"""A small store of two clusters with jobs in four months, and what changes it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from model.cluster_settings import ClusterSettings
from model.schemas import NODES
from model.settings import Settings
from store import Cluster, FileRecord, Store, open_store
from store.jobs import STAGED_COLUMNS

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 100
SETTINGS = Settings(clusters=(ClusterSettings(name="a", tier="one"), ClusterSettings(name="b")))


def job(number: int, *, cluster: str, day: float, hours: float = 30.0, **values: object) -> dict:
    submit = BEGIN + timedelta(days=day)
    start = submit + timedelta(hours=1 + number % 5)
    end = start + timedelta(hours=hours)
    told = {
        "cluster": cluster, "job_id": number, "submit": submit, "eligible": submit, "start": start,
        "end": end, "held_until": end, "started": True, "user": f"u{number % 7}",
        "account": f"acc{number % 3}", "partition": "gpu", "job_state": "COMPLETED",
        "gpus": 1 + number % 4, "req_gpus": 1 + number % 4, "cpus": 8, "nodes": 1,
        "gpu_types": f"a100:{1 + number % 4}", "node_list": f"n{number % 2}", "suspended_s": 0,
        "finality": 3, "observed_until": end,
    }  # fmt: skip
    return {**dict.fromkeys(STAGED_COLUMNS), **told, **values}


def write(store: Store, rows: list[dict]) -> None:
    for cluster in {row["cluster"] for row in rows}:
        with store.job_writer(cluster) as writer:
            mine = [row for row in rows if row["cluster"] == cluster]
            writer.append(pl.DataFrame(mine, schema=STAGED_COLUMNS))
            writer.commit()


def observe(store: Store, cluster: str, days: float, note: str = "") -> None:
    run = store.catalogue.begin_run("test")
    record = FileRecord(
        run_id=run, cluster=cluster, kind="jobs", path="log", bytes=1, format="sacct",
        sha256=f"{cluster} {days} {note}", window_from=BEGIN, window_assumed=False,
        window_to=BEGIN + timedelta(days=days),
    )  # fmt: skip
    store.catalogue.record_file(record)
    store.catalogue.finish_run(run)


def nodes(cluster: str, names: list[str], day: float = 0) -> pl.DataFrame:
    rows = [
        dict.fromkeys(NODES.schema)
        | {
            "cluster": cluster, "node": name, "valid_from": BEGIN + timedelta(days=day),
            "gpus": 4, "gpu_types": "a100:4", "cpus": 64, "memory_mb": 512_000,
            "partitions": "gpu", "state": "IDLE",
        }
        for name in names
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=NODES.schema)


def made_store(folder: Path) -> Store:
    """Two clusters of two nodes, a job a day on each."""
    made = open_store(folder, create=True)
    for cluster in ("a", "b"):
        made.catalogue.save_cluster(Cluster(cluster, tier="one"))
        observe(made, cluster, DAYS)
        made.upsert(NODES, nodes(cluster, ["n0", "n1"]))
        write(made, [job(day, cluster=cluster, day=day) for day in range(DAYS - 5)])
    return made
