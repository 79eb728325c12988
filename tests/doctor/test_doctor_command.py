"""`plimsoll doctor` as a user has it: text, JSON and exit codes."""

import json

import pytest
from click.testing import CliRunner

from plimsoll.cli.root import cli, main

LOG = """\
JobIDRaw|JobID|Cluster|User|Account|Partition|Submit|Start|End|ElapsedRaw|State|AllocTRES|JobName
1|1|c|ann|lab|gpu|2026-05-04T11:00:00|2026-05-04T12:00:00|2026-05-04T13:00:00|3600|COMPLETED|cpu=1,gres/gpu=2|x
2|2|c|ann|lab|gpu|2026-05-04T11:00:00|2026-05-04T12:00:00|never|3600|COMPLETED|cpu=1,gres/gpu=2|x
"""
REPORT = """\
Cluster/Account/User Utilization 2026-05-04T12:00:00 - 2026-05-04T13:59:59 (7200 secs)
Usage reported in TRES Seconds
Cluster|Account|Login|Proper Name|TRES Name|Used
c|root|||gres/gpu|{used}
c| lab|||gres/gpu|{used}
c|  lab|ann|Ann|gres/gpu|{used}
"""


@pytest.fixture
def doctor(tmp_path, monkeypatch):
    """The command in an empty folder, with no settings but its own."""
    monkeypatch.chdir(tmp_path)
    for name in ("PLIMSOLL_STORE", "PLIMSOLL_CONFIG"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: object) -> str:
        done = CliRunner().invoke(cli, [str(each) for each in arguments], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    return run


@pytest.fixture
def ingested(doctor, tmp_path):
    (tmp_path / "c.log").write_text(LOG)
    doctor("ingest", "jobs", "c.log", "--cluster", "c", "--window", "2026-05-04/2026-05-05")
    return doctor


def exit_code(*arguments: str) -> int | str | None:
    with pytest.raises(SystemExit) as ended:
        main([*arguments])
    return ended.value.code


def test_without_a_store_it_says_how_to_begin(doctor):
    said = doctor("doctor")
    assert "there is no store here yet" in said
    assert "plimsoll init" in said


def test_first_ingest_says_what_is_still_unknown(ingested):
    said = ingested("doctor")
    for words in (
        "no node inventory",
        "no GPU telemetry",
        "no awards",
        "no record has ReqTRES, Reason, NodeList",
        "1 row of jobs set aside as bad_end, such as line 3 of c.log",
        "no time zone was stated",
    ):
        assert words in said, said


def test_what_is_told_of_a_report(ingested, tmp_path):
    report = tmp_path / "sreport.txt"
    report.write_text(REPORT.format(used=7200))
    assert "sreport 7,200 GPU-seconds, jobs' Elapsed 7,200" in ingested(
        "doctor", "--sreport", report
    )
    report.write_text(REPORT.format(used=7000))
    tree = json.loads(ingested("doctor", "--json", "--cluster", "c", "--sreport", report))
    assert tree["sreport"][0]["unexplained_s"] == -200
    assert tree["sreport"][0]["lines"][0]["user"] == "ann"
    wrong = [each for each in tree["symptoms"] if each["severity"] == "error"]
    assert [each["check"] for each in wrong] == ["sreport", "sreport"]
    assert "200 less than the records explain" in wrong[1]["what"]


@pytest.mark.usefixtures("ingested")
def test_exit_codes(tmp_path, capsys):
    report = tmp_path / "sreport.txt"
    report.write_text(REPORT.format(used=7000))
    assert exit_code("doctor", "--sreport", str(report)) == 0
    assert exit_code("doctor", "--strict", "--sreport", str(report)) == 3
    assert exit_code("doctor", "--cluster", "d") == 2
    report.write_text("something else")
    assert exit_code("doctor", "--sreport", str(report)) == 2
    assert "run `sreport -P cluster" in capsys.readouterr().err


def test_cluster_that_only_the_report_knows(ingested, tmp_path):
    report = tmp_path / "sreport.txt"
    report.write_text(REPORT.format(used=1).replace("\nc|", "\nelsewhere|"))
    said = ingested("doctor", "--sreport", report)
    assert "elsewhere: sreport: sreport speaks of it, and the store has nothing of it" in said
