"""Dumps of pyslurm, old and new, in JSON and YAML."""

import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from ingest.formats import job_format
from ingest.formats.base import RawBatch
from ingest.formats.keyed_json import listed
from ingest.formats.pyslurm import Pyslurm
from ingest.options import JobOptions
from ingest.tres_ids import SLURMS_OWN, read_tres_ids
from model.errors import InputError
from plimsoll.cli.root import cli

TRES = {**SLURMS_OWN, 1001: "gres/gpu", 1002: "gres/gpu:a100"}


def old_job(**changed: object) -> dict[str, object]:
    job: dict[str, object] = {
        "account": "physics",
        "alloc_nodes": 1,
        "array_job_id": 0,
        "array_task_id": 4294967294,
        "array_task_str": None,
        "cluster": "here",
        "elapsed": 58,
        "eligible": 1001,
        "end": 1060,
        "jobid": 7,
        "jobname": "train",
        "partition": "gpu",
        "nodes": "n1",
        "resv_name": None,
        "start": 1002,
        "state_str": "COMPLETED",
        "steps": {"4294967291": {"container": None, "state_str": "CANCELLED", "jobid": 7}},
        "submit": 1000,
        "suspended": 3,
        "timelimit": 90,
        "tres_alloc_str": "1=4,2=1000,3=18446744073709551614,4=1,5=33,1001=2,1002=2",
        "tres_req_str": "1=4,2=1000,4=1,1001=2",
        "user": "ada",
    }
    return job | changed


def new_job(**changed: object) -> dict[str, object]:
    job: dict[str, object] = {
        "account": "physics",
        "array_id": None,
        "array_task_id": None,
        "array_tasks_waiting": None,
        "association_id": 3,
        "cluster": "here",
        "cpus": 4,
        "elapsed_time": 58,
        "eligible_time": 1001,
        "end_time": 1060,
        "id": 7,
        "name": "train",
        "nodelist": "n1",
        "num_nodes": 1,
        "partition": "gpu",
        "qos": "normal",
        "reservation": None,
        "start_time": 1002,
        "state": "COMPLETED",
        "state_reason": "None",
        "stats": {"consumed_energy": 12000},
        "steps": {"batch": {"id": "batch", "state": "FAILED"}},
        "submit_time": 1000,
        "suspended_time": 58,
        "time_limit": 90,
        "user_name": "ada",
    }
    return job | changed


def in_json(*jobs: dict[str, object]) -> bytes:
    return json.dumps({str(n): job for n, job in enumerate(jobs, 1)}, indent=1).encode()


def in_yaml(*jobs: dict[str, object]) -> bytes:
    return yaml.dump({str(n): job for n, job in enumerate(jobs, 1)}).encode()


BOTH = pytest.mark.parametrize("dump", [in_json, in_yaml])


def read(data: bytes, size: int = 1 << 16, tres: dict[int, str] | None = TRES) -> RawBatch:
    options = JobOptions(tres_names=tres)
    form = job_format(data, options)
    assert isinstance(form, Pyslurm)
    batches = list(form.batches(_blocks(data, size), options))
    return RawBatch(
        frame=pl.concat(batch.frame for batch in batches),
        rejects=[reject for batch in batches for reject in batch.rejects],
        assumptions=batches[-1].assumptions,
    )


