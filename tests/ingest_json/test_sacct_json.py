"""`sacct --json` of every version as frames under sacct's names."""

import csv
import json
from collections.abc import Iterator

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.formats import json_records
from ingest.formats.base import RawBatch
from ingest.formats.sacct_json import SacctJson
from ingest.options import JobOptions
from model.errors import InputError


def blocks(data: bytes, size: int = 1 << 16) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


def read(data: bytes, size: int = 1 << 16) -> RawBatch:
    batches = list(SacctJson().batches(blocks(data, size), JobOptions()))
    return RawBatch(
        frame=pl.concat(batch.frame for batch in batches),
        rejects=[reject for batch in batches for reject in batch.rejects],
        assumptions=tuple(said for batch in batches for said in batch.assumptions),
    )


def job(job_id: int = 1, **members: object) -> dict[str, object]:
    times = {"submission": 1000, "eligible": 1001, "start": 1002, "end": 1060, "elapsed": 58}
    plain = {
        "account": "physics",
        "job_id": job_id,
        "time": times,
        "state": {"current": "COMPLETED"},
    }
    return {**plain, **members}


def document(*jobs: object, **members: object) -> bytes:
    return json.dumps({"meta": {}, "errors": [], "jobs": jobs, **members}).encode()


def one(record: dict[str, object]) -> dict[str, str | None]:
    batch = read(document(record))
    assert batch.rejects == []
    return batch.frame.row(0, named=True)


def test_plain_numbers_and_nulls_of_22_05():
    row = one(
        job(
            cluster="testbed",
            user="ada",
            nodes="gpu02",
            allocation_nodes=1,
            reservation={"id": 0, "name": 0},
            array={"job_id": 54, "task": None, "task_id": 9},
            het={"job_id": 0, "job_offset": None},
            state={"current": "PREEMPTED", "reason": "None"},
            time={
                "submission": 5,
                "start": None,
                "end": 0,
                "elapsed": 7,
                "suspended": 3661,
                "limit": 90,
            },
            tres={
                "allocated": [
                    {"type": "cpu", "name": None, "id": 1, "count": 32},
                    {"type": "mem", "name": None, "id": 2, "count": 32000},
                    {"type": "energy", "name": None, "id": 3, "count": None},
                    {"type": "gres", "name": "gpu", "id": 1001, "count": 4},
                    {"type": "gres", "name": "gpu:a100", "id": 1002, "count": 4},
                ],
                "requested": [],
            },
        )
    )
    assert row["AllocTRES"] == "cpu=32,mem=32000M,gres/gpu=4,gres/gpu:a100=4"
    assert row["ReqTRES"] is None
    assert row["ConsumedEnergyRaw"] is None
    assert (row["JobID"], row["JobIDRaw"]) == ("54_9", "1")
    assert (row["Submit"], row["Start"], row["End"], row["Eligible"]) == ("5", None, None, None)
    assert (row["Suspended"], row["TimelimitRaw"], row["State"]) == ("01:01:01", "90", "PREEMPTED")
    assert row["Reservation"] is None


def test_number_objects_and_state_lists_of_24_05():
    unset = {"set": False, "infinite": False, "number": 0}
    row = one(
        job(
            state={"current": ["CANCELLED", "COMPLETING"], "reason": "Priority"},
            array={"job_id": 0, "task_id": unset, "task": ""},
            het={"job_id": 61, "job_offset": {"set": True, "infinite": False, "number": 1}},
            reservation={"id": 3, "name": "maint", "requested": ""},
            time={
                "submission": 5,
                "planned": {"set": True, "infinite": False, "number": -3528},
                "limit": {"set": False, "infinite": True, "number": 0},
            },
            tres={"allocated": [{"type": "energy", "name": "", "id": 3, "count": -2}]},
        )
    )
    assert row["State"] == "CANCELLED"
    assert row["JobID"] == "61+1"
    assert row["TimelimitRaw"] == "UNLIMITED"
    assert row["Reservation"] == "maint"
    assert (row["AllocTRES"], row["ConsumedEnergyRaw"]) == (None, None)


