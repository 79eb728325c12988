"""What was kept is never stale: each answer equals that of the same store with nothing kept."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from model.cluster_settings import ClusterSettings
from model.question import Answer, Question
from model.registry import load_registry
from model.schemas import NODE_EVENTS, NODES
from model.settings import Settings
from reports.answer import answer
from store import Cluster, FileRecord, Store, open_store
from store.jobs import STAGED_COLUMNS
from store.kept import FOLDER

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 100
QUESTIONS = (
    Question("usage", by=("account",), period="month"),
    Question("utilisation", by=("cluster",), period="week"),
    Question("waits"),
    Question("carbon", by=("cluster",), period="quarter"),
    Question("fragmentation", by=("tier",)),
    Question("inference"),
)
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


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = open_store(tmp_path / "store", create=True)
    for cluster in ("a", "b"):
        made.catalogue.save_cluster(Cluster(cluster, tier="one"))
        observe(made, cluster, DAYS)
        made.upsert(NODES, nodes(cluster, ["n0", "n1"]))
        write(made, [job(day, cluster=cluster, day=day) for day in range(DAYS - 5)])
    return made


def ask(store: Store, question: Question, settings: Settings = SETTINGS) -> Answer:
    return answer(question, store=store, settings=settings, registry=load_registry())


def agrees(store: Store, elsewhere: Path, settings: Settings = SETTINGS) -> None:
    """Every answer of the store is that of a copy in which nothing is kept."""
    shutil.copytree(store.path, elsewhere, ignore=shutil.ignore_patterns(FOLDER))
    with open_store(elsewhere) as bare:
        for question in QUESTIONS:
            kept, fresh = (ask(each, question, settings) for each in (store, bare))
            assert_frame_equal(kept.frame, fresh.frame, rel_tol=1e-12, abs_tol=1e-9)
            assert kept.notes == fresh.notes
    shutil.rmtree(elsewhere)


def test_an_answer_is_the_same_after_any_change_of_the_store(store, tmp_path):
    agrees(store, tmp_path / "0")
    write(store, [job(1000, cluster="a", day=DAYS - 4), job(1001, cluster="b", day=2.5, hours=900)])
    agrees(store, tmp_path / "1")
    corrected = job(10, cluster="a", day=10, hours=50.0, gpus=3, req_gpus=3, finality=4)
    write(store, [corrected])
    agrees(store, tmp_path / "2")
    down = {"cluster": "a", "node": "n1", "start": BEGIN + timedelta(days=40), "kind": "down"}
    rows = [dict.fromkeys(NODE_EVENTS.schema) | down | {"end": BEGIN + timedelta(days=41)}]
    store.upsert(NODE_EVENTS, pl.DataFrame(rows, schema=NODE_EVENTS.schema))
    agrees(store, tmp_path / "3")
    store.upsert(NODES, nodes("b", ["n0", "n1", "n2"], day=50))
    agrees(store, tmp_path / "4")
    observe(store, "a", DAYS + 3)
    agrees(store, tmp_path / "5")
    store.compact(keep=timedelta(hours=1))
    agrees(store, tmp_path / "6")


def test_an_answer_follows_the_settings(store, tmp_path):
    agrees(store, tmp_path / "0")
    other = Settings(
        clusters=(
            ClusterSettings.model_validate(
                {"name": "a", "tier": "two", "pue": 1.5, "gpu_aliases": {"a100": "a100-sxm-80"},
                 "node_roles": [{"role": "inference", "partition": "gpu"}]}
            ),
            ClusterSettings(name="b"),
        )
    )  # fmt: skip
    before = [ask(store, question).frame for question in QUESTIONS]
    after = [ask(store, question, other).frame for question in QUESTIONS]
    assert sum(not one.equals(two) for one, two in zip(before, after, strict=True)) >= 3
    agrees(store, tmp_path / "1", other)


def test_a_restored_older_store_speaks_of_its_own_rows(store, tmp_path):
    """Its versions are counted on from where the backup was made: they are no name for content."""
    backup = tmp_path / "backup"
    shutil.copytree(store.path, backup)
    write(store, [job(2000, cluster="a", day=30, hours=700.0)])
    newer = [ask(store, question).frame for question in QUESTIONS]
    store.close()
    for name in ("jobs", "catalogue.sqlite"):
        old, now = backup / name, store.path / name
        shutil.rmtree(now) if now.is_dir() else now.unlink()
        shutil.copytree(old, now) if old.is_dir() else shutil.copy(old, now)
    with open_store(store.path) as restored:
        write(restored, [job(2001, cluster="a", day=30, hours=10.0)])
        assert restored.version() == store.version()
        older = [ask(restored, question).frame for question in QUESTIONS]
        assert not any(one.equals(two) for one, two in zip(newer[:4], older[:4], strict=True))
        agrees(restored, tmp_path / "1")


def test_after_an_ingest_only_the_months_that_it_touched_are_reckoned_anew(store, monkeypatch):
    question = Question("utilisation", by=("cluster",))
    made: list[str] = []
    keep = store.sums.write
    monkeypatch.setattr(store.sums, "write", lambda *entry: (made.append(entry[0]), keep(*entry)))
    ask(store, question)
    first, made[:] = len(made), []
    write(store, [job(3000, cluster="b", day=DAYS - 4)])
    ask(store, question)
    assert 0 < len(made) <= first // 2
    made.clear()
    ask(store, question)
    assert not made


def test_a_kept_answer_needs_no_reckoning(store, monkeypatch):
    first = ask(store, QUESTIONS[0])
    monkeypatch.setattr("reports.answer.TABLES", {"usage": None})
    with open_store(store.path) as again:
        second = ask(again, QUESTIONS[0])
    assert second.frame.equals(first.frame)
    assert second.notes == first.notes
