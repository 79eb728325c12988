"""sacct as a source: windows, late records, jobs still open, faults; by a stand-in for sacct."""

from pathlib import Path

import pytest
from pulling import NOW, Sacct, Site, days, hours, job

from ingest.sources.slurm_commands import SlurmCommand
from model.source_settings import CommandSource


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


@pytest.fixture
def sacct(tmp_path: Path) -> Sacct:
    folder = tmp_path / "bin"
    folder.mkdir()
    return Sacct(folder)


def source(sacct: Sacct, **more: str) -> CommandSource:
    usual = {"window": "1d", "overlap": "2h", "reach": "3d"}
    return CommandSource(
        kind="command", feeds="jobs", command=(sacct.program,), **{**usual, **more}
    )


def test_windows_are_bounded_and_the_watermark_moves_on(site: Site, sacct: Sacct):
    sacct.know(
        [
            job(1, NOW - days(2), end=NOW - days(2) + hours(1)),
            job(2, NOW - hours(5), end=NOW - hours(4)),
        ]
    )
    pulled = site.pull(source(sacct))
    assert pulled.state.last_status == "done"
    assert pulled.state.watermark == NOW
    assert sacct.windows() == [
        ("2026-05-07T12:00:00", "2026-05-08T12:00:00"),
        ("2026-05-08T12:00:00", "2026-05-09T12:00:00"),
        ("2026-05-09T12:00:00", "2026-05-10T12:00:00"),
    ]
    assert site.states() == {1: "COMPLETED", 2: "COMPLETED"}
    site.now += hours(1)
    site.pull(source(sacct))
    assert sacct.windows() == [("2026-05-10T10:00:00", "2026-05-10T13:00:00")]


def test_the_arguments_are_a_list_with_all_that_is_advised(site: Site, sacct: Sacct):
    site.pull(source(sacct, reach="1h"))
    (call,) = sacct.asked()
    assert call[:4] == ["-a", "-D", "-P", "--delimiter=\x1f"]
    assert "AllocTRES" in call[-1]


def test_a_record_that_comes_late_is_found_in_the_overlap(site: Site, sacct: Sacct):
    site.pull(source(sacct))
    sacct.know([job(7, NOW - hours(2), end=NOW - hours(1))])
    site.now += hours(0.25)
    site.pull(source(sacct))
    assert site.states() == {7: "COMPLETED"}


def test_a_record_that_comes_a_day_late_is_found_by_the_daily_sweep(site: Site, sacct: Sacct):
    site.pull(source(sacct))
    site.now += hours(1)
    sacct.know([job(7, NOW - hours(9), end=NOW - hours(8))])
    site.pull(source(sacct))
    assert site.states() == {}
    sacct.asked()
    site.now += days(1)
    site.pull(source(sacct))
    assert sacct.windows()[0][0] == "2026-05-07T13:00:00"
    assert site.states() == {7: "COMPLETED"}
    site.pull(source(sacct))
    assert sacct.windows() == [("2026-05-11T11:00:00", "2026-05-11T13:00:00")]


def test_a_job_that_ended_unseen_long_ago_is_asked_for_by_its_id(site: Site, sacct: Sacct):
    begun = NOW - hours(10)
    sacct.know([job(5, begun, state="RUNNING"), job(6, begun, end=begun + hours(1))])
    site.pull(source(sacct, late="2h"))
    assert site.states() == {5: "RUNNING", 6: "COMPLETED"}
    sacct.know([job(5, begun, end=begun + hours(2), state="NODE_FAIL")])
    site.now += days(1)
    sacct.asked()
    site.pull(source(sacct, late="2h"))
    assert [call[call.index("-j") + 1] for call in sacct.asked() if "-j" in call] == ["5"]
    assert site.states()[5] == "NODE_FAIL"
    sacct.asked()
    site.pull(source(sacct, late="2h"))
    assert not [call for call in sacct.asked() if "-j" in call]


def test_what_breaks_off_leaves_nothing_of_its_window_and_heals(site: Site, sacct: Sacct):
    first = job(1, NOW - days(2.5), end=NOW - days(2.4))
    later = [job(n, NOW - hours(9), end=NOW - hours(8)) for n in (2, 3)]
    sacct.know([first])
    site.now = NOW - days(2)
    site.pull(source(sacct))
    site.now = NOW
    sacct.know([first, *later])
    (sacct.folder / "dies").touch()
    pulled = site.pull(source(sacct))
    assert pulled.state.last_status == "failed"
    assert "the accounting database does not answer" in (pulled.state.message or "")
    assert site.states() == {1: "COMPLETED"}
    assert pulled.state.watermark is not None
    assert pulled.state.watermark < NOW - hours(9)
    (sacct.folder / "dies").unlink()
    assert site.pull(source(sacct)).state.last_status == "done"
    assert set(site.states()) == {1, 2, 3}


def test_an_old_sacct_is_asked_without_the_newer_fields(site: Site, sacct: Sacct):
    (sacct.folder / "old").touch()
    sacct.know([job(1, NOW - hours(3), end=NOW - hours(2))])
    assert site.pull(source(sacct)).state.last_status == "done"
    assert site.states() == {1: "COMPLETED"}
    assert "Container" not in sacct.asked()[-1][-1]


def test_a_clock_set_back_is_told_and_asks_no_window_backwards(site: Site, sacct: Sacct):
    sacct.know([job(1, NOW - hours(3), end=NOW - hours(2))])
    site.pull(source(sacct))
    sacct.asked()
    site.now = NOW - days(1)
    pulled = site.pull(source(sacct))
    assert pulled.state.last_status == "done"
    assert "one of the two was wrong" in pulled.notes[0]
    assert all(begin < end for begin, end in sacct.windows())
    assert pulled.state.watermark == NOW - days(1)


def test_a_missing_program_and_a_failing_one_are_told(site: Site):
    absent = CommandSource(kind="command", feeds="jobs", command=("/no/such/sacct",))
    assert "cannot be run here" in (site.pull(absent).state.message or "")
    failing = CommandSource(
        kind="command", feeds="jobs", command=("sh", "-c", "echo why >&2; exit 3")
    )
    assert "failed (3): why" in (site.pull(failing).state.message or "")
    assert site.jobs().is_empty()


def test_a_command_without_end_is_stopped(site: Site, monkeypatch: pytest.MonkeyPatch):
    slow = CommandSource(kind="command", feeds="jobs", command=("sleep", "600"), timeout="1min")
    monkeypatch.setattr("ingest.sources.commands.length", lambda _: hours(0.1 / 3600))
    assert "no end after" in (site.pull(slow).state.message or "")


def test_commands_of_ones_own_get_the_window_where_they_ask_for_it():
    own = SlurmCommand("events", ["sacctmgr", "Start={start}", "End={end}"])
    assert own.windowed
    assert not SlurmCommand("nodes", None).windowed
    assert SlurmCommand("events", None).windowed
    assert not own.asks_by_id


def test_a_source_that_was_asked_of_late_is_not_due(site: Site, sacct: Sacct):
    every_day = source(sacct, every="1d")
    site.pull(every_day, even_if_not_due=False)
    site.now += hours(3)
    assert site.pull(every_day, even_if_not_due=False).skipped
    assert not site.pull(every_day, even_if_not_due=True).skipped
    site.now += days(1)
    assert not site.pull(every_day, even_if_not_due=False).skipped
