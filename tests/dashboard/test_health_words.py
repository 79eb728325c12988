"""What the page Data health says, by hand, and the tables that it says it from."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from dashboard.figures import Pen, draw
from dashboard.filters import Filters
from dashboard.pages import PageRequest
from dashboard.pages.health import HEALTH
from dashboard.panels import View
from dashboard.reader import Reader
from model.question import Question
from model.registry import load_registry
from model.settings import load_settings
from reports.answer import answer
from reports.charts.health import observed_chart, telemetry_chart
from reports.findings import health
from reports.palette import LIGHT
from reports.tables import ledger
from store import Cluster, FileRecord, Quarantined, SourceState, open_store

NOW = datetime(2026, 11, 21, tzinfo=UTC)
EVIL = "<img src=x onerror=alert(1)>|snu012"


def moments(*days: int) -> list[datetime]:
    return [datetime(2026, 11, 1, tzinfo=UTC) + timedelta(days=day) for day in days]


@pytest.fixture
def observed() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "cluster": ["isca", "isca", "chem"],
            "observed_from": moments(0, 6, 0),
            "observed_to": moments(4, 10, 8),
            "assumed": [False, False, True],
            "days": [4.0, 4.0, 8.0],
            "gap_days": [None, 2.0, None],
        }
    )


def test_the_age_the_laggards_and_the_gaps_stand_in_the_finding(observed):
    said = health.observed_finding(observed, now=NOW)
    assert said == (
        "Jobs are known up to 11 November 2026, 10 days ago; of 1 of 2 clusters not so far, "
        "with 1 gap of 2 days in all"
    )
    whole = observed.filter(pl.col("cluster") == "chem")
    assert health.observed_finding(whole, now=NOW).endswith("12 days ago, without a gap")


def test_spans_are_drawn_where_jobs_are_known_and_up_to_now(observed):
    chart = observed_chart(observed, now=NOW, synthetic=True)
    assert chart is not None
    assert "isca: 1 November 2026 to 11 November 2026 with 1 gap." in chart.summary
    stated, assumed = draw(chart, Pen(LIGHT)).data
    assert [list(bar.y) for bar in (stated, assumed)] == [[0, 0], [1]]
    assert list(stated.x) == [4 * 86_400_000] * 2
    figure = draw(chart, Pen(LIGHT))
    assert figure.layout.xaxis.range[1] == "2026-11-21T00:00:00"
    assert "SYNTHETIC DATA" in [note.text for note in figure.layout.annotations]
    assert observed_chart(observed.clear(), now=NOW, synthetic=False) is None


def test_symptoms_alike_are_one_line_and_are_counted_by_severity():
    frame = pl.DataFrame(
        {
            "severity": ["error", "warning", "warning", "note"],
            "check": ["gaps", "old", "old", "assumed"],
            "cluster": ["a", "a", "b", None],
            "what": ["x", "y", "y", "z"],
            "remedy": ["do", "for a", "for b", None],
        }
    )
    assert health.symptoms_finding(frame) == (
        "1 thing is wrong, 1 thing is doubtful and 1 assumed or unknown"
    )
    (line,) = health.symptoms_of(frame, "warning").to_dicts()
    assert (line["clusters"], line["first"], line["remedy"]) == (["a", "b"], "a", "for a")
    assert health.symptoms_finding(frame.clear()) == "Nothing is wrong, and nothing is unknown"


def test_telemetry_of_none_is_said_and_not_drawn_as_unknown():
    frame = pl.DataFrame(
        {
            "cluster": ["a", "b"],
            "allocated_gpu_hours": [300.0, 100.0],
            "telemetry_coverage": [0.5, 0.0],
        }
    )
    assert health.telemetry_finding(0.375, frame) == (
        "Telemetry saw 37.5% of the GPU-hours allocated, on 1 of 2 clusters"
    )
    assert health.telemetry_finding(0.0, frame).startswith("No telemetry")
    chart = telemetry_chart(frame, period="May 2026", synthetic=False)
    assert chart is not None
    assert chart.series[0].labels == ("50.0%", "none")


@pytest.fixture
def reader(tmp_path: Path):
    (tmp_path / "plimsoll.yaml").write_text("site: nowhere\ntimezone: Europe/London\n")
    store = open_store(tmp_path / "store", create=True)
    catalogue = store.catalogue
    catalogue.save_cluster(Cluster("isca"))
    run = catalogue.begin_run("ingest jobs")
    for again in range(2):
        catalogue.record_file(
            FileRecord(
                run_id=run,
                cluster="isca",
                kind="jobs",
                path=f"log{again}.txt",
                sha256="0" * 64,
                bytes=10,
                format="sacct",
                window_from=datetime(2026, 7, 1, tzinfo=UTC),
                window_to=datetime(2026, 8, 1, tzinfo=UTC),
                window_assumed=False,
                rows_read=10,
                rows_accepted=6,
                rows_steps=1,
                rows_quarantined=3,
                reasons={"bad_row": 2, "no_submit": 1},
            ),
            [
                Quarantined(4, "bad_row", EVIL, rows=2),
                Quarantined(9, "no_submit", "7|snu013"),
            ],
        )
    catalogue.finish_run(run)
    catalogue.save_source(SourceState("isca jobs", "isca", "jobs", "ssh", last_status="failed"))
    yield Reader(
        store=store, settings=load_settings(tmp_path / "plimsoll.yaml"), registry=load_registry()
    )
    store.close()


def test_the_ledger_as_tables(reader: Reader):
    files = reader.ask(Question("files")).frame
    parts = files.select("rows_accepted", "rows_steps", "rows_quarantined").sum_horizontal()
    assert parts.to_list() == files["rows_read"].to_list()
    assert files["path"].to_list() == ["log1.txt", "log0.txt"]
    assert files["reasons"][0] == "bad_row: 2; no_submit: 1"
    assert files["run_status"].to_list() == ["done", "done"]
    observed = reader.ask(Question("observed")).frame.row(0, named=True)
    assert f"{observed['observed_from']:%H:%M %Z}" == "01:00 BST"
    assert observed["days"] == 31
    source = reader.ask(Question("sources")).frame.row(0, named=True)
    assert (source["status"], source["source_kind"], source["watermark"]) == ("failed", "ssh", None)


def test_a_file_that_was_read_again_counts_once_in_quarantine(reader: Reader):
    aside = reader.ask(Question("quarantine")).frame
    assert aside.select("reason", "rows", "files").rows() == [
        ("bad_row", 2, 1),
        ("no_submit", 1, 1),
    ]
    rows = reader.ask(Question("quarantined_rows", where=(("reason", "bad_row"),))).frame
    assert rows.select("path", "line", "rows", "text").rows() == [("log1.txt", 4, 2, EVIL)]
    nowhere = reader.ask(Question("quarantined_rows", where=(("path", "log9.txt"),)))
    assert nowhere.frame.is_empty()


def test_more_rows_than_are_listed_are_announced(reader: Reader, monkeypatch):
    monkeypatch.setattr(ledger, "ROWS_SHOWN", 1)
    found = reader.ask(Question("quarantined_rows"))
    assert found.frame.height == 1
    assert "there are more" in found.notes[0]


def test_where_people_are_pseudonyms_their_rows_have_no_text(reader: Reader, tmp_path: Path):
    (tmp_path / "key").write_text("0123456789abcdef" * 4)
    (tmp_path / "private.yaml").write_text(
        "site: nowhere\nprivacy: {pseudonyms: true, key_file: key}\n"
    )
    settings = load_settings(tmp_path / "private.yaml")
    asked = Question("quarantined_rows")
    found = answer(asked, store=reader.store, settings=settings, registry=reader.registry)
    assert found.frame["text"].to_list() == [None, None]
    assert "pseudonyms" in found.notes[0]


def test_the_page_follows_the_ledger_where_the_facts_stay_as_they_are(reader: Reader):
    assert reader.store is not None
    before = reader.ask(Question("sources"))
    assert reader.ask(Question("sources")) is before
    reader.store.catalogue.save_source(
        SourceState("isca jobs", "isca", "jobs", "ssh", last_status="done", last_run=NOW)
    )
    reader._watch.look()
    assert reader.ask(Question("sources")).frame["status"].to_list() == ["done"]


def test_raw_text_is_in_the_page_as_text_only(reader: Reader):
    request = PageRequest(reader, Filters(reason="bad_row"), View(LIGHT))
    page = str(HEALTH.body(request).to_plotly_json())
    assert "bad_row" in page
    grids = [part for part in _components(HEALTH.body(request)) if type(part).__name__ == "AgGrid"]
    shown = [row for each in grids for row in each.rowData if row.get("text") == EVIL]
    assert len(shown) == 1
    assert not any(getattr(each, "dangerously_allow_code", None) for each in grids)


def _components(part):
    yield part
    children = getattr(part, "children", None)
    for child in children if isinstance(children, (list, tuple)) else [children]:
        if hasattr(child, "to_plotly_json"):
            yield from _components(child)
