"""`plimsoll show demand`, `queue` and `outcomes` on what a real Slurm printed, and on a queue."""

import io
import json
import math
from collections import defaultdict
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import polars as pl
import pytest

import plimsoll
from plimsoll.cli import main

WINDOW = "2026-11-20T15:00:00/2026-11-20T17:00:00"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    for name in ("PLIMSOLL_STORE", "PLIMSOLL_CONFIG"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: object, code: int = 0) -> tuple[str, str]:
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        assert (ended.value.code or 0) == code, err.getvalue()
        return out.getvalue(), err.getvalue()

    return run


def table(run, *arguments: object) -> pl.DataFrame:
    out, _ = run("show", *arguments, "--format", "csv")
    return pl.read_csv(io.StringIO(out), infer_schema_length=None)


def gpus(tres) -> int:
    return sum(each["count"] for each in tres if each["type"] == "gres" and each["name"] == "gpu")


@pytest.fixture
def recorded(shared: Path):
    """The jobs of the capture, as Slurm's own JSON has them."""
    return json.loads((shared / "slurm/captures/sacct.json").read_text())["jobs"]


@pytest.fixture
def captured(run, shared: Path):
    log = shared / "slurm/captures/sacct.json"
    run("ingest", "jobs", log, "--cluster", "testbed", "--window", WINDOW)
    return run


def test_outcomes_of_a_real_log_are_those_of_its_records(captured, recorded) -> None:
    jobs, seconds = defaultdict(int), defaultdict(int)
    for job in recorded:
        if job["nodes"] != "None assigned" and job["time"]["end"]:
            states = job["state"]["current"]
            state = states if isinstance(states, str) else states[0]
            jobs[state] += 1
            held = job["time"]["end"] - job["time"]["start"]
            seconds[state] += gpus(job["tres"]["allocated"]) * held
    frame = table(captured, "outcomes")
    assert dict(frame.select("job_state", "jobs_ended").iter_rows()) == jobs
    for state, hours, lost in frame.select(
        "job_state", "gpu_hours", "node_failure_gpu_hours"
    ).iter_rows():
        assert hours * 3600 == pytest.approx(seconds[state])
        assert lost == (hours if state == "NODE_FAIL" else 0.0)
    assert frame["gpu_hours_share"].sum() == pytest.approx(1.0)
    assert jobs["NODE_FAIL"] == 1


def test_what_never_ran_in_a_real_log(captured, recorded) -> None:
    never = [job for job in recorded if job["nodes"] == "None assigned" and job["time"]["end"]]
    most_s = sum(gpus(job["tres"]["requested"]) * job["time"]["limit"] * 60 for job in never)
    assert (len(never), most_s) == (2, 240)
    frame = table(captured, "demand", "--by", "job_state")
    unmet = frame.filter(pl.col("cancelled_pending_jobs") > 0).sort("job_state")
    assert unmet["job_state"].to_list() == ["CANCELLED", "DEADLINE"]
    assert unmet["cancelled_pending_gpu_hours_high"].to_list() == [240 / 3600, 0.0]
    assert 0 < unmet["cancelled_pending_gpu_hours_low"][0] < 240 / 3600
    usage = table(captured, "usage", "--by", "job_state")
    assert frame["allocated_gpu_hours"].equals(usage["gpu_hours"])


def test_the_tasks_of_a_real_cancelled_array_count(run, shared: Path) -> None:
    log = shared / "slurm/captures/sacct-P-DX-by-jobid.txt"
    run("ingest", "jobs", log, "--cluster", "testbed")
    labels = [line.split("|")[0] for line in log.read_text().splitlines()]
    assert "83_[1-6,8-20]" in labels
    row = table(run, "demand").row(0, named=True)
    assert row["cancelled_pending_jobs"] == 5 + 19
    assert row["cancelled_pending_gpu_hours_low"] is None
    _, err = run("show", "demand")
    assert "no known request for GPUs" in err


