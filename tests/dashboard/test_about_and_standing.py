"""About the figures, the foot of every page, and what a monitor reads; without a browser."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from dashboard import create_app
from dashboard.figures import SYNTHETIC
from dashboard.filters import Filters
from dashboard.glossary import address, anchor
from dashboard.monitoring import kind_of
from dashboard.pages import PAGES, PageRequest
from dashboard.pages.about import ABOUT
from dashboard.pages.about_glossary import glossary
from dashboard.panels import View
from dashboard.reader import Reader
from dashboard.standing import chosen, freshness
from model.metrics import load_metrics
from model.registry import load_registry
from model.settings import load_settings
from plimsoll.demo.generate import generate_estate
from plimsoll.demo.run import ingest_estate
from reports.palette import LIGHT
from store import Cluster, FileRecord, Store, open_store

NOW = datetime(2026, 11, 21, tzinfo=UTC)
OF_THE_REGISTRY = {"overview-capacity-all-m", "growth"}
"""Charts of pages of the estate that speak of real machines."""


def components(part):
    yield part
    children = getattr(part, "children", None)
    for child in children if isinstance(children, (list, tuple)) else [children]:
        if hasattr(child, "to_plotly_json"):
            yield from components(child)


def words(part) -> str:
    if isinstance(part, (list, tuple)):
        return "".join(words(each) for each in part)
    if isinstance(part, (str, int, float)):
        return str(part)
    return words(part.children) if getattr(part, "children", None) is not None else ""


def ids(part) -> set[str]:
    return {each.id for each in components(part) if isinstance(getattr(each, "id", None), str)}


@pytest.fixture
def store(tmp_path: Path):
    with open_store(tmp_path / "store", create=True) as made:
        made.catalogue.save_cluster(Cluster("isca", synthetic=True))
        run = made.catalogue.begin_run("ingest jobs")
        made.catalogue.record_file(
            FileRecord(
                run_id=run,
                cluster="isca",
                kind="jobs",
                path="log.txt",
                sha256="0" * 64,
                bytes=1,
                format="sacct",
                window_from=datetime(2026, 10, 1, tzinfo=UTC),
                window_to=datetime(2026, 11, 1, tzinfo=UTC),
                window_assumed=False,
                ingested_at=datetime(2026, 11, 2, tzinfo=UTC),
            )
        )
        yield made


def reader_of(folder: Path, store: Store | None) -> Reader:
    (folder / "plimsoll.yaml").write_text("site: nowhere\n")
    settings = load_settings(folder / "plimsoll.yaml")
    return Reader(store=store, settings=settings, registry=load_registry())


def test_the_glossary_has_a_place_for_every_column_of_every_table():
    wanted = {
        anchor(table, metric.name)
        for table, metrics in load_metrics().by_table().items()
        for metric in metrics
    }
    found = ids(glossary(None))
    assert wanted <= found
    assert {anchor(table) for table in load_metrics().tables} <= found
    assert address("/plimsoll/", "usage", "gpu_hours") == (
        "/plimsoll/about#glossary-usage-gpu_hours"
    )


def test_the_glossary_is_searched_by_all_words_in_any_case():
    found = glossary("Telemetry COVERAGE")
    assert anchor("utilisation", "telemetry_coverage") in ids(found)
    assert anchor("usage", "gpu_hours") not in ids(found)
    folds = [part for part in components(found) if type(part).__name__ == "Details"]
    assert folds
    assert all(fold.open for fold in folds)
    assert "No column has these words" in words(glossary("xyzzy"))


def test_about_credits_everybody_whose_data_are_passed_on(tmp_path: Path):
    reader = reader_of(tmp_path, None)
    page = words(ABOUT.body(PageRequest(reader, Filters(), View(LIGHT))))
    for owed in ("Epoch AI", "TOP500", "World Bank", "Ember", "National Energy System Operator"):
        assert owed in page
    for credit in reader.registry.attribution:
        assert credit in page
    assert "Apache License, Version 2.0" in page
    assert "nobody outside the project has audited" in page


def test_every_page_says_how_old_the_data_are(tmp_path: Path, store: Store):
    assert freshness(reader_of(tmp_path, store), now=NOW) == (
        "Data as of 1 November 2026, 20 days ago. The last file was read on 2 November 2026. "
        "Synthetic data."
    )
    bare = freshness(reader_of(tmp_path, None), now=NOW)
    assert bare == "There is no store: only the capacity registry is shown."


def test_a_print_names_the_filters_and_leaves_out_what_goes_without_saying():
    asked = Filters(since=date(2026, 5, 1), clusters=("a", "b"), tier="Tier-2")
    assert chosen(asked) == "from 1 May 2026; clusters a, b; tier Tier-2"
    assert chosen(Filters()) == ""


@pytest.fixture
def client(tmp_path: Path, store: Store):
    (tmp_path / "plimsoll.yaml").write_text("site: x\ndashboard: {base_path: /gpu/}\n")
    app = create_app(store, load_settings(tmp_path / "plimsoll.yaml"), load_registry())
    return app.server.test_client()


def test_a_load_balancer_learns_whether_the_store_can_be_read(client, store, monkeypatch):
    well = client.get("/gpu/healthz")
    assert (well.status_code, well.json["status"], well.json["clusters"]) == (200, "ok", 1)

    def gone() -> str:
        raise OSError("the disk is gone")

    monkeypatch.setattr(store, "version", gone)
    monkeypatch.setattr("dashboard.edition._GLANCE_S", -1.0)
    ill = client.get("/gpu/healthz")
    assert (ill.status_code, ill.json["status"]) == (503, "error")
    assert "disk" not in ill.text


def test_prometheus_reads_requests_and_the_age_of_the_data(client):
    client.get("/gpu/_dash-layout")
    client.get("/gpu/download/nonsense.csv")
    families = {f.name: f for f in text_string_to_metric_families(client.get("/gpu/metrics").text)}
    as_of = families["plimsoll_data_as_of_timestamp_seconds"].samples
    assert [(s.labels, s.value) for s in as_of] == [
        ({"cluster": "isca"}, datetime(2026, 11, 1, tzinfo=UTC).timestamp())
    ]
    read = families["plimsoll_last_ingest_timestamp_seconds"].samples
    assert read[0].value == datetime(2026, 11, 2, tzinfo=UTC).timestamp()
    counted = {
        (s.labels["what"], s.labels["status"]): s.value
        for s in families["plimsoll_dashboard_requests"].samples
        if s.name.endswith("_total")
    }
    assert counted == {("dash", "200"): 1, ("download", "400"): 1}
    assert families["plimsoll_dashboard_request_seconds"].type == "histogram"


def test_odd_addresses_make_no_series_of_their_own():
    assert [kind_of(path) for path in ("_dash-update-component", "x/y", "", "download/a.csv")] == [
        "callback", "page", "page", "download",
    ]  # fmt: skip


def test_made_up_data_say_so_in_the_image_of_every_chart(tmp_path: Path):
    made = generate_estate(tmp_path / "estate", scale=0.01)
    with open_store(tmp_path / "demo", create=True) as store:
        ingest_estate(made, store)
        settings = load_settings(made.settings)
        reader = Reader(store=store, settings=settings, registry=load_registry())
        unmarked = {
            graph.id["chart"]
            for page in PAGES
            if page.path != "capacity"
            for graph in components(page.body(PageRequest(reader, Filters(), View(LIGHT))))
            if type(graph).__name__ == "Graph"
            and SYNTHETIC not in [note.text for note in graph.figure.layout.annotations]
        }
    assert unmarked == OF_THE_REGISTRY