def _blocks(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def one(data: bytes, tres: dict[int, str] | None = TRES) -> dict[str, str | None]:
    batch = read(data, tres=tres)
    assert batch.rejects == []
    assert batch.frame.height == 1
    return batch.frame.row(0, named=True)


@BOTH
def test_an_old_job(dump):
    row = one(dump(old_job()))
    assert row["AllocTRES"] == "cpu=4,mem=1000M,node=1,billing=33,gres/gpu=2,gres/gpu:a100=2"
    assert row["ReqTRES"] == "cpu=4,mem=1000M,node=1,gres/gpu=2"
    assert row["ConsumedEnergyRaw"] is None
    assert (row["Submit"], row["Eligible"], row["Start"], row["End"]) == (
        "1000",
        "1001",
        "1002",
        "1060",
    )
    assert (row["ElapsedRaw"], row["Suspended"], row["TimelimitRaw"]) == ("58", "3", "90")
    assert (row["JobIDRaw"], row["JobID"], row["User"], row["JobName"]) == (
        "7",
        "7",
        "ada",
        "train",
    )


@BOTH
def test_a_new_job_has_no_tres_and_its_suspended_time_is_not_believed(dump):
    batch = read(dump(new_job()))
    assert not {"AllocTRES", "ReqTRES", "Suspended"} & set(batch.frame.columns)
    row = batch.frame.row(0, named=True)
    assert (row["AllocCPUS"], row["AllocNodes"], row["NodeList"]) == ("4", "1", "n1")
    assert (row["QOS"], row["Reason"], row["ConsumedEnergyRaw"]) == ("normal", "None", "12000")
    assert (row["ElapsedRaw"], row["TimelimitRaw"], row["State"]) == ("58", "90", "COMPLETED")


@BOTH
def test_arrays(dump):
    old = read(
        dump(
            old_job(array_job_id=54, array_task_id=9),
            old_job(array_job_id=83, array_task_str="1-6"),
            old_job(array_job_id=54, array_task_id=0),
        )
    )
    assert old.frame["JobID"].to_list() == ["54_9", "83_[1-6]", "54_0"]
    new = read(
        dump(
            new_job(array_id=54, array_task_id=9),
            new_job(array_id=83, array_tasks_waiting="1-6"),
            new_job(array_id=54, array_task_id=None),
        )
    )
    assert new.frame["JobID"].to_list() == ["54_9", "83_[1-6]", "54_0"]


@BOTH
def test_ids_without_a_name_leave_gpus_unknown(dump):
    cpu_job = old_job(tres_alloc_str="1=2,4=1", tres_req_str="")
    batch = read(dump(old_job(), cpu_job), tres=None)
    assert batch.frame["AllocTRES"].to_list() == [None, "cpu=2,node=1"]
    assert "TRES ids 1001, 1002 have no name" in batch.assumptions[0]
    assert read(dump(cpu_job), tres=None).assumptions == ()


@BOTH
def test_broken_records_are_set_aside(dump):
    batch = read(
        dump(
            old_job(),
            old_job(submit=0),
            old_job(start="soon"),
            old_job(tres_alloc_str="cpu=4"),
            old_job(jobid=0),
            old_job(jobid=8),
        )
    )
    assert batch.frame["JobIDRaw"].to_list() == ["7", "8"]
    assert [(each.line, each.reason) for each in batch.rejects] == [
        (2, "no_submit"),
        (3, "wrong_type:start"),
        (4, "bad_tres"),
        (5, "no_job_id"),
    ]


@given(st.integers(1, 400), st.integers(1, 4), st.sampled_from([in_json, in_yaml]))
def test_blocks_of_any_size_give_the_same_records(size, count, dump):
    data = dump(*(old_job(jobid=number + 1) for number in range(count)))
    assert read(data, size).frame["JobIDRaw"].to_list() == [str(n + 1) for n in range(count)]


@given(st.integers(1, 60))
def test_records_keyed_by_number_become_a_list(size):
    records = {"1": {"a": '}, "2": {"a": 1}', "b": {"7": {"c": 1}}}, "5": {"a": 2}, "6": {"a": {}}}
    for indent in (None, 1):
        blocks = _blocks(json.dumps(records, indent=indent).encode(), size)
        assert json.loads(b"".join(listed(blocks))) == {"jobs": list(records.values())}


@BOTH
def test_a_dump_that_breaks_off_is_refused(dump):
    data = dump(*(old_job(jobid=number) for number in range(1, 9)))
    with pytest.raises(InputError, match="cut off"):
        read(data[: len(data) * 2 // 3])


@pytest.mark.parametrize("name", ["pyslurm-old-job-live.json", "pyslurm-old-job-live.yaml"])
def test_live_jobs_are_refused(shared: Path, name: str):
    with pytest.raises(InputError, match="as the controller knows them"):
        read((shared / "slurm/captures" / name).read_bytes())


@BOTH
def test_words_in_a_script_do_not_make_it_another_dump(dump):
    script = "job_state: x\naccrue_time: y\njobid: 3\nassociation_id: 4\n"
    assert one(dump(old_job(env=script)))["JobIDRaw"] == "7"
    assert one(dump(new_job(comment=script)))["JobIDRaw"] == "7"


@pytest.mark.parametrize("name", ["pyslurm", "jobcomp-filetxt", "sacct-yaml"])
@pytest.mark.parametrize(
    "data", [b"JobID|State\n1|COMPLETED\n", b'{"jobs": []}', b"x: [\n", b"1\n"]
)
def test_a_format_that_was_asked_for_and_is_not_there_is_refused(name: str, data: bytes):
    options = JobOptions(format=name)
    form = job_format(data, options)
    assert form.name == name
    with pytest.raises(InputError):
        list(form.batches(iter([data]), options))


def test_what_else_is_keyed_by_numbers_is_refused():
    with pytest.raises(InputError, match="no jobs of pyslurm"):
        read(b'{"1": {"a": 2}}')


@pytest.mark.parametrize(
    "name",
    [
        "sacctmgr-show-tres.txt",
        "pyslurm-new-db.TRES.json",
        "pyslurm-new-db.TRES.yaml",
        "slurmrestd-dbv0.0.36-tres.json",
        "slurmrestd-dbv0.0.38-tres.json",
    ],
)
def test_what_ids_mean_is_read_from_every_source_of_it(shared: Path, name: str):
    names = read_tres_ids(shared / "slurm/captures" / name)
    assert names[1001] == "gres/gpu"
    assert names[1003] == "gres/gpu:t4"
    assert {tres: names[tres] for tres in SLURMS_OWN} == dict(SLURMS_OWN)


@pytest.mark.parametrize("text", ["", "Type|Name\ncpu|\n", "{}", "[1]", "a: [", "Type|Name|ID\n"])
def test_a_file_without_ids_is_refused(tmp_path: Path, text: str):
    path = tmp_path / "tres.txt"
    path.write_text(text)
    with pytest.raises(InputError, match="no TRES ids"):
        read_tres_ids(path)


def test_the_option_names_the_ids(tmp_path: Path):
    (tmp_path / "tres.txt").write_text("Type|Name|ID\ngres|gpu|1001\ngres|gpu:a100|1002\n")
    (tmp_path / "jobs.yaml").write_bytes(in_yaml(old_job()))

    def ingest(*words: str) -> str:
        store = str(tmp_path / f"store{len(words)}")
        call = ["--store", store, "ingest", "jobs", str(tmp_path / "jobs.yaml")]
        result = CliRunner().invoke(cli, [*call, "--cluster", "here", *words])
        assert result.exit_code == 0, result.output
        return result.output

    assert "no name here" in ingest()
    assert "no name here" not in ingest("--tres", str(tmp_path / "tres.txt"))
