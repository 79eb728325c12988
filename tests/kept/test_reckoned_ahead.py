"""What is reckoned ahead is what pages and the full report ask: nobody waits for it after."""

import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
from kept_store import SETTINGS, job, made_store, write

from dashboard.ahead import in_child, reckon
from dashboard.reader import Reader
from dashboard.routing import warm
from dashboard.warming import Warming
from model.cluster_settings import ClusterSettings
from model.errors import InputError
from model.progress import no_progress
from model.registry import load_registry
from model.settings import Settings
from reports.answer import NEEDS_NO_STORE, OF_THE_LEDGER, TABLES, TAKES_A_STORE
from reports.capacity_report.order import Order, holdings_of, report_of, selection_of
from reports.doctor import checks
from reports.doctor.checks import examine
from reports.doctor.evidence import gather
from reports.doctor.symptom import Symptom
from store import Store
from store.kept import FOLDER


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with made_store(tmp_path / "store") as made:
        yield made


@pytest.fixture
def reckoned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tables that were reckoned from what the store holds, one by one."""
    asked: list[str] = []

    def watched(name: str):
        if name in NEEDS_NO_STORE | OF_THE_LEDGER | TAKES_A_STORE:
            return TABLES[name]
        return lambda question: (TABLES[name](question), asked.append(name))[0]

    monkeypatch.setattr("reports.answer.TABLES", {name: watched(name) for name in TABLES})
    return asked


def look_at_everything(store: Store) -> None:
    registry = load_registry()
    warm(Reader(store=store, settings=SETTINGS, registry=registry), base="/")
    selection = selection_of(Order(), store=store, settings=SETTINGS, registry=registry)
    report_of(selection, holdings_of(store, SETTINGS, registry), progress=lambda *_: None)


def test_after_reckoning_neither_pages_nor_report_reckon_anything(store, reckoned):
    reckon(store, SETTINGS, load_registry(), progress=no_progress)
    assert {"usage", "utilisation", "inference", "fragmentation", "carbon"} <= {*reckoned}
    reckoned.clear()
    look_at_everything(store)
    assert reckoned == []


def test_the_doctors_checks_follow_the_data_and_the_settings(store, monkeypatch):
    """What they find of jobs is kept; the clock's checks are made each time."""

    def found(settings: Settings = SETTINGS) -> list[Symptom]:
        return examine(gather(store, settings=settings, registry=load_registry()))

    first = found()
    assert found() == first
    monkeypatch.setattr(checks, "_looked_for", lambda _: pytest.fail("looked again"))
    assert found() == first
    monkeypatch.undo()
    strange = job(4000, cluster="a", day=3, job_state="BEWITCHED")
    write(store, [strange])
    assert {symptom.what for symptom in found()} - {symptom.what for symptom in first}
    untyped = job(4001, cluster="b", day=3, gpu_types="a100-x:1")
    write(store, [untyped])
    assert any("a100-x" in symptom.what for symptom in found())
    aliases = ClusterSettings(name="b", gpu_aliases={"a100-x": "a100-sxm-40"})
    assert not any("a100-x" in symptom.what for symptom in found(Settings(clusters=(aliases,))))


def test_where_nothing_can_be_kept_one_line_says_so(store):
    (store.path / FOLDER).write_text("in the way")
    with pytest.raises(InputError, match="nothing can be kept"):
        reckon(store, SETTINGS, load_registry(), progress=no_progress)


def test_a_server_reckons_in_another_process(store, reckoned):
    reader = Reader(store=store, settings=SETTINGS, registry=load_registry())
    in_child(reader)(Event())
    assert any((store.path / FOLDER).glob("*/*"))
    assert reckoned == []


def test_a_server_that_ends_takes_its_child_with_it(store, monkeypatch):
    forever = [sys.executable, "-c", "import time; time.sleep(600)"]
    monkeypatch.setattr("dashboard.ahead.program", lambda _: forever)
    run, stop = in_child(Reader(store=store, settings=SETTINGS, registry=load_registry())), Event()
    thread = Thread(target=run, args=(stop,))
    thread.start()
    stop.set()
    thread.join(10)
    assert not thread.is_alive()


def test_pages_are_drawn_after_reckoning_and_again_when_an_edition_has_stood_still():
    told: list[str] = []
    editions = iter(["one", "one", "two", "three", "three", "three"])
    stop = Event()

    def edition() -> str:
        found = next(editions, None)
        if found is None:
            stop.set()
        return found or "three"

    Warming(lambda: told.append("drawn"), edition, reckon=lambda _: told.append("reckoned")).run(
        stop, look_s=0.001
    )
    assert told == ["reckoned", "drawn"] * 2
