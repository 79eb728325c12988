"""The accounting of a real Slurm, read by Plimsoll, beside what Slurm itself reports of it."""

import io
import json

import polars as pl
import pytest
from slurm_cluster import CLUSTER
from slurm_finished import ACCOUNTS, Finished
from slurm_site import Site

pytestmark = [pytest.mark.slow, pytest.mark.slurm, pytest.mark.xdist_group("slurm")]


def shown(site: Site, *question: str) -> pl.DataFrame:
    return pl.read_csv(io.StringIO(site.run("show", *question, "--format", "csv")))


def held_seconds(site: Site, column: str) -> dict[tuple[str, str], int]:
    frame = shown(site, "usage", "--by", "account,user")
    rows = frame.select("account", "user", pl.col(column) * 3600).rows()
    return {(account, user): round(seconds) for account, user, seconds in rows if seconds}


def reported_seconds(report: str) -> dict[tuple[str, str], int]:
    rows = [line.split("|") for line in report.splitlines() if line.startswith(f"{CLUSTER}|")]
    gpus = [(row[1].strip(), row[2], int(row[-1])) for row in rows if row[-2] == "gres/gpu"]
    return {(account, user): used for account, user, used in gpus if user and used}


def test_held_gpu_seconds_are_those_of_sreport(finished: Finished, ingested: Site):
    reported = reported_seconds(finished.sreport(*ACCOUNTS))
    assert held_seconds(ingested, "gpu_hours") == reported
    people = {("physics", "alice"), ("lattice", "alice"), ("physics", "bob"), ("bio", "carol")}
    assert set(reported) == people


def test_executing_gpu_seconds_are_those_of_sacct(finished: Finished, ingested: Site):
    """sacct's Elapsed leaves the suspended seconds out."""
    elapsed, suspended = sacct_seconds(finished)
    executing = sum(held_seconds(ingested, "executing_gpu_hours").values())
    assert executing == elapsed
    assert sum(held_seconds(ingested, "gpu_hours").values()) - executing == suspended > 0


def sacct_seconds(finished: Finished) -> tuple[int, int]:
    """GPU-seconds by Elapsed and by Suspended."""
    elapsed, suspended = 0, 0
    for line in finished.workload.sacct("-o", "ElapsedRaw,Suspended,AllocTRES"):
        ran, paused, tres = line.split("|")
        held = dict(entry.split("=") for entry in tres.split(",") if entry)
        gpus = int(held.get("gres/gpu", 0))
        elapsed += gpus * int(ran)
        suspended += gpus * int(paused.rpartition(":")[2])
    return elapsed, suspended


def test_doctor_explains_every_difference(finished: Finished, ingested: Site):
    elapsed, suspended = sacct_seconds(finished)
    report = finished.save("sreport.txt", finished.sreport(*ACCOUNTS))
    found = json.loads(ingested.run("doctor", "--json", "--sreport", report))
    (comparison,) = found["sreport"]
    assert comparison["unexplained_s"] == 0
    assert (comparison["elapsed_s"], comparison["held_s"]) == (elapsed, elapsed + suspended)
    causes = {(line["account"], line["user"]): line["causes"] for line in comparison["lines"]}
    assert causes["physics", "bob"] == {"suspended": suspended}
    lattice = reported_seconds(report.read_text())["lattice", "alice"]
    assert causes["physics", ""] == {"children": lattice}
    told = [each["what"] for each in found["symptoms"] if each["check"] == "sreport"]
    assert any("physics/bob: sreport" in line and "suspended" in line for line in told)


def test_doctor_finds_what_a_log_without_requeued_runs_lacks(finished: Finished, site: Site):
    """The same line without -D: the run that was requeued is not there."""
    fields = "JobIDRaw,Cluster,User,Account,Partition,Submit,Start,End,ElapsedRaw,Suspended,State,AllocTRES"
    asked = ("sacct", "-a", "-P", "-X", "-S", "now-1day", "-o", fields)
    lossy = finished.save("lossy.txt", finished.cluster.run(*asked))
    site.run("ingest", "jobs", lossy, "--cluster", CLUSTER, "--window", finished.whole_hours)
    report = finished.save("sreport.txt", finished.sreport(*ACCOUNTS))
    lost = 0
    for line in finished.workload.sacct("-o", "State,ElapsedRaw,AllocTRES"):
        state, ran, tres = line.split("|")
        if state == "REQUEUED":
            lost += int(ran) * int(tres.partition("gres/gpu=")[2].partition(",")[0])
    found = json.loads(site.run("doctor", "--json", "--sreport", report))
    assert found["sreport"][0]["unexplained_s"] == lost > 0
    wrong = [each for each in found["symptoms"] if each["severity"] == "error"]
    assert any("physics/bob" in each["what"] and "sacct -a -D" in each["remedy"] for each in wrong)


def test_node_set_down_is_in_utilisation_as_sreport_has_it(finished: Finished, ingested: Site):
    run = finished.cluster.run
    nodes = finished.save("nodes.txt", run("scontrol", "show", "node"))
    events = finished.save("events.txt", run("sacctmgr", "-P", "show", "event", "Start=now-1day"))
    ingested.run("ingest", "nodes", nodes, "--cluster", CLUSTER)
    ingested.run("ingest", "events", events, "--cluster", CLUSTER)
    report = finished.sreport("cluster", "utilization", tres="gres/gpu")
    header, row = (line.split("|") for line in report.splitlines() if "|" in line)
    reported = dict(zip(header, row, strict=True))
    ours = shown(ingested, "utilisation").row(0, named=True)
    assert round(ours["down_gpu_hours"] * 3600) == int(reported["Down"]) > 0
    assert round(ours["allocated_gpu_hours"] * 3600) == int(reported["Allocated"])