@pytest.mark.parametrize(
    ("members", "label"),
    [
        ({"array": {"job_id": 83, "task_id": None, "task": "1-6"}}, "83_[1-6]"),
        ({"array": {"job_id": 83, "task_id": 0, "task": None}}, "83_0"),
        ({"array": {"job_id": 0, "task_id": None, "task": None}}, "90"),
        ({"het": {"job_id": 61, "job_offset": 0}}, "61+0"),
        ({}, "90"),
    ],
)
def test_job_label(members, label):
    assert one(job(90, **members))["JobID"] == label


def test_a_reservation_name_without_meaning_is_unknown():
    assert one(job(reservation={"id": 1, "name": 1382911872}))["Reservation"] is None


def test_energy_in_joules():
    tres = {"allocated": [{"type": "energy", "name": None, "id": 3, "count": 1234}]}
    assert one(job(tres=tres))["ConsumedEnergyRaw"] == "1234"


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ({"account": "x", "state": {"current": "FAILED"}, "time": {"submission": 5}}, "no_job_id"),
        (job(0), "no_job_id"),
        (job(time={"submission": 0}), "no_submit"),
        (job(state={"current": []}), "no_state"),
        (job(time={"submission": 5, "start": "soon"}), "wrong_type:time.start"),
        (job(tres={"allocated": [{"type": "cpu", "count": "4"}]}), "wrong_type:tres"),
        (job(account=["x"]), "wrong_type:account"),
        (17, "not_a_record"),
        ({}, "no_job_id"),
    ],
)
def test_a_broken_record_is_set_aside_and_the_rest_goes_on(broken, reason):
    batch = read(document(job(1), broken, job(3)))
    assert batch.frame["JobIDRaw"].to_list() == ["1", "3"]
    assert batch.frame["_line"].to_list() == [1, 3]
    assert [(each.line, each.reason) for each in batch.rejects] == [(2, reason)]
    assert batch.rejects[0].text in json.dumps(broken)


def test_a_record_that_is_no_json_is_set_aside():
    data = document(job(1), job(2), job(3)).replace(b'"job_id": 2', b'"job_id": 2x')
    batch = read(data)
    assert batch.frame["JobIDRaw"].to_list() == ["1", "3"]
    assert [(each.line, each.reason) for each in batch.rejects] == [(2, "not_json")]


def test_a_missing_brace_loses_one_record():
    data = document(job(1), job(2, state={"current": "FAILED"}), job(3), job(4)).replace(
        b'"FAILED"}}', b'"FAILED"}'
    )
    batch = read(data)
    assert batch.frame["JobIDRaw"].to_list() == ["1", "3", "4"]
    assert [(each.line, each.reason) for each in batch.rejects] == [(2, "not_json")]


def test_bad_utf8_in_a_name_is_replaced():
    data = document(job(1, name="caf\xe9"), job(2)).replace(b"caf\\u00e9", b"caf\xe9")
    batch = read(data)
    assert batch.frame["JobName"].to_list() == ["caf\N{REPLACEMENT CHARACTER}", None]


@pytest.mark.parametrize("size", [1, 7, 1 << 16])
def test_a_document_cut_off_anywhere_is_refused(size):
    whole = document(job(1), job(2), warnings=[{"description": "x"}])
    assert read(whole, size).frame.height == 2
    for length in range(1, len(whole), 1 if size > 1 else 13):
        with pytest.raises(InputError, match=r"cut off|no list") as refused:
            read(whole[:length], size)
        assert refused.value.hint


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('{"nodes": [{"name": "n1"}]}', "node records"),
        ('{"sinfo": []}', "sinfo"),
        ('{"jobs": [], "errors": [{"description": "denied", "error": "Access"}]}', "denied"),
        ('{"errors": [{"error": "no database"}]}', "no database"),
        ('{"jobs": [{"job_id": 3, "job_state": ["RUNNING"], "submit_time": 5}]}', "controller"),
        ('{"103": {"jobid": 103}}', 'no list of "jobs"'),
        ('[{"job_id": 1}]', "a list or a bare value"),
    ],
)
def test_what_is_not_a_job_log_is_refused_with_a_hint(text, what):
    with pytest.raises(InputError, match=what) as refused:
        read(text.encode())
    assert refused.value.hint
    assert "\n" not in str(refused.value)


