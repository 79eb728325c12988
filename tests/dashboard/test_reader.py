"""The reader's memory: what is asked once, what is forgotten, what outlives the server."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event, Lock
from typing import Any

import polars as pl
import pytest

import dashboard.reader as module
from dashboard.edition import Watch
from dashboard.memory import Memory
from dashboard.reader import AT_ONCE, Reader
from dashboard.shelf import FOLDER, Shelf
from ingest.awards import ingest_awards
from model.errors import InputError
from model.question import Answer, Question
from model.registry import load_registry
from model.settings import load_settings
from reports.answer import answer
from store import Cluster, Store, open_store

APPLICATIONS = Question("applications")
LINES = "application_id,project,requested,granted,unit"


def entered(store: Store, name: str, *lines: str) -> None:
    csv = store.path.parent / name
    csv.write_text("\n".join([LINES, *lines]))
    ingest_awards(store, [csv])


@pytest.fixture
def reader(tmp_path: Path):
    (tmp_path / "plimsoll.yaml").write_text("site: nowhere\ntimezone: Europe/London\n")
    store = open_store(tmp_path / "store", create=True)
    entered(store, "first.csv", "a1,p1,100,20,GPU-hours", "a2,p2,100,30,GPU-hours")
    settings = load_settings(tmp_path / "plimsoll.yaml")
    yield Reader(store=store, settings=settings, registry=load_registry())
    store.close()


def again(reader: Reader) -> Reader:
    """A reader of the same store that has just started."""
    return Reader(store=reader.store, settings=reader.settings, registry=reader.registry)


def moved_on(reader: Reader) -> None:
    """The reader's next glance is a fresh one."""
    reader._watch.look()


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch):
    """Every question counts as one that took long."""
    monkeypatch.setattr(module, "_SLOW_S", -1.0)


def test_memory_holds_no_more_bytes_than_it_may_and_forgets_the_oldest():
    memory: Memory[bytes] = Memory(100, len)
    for name in "abcd":
        memory.recall((name,), lambda: bytes(40))
    memory.recall(("c",), lambda: pytest.fail("c is known"))
    memory.recall(("e",), lambda: bytes(40))
    assert memory.held_bytes == 80
    assert len(memory) == 2
    memory.recall(("c",), lambda: pytest.fail("c was used last but one"))
    made = memory.recall(("large",), lambda: bytes(101))
    assert len(made) == 101
    assert memory.held_bytes == 80


def test_what_cannot_be_made_reaches_all_who_wait_and_is_made_again():
    memory: Memory[int] = Memory(100, lambda _: 1)
    begun, go = Event(), Event()

    def fails() -> int:
        begun.set()
        go.wait(10)
        raise InputError("no")

    with ThreadPoolExecutor(2) as asking:
        first = asking.submit(memory.recall, ("k",), fails)
        begun.wait(10)
        second = asking.submit(memory.recall, ("k",), lambda: pytest.fail("it is being made"))
        go.set()
        for each in (first, second):
            with pytest.raises(InputError):
                each.result(10)
    assert memory.recall(("k",), lambda: 7) == 7


def test_the_store_is_looked_at_no_more_than_twice_a_second(reader: Reader):
    now = 100.0
    watch = Watch(reader.store, clock=lambda: now)
    before = watch.glance()
    reader.store.catalogue.save_cluster(Cluster("north"))
    now += 0.4
    assert watch.glance() is before
    now += 0.2
    assert watch.glance() != before
    assert [cluster.name for cluster in watch.glance().clusters] == ["north"]


def test_a_file_without_news_makes_a_new_edition_of_the_same_version(reader: Reader):
    before = reader.edition()
    entered(reader.store, "second.csv", "a1,p1,100,20,GPU-hours")
    moved_on(reader)
    after = reader.edition()
    assert after.facts != before.facts


def test_answers_of_an_edition_that_is_past_are_forgotten(reader: Reader):
    assert reader.ask(APPLICATIONS).frame.height == 2
    entered(reader.store, "second.csv", "a3,p3,100,20,GPU-hours")
    moved_on(reader)
    assert reader.ask(APPLICATIONS).frame.height == 3
    assert len(reader.answers) == 1


def test_a_page_during_which_the_store_moves_on_is_drawn_again(reader: Reader):
    drawn: list[str | None] = []

    def draw() -> int:
        drawn.append(reader.version())
        rows = reader.ask(APPLICATIONS).frame.height
        if len(drawn) == 1:
            entered(reader.store, "second.csv", "a3,p3,100,20,GPU-hours")
        return rows + reader.ask(APPLICATIONS).frame.height

    assert reader.of_one_edition(draw) == (6, True)
    assert len(set(drawn)) == 2


def test_a_store_that_never_stands_still_is_told_of(reader: Reader):
    def draw() -> None:
        name = f"n{len(reader.store.catalogue.clusters())}"
        reader.store.catalogue.save_cluster(Cluster(name))

    assert reader.of_one_edition(draw) == (None, False)


def test_no_more_questions_are_reckoned_at_once_than_allowed(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
):
    at_work, most, lock = 0, 0, Lock()
    pause = Event()

    def counted(question: Question, **given: Any) -> Answer:
        nonlocal at_work, most
        with lock:
            at_work += 1
            most = max(most, at_work)
        pause.wait(0.05)
        with lock:
            at_work -= 1
        return answer(question, **given)

    monkeypatch.setattr(module, "answer", counted)
    questions = [replace(APPLICATIONS, where=(("project", f"p{n}"),)) for n in range(6)]
    with ThreadPoolExecutor(6) as asking:
        list(asking.map(reader.ask, questions))
    assert most == AT_ONCE


@pytest.mark.usefixtures("slowly")
def test_a_server_that_starts_again_need_not_reckon_again(reader: Reader):
    first = reader.ask(APPLICATIONS)
    second = again(reader)
    found = second.ask(APPLICATIONS)
    assert second.reckoned == 0
    assert found.frame.equals(first.frame)
    assert found.frame.schema == first.frame.schema
    assert replace(found, frame=first.frame) == first


@pytest.mark.usefixtures("slowly")
def test_the_shelf_answers_for_no_other_settings_and_no_other_edition(reader: Reader):
    reader.ask(APPLICATIONS)
    settings = reader.settings.model_copy(update={"site": "elsewhere"})
    other = Reader(store=reader.store, settings=settings, registry=reader.registry)
    other.ask(APPLICATIONS)
    assert other.reckoned == 1
    entered(reader.store, "second.csv", "a3,p3,100,20,GPU-hours")
    moved_on(reader)
    assert reader.ask(APPLICATIONS).frame.height == 3
    folders = list((reader.store.path / FOLDER).iterdir())
    assert len(folders) == 1


@pytest.mark.usefixtures("slowly")
def test_an_answer_that_cannot_be_read_is_reckoned_anew(reader: Reader):
    reader.ask(APPLICATIONS)
    for path in (reader.store.path / FOLDER).rglob("*.arrow"):
        path.write_bytes(b'{"notes": []}\nnonsense')
    second = again(reader)
    assert second.ask(APPLICATIONS).frame.height == 2
    assert second.reckoned == 1


def test_a_folder_that_cannot_be_written_is_done_without(reader: Reader, tmp_path: Path):
    (tmp_path / "file").write_text("")
    shelf = Shelf(tmp_path / "file" / FOLDER, reader.settings, reader.registry)
    shelf.put("edition", "", Answer(APPLICATIONS, pl.DataFrame({"a": [1]})))
    shelf.keep_only("edition")
    assert shelf.find("edition", "", APPLICATIONS) is None
