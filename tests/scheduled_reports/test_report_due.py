"""Reports of the schedule: which edition is due on a day, made once, whole, from a real store."""

import json
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from filelock import FileLock

from model.errors import ConfigError
from model.report_parts import FormatName
from model.report_schedule import ScheduledReport
from model.settings import load_settings
from plimsoll.cli import main
from reports.scheduled import Edition, editions
from reports.writers import FORMATS

HEAD = (
    "JobIDRaw|Cluster|User|Account|Partition|State|Submit|Eligible|Start|End|"
    "AllocTRES|ReqTRES|NodeList|Timelimit"
)
JOB = (
    "{id}|mine|ada|physics|gpu|COMPLETED|2026-{month:02}-10T08:00:00|2026-{month:02}-10T08:00:00|"
    "2026-{month:02}-10T09:00:00|2026-{month:02}-10T19:00:00|"
    "billing=8,cpu=8,gres/gpu:a100=2,node=1|billing=8,cpu=8,gres/gpu:a100=2,node=1|n1|1-00:00:00"
)
SCHEDULE = """
timezone: UTC
reports:
  schedule:
    - name: monthly
      folder: made
      every: month
      formats: [md, html]
      sections: [findings, quality, citing]
"""


class Site:
    """A store with jobs of some months of 2026, and a schedule."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made = folder / "made"
        self.settle(SCHEDULE)

    def settle(self, text: str) -> None:
        (self.folder / "plimsoll.yaml").write_text(text)

    def ingest(self, first: int, last: int) -> None:
        """Jobs of these months, stated to be known up to the end of the last."""
        log = self.folder / f"log-{last}.txt"
        lines = [JOB.format(id=100 + month, month=month) for month in range(first, last + 1)]
        log.write_text("\n".join([HEAD, *lines, ""]))
        window = f"2026-{first:02}-01/2026-{last + 1:02}-01"
        assert self.call("ingest", "jobs", str(log), "--cluster", "mine", "--window", window) == 0

    def call(self, *words: str) -> int:
        where = ["--config", f"{self.folder}/plimsoll.yaml", "--store", f"{self.folder}/store"]
        with pytest.raises(SystemExit) as ended:
            main([*where, "--quiet", *words])
        return int(ended.value.code or 0)

    def due(self, today: str, *words: str) -> int:
        return self.call("report", "due", "--today", today, *words)

    def names(self) -> list[str]:
        return sorted(path.name for path in self.made.iterdir() if not path.name.startswith("."))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def scheduled(**more: str) -> ScheduledReport:
    return ScheduledReport.model_validate({"name": "x", "folder": "/x"} | more)


@pytest.mark.parametrize(
    ("asked", "today", "label", "since", "until"),
    [
        ({"every": "month"}, date(2026, 3, 1), "2026-02", date(2026, 2, 1), date(2026, 3, 1)),
        ({"every": "month"}, date(2026, 1, 31), "2025-12", date(2025, 12, 1), date(2026, 1, 1)),
        ({}, date(2026, 11, 30), "2026-Q3", date(2026, 7, 1), date(2026, 10, 1)),
        ({"every": "week"}, date(2027, 1, 5), "2026-W53", date(2026, 12, 28), date(2027, 1, 4)),
        ({"every": "year"}, date(2026, 1, 1), "2025", date(2025, 1, 1), date(2026, 1, 1)),
        (
            {"every": "month", "period": "year-to-date"},
            date(2026, 1, 2),
            "2025-12",
            date(2025, 1, 1),
            date(2026, 1, 1),
        ),
        (
            {"every": "quarter", "period": "last-week"},
            date(2026, 4, 2),
            "2026-Q1",
            date(2026, 3, 23),
            date(2026, 3, 30),
        ),
        ({"every": "week", "period": "all"}, date(2026, 4, 2), "2026-W13", None, date(2026, 3, 30)),
    ],
)
def test_the_edition_of_a_day_is_the_time_that_closed_last(asked, today, label, since, until):
    assert editions(scheduled(**asked), today)[0] == Edition(label, since, until)


def test_editions_go_back_without_a_gap():
    found = editions(scheduled(every="quarter"), date(2026, 11, 30))
    assert [edition.label for edition in found[:5]] == [
        "2026-Q3", "2026-Q2", "2026-Q1", "2025-Q4", "2025-Q3",
    ]  # fmt: skip
    assert all(later.since == earlier.until for later, earlier in pairwise(found))


def test_a_report_is_made_once_when_its_month_has_closed_and_the_data_reach_its_end(
    site: Site, capsys: pytest.CaptureFixture[str]
):
    site.ingest(5, 6)
    assert site.due("2026-06-30", "--dry-run") == 0
    assert not site.made.exists()
    assert site.due("2026-06-30") == 0
    assert site.names() == ["monthly-2026-05.html", "monthly-2026-05.md"]
    text = (site.made / "monthly-2026-05.md").read_text()
    assert "1 May 2026 to 31 May 2026" in text
    assert "--edition 2026-06-01" in text
    assert "Disclosure control is on" in text

    before = (site.made / "monthly-2026-05.md").stat()
    capsys.readouterr()
    assert site.due("2026-06-30", "--log-format", "json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["event"], told["level"], told["status"]) == ("report", "info", "up to date")
    assert (site.made / "monthly-2026-05.md").stat() == before

    assert site.due("2026-08-02", "--log-format", "json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["edition"], told["status"], told["since"]) == ("2026-06", "made", "2026-06-01")
    assert [Path(path).name for path in told["files"]] == [
        "monthly-2026-06.md",
        "monthly-2026-06.html",
    ]

    assert site.due("2026-08-02", "--log-format", "json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["edition"], told["status"], told["level"]) == ("2026-07", "waiting", "warning")
    assert told["message"] == (
        "the data of mine end with 30 June 2026, the period with 31 July 2026."
    )


def test_patience_ends_and_the_report_tells_how_far_the_data_reach(site: Site):
    site.settle(SCHEDULE + "      patience: 14d\n")
    site.ingest(5, 5)
    assert site.due("2026-06-02") == 0
    (site.made / "monthly-2026-05.md").unlink()
    (site.made / "monthly-2026-05.html").unlink()
    log = site.folder / "half.txt"
    log.write_text("\n".join([HEAD, JOB.format(id=106, month=6), ""]))
    window = "2026-06-01/2026-06-20"
    assert site.call("ingest", "jobs", str(log), "--cluster", "mine", "--window", window) == 0
    assert site.due("2026-07-02") == 0
    assert site.names() == ["monthly-2026-05.html", "monthly-2026-05.md"]
    assert site.due("2026-07-15") == 0
    assert "20 June 2026" in (site.made / "monthly-2026-06.md").read_text()


def test_a_report_that_fails_leaves_nothing_and_stops_no_other(
    site: Site, capsys: pytest.CaptureFixture[str]
):
    broken = SCHEDULE + (
        "    - {name: elsewhere, folder: made, every: month, formats: [md], clusters: [nowhere]}\n"
        "    - {name: brief, folder: made, every: month, formats: [md], template: brief,\n"
        "       sections: [findings, quality]}\n"
    )
    site.settle(broken)
    site.ingest(5, 5)
    capsys.readouterr()
    assert site.due("2026-06-02") == 2
    said = capsys.readouterr()
    assert "elsewhere: failed: no cluster 'nowhere' in the store" in said.out
    assert "1 report was not made" in said.err
    assert site.names() == ["brief-2026-05.md", "monthly-2026-05.html", "monthly-2026-05.md"]
    assert not list(site.made.glob("*.part")) + list(site.made.glob(".*.part"))
    assert site.due("2026-06-02", "--name", "brief") == 0
    assert site.due("2026-06-02", "--name", "breif") == 2
    assert "did you mean 'brief'?" in capsys.readouterr().err


def test_two_runs_at_once_do_not_make_the_same_report(site: Site):
    site.ingest(5, 5)
    site.made.mkdir()
    with FileLock(site.made / ".plimsoll-reports.lock"):
        assert site.due("2026-06-02") == 4
    assert site.names() == []


def test_the_package_of_the_edition_before_tells_what_changed(site: Site):
    site.settle(SCHEDULE.replace("[md, html]", "[md, zip]").replace("[findings,", "[changes,"))
    site.ingest(5, 6)
    assert site.due("2026-06-02") == 0
    assert site.due("2026-07-02") == 0
    assert site.names() == [
        "monthly-2026-05.md",
        "monthly-2026-05.zip",
        "monthly-2026-06.md",
        "monthly-2026-06.zip",
    ]
    text = (site.made / "monthly-2026-06.md").read_text()
    assert "--previous monthly-2026-05.zip" in text
    assert "1 June 2026" in text


def test_faults_of_the_schedule_are_told_with_their_lines(tmp_path: Path):
    (tmp_path / "plimsoll.yaml").write_text(
        "reports:\n"
        "  schedule:\n"
        "    - {name: a, folder: made, every: month, period: last-year}\n"
        "    - {name: b, folder: made, sections: [findigs]}\n"
        "    - {name: '../c', folder: made}\n"
        "    - {name: d, folder: made, formats: [exe]}\n"
        "    - {name: e, folder: made, every: fortnight}\n"
        "    - {name: f, foldr: made}\n"
    )
    with pytest.raises(ConfigError) as refused:
        load_settings(tmp_path / "plimsoll.yaml")
    told = "\n".join(refused.value.faults)
    for line, says in (
        (3, "Set 'every: year'"),
        (4, "Did you mean 'findings'?"),
        (5, "name"),
        (6, "formats"),
        (7, "every"),
        (8, "Did you mean 'folder'?"),
    ):
        assert any(
            f"plimsoll.yaml:{line}: " in fault and says in fault for fault in refused.value.faults
        ), (line, told)


def test_two_reports_of_one_name_in_one_folder_are_refused(tmp_path: Path):
    (tmp_path / "plimsoll.yaml").write_text(
        "reports:\n  schedule:\n"
        "    - {name: a, folder: made}\n    - {name: a, folder: ./made}\n"
        "    - {name: a, folder: other}\n"
    )
    with pytest.raises(ConfigError, match="report 'a' again in the same folder"):
        load_settings(tmp_path / "plimsoll.yaml")


def test_a_schedule_may_name_every_format_that_is_written():
    assert set(FORMATS) <= set(FormatName.__args__)


def test_without_a_schedule_the_command_says_where_to_write_one(
    site: Site, capsys: pytest.CaptureFixture[str]
):
    site.settle("site: nowhere\n")
    assert site.due("2026-06-02") == 2
    assert "reports.schedule" in capsys.readouterr().err
