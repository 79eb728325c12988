"""Capacity reports as people get them: of the registry alone, and of a small demonstration."""

from datetime import date
from pathlib import Path

from model.registry import load_registry
from model.report_parts import Template
from model.settings import load_settings
from plimsoll.demo.generate import generate_estate
from plimsoll.demo.run import ingest_estate
from reports.capacity_report.order import Order, holdings_of, report_of, selection_of
from reports.document import Document
from store import Store, open_store


def report(order: Order, store: Store | None, config: Path) -> Document:
    """The document of an order."""
    settings, registry = load_settings(config), load_registry()
    selection = selection_of(order, store=store, settings=settings, registry=registry)
    return report_of(selection, holdings_of(store, settings, registry), progress=_nobody_looks)


def registry_report(folder: Path) -> Document:
    """The report without a store."""
    config = folder / "plimsoll.yaml"
    config.write_text("reports: {organisation: Example University}\n")
    return report(Order(edition=date(2026, 11, 1)), None, config)


def demo_reports(folder: Path, *templates: Template) -> list[Document]:
    """Reports of a small demonstration."""
    estate = generate_estate(folder / "estate", scale=0.02)
    store = open_store(folder / "store", create=True)
    ingest_estate(estate, store)
    made = [report(Order(template=name), store, estate.settings) for name in templates]
    store.close()
    return made


def _nobody_looks(done: int, total: int, name: str) -> None:
    pass
