"""The catalogue keeps what it is given, alike on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from model.errors import InputError
from store import Cluster, FileRecord, Quarantined, Store, open_store
from store.catalogue import TEXT_LIMIT

MAY = datetime(2026, 5, 1, tzinfo=UTC)
JUNE = datetime(2026, 6, 1, tzinfo=UTC)


def ledger_entry(run_id: int, **values: object) -> FileRecord:
    base = {"cluster": "c", "kind": "jobs", "path": "a.log", "sha256": "f00", "bytes": 2**40}
    return FileRecord(run_id=run_id, format="sacct-parsable", **{**base, **values})  # type: ignore[arg-type]


def test_a_file_and_its_quarantine_come_back_as_entered(any_store: Store):
    catalogue = any_store.catalogue
    run_id = catalogue.begin_run("ingest jobs a.log")
    entry = ledger_entry(
        run_id,
        options='{"fields": null}',
        window_from=MAY,
        window_to=JUNE,
        window_assumed=False,
        reasons={"no_submit": 2},
        assumptions=("times are in UTC",),
        store_version="jobs@1",
    )
    rows = [Quarantined(7, "no_submit", "a|b"), Quarantined(3, "no_submit", "ü\n|", rows=2)]
    entered = catalogue.record_file(entry, rows)
    assert catalogue.files(run_id) == [entered]
    assert entered.file_id is not None
    assert catalogue.quarantine(entered.file_id) == rows[::-1]
    assert catalogue.quarantine(entered.file_id, 1) == rows[1:]


def test_a_file_is_recognised_by_content_kind_cluster_and_options(any_store: Store):
    catalogue = any_store.catalogue
    run_id = catalogue.begin_run("ingest")
    catalogue.record_file(ledger_entry(run_id))
    again = catalogue.record_file(ledger_entry(run_id, path="b.log"))
    awards = catalogue.record_file(ledger_entry(run_id, kind="awards", cluster=None))
    assert catalogue.find_file("c", "jobs", "f00", "{}") == again
    assert catalogue.find_file(None, "awards", "f00", "{}") == awards
    assert catalogue.find_file("d", "jobs", "f00", "{}") is None
    assert catalogue.find_file("c", "nodes", "f00", "{}") is None
    assert catalogue.find_file("c", "jobs", "f00", '{"timezone": "UTC"}') is None
    assert catalogue.find_file("c", "jobs", "ba2", "{}") is None


def test_quarantined_text_is_cut_and_cleaned_of_what_a_database_refuses(any_store: Store):
    catalogue = any_store.catalogue
    entry = ledger_entry(catalogue.begin_run("ingest"))
    hostile = "nul\0 surrogate\udc80 " + "x" * TEXT_LIMIT
    file_id = catalogue.record_file(entry, [Quarantined(1, "bad", hostile)]).file_id
    assert file_id is not None
    kept = catalogue.quarantine(file_id)[0].text
    assert kept.startswith("nul\N{REPLACEMENT CHARACTER} surrogate? xxx")
    assert len(kept) == TEXT_LIMIT


def test_an_entry_that_fails_leaves_nothing_behind(any_store: Store):
    catalogue = any_store.catalogue
    run_id = catalogue.begin_run("ingest")
    rows = [Quarantined(1, "bad", "x"), Quarantined(None, "bad", "y")]  # type: ignore[arg-type]
    with pytest.raises(Exception, match=r"(?i)null"):
        catalogue.record_file(ledger_entry(run_id), rows)
    assert catalogue.files() == []


def test_only_stated_windows_count_unless_asked(any_store: Store):
    catalogue = any_store.catalogue
    run_id = catalogue.begin_run("ingest")
    stated = {"window_from": MAY, "window_to": JUNE, "window_assumed": False}
    catalogue.record_file(ledger_entry(run_id, **stated))
    catalogue.record_file(ledger_entry(run_id, **stated))
    catalogue.record_file(ledger_entry(run_id, window_from=MAY, window_to=MAY))
    assert catalogue.windows("c") == [(MAY, JUNE)]
    assert catalogue.windows("c", assumed=True) == [(MAY, MAY), (MAY, JUNE)]
    assert catalogue.windows("d") == []


def test_last_ingest_is_that_of_the_cluster_and_kind(any_store: Store):
    catalogue = any_store.catalogue
    run_id = catalogue.begin_run("ingest")
    catalogue.record_file(ledger_entry(run_id, ingested_at=JUNE))
    catalogue.record_file(ledger_entry(run_id, ingested_at=MAY))
    assert catalogue.last_ingest("c") == JUNE
    assert catalogue.last_ingest("c", kind="nodes") is None


def test_a_cluster_saved_again_keeps_the_day_it_was_added(any_store: Store):
    catalogue = any_store.catalogue
    first = catalogue.save_cluster(Cluster("c", timezone="Europe/London"))
    catalogue.save_cluster(Cluster("c", timezone="UTC", tier="tier2", synthetic=True))
    assert first.added_at is not None
    expected = Cluster("c", "UTC", tier="tier2", synthetic=True, added_at=first.added_at)
    assert catalogue.clusters() == [expected]
    assert catalogue.clusters_frame().rows() == [("c", "UTC", "tier2", None, True)]
    assert catalogue.cluster("d") is None


@pytest.mark.parametrize("name", ["", "../c", "a/b", ".hidden", "c=1", "a b"])
def test_a_name_that_cannot_be_a_folder_is_refused(store: Store, name: str):
    with pytest.raises(InputError, match="cannot be the name of a cluster"):
        store.catalogue.save_cluster(Cluster(name))


def test_runs_tell_how_they_ended(any_store: Store):
    catalogue = any_store.catalogue
    first, second = catalogue.begin_run("one"), catalogue.begin_run("two")
    catalogue.finish_run(first, status="quarantined")
    found = [(run.run_id, run.status, run.finished_at is None) for run in catalogue.runs()]
    assert found == [(first, "quarantined", False), (second, None, True)]


def test_maps_and_settings_are_replaced_by_newer_ones(any_store: Store):
    catalogue = any_store.catalogue
    catalogue.save_account_projects([("c", "a1", "p1"), ("c", "a2", "p2")])
    catalogue.save_account_projects([("c", "a1", "p3")])
    assert catalogue.account_projects().rows() == [("c", "a1", "p3"), ("c", "a2", "p2")]
    catalogue.save_setting("k", "1")
    catalogue.save_setting("k", "2")
    assert catalogue.setting("k") == "2"
    assert catalogue.setting("other") is None


def test_a_reopened_catalogue_has_what_was_entered(
    any_store: Store, catalogue_url: str | None, tmp_path: Path
):
    any_store.catalogue.save_cluster(Cluster("c"))
    with open_store(any_store.path, catalogue_url=catalogue_url) as again:
        assert [cluster.name for cluster in again.catalogue.clusters()] == ["c"]
    if catalogue_url is not None:
        with pytest.raises(InputError, match="belongs to another store"):
            open_store(tmp_path / "other", create=True, catalogue_url=catalogue_url)
