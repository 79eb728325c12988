"""Job logs into a store: nothing twice, nothing lost, nothing written when the input is wrong."""

import gzip
import io
import itertools
import json
import lzma
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
import zstandard
from job_logs import HEADER, job, log
from polars.testing import assert_frame_equal

from ingest.jobs import ingest_jobs
from ingest.options import JobOptions
from ingest.source import Source
from model.errors import InputError
from model.schemas import JOBS
from store import Store, open_store

PACKERS = {
    "plain": bytes,
    "gz": gzip.compress,
    "xz": lzma.compress,
    "zst": zstandard.compress,
    "two gz": lambda data: gzip.compress(data[:300]) + gzip.compress(data[300:]),
    "two xz": lambda data: lzma.compress(data[:300]) + lzma.compress(data[300:]),
    "two zst": lambda data: zstandard.compress(data[:300]) + zstandard.compress(data[300:]),
}


@pytest.fixture
def store(tmp_path: Path):
    with open_store(tmp_path / "store", create=True) as made:
        yield made


def written(folder: Path, data: bytes, name: str = "log.txt") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def facts(store: Store) -> pl.DataFrame:
    return store.scan(JOBS).collect().sort(JOBS.key)


def facts_of(folder: Path, *logs: Path, options: JobOptions | None = None) -> pl.DataFrame:
    with open_store(folder, create=True) as made:
        for path in logs:
            ingest_jobs(made, [path], cluster="testbed", options=options)
        return facts(made)


def test_a_log_again_changes_nothing_and_says_so(store, tmp_path):
    path = written(tmp_path, log(job(1), job(2)))
    first = ingest_jobs(store, [path], cluster="here")
    version, before = store.version(), facts(store)
    again = ingest_jobs(store, [path], cluster="here")
    assert first.rows_accepted == 2
    assert "1 file already ingested" in again.summary()
    assert (store.version(), again.rows_read) == (version, 0)
    assert_frame_equal(facts(store), before)


@pytest.mark.parametrize("seen_running_first", [True, False])
def test_a_run_seen_running_and_then_requeued_is_requeued(store, tmp_path, seen_running_first):
    """Its next run has a submit of its own; this one must not stay RUNNING for ever."""
    running = log(job(1, End="Unknown", ElapsedRaw="1800", State="RUNNING"))
    requeued = log(job(1, State="REQUEUED"), job(1, Submit="2026-05-01T11:00:01"))
    logs = [(running, 11), (requeued, 12)]
    for data, hour in logs if seen_running_first else reversed(logs):
        window = tuple(datetime(2026, 5, 1, each, tzinfo=UTC) for each in (9, hour))
        path = written(tmp_path, data, f"{hour}.txt")
        ingest_jobs(store, [path], cluster="here", options=JobOptions(window=window))
    assert facts(store)["job_state"].to_list() == ["REQUEUED", "COMPLETED"]
    assert facts(store)["end"].null_count() == 0


def test_a_log_is_read_anew_under_other_options(store, tmp_path):
    path = written(tmp_path, log(job(1)))
    ingest_jobs(store, [path], cluster="here")
    kept = ingest_jobs(store, [path], cluster="here", options=JobOptions(keep_job_names=True))
    assert kept.rows_accepted == 1
    assert facts(store)["job_name"].to_list() == ["train"]


@pytest.mark.parametrize(
    "name", ["sacct-P-usage.txt", "sacct-P-usage-delim-unit-sep.txt", "sacct-P-all-fields-DX.txt"]
)
def test_overlapping_halves_in_any_order_give_equal_rows(tmp_path, shared, name):
    log_path = shared / "slurm" / "captures" / name
    header, *lines = log_path.read_bytes().splitlines(keepends=True)
    middle = len(lines) // 2
    halves = [
        written(tmp_path, header + b"".join(part), f"half{number}")
        for number, part in enumerate((lines[: middle + 10], lines[middle - 10 :]))
    ]
    whole = facts_of(tmp_path / "whole", log_path).drop("fills")
    for number, order in enumerate([halves, halves[::-1], [*halves, *halves[::-1], log_path]]):
        assert_frame_equal(facts_of(tmp_path / str(number), *order).drop("fills"), whole)


def test_states_that_arrive_in_any_order_end_alike(tmp_path):
    stages = [
        job(
            1,
            State="PENDING",
            Start="Unknown",
            End="Unknown",
            ElapsedRaw="0",
            NodeList="None assigned",
            AllocTRES="",
        ),
        job(1, State="RUNNING", End="Unknown", ElapsedRaw="600"),
        job(1),
    ]
    paths = [
        written(tmp_path, log(line.replace("|here|", "|testbed|")), f"{at}")
        for at, line in enumerate(stages)
    ]
    tables = [
        facts_of(tmp_path / f"store{at}", *order).drop("fills")
        for at, order in enumerate(itertools.permutations(paths))
    ]
    assert tables[0]["job_state"].to_list() == ["COMPLETED"]
    for table in tables[1:]:
        assert_frame_equal(table, tables[0])


