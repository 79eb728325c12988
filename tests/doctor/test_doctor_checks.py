"""Each check finds its fault, says what to do, and is silent where there is none."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from doctor_jobs import NOON, job, jobs, moment

from model.cluster_settings import ClusterSettings
from model.registry import load_gpus, load_registry
from model.schemas import NODE_EVENTS, NODES
from model.settings import Settings
from reports.doctor import (
    gpu_checks,
    identity_checks,
    ledger_checks,
    record_checks,
    settings_checks,
    span_checks,
    unknown_checks,
)
from reports.doctor.checks import CLUSTER_CHECKS, examine
from reports.doctor.evidence import ClusterEvidence, Evidence, Window, without_store
from store import FileRecord, Quarantined, Run
from store.records import SourceState

DAY = timedelta(days=1)
NODE = pl.DataFrame(
    [
        {
            "cluster": "c",
            "node": "n1",
            "valid_from": NOON - 9 * DAY,
            "gpus": 4,
            "gpu_types": "a100:4",
        }
    ],
    schema=NODES.schema,
)
EVENT = pl.DataFrame(
    [{"cluster": "c", "node": "n1", "start": NOON, "kind": "down"}], schema=NODE_EVENTS.schema
)
LOG = FileRecord(
    run_id=1, cluster="c", kind="jobs", path="a.log", sha256="a", bytes=1, format="sacct-text"
)


def cluster(*rows: dict[str, Any], **others: Any) -> ClusterEvidence:
    """A healthy cluster of the given jobs, but for what `others` says."""
    facts = jobs(*(rows or (job(1, 0, 10, gpu_types="a100:1"),)))
    healthy = ClusterEvidence(
        name="c",
        timezone="UTC",
        synthetic=False,
        settings=None,
        jobs=facts,
        tracked_jobs=facts.with_columns(gpu_untracked=pl.lit(value=False)),
        nodes=NODE,
        events=EVENT,
        telemetry_rows=1,
        observed=(Window(NOON - timedelta(hours=1), NOON + timedelta(hours=1)),),
        files=(replace(LOG, window_from=NOON, window_to=NOON + DAY, window_assumed=False),),
        quarantined={},
        shows_people=True,
        catalogue=load_gpus(),
        now=NOON + DAY,
    )
    return replace(healthy, **others)


def estate(*clusters: ClusterEvidence, **others: Any) -> Evidence:
    bare = without_store(settings=Settings(), registry=load_registry(), now=NOON + DAY)
    known = tuple(each.name for each in clusters)
    facts = [each.jobs.with_columns(cluster=pl.lit(each.name)) for each in clusters]
    together = pl.concat([bare.jobs, *facts], how="diagonal_relaxed")
    return replace(bare, clusters=clusters, jobs=together, known=known, award_rows=1, **others)


def only(symptoms):
    """The one symptom that a check gives."""
    (symptom,) = symptoms
    return symptom


def settings_of(**others: Any) -> ClusterSettings:
    return ClusterSettings.model_validate({"name": "c", **others})


@pytest.mark.parametrize("check", CLUSTER_CHECKS, ids=lambda check: check.__name__)
def test_healthy_cluster_has_no_symptom(check):
    assert list(check(cluster())) == []


def test_gap_between_windows_is_told_with_the_line_that_fills_it():
    windows = (Window(NOON, NOON + DAY), Window(NOON + 3 * DAY, NOON + 4 * DAY))
    found = only(span_checks.gaps(cluster(observed=windows)))
    assert found.severity == "warning"
    assert "2026-05-05 12:00 to 2026-05-07 12:00" in found.what
    assert "-S 2026-05-05 -E 2026-05-08" in found.remedy


def test_days_without_a_record_in_the_time_zone_of_the_cluster():
    """The job of noon in UTC is one of the next day in Kiritimati, fourteen hours ahead."""
    windows = (Window(NOON - 3 * DAY, NOON + 3 * DAY),)
    found = only(span_checks.empty_days(cluster(observed=windows)))
    assert "on 4 days: 2026-05-02 to 2026-05-03, 2026-05-05 to 2026-05-06" in found.what
    far = cluster(observed=windows, timezone="Pacific/Kiritimati")
    assert "2026-05-03 to 2026-05-04, 2026-05-06" in only(span_checks.empty_days(far)).what


def test_late_records():
    first = replace(LOG, window_from=NOON, window_to=NOON + DAY, window_assumed=False, inserted=5)
    later = replace(first, sha256="b", inserted=2)
    assert "2 jobs came" in only(span_checks.late_records(cluster(files=(first, later)))).what
    beyond = replace(later, window_to=NOON + 2 * DAY)
    assert list(span_checks.late_records(cluster(files=(first, beyond)))) == []


def test_old_data_are_a_warning_only_where_a_source_should_have_brought_newer():
    old = cluster(now=NOON + 30 * DAY)
    assert only(span_checks.freshness(old)).severity == "note"
    source = {"kind": "command", "feeds": "jobs", "command": ["sacct"], "every": "1h"}
    scheduled = replace(old, settings=settings_of(sources=[source]))
    found = only(span_checks.freshness(scheduled))
    assert (found.severity, found.remedy) == ("warning", "plimsoll ingest status")
    assert list(span_checks.freshness(replace(scheduled, now=NOON + timedelta(hours=3)))) == []


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (job(7, 0, 10, submit=moment(1)), "1 job started before they were submitted, such as 7"),
        (job(8, 10, 0), "ended before they started, such as 8"),
        (job(9, 9000, None), "have a time in the future, such as 9"),
    ],
)
def test_clocks(row, words):
    found = only(record_checks.clock_skew(cluster(job(1, 0, 10), row)))
    assert words in found.what
    assert "chrony" in found.remedy


def test_unknown_state_with_an_example():
    found = only(record_checks.unknown_states(cluster(job(3, 0, 1, job_state="DREAMING"))))
    assert "1 job in state DREAMING" in found.what
    assert "-j 3" in found.remedy


def test_id_of_two_users_is_reused_and_a_requeue_is_not():
    again = job(5, 60, 70, user="bob")
    requeued = [job(6, 0, 1, job_state="REQUEUED"), job(6, 5, 9)]
    jobs_of_all = estate(cluster(job(5, 0, 10), again, *requeued)).jobs
    found = only(identity_checks.reused_ids(jobs_of_all))
    assert list(identity_checks.reused_ids(estate(cluster()).jobs)) == []
    assert "1 raw job id of several users' jobs, such as 5" in found.what


def test_one_log_under_two_names_is_an_error():
    twin = replace(cluster(job(1, 0, 10), job(2, 0, 9)), name="d")
    found = only(identity_checks.twins(estate(cluster(job(1, 0, 10), job(3, 0, 9)), twin).jobs))
    assert found.severity == "error"
    assert "1 job of 2 stand both under c and d" in found.what
    chance = replace(cluster(job(1, 0, 10, user="zoe")), name="d")
    assert list(identity_checks.twins(estate(cluster(), chance).jobs)) == []


def test_untracked_and_untyped_gpus():
    blind = cluster(job(1, 0, 10, gpus=None))
    untracked = blind.jobs.with_columns(gpu_untracked=pl.lit(value=True))
    blind = replace(blind, tracked_jobs=untracked)
    found = only(gpu_checks.untracked_gpus(blind))
    assert "2026-05 (1 jobs)" in found.what
    assert "AccountingStorageTRES=gres/gpu" in found.remedy
    untyped = cluster(job(1, 0, 10), job(2, 0, 10, gpu_types="a100:1"))
    assert "1 of 2 GPU jobs" in only(gpu_checks.untyped_gpus(untyped)).what


def test_gpu_name_that_nobody_knows_comes_with_the_line_of_yaml():
    strange = cluster(job(1, 0, 10, gpu_types="a100-sxm-40x:1"))
    found = only(gpu_checks.unknown_gpu_names(strange))
    assert "gpu_aliases: {a100-sxm-40x: a100-sxm-40}" in found.remedy
    named = replace(strange, settings=settings_of(gpu_aliases={"a100-sxm-40x": "a100-sxm-40"}))
    assert list(gpu_checks.unknown_gpu_names(named)) == []
    of_node = NODE.with_columns(gpu_types=pl.lit("frobnicator:4"))
    assert "frobnicator" in only(gpu_checks.unknown_gpu_names(cluster(nodes=of_node))).what


def test_quarantine_names_a_row_and_a_way_out():
    file = replace(LOG, reasons={"too_many_fields": 3}, file_id=1)
    row = Quarantined(line=12, reason="too_many_fields", text="1|a|b")
    ill = cluster(files=(file,), quarantined={("jobs", "too_many_fields"): (file, row)})
    found = only(ledger_checks.quarantine(ill))
    assert "3 rows of jobs set aside as too_many_fields" in found.what
    assert "line 12 of a.log: '1|a|b'" in found.what
    assert r"--delimiter=$'\x1f'" in found.remedy
    private = only(ledger_checks.quarantine(replace(ill, shows_people=False)))
    assert "1|a|b" not in private.what


def test_the_same_file_read_twice_counts_once():
    file = replace(LOG, reasons={"cut_off": 1})
    assert "1 row of jobs" in only(ledger_checks.quarantine(cluster(files=(file, file)))).what


def test_assumed_time_zone_and_window():
    file = replace(LOG, assumptions=("time zone assumed: UTC", "something else"))
    ill = cluster(files=(file,))
    assert "read as UTC" in only(ledger_checks.assumed_time_zone(ill)).what
    assert "--window FROM/TO" in only(ledger_checks.assumed_window(ill)).remedy
    assert only(ledger_checks.assumptions(ill)).what == "something else (1 file)"


def test_columns_that_no_record_has():
    bare = cluster(job(1, 0, 10, req_gpus=None, reason=None), job(2, 0, 5, req_gpus=None))
    found = only(unknown_checks.missing_columns(bare))
    assert "no record has ReqTRES, so" in found.what
    assert "-S 2026-05-04 -E 2026-05-05" in found.remedy


def test_gpus_and_suspension_unknown():
    ill = cluster(job(1, 0, 10, gpus=None, suspended_s=None), job(2, 0, 10))
    found = only(unknown_checks.unknown_gpus(ill))
    assert (found.severity, "1 of 2 started jobs" in found.what) == ("warning", True)
    assert "1 started jobs is unknown" in only(unknown_checks.missing_suspension(ill)).what


def test_nodes_events_telemetry_and_awards_missing():
    ill = cluster(nodes=NODE.clear(), events=EVENT.clear(), telemetry_rows=0)
    found = only(unknown_checks.missing_nodes(ill))
    assert "scontrol show node" in found.remedy
    assert "plimsoll ingest nodes" in found.remedy
    assert "plimsoll ingest telemetry" in only(unknown_checks.missing_telemetry(ill)).remedy
    told = only(unknown_checks.missing_events(cluster(events=EVENT.clear())))
    assert "sacctmgr -P show event" in told.remedy
    awards = only(unknown_checks.missing_awards(replace(estate(), award_rows=0)))
    assert "plimsoll ingest awards" in awards.remedy


def test_nodes_before_their_first_inventory_are_assumed():
    late = NODE.with_columns(valid_from=pl.lit(NOON))
    found = only(unknown_checks.missing_nodes(cluster(nodes=late)))
    assert found.check == "assumed"
    assert "2026-05-04 11:00" in found.what


def test_clusters_of_settings_and_store():
    settings = Settings.model_validate({"clusters": [{"name": "planned"}]})
    facts = estate(cluster(), settings=settings, settings_file=Path("plimsoll.yaml"))
    planned, unlisted = settings_checks.clusters_agree(facts)
    assert (planned.cluster, planned.severity) == ("planned", "warning")
    assert (unlisted.cluster, unlisted.remedy) == (
        "c",
        "- name: c  # under clusters, in plimsoll.yaml",
    )
    bare = estate(cluster(), settings_file=None)
    assert only(settings_checks.settings_file(bare)).remedy == "plimsoll init"


def test_sources_that_cannot_be_read(tmp_path):
    token = tmp_path / "token"
    token.write_text("x")
    token.chmod(0o644)
    sources = [
        {"kind": "files", "feeds": "jobs", "paths": str(tmp_path / "*.log")},
        {"kind": "command", "feeds": "jobs", "command": ["no-such-program"]},
        {"kind": "slurmrestd", "feeds": "jobs", "url": "http://h", "token_file": str(token)},
        {"kind": "prometheus", "url": "http://h", "token_file": str(tmp_path / "none")},
    ]
    settings = Settings.model_validate({"clusters": [{"name": "c", "sources": sources}]})
    found = list(settings_checks.sources_can_be_read(estate(settings=settings)))
    assert [symptom.severity for symptom in found] == ["warning", *["error"] * 3]
    words = ["no file is named", "no-such-program is not here", "others may read", "is not there"]
    assert all(word in symptom.what for word, symptom in zip(words, found, strict=True))
    token.chmod(0o600)
    (tmp_path / "a.log").touch()
    assert len(list(settings_checks.sources_can_be_read(estate(settings=settings)))) == 2


def test_sources_and_runs_that_failed():
    source = SourceState("id", "c", "jobs", "ssh", last_status="failed", message="host key changed")
    ill = estate(cluster(), sources=(source, replace(source, last_status="done")))
    found = only(settings_checks.sources_that_failed(ill))
    assert (found.severity, "host key changed" in found.what) == ("error", True)
    runs = (Run(1, "ingest jobs", NOON, NOON, "failed"), Run(2, "ingest jobs", NOON, NOON, "done"))
    assert list(settings_checks.runs_that_failed(estate(runs=runs))) == []
    assert "failed" in only(settings_checks.runs_that_failed(estate(runs=runs[:1]))).what


def test_errors_stand_first_and_every_symptom_names_its_check():
    twin = replace(cluster(nodes=NODE.clear()), name="d")
    found = examine(estate(cluster(), twin))
    severities = [symptom.severity for symptom in found]
    assert severities == sorted(severities, key=["error", "warning", "note"].index)
    assert found[0].check == "duplicates"
    assert all(symptom.check and symptom.what for symptom in found)