def test_a_long_list_of_nodes_is_refused_without_reading_it_all():
    endless = iter([b'{"meta": {}, "nodes": [', *([b'{"name": "n1"},' * 100_000] * 3)])
    with pytest.raises(InputError, match="node records"):
        list(SacctJson().batches(endless, JobOptions()))


def test_errors_beside_jobs_are_reported():
    batch = read(document(job(1), errors=[{"description": "one cluster did not answer"}]))
    assert batch.frame.height == 1
    assert "one cluster did not answer" in batch.assumptions[0]


def test_nothing_found_in_a_window_is_an_answer():
    """slurmrestd of 22.05 says of an empty window that it is an error."""
    nothing = {"description": "Nothing found", "error_number": 9003}
    batch = read(document(errors=[nothing]))
    assert (batch.frame.height, batch.assumptions) == (0, ())
    with pytest.raises(InputError, match="no access"):
        read(document(errors=[nothing, {"description": "no access", "error_number": 2000}]))


def test_no_jobs_and_no_error_is_an_answer():
    assert read(document()).frame.height == 0


def test_pretty_and_compact_text_in_small_chunks_give_equal_rows(monkeypatch):
    monkeypatch.setattr(json_records, "CHUNK_BYTES", 700)
    jobs = [
        job(number, name='}, {"account": "x"', steps=[{"account": "y"}] * 3)
        for number in range(1, 60)
    ]
    compact = json.dumps({"jobs": jobs}, separators=(",", ":")).encode()
    pretty = json.dumps({"jobs": jobs}, indent=2).encode()
    first, second = read(compact, 100), read(pretty, 100)
    assert first.frame.equals(second.frame)
    assert first.frame["JobIDRaw"].to_list() == [str(number) for number in range(1, 60)]
    assert not first.rejects + second.rejects


names = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)


@given(
    st.lists(st.tuples(names, st.integers(1, 10**9), names), min_size=1, max_size=8),
    st.integers(1, 300),
    st.booleans(),
)
def test_any_text_in_any_blocks_keeps_every_record(rows, size, ascii_only):
    jobs = [job(number, name=name, partition=part) for name, number, part in rows]
    data = json.dumps({"jobs": jobs}, ensure_ascii=ascii_only).encode()
    frame = read(data, size).frame
    assert frame.select("JobName", "JobIDRaw", "Partition").rows() == [
        (name or None, str(number), part or None) for name, number, part in rows
    ]


@given(st.data())
def test_a_flipped_byte_is_a_reject_or_a_refusal_never_a_crash(data):
    whole = bytearray(document(*(job(number, name="x" * number) for number in range(1, 9))))
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= data.draw(st.integers(1, 255))
    try:
        batch = read(bytes(whole), 64)
        told = batch.frame.height + len(batch.rejects)
    except InputError as refused:
        told = len(refused.hint or "")
    assert told >= 1


VERSIONS = [
    "data/clockwork/sacct_1",
    "data/clockwork/sacct_2",
    "slurm/captures/sacct.json",
    "slurm/captures/sacct-X.json",
    "slurm/captures/slurmrestd-dbv0.0.36-jobs.json",
    "slurm/captures/slurmrestd-dbv0.0.37-jobs.json",
    "slurm/captures/slurmrestd-dbv0.0.38-jobs.json",
]


