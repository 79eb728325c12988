"""The accounting of a real Slurm, read by Plimsoll, beside what Slurm itself reports of it."""

import io

import polars as pl
import pytest
from slurm_finished import Finished

pytestmark = [pytest.mark.slow, pytest.mark.slurm, pytest.mark.xdist_group("slurm")]

ACCOUNTS = ("cluster", "AccountUtilizationByUser")


def held_seconds(program, column: str) -> dict[tuple[str, str], int]:
    text = program("show", "usage", "--by", "account,user", "--format", "csv")
    frame = pl.read_csv(io.StringIO(text))
    rows = frame.select("account", "user", pl.col(column) * 3600).rows()
    return {(account, user): round(hours) for account, user, hours in rows if hours}


def reported_seconds(report: str) -> dict[tuple[str, str], int]:
    rows = [line.split("|") for line in report.splitlines() if line.startswith("testbed|")]
    gpus = [(account, user, used) for _, account, user, _, tres, used in rows if tres == "gres/gpu"]
    return {(account, user): int(used) for account, user, used in gpus if user and int(used)}


def test_held_gpu_seconds_are_those_of_sreport(finished: Finished, ingested):
    reported = reported_seconds(finished.sreport(*ACCOUNTS))
    assert held_seconds(ingested, "gpu_hours") == reported
    assert set(reported) == {
        ("physics", "alice"),
        ("lattice", "alice"),
        ("physics", "bob"),
        ("bio", "carol"),
    }


def test_executing_gpu_seconds_are_those_of_sacct(finished: Finished, ingested):
    """sacct's Elapsed leaves the suspended seconds out."""
    executing = sum(held_seconds(ingested, "executing_gpu_hours").values())
    held = sum(held_seconds(ingested, "gpu_hours").values())
    asked = ("-o", "JobIDRaw,ElapsedRaw,Suspended,AllocTRES")
    by_sacct = {"executing": 0, "suspended": 0}
    for line in finished.workload.sacct(*asked):
        _, elapsed, suspended, tres = line.split("|")
        gpus = dict(entry.split("=") for entry in tres.split(",") if entry).get("gres/gpu", 0)
        by_sacct["executing"] += int(gpus) * int(elapsed)
        by_sacct["suspended"] += int(gpus) * int(suspended.rpartition(":")[2])
    assert executing == by_sacct["executing"]
    assert held - executing == by_sacct["suspended"] > 0