COLUMNS = (
    "JobIDRaw|JobID|User|Account|Partition|QOS|JobName|Submit|Eligible|Start|End|ElapsedRaw|"
    "Suspended|TimelimitRaw|AllocTRES|ReqTRES|NodeList|State|Reason"
)
QUEUE = """\
1|1|ann|a|gpu|normal|train|2026-03-01T00:00:00|2026-03-01T00:00:00|2026-03-01T01:00:00|2026-03-01T03:00:00|7200|00:00:00|240|gres/gpu=2|gres/gpu=2|n1|COMPLETED|None
2|2|ann|a|gpu|normal|train|2026-03-01T00:00:00|2026-03-01T00:00:00|None|2026-03-01T02:00:00|0|00:00:00|240||gres/gpu=2|None assigned|CANCELLED by 7|QOSMaxGRESPerUser
3|3|ann|a|gpu|normal|train|2026-03-01T04:00:00|2026-03-01T04:00:00|Unknown|Unknown|0|00:00:00|240||gres/gpu=2|None assigned|PENDING|QOSMaxGRESPerUser
4|4_[1-5%2]|bob|b|gpu|normal|sweep|2026-03-01T20:00:00|2026-03-01T20:00:00|Unknown|Unknown|0|00:00:00|240||gres/gpu=1|None assigned|PENDING|Priority
5|5|bob|b|gpu|normal|open|2026-03-01T22:00:00|2026-03-01T22:00:00|Unknown|Unknown|0|00:00:00|UNLIMITED||gres/gpu=1|None assigned|PENDING|Dependency
"""


@pytest.fixture
def waiting(run, tmp_path: Path):
    log = tmp_path / "sacct.txt"
    log.write_text(f"{COLUMNS}\n{QUEUE}")
    window = "2026-03-01T00:00:00/2026-03-02T00:00:00"
    run("ingest", "jobs", log, "--cluster", "one", "--timezone", "UTC", "--window", window)
    return run


def test_a_queue_by_reason(waiting) -> None:
    frame = table(waiting, "queue")
    assert frame.rows() == [
        ("one", "capacity", "Priority", 5, 5, 10.0, 20.0, 4 * 3600, 4 * 3600),
        ("one", "policy", "QOSMaxGRESPerUser", 1, 2, 4.0, 8.0, 20 * 3600, 20 * 3600),
        ("one", "user", "Dependency", 1, 1, 0.0, None, 2 * 3600, 2 * 3600),
    ]
    by_line = table(waiting, "queue", "--where", "reason_class=policy")
    by_job = table(waiting, "queue", "--where", "user=ann")
    assert by_line.equals(by_job)
    assert by_line["reason"].to_list() == ["QOSMaxGRESPerUser"]


def test_demand_by_account(waiting) -> None:
    frame = table(waiting, "demand", "--by", "account")
    ann, bob = frame.rows(named=True)
    assert (ann["limit_gpu_hours"], ann["allocated_gpu_hours"]) == (8.0, 4.0)
    assert (ann["resubmitted_jobs"], ann["cancelled_pending_jobs"]) == (1, 0)
    assert ann["cancelled_pending_gpu_hours_high_1h"] == 8.0
    assert (ann["pending_gpu_hours_low"], ann["pending_gpu_hours_high"]) == (4.0, 8.0)
    assert (ann["backlog_days"], ann["backlog_days_high"]) == (1.0, 2.0)
    assert (bob["pending_jobs"], bob["pending_gpu_hours_high"]) == (6, None)
    assert math.isclose(bob["pending_gpu_hours_low"], 10.0)
    assert bob["backlog_days"] is None


def test_what_cannot_be_asked_says_so_in_one_line(waiting) -> None:
    _, err = waiting("show", "queue", "--by", "user", code=2)
    assert "takes no --by" in err
    _, err = waiting("show", "queue", "--where", "raeson=Priority", code=2)
    assert "did you mean 'reason'" in err
    _, err = waiting("show", "demand", "--by", "node", code=2)
    assert "plimsoll show nodes" in err


def test_the_api_gives_what_the_command_prints(waiting, tmp_path: Path) -> None:
    store = plimsoll.open_store(tmp_path / "plimsoll-data")
    for name in ("demand", "queue", "outcomes"):
        frame = getattr(plimsoll, name)(store)
        assert frame.rows() == table(waiting, name).rows()


def test_one_log_in_two_ingests_is_the_same_demand(waiting, tmp_path: Path, run) -> None:
    whole = table(waiting, "demand", "--by", "account", "--period", "day")
    lines = QUEUE.splitlines(keepends=True)
    window = "2026-03-01T00:00:00/2026-03-02T00:00:00"
    for number, part in enumerate((lines[2:], lines[:3])):
        log = tmp_path / f"part{number}.txt"
        log.write_text(f"{COLUMNS}\n{''.join(part)}")
        run(
            "--store", tmp_path / "parts", "ingest", "jobs", log,
            "--cluster", "one", "--timezone", "UTC", "--window", window,
        )  # fmt: skip
    out, _ = run(
        "--store", tmp_path / "parts", "show", "demand", "--by", "account", "--period", "day",
        "--format", "csv",
    )  # fmt: skip
    assert pl.read_csv(io.StringIO(out), infer_schema_length=None).equals(whole)
