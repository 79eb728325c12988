"""What was kept is never stale: each answer equals that of the same store with nothing kept."""

import shutil
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from kept_store import BEGIN, DAYS, SETTINGS, job, made_store, nodes, observe, write
from polars.testing import assert_frame_equal

from model.cluster_settings import ClusterSettings
from model.question import Answer, Question
from model.registry import load_registry
from model.schemas import NODE_EVENTS, NODES
from model.settings import Settings
from reports.answer import answer
from store import Store, open_store
from store.kept import FOLDER

QUESTIONS = (
    Question("usage", by=("account",), period="month"),
    Question("utilisation", by=("cluster",), period="week"),
    Question("waits"),
    Question("carbon", by=("cluster",), period="quarter"),
    Question("fragmentation", by=("tier",)),
    Question("inference"),
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return made_store(tmp_path / "store")


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