@pytest.mark.parametrize("path", VERSIONS)
def test_every_record_of_old_versions_is_read(shared, path):
    data = (shared / path).read_bytes()
    batch = read(data)
    assert batch.rejects == []
    assert batch.frame["JobIDRaw"].to_list() == [
        str(each["job_id"]) for each in json.loads(data)["jobs"]
    ]


def test_every_record_of_new_versions_is_read(shared):
    files = sorted((shared / "data" / "slurmweb_slurmrestd").glob("*/*/slurmdb-job-*.json"))
    assert len(files) > 100
    for path in files:
        data = path.read_bytes()
        batch = read(data)
        assert batch.rejects == [], path
        assert batch.frame.height == len(json.loads(data)["jobs"]), path
        assert not batch.frame["State"].str.starts_with("[").any(), path


def test_every_other_answer_of_slurm_is_refused_in_one_line(shared):
    folder = shared / "slurm" / "captures"
    jobs = {shared / path for path in VERSIONS}
    files = [
        *folder.glob("*.json"),
        *(shared / "data" / "slurmweb_slurmrestd").glob("*/*/slurm-*.json"),
    ]
    others = [path for path in files if path not in jobs and path.stat().st_size]
    assert len(others) > 50
    for path in others:
        data = path.read_bytes()
        assert SacctJson().recognises(data[:4096], JobOptions()) == (data[:1] in b"{["), path
        with pytest.raises(InputError) as refused:
            read(data)
        assert refused.value.hint, path
        assert "\n" not in str(refused.value), path


SAME = [
    "JobID",
    "Cluster",
    "User",
    "Account",
    "Partition",
    "QOS",
    "ElapsedRaw",
    "Suspended",
    "TimelimitRaw",
    "AllocNodes",
    "NodeList",
]


def resources(tres: str) -> list[str]:
    """Without memory, which the text log rounds (62.50G) and JSON does not (64000M)."""
    return sorted(entry for entry in tres.split(",") if not entry.startswith("mem="))


def test_equal_to_the_text_log_where_both_know_a_field(shared):
    folder = shared / "slurm" / "captures"
    with (folder / "sacct-P-usage.txt").open(encoding="utf-8", newline="\n") as lines:
        printed = list(csv.DictReader(lines, delimiter="|", quoting=csv.QUOTE_NONE))
    whole = [row for row in printed if row["CPUTimeRAW"] and None not in row]
    frame = read((folder / "sacct-X.json").read_bytes()).frame
    ours = {
        (row["JobIDRaw"], row["State"], row["ElapsedRaw"]): row
        for row in frame.iter_rows(named=True)
    }
    compared = 0
    for row in whole:
        mine = ours.get((row["JobIDRaw"], row["State"].split(" by ")[0], row["ElapsedRaw"]))
        if mine is None:
            continue
        assert [mine[name] for name in SAME] == [row[name] for name in SAME]
        for name in ("AllocTRES", "ReqTRES"):
            assert resources(mine[name] or "") == resources(row[name]), row["JobIDRaw"]
        compared += 1
    assert compared > 95


def test_a_start_that_is_the_eligible_time_is_reckoned_from_the_end():
    """v0.0.36 and v0.0.37 print `eligible` for `start`."""
    times = {"submission": 1000, "eligible": 1001, "start": 1001, "elapsed": 58, "suspended": 3}
    batch = read(document(job(1, time={**times, "end": 1100}), job(2, time={**times, "end": 1062})))
    assert batch.frame["Start"].to_list() == ["1039", "1001"]
    assert "starts are reckoned" in batch.assumptions[0]
    still_running = read(document(job(3, time={**times, "end": 0})))
    assert still_running.frame["Start"].to_list() == ["1001"]
    assert still_running.assumptions == ()


def test_the_reason_by_its_name_in_v0_0_36():
    assert one(job(state={"current": "FAILED", "previous": "BeginTime"}))["Reason"] == "BeginTime"