@pytest.mark.parametrize("packing", PACKERS)
def test_packed_logs_read_as_plain_ones(tmp_path, packing):
    data = log(*(job(number).replace("|here|", "|testbed|") for number in range(1, 200)))
    plain = facts_of(tmp_path / "plain", written(tmp_path, data))
    packed = facts_of(tmp_path / "packed", written(tmp_path, PACKERS[packing](data), "log.packed"))
    assert_frame_equal(packed, plain)


def test_standard_input(store, monkeypatch):
    piped = io.TextIOWrapper(io.BytesIO(gzip.compress(log(job(1), job(2)))))
    monkeypatch.setattr("sys.stdin", piped)
    report = ingest_jobs(store, ["-"], cluster="here")
    assert (report.rows_accepted, report.files[0].path) == (2, "standard input")


def test_standard_input_again_is_recognised(store, monkeypatch, tmp_path):
    data = log(job(1))
    ingest_jobs(store, [written(tmp_path, data)], cluster="here")
    version = store.version()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert ingest_jobs(store, ["-"], cluster="here").files[0].skipped
    assert store.version() == version


BAD = {
    "empty": (b"", "empty"),
    "pdf": (b"%PDF-1.7\n", "PDF"),
    "cut gz": (gzip.compress(log(*map(job, range(1, 500))))[:-100], "cut off or damaged"),
    "cut xz": (lzma.compress(log(*map(job, range(1, 500))))[:-100], "cut off or damaged"),
    "cut zst": (zstandard.compress(log(*map(job, range(1, 500))))[:-100], "cut off or damaged"),
    "garbled gz": (b"\x1f\x8b" + b"x" * 500, "cut off or damaged"),
    "other cluster": (log(job(1, Cluster="there")), "cluster 'there', not of 'here'"),
    "two clusters": (log(job(1), job(2, Cluster="there")), "cluster 'there', not of 'here'"),
    "no submit": (log(job(1)).replace(b"|Submit|", b"|Comment|"), "no column Submit"),
    "clock only": (
        log(*(job(n, Submit="16:14:42") for n in range(1, 50))),
        "cannot be job records",
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_wrong_input_leaves_the_store_as_it_was(store, tmp_path, kind):
    ingest_jobs(store, [written(tmp_path, log(job(9)), "good")], cluster="here")
    before = (store.version(), facts(store), len(store.catalogue.files()))
    data, why = BAD[kind]
    path = written(tmp_path, data, "bad")
    with pytest.raises(InputError, match=why) as refused:
        ingest_jobs(store, [path], cluster="here")
    assert refused.value.hint
    assert str(path) in str(refused.value)
    assert "\n" not in str(refused.value)
    assert (store.version(), len(store.catalogue.files())) == (before[0], before[2])
    assert_frame_equal(facts(store), before[1])
    assert store.catalogue.runs()[-1].status == "refused"


def test_no_file_a_folder_and_no_permission(store, tmp_path):
    with pytest.raises(InputError, match="No such file"):
        ingest_jobs(store, [tmp_path / "none"], cluster="here")
    with pytest.raises(InputError, match="folder"):
        ingest_jobs(store, [tmp_path], cluster="here")
    assert store.catalogue.clusters() == []


def test_columns_in_the_wrong_order_are_refused(store, tmp_path):
    fields = HEADER.split("|")
    turned = (*fields[5:], *fields[:5])
    path = written(tmp_path, "\n".join(job(n) for n in range(1, 9)).encode() + b"\n")
    with pytest.raises(InputError, match="cannot be job records") as refused:
        ingest_jobs(store, [path], cluster="here", options=JobOptions(fields=turned))
    assert "--fields" in str(refused.value.hint)


def test_quarantine_keeps_line_reason_and_text(store, tmp_path):
    path = written(tmp_path, log(job(1), job(2, End="later"), "cut off", job(3)))
    report = ingest_jobs(store, [path], cluster="here")
    assert dict(report.reasons) == {"bad_end": 1, "too_few_fields": 1}
    assert report.rows_read == report.rows_accepted + report.rows_quarantined == 4
    entry = store.catalogue.files()[0]
    rows = {row.line: row for row in store.catalogue.quarantine(entry.file_id)}
    assert rows[4].text == "cut off"
    assert "End=later" in rows[3].text
    assert (entry.rows_read, entry.rows_quarantined) == (4, 2)


def test_the_ledger_knows_the_window_stated_or_assumed(store, tmp_path):
    path = written(tmp_path, log(job(1)))
    ingest_jobs(store, [path], cluster="here")
    assert store.catalogue.windows("here") == []
    assumed = store.catalogue.files()[0]
    assert assumed.window_assumed
    assert assumed.window_to == datetime(2026, 5, 1, 11, tzinfo=UTC)
    window = (datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC))
    ingest_jobs(store, [path], cluster="here", options=JobOptions(window=window))
    assert store.catalogue.windows("here") == [window]


def test_a_cluster_keeps_its_time_zone(store, tmp_path):
    summer = written(tmp_path, log(job(1)))
    ingest_jobs(store, [summer], cluster="here", options=JobOptions(timezone="Europe/London"))
    assert facts(store)["submit"].to_list() == [datetime(2026, 5, 1, 8, tzinfo=UTC)]
    ingest_jobs(store, [written(tmp_path, log(job(2)), "more")], cluster="here")
    assert facts(store)["submit"].to_list() == [datetime(2026, 5, 1, 8, tzinfo=UTC)] * 2
    with pytest.raises(InputError, match="Europe/London so far"):
        ingest_jobs(store, [summer], cluster="here", options=JobOptions(timezone="UTC"))
    with pytest.raises(InputError, match="no such time zone"):
        ingest_jobs(store, [summer], cluster="new", options=JobOptions(timezone="Mars/Olympus"))


def test_the_zone_that_a_cluster_has_may_be_said_again(store, tmp_path):
    path = written(tmp_path, log(job(1)))
    ingest_jobs(store, [path], cluster="here", options=JobOptions(timezone="Europe/London"))
    assert ingest_jobs(store, [path], cluster="here").files[0].skipped


def test_a_guessed_time_zone_is_told(store, tmp_path):
    report = ingest_jobs(store, [written(tmp_path, log(job(1)))], cluster="here")
    assert "time zone assumed: UTC" in report.assumptions


@pytest.mark.parametrize("raw_first", [True, False])
def test_array_tasks_are_never_counted_under_two_ids(store, tmp_path, raw_first):
    with_raw = log(job(86, JobID="54_1"), job(1))
    without = with_raw.replace(b"JobIDRaw", b"Comment")
    logs = [with_raw, without] if raw_first else [without, with_raw]
    paths = [written(tmp_path, data, str(at)) for at, data in enumerate(logs)]
    ingest_jobs(store, paths[:1], cluster="here")
    with pytest.raises(InputError, match="counted twice"):
        ingest_jobs(store, paths[1:], cluster="here")


def test_json_and_text_of_one_slurm_give_the_same_hours(tmp_path, shared):
    captures = shared / "slurm" / "captures"
    columns = ["job_id", "submit", "account", "started", "start", "held_until", "gpus", "cpus"]
    text = facts_of(tmp_path / "text", captures / "sacct-P-usage.txt")
    records = facts_of(tmp_path / "json", captures / "sacct-X.json")
    same = records.join(text, on=["job_id", "submit"], how="semi").sort(JOBS.key)
    assert same.height == text.height
    assert_frame_equal(
        same.select(columns).filter("started"), text.select(columns).filter("started")
    )
    assert same["started"].equals(text["started"])


def test_progress_ends_at_the_whole(store, tmp_path):
    paths = [written(tmp_path, log(job(number)), str(number)) for number in (1, 2)]
    told: list[tuple[int, int | None]] = []
    ingest_jobs(
        store, paths, cluster="here", progress=lambda done, total: told.append((done, total))
    )
    size = sum(path.stat().st_size for path in paths)
    assert told[-1] == (size, size)


def test_a_source_hashes_its_raw_bytes(tmp_path):
    data = gzip.compress(log(job(1)))
    source = Source(written(tmp_path, data))
    assert b"".join(source.blocks()) == log(job(1))
    assert source.sha256 == source.sha256_on_disk()
    assert source.size_bytes == len(data) == source.expected_bytes()


def test_a_bomb_is_refused_before_it_fills_the_disk(tmp_path):
    packer = zstandard.ZstdCompressor().compressobj()
    packed = b"".join(packer.compress(b"\n" * (64 << 20)) for _ in range(20)) + packer.flush()
    with pytest.raises(InputError, match="times its size"):
        for _ in Source(written(tmp_path, packed)).blocks():
            pass


def test_the_summary_is_one_line(store, tmp_path):
    path = written(tmp_path, log(job(1), job(2, State="")))
    line = ingest_jobs(store, [path], cluster="here").summary()
    assert line.startswith(
        "here: jobs: 2 rows read, 1 accepted, 1 quarantined (bad_state 1), 1 new"
    )
    assert json.loads(store.catalogue.files()[0].options)["timezone"] == "UTC"
