"""The log of jobcomp/filetxt."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.formats import job_format
from ingest.formats.base import RawBatch
from ingest.formats.jobcomp import Jobcomp
from ingest.options import JobOptions
from model.errors import InputError

LINE = (
    "JobId={id} UserId=ada(1001) GroupId=ada(1001) Name={name} JobState={state} Partition=gpu "
    "TimeLimit=5 StartTime=2026-11-20T16:14:47 EndTime=2026-11-20T16:14:57 NodeList={nodes} "
    "NodeCnt=1 ProcCnt=4 WorkDir=/tmp ReservationName= Tres={tres} Account=physics QOS=normal "
    "WcKey=* Cluster=here SubmitTime=2026-11-20T16:14:40 EligibleTime={eligible}{ids} "
    "DerivedExitCode=0:0 ExitCode=0:0 \n"
)


def line(**changed: object) -> str:
    plain = {
        "id": 7,
        "name": "train",
        "state": "COMPLETED",
        "nodes": "n1",
        "tres": "cpu=1,mem=1000M,node=1,billing=4,gres/gpu=2,gres/gpu:a100=2",
        "eligible": "2026-11-20T16:14:40",
        "ids": "",
    }
    return LINE.format(**plain | changed)


def read(text: str | bytes, size: int = 1 << 16) -> RawBatch:
    data = text.encode() if isinstance(text, str) else text
    form = job_format(data, JobOptions())
    assert isinstance(form, Jobcomp)
    batches = list(form.batches(_blocks(data, size), JobOptions()))
    return RawBatch(
        frame=pl.concat(batch.frame for batch in batches),
        rejects=[reject for batch in batches for reject in batch.rejects],
        assumptions=tuple(dict.fromkeys(note for batch in batches for note in batch.assumptions)),
    )


def _blocks(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def one(**changed: object) -> dict[str, str | None]:
    return read(line(**changed)).frame.row(0, named=True)


def test_a_line():
    row = one()
    assert (row["JobIDRaw"], row["JobID"], row["User"], row["JobName"]) == (
        "7",
        "7",
        "ada",
        "train",
    )
    assert (row["Submit"], row["TimelimitRaw"], row["AllocCPUS"]) == (
        "2026-11-20T16:14:40",
        "5",
        "4",
    )
    assert row["ReqTRES"] == "cpu=1,mem=1000M,node=1,billing=4,gres/gpu=2,gres/gpu:a100=2"


def test_gpus_are_taken_as_asked_and_else_unknown():
    batch = read(line() + line(tres="cpu=1,node=1") + line(nodes="(null)", state="CANCELLED"))
    assert batch.frame["AllocTRES"].to_list() == ["gres/gpu=2,gres/gpu:a100=2", None, None]
    assert "GPUs are taken as asked" in batch.assumptions[0]
    assert read(line(tres="cpu=1")).assumptions == ()


def test_a_pending_job_with_nodes_is_a_run_that_was_requeued():
    assert one(state="PENDING")["State"] == "REQUEUED"
    assert one(state="PENDING", nodes="(null)")["State"] == "PENDING"


def test_labels_of_arrays_and_heterogeneous_jobs():
    assert one(ids=" ArrayJobId=54 ArrayTaskId=9")["JobID"] == "54_9"
    assert one(ids=" HetJobId=61 HetJobOffset=1")["JobID"] == "61+1"


def test_unknown_moments_are_null():
    assert one(eligible="unknown")["Eligible"] is None


@pytest.mark.parametrize(
    "name", ["two\nlines", "a JobState=FAILED b", " padded ", "", "x=1 Name=y", "JobId=3"]
)
def test_names_may_hold_anything(name: str):
    batch = read(line(name=name) + line(id=8))
    assert batch.frame["JobName"].to_list()[0] == name
    assert batch.frame["JobIDRaw"].to_list() == ["7", "8"]
    rows = name.count("\n") + 1
    assert batch.frame["_rows"].to_list() == [rows, 1]
    assert batch.frame["_line"].to_list() == [1, rows + 1]


def test_lines_that_cannot_be_read_are_set_aside():
    batch = read(line() + "\n" + line(id=8)[:200] + "\n" + line(id=9) + line(id=10)[:90])
    assert batch.frame["JobIDRaw"].to_list() == ["7", "9"]
    assert [(each.line, each.reason, each.rows) for each in batch.rejects] == [
        (3, "not_jobcomp", 1),
        (5, "not_jobcomp", 1),
    ]


@given(st.integers(1, 900), st.integers(1, 5))
def test_blocks_of_any_size_give_the_same_rows(size: int, count: int):
    text = "".join(line(id=number, name="a\nb") for number in range(1, count + 1))
    frame = read(text, size).frame
    assert frame["JobIDRaw"].to_list() == [str(number) for number in range(1, count + 1)]
    assert frame["_line"].to_list() == [2 * number + 1 for number in range(count)]


def test_layouts_of_before_tres():
    older = line().replace(" Tres=cpu=1", " Gres=gpu:2 Tres=cpu=1")
    assert read(older).frame["ReqGRES"].to_list() == ["gpu:2"]
    oldest = line().split(" Tres=")[0] + " Gres=gpu:2 Account=" + line().split(" Account=")[1]
    row = read(oldest).frame.row(0, named=True)
    assert (row["ReqGRES"], row["ReqTRES"]) == ("gpu:2", None)


def test_a_log_without_submit_times_is_refused():
    bare = "JobId=7 UserId=ada(1) Name=x JobState=COMPLETED Partition=p TimeLimit=5 "
    with pytest.raises(InputError, match="no SubmitTime"):
        read(bare + "StartTime=2014-01-01T00:00:00 EndTime=2014-01-01T00:00:10 NodeList=n1\n")


@pytest.mark.parametrize("name", ["scontrol-show-job.txt", "scontrol-show-job-oneline.txt"])
def test_live_jobs_are_refused(shared: Path, name: str):
    with pytest.raises(InputError, match="scontrol show job"):
        read((shared / "slurm/captures" / name).read_bytes())


@pytest.mark.parametrize("size", [777, 1 << 20])
def test_the_capture_is_read_whole(shared: Path, size: int):
    batch = read((shared / "slurm/captures/jobcomp-filetxt.txt").read_bytes(), size)
    assert batch.rejects == []
    assert batch.frame["_rows"].sum() == 111  # one name holds a newline
    assert "two\nlines" in batch.frame["JobName"].to_list()
