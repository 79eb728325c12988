"""Questions that other processes reckon: the same answers and faults, and none that hangs."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

import dashboard.reckoners as module
from dashboard.reader import Reader
from dashboard.reckoners import Reckoners
from ingest.awards import ingest_awards
from model.errors import InputError
from model.question import Question
from model.registry import load_registry
from model.settings import Settings
from reports.answer import answer
from store import Store, open_store

APPLICATIONS = Question("applications")
CSV = "application_id,project,requested,granted,unit\na1,p1,100,20,GPU-hours\n"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    (tmp_path / "awards.csv").write_text(CSV)
    with open_store(tmp_path / "store", create=True) as made:
        ingest_awards(made, [tmp_path / "awards.csv"])
        yield made


@pytest.fixture
def reckoners(store: Store) -> Reckoners:
    return Reckoners(store, Settings(), at_once=1)


def processes(reckoners: Reckoners) -> set[int]:
    """The processes that wait for a question."""
    return {free._process.pid for free in reckoners._free.queue if free}


def test_another_process_gives_the_same_answer_and_the_same_fault(store, reckoners):
    here = answer(APPLICATIONS, store=store, settings=Settings(), registry=load_registry())
    there = reckoners.ask(APPLICATIONS)
    assert_frame_equal(here.frame, there.frame)
    assert (here.notes, here.store_version) == (there.notes, there.store_version)
    with pytest.raises(InputError, match="no jobs") as told:
        reckoners.ask(Question("usage"))
    assert told.value.hint
    assert len(processes(reckoners)) == 1


def test_a_process_that_is_killed_is_replaced(reckoners):
    reckoners.ask(APPLICATIONS)
    (child,) = processes(reckoners)
    os.kill(child, signal.SIGKILL)
    with pytest.raises(InputError, match="memory may have run out"):
        reckoners.ask(APPLICATIONS)
    assert reckoners.ask(APPLICATIONS).frame.height == 1
    assert child not in processes(reckoners)


def test_what_keeps_a_process_from_its_store_is_told(reckoners, store):
    hidden = store.path.rename(store.path.with_name("hidden"))
    with pytest.raises(InputError, match="no store here"):
        reckoners.ask(APPLICATIONS)
    hidden.rename(store.path)
    assert reckoners.ask(APPLICATIONS).frame.height == 1


def test_a_process_that_has_grown_is_replaced(reckoners, monkeypatch):
    monkeypatch.setattr(module, "GROWN_BYTES", 1)
    reckoners.ask(APPLICATIONS)
    assert processes(reckoners) == set()
    assert reckoners.ask(APPLICATIONS).frame.height == 1


def test_a_reader_asks_others_only_of_what_reads_jobs(store, reckoners):
    reader = Reader(store=store, settings=Settings(), registry=load_registry(), reckoners=reckoners)
    reader.ask(Question("quarantine"))
    reader.ask(Question("targets"))
    assert processes(reckoners) == set()
    reader.ask(APPLICATIONS)
    assert len(processes(reckoners)) == 1
