"""Reports of three stores, made once: the demonstration, real logs, and no store at all.

That of the demonstration withholds what disclosure control tells it to, that of the logs nothing.
"""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import pytest
from phillips import FIELDS

from ingest.jobs import ingest_jobs
from ingest.nodes import ingest_nodes
from ingest.options import JobOptions
from model.registry import load_registry
from model.settings import Settings, load_settings
from plimsoll.demo.generate import generate_estate
from plimsoll.demo.run import ingest_estate
from reports.capacity_report.order import Order, holdings_of, report_of, selection_of
from reports.document import Document
from reports.writers.package import write_package
from reports.writers.pdf import write_pdf
from store import Store, open_store

KINDS = ("demo", "real", "bare")


@dataclass
class Made:
    """A report, its data package unpacked to a bare folder, and the options of its store."""

    document: Document
    place: Path
    options: tuple[str, ...] = ()

    @cached_property
    def package(self) -> bytes:
        return write_package(self.document)

    @cached_property
    def pdf(self) -> bytes:
        return write_pdf(self.document)

    @cached_property
    def folder(self) -> Path:
        archive = self.place / "package.zip"
        archive.write_bytes(self.package)
        folder = self.place / "unpacked"
        with zipfile.ZipFile(archive) as package:
            package.extractall(folder)
        return folder


def report(store: Store | None, settings: Settings, order: Order | None = None) -> Document:
    registry = load_registry()
    chosen = selection_of(order or Order(), store=store, settings=settings, registry=registry)
    holdings = holdings_of(store, settings, registry)
    return report_of(chosen, holdings, progress=lambda *_: None)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    folder = tmp_path_factory.mktemp("demo-package")
    made = generate_estate(folder / "estate", scale=0.02)
    store = open_store(folder / "store", create=True)
    ingest_estate(made, store)
    options = ("--store", str(store.path), "--config", str(made.settings))
    yield Made(report(store, load_settings(made.settings)), folder, options)
    store.close()


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Iterator[Made]:
    folder = tmp_path_factory.mktemp("real-package")
    store = open_store(folder / "store", create=True)
    ingest_real_logs(store, shared)
    yield Made(report(store, Settings(), Order(protected=False)), folder)
    store.close()


def ingest_real_logs(store: Store, shared: Path) -> None:
    """Open XDMoD's reference log, which has no windows, and a workload of a real Slurm."""
    log = shared / "data" / "xdmod_phillips" / "phillips.log"
    ingest_jobs(store, [log], cluster="phillips", options=JobOptions(timezone="UTC", fields=FIELDS))
    captures, taken = shared / "slurm" / "captures", datetime(2026, 11, 20, 15, tzinfo=UTC)
    nodes = captures / "scontrol-show-node.txt"
    ingest_nodes(store, [nodes], cluster="testbed", at=taken, timezone="UTC")
    ingest_jobs(store, [captures / "sacct.json"], cluster="testbed", options=JobOptions())


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(report(None, Settings()), tmp_path_factory.mktemp("bare-package"))


@pytest.fixture(params=KINDS)
def made(request: pytest.FixtureRequest) -> Made:
    found: Made = request.getfixturevalue(request.param)
    return found
