import polars as pl
import pytest
from job_logs import job, log, normal, only

from ingest.tres import TresColumns, parse_gres, parse_tres


@pytest.mark.parametrize(
    ("text", "gpus", "types"),
    [
        ("cpu=4,gres/gpu:a100=4,gres/gpu=4", 4, "a100:4"),
        ("gres/gpu=4,gres/gpu:a100=4", 4, "a100:4"),
        ("gres/gpu:a100=2,gres/gpu:t4=1", 3, "a100:2,t4:1"),
        ("gres/gpu:t4=1,gres/gpu:a100=2,gres/gpu=4", 4, "a100:2,t4:1"),
        ("gres/gpu=2", 2, ""),
        ("gres/gpu:high_perf=1", 1, "high_perf:1"),
        ("gres/gpu:nvidia_a100_1g.5gb=3,gres/gpu=3", 3, "nvidia_a100_1g.5gb:3"),
        ("cpu=4,mem=62.50G,gres/tmp=1073741824,node=1", 0, ""),
        ("gres/gpuutil=88,gres/gpumem=4G", 0, ""),
        ("", None, None),
    ],
)
def test_gpus_of_a_tres_string(text, gpus, types):
    counts = parse_tres(text)
    assert (counts.gpus, counts.gpu_types) == (gpus, types)


def test_other_resources_of_a_tres_string():
    counts = parse_tres("billing=33,cpu=12,gres/shard=6,mem=1T,node=2")
    assert (counts.billing, counts.cpus, counts.nodes, counts.shards) == (33, 12, 2, 6)


@pytest.mark.parametrize(
    ("text", "gpus", "types"),
    [
        ("1*gpu:2", 2, ""),
        ("4*gpu:2", 8, ""),
        ("2*gpu:tesla:2", 4, "tesla:4"),
        ("1*gres:gpu:2", 2, ""),
        ("1*gpu", 1, ""),
        ("3*gpu:tesla", 3, "tesla:3"),
        ("3*PER_NODE:gpu:2", 6, ""),
        ("3*PER_JOB:gpu:2", 2, ""),
        ("3*PER_TASK:gpu:2", None, None),
        ("2*craynetwork:0", 0, ""),
        ("2*gpu:0", 0, ""),
    ],
)
def test_gpus_of_an_old_gres_string(text, gpus, types):
    counts = parse_gres(text)
    assert (counts.gpus, counts.gpu_types) == (gpus, types)


def test_many_distinct_strings_give_the_same_as_few():
    texts = [f"cpu={n % 7},gres/gpu={n % 5},mem={n}M,node=1" for n in range(500)]
    together = TresColumns().read(pl.Series(texts))
    alone = [parse_tres(text) for text in texts]
    assert together["gpus"].to_list() == [counts.gpus for counts in alone]
    assert together["cpus"].to_list() == [counts.cpus for counts in alone]


def test_a_log_without_tres_cannot_tell():
    data = log(job(1))
    untold = data.replace(b"AllocTRES", b"Comment").replace(b"ReqTRES", b"AdminComment")
    row = only(untold)
    assert (row["gpus"], row["gpu_types"], row["req_gpus"], row["shards"]) == (None,) * 4


def test_a_cpu_job_of_a_log_with_tres_has_none():
    row = only(log(job(1, AllocTRES="billing=1,cpu=3,node=1", ReqTRES="cpu=3")))
    assert (row["gpus"], row["gpu_types"], row["req_gpus"], row["cpus"]) == (0, "", 0, 3)


def test_a_started_job_without_its_tres_is_unknown():
    assert only(log(job(1, AllocTRES="")))["gpus"] is None


def test_exclusive_jobs_hold_more_than_they_asked():
    row = only(log(job(1, AllocTRES="cpu=32,gres/gpu=4", ReqTRES="cpu=1")))
    assert (row["gpus"], row["req_gpus"]) == (4, 0)


def test_what_a_job_that_never_started_was_to_get_is_what_it_asked():
    line = job(
        1,
        AllocTRES="cpu=4,gres/gpu:a100=2,gres/gpu=2,node=1",
        ReqTRES="cpu=4,node=1",
        NodeList="None assigned",
        ElapsedRaw="0",
        End="2026-05-01T10:00:00",
        State="CANCELLED by 12",
    )
    row = only(log(line))
    assert (row["started"], row["gpus"], row["req_gpus"], row["req_gpu_types"]) == (
        False,
        0,
        2,
        "a100:2",
    )


def test_old_logs_name_gpus_in_reqgres_for_each_node():
    data = log(job(1, AllocTRES="4", ReqTRES="gpu:tesla:2"))
    data = data.replace(b"AllocTRES", b"AllocNodes").replace(b"ReqTRES", b"ReqGRES")
    batch, assumed = normal(data)
    row = batch.jobs.row(0, named=True)
    assert (row["gpus"], row["gpu_types"], row["req_gpus"], row["nodes"]) == (8, "tesla:8", 8, 4)
    assert [note for note in assumed if "ReqGRES" in note]
