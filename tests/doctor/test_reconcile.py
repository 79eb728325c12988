"""sreport beside the store: every difference has its cause, or is told with its figure."""

from datetime import timedelta
from typing import Any

import pytest
from doctor_jobs import NOON, job, jobs, moment

from ingest.jobs import ingest_jobs
from ingest.options import JobOptions
from model.errors import InputError
from model.schemas import JOBS
from reports.doctor.account_tree import AccountRow, parents_by_depth, parents_by_sums
from reports.doctor.reconcile import reconcile
from reports.doctor.reconciliation_words import symptoms_of
from reports.doctor.sreport_text import parse_sreport, read_sreport
from store import open_store

REPORT = """\
--------------------------------------------------------------------------------
Cluster/Account/User Utilization {begin:%Y-%m-%dT%H:%M:%S} - {last:%Y-%m-%dT%H:%M:%S} ({seconds} secs)
Usage reported in TRES {unit}
--------------------------------------------------------------------------------
Cluster|Account|Login|Proper Name|TRES Name|Used
{rows}
"""
DAY = [(NOON - timedelta(days=1), NOON + timedelta(days=1))]


def report(*rows: str, hours: int = 2, unit: str = "Seconds"):
    """A report from noon; each row is `account|user|used`."""
    lines = []
    for row in rows:
        account, user, used = row.split("|")
        lines.append(f"c|{account}|{user}||gres/gpu|{used}")
    text = REPORT.format(
        begin=NOON,
        last=NOON + timedelta(hours=hours, seconds=-1),
        seconds=hours * 3600,
        unit=unit,
        rows="\n".join(lines),
    )
    return parse_sreport(text, timezone="UTC")


def compare(printed, *rows: dict[str, Any], observed=DAY, **others: Any):
    return reconcile(printed, jobs(*rows), cluster="c", observed=observed, **others)


def causes(comparison):
    return {
        (line.account, line.user): dict(line.causes) for line in comparison.lines if line.causes
    }


@pytest.fixture
def captured(shared, tmp_path):
    """The capture's jobs, of the log that it names, beside a report of the same workload."""

    def made(log: str, printed: str):
        captures = shared / "slurm" / "captures"
        with open_store(tmp_path / log, create=True) as store:
            ingest_jobs(store, [str(captures / log)], cluster="testbed", options=JobOptions())
            text = read_sreport(captures / printed, timezone="UTC")
            window = [(text.begin, text.end)]
            return reconcile(text, store.scan(JOBS), cluster="testbed", observed=window)

    return made


@pytest.mark.parametrize("kind", ["Seconds", "tree"])
def test_captures_agree_to_the_second(captured, kind):
    comparison = captured("sacct-P-usage.txt", f"sreport-AccountUtilizationByUser-{kind}.txt")
    assert (comparison.reported_s, comparison.elapsed_s, comparison.held_s) == (446, 440, 446)
    assert comparison.unexplained == ()
    assert causes(comparison) == {
        ("physics", "bob"): {"suspended": 6},
        ("root", ""): {"children": 446},
        ("physics", ""): {"children": 24},
    }


@pytest.mark.parametrize("kind", ["Minutes", "Hours", "HoursPer"])
def test_captures_agree_within_rounding(captured, kind):
    comparison = captured("sacct-P-usage.txt", f"sreport-AccountUtilizationByUser-{kind}.txt")
    assert comparison.unexplained == ()
    assert comparison.unit_s == (60 if kind == "Minutes" else 3600)


def test_runs_that_a_log_without_duplicates_lost_are_missed(captured):
    """Without -D the requeued and the preempted run are not in the log: 14 GPU-seconds."""
    comparison = captured("sacct-X.json", "sreport-AccountUtilizationByUser-Seconds.txt")
    assert comparison.unexplained == ()
    lossy = captured("sacct-P-all-fields-X.txt", "sreport-AccountUtilizationByUser-Seconds.txt")
    assert sum(line.unexplained_s for line in lossy.users) == 14
    assert next(line.severity for line in symptoms_of(lossy)) == "error"


@pytest.mark.parametrize("kind", ["fixed", "hours-noT"])
def test_reports_that_do_not_say_enough_are_refused(shared, kind):
    path = shared / "slurm" / "captures" / f"sreport-AccountUtilizationByUser-{kind}.txt"
    with pytest.raises(InputError, match="sreport -P cluster AccountUtilizationByUser tree"):
        read_sreport(path, timezone="UTC")


def test_window_is_read_in_the_time_zone_of_the_cluster():
    text = REPORT.format(
        begin=NOON, last=NOON, seconds=3600, unit="Seconds", rows="c|root|||gres/gpu|0"
    )
    assert parse_sreport(text, timezone="Asia/Tokyo").begin == NOON - timedelta(hours=9)


def test_unused_reservation_stands_in_the_account_beyond_its_users():
    printed = report("root||700", " lab||700", "  lab|ann|600")
    comparison = compare(printed, job(1, 0, 10))
    assert comparison.unexplained == ()
    assert causes(comparison)["lab", ""] == {"reservation": 100}


def test_reservation_for_users_is_only_a_possible_cause():
    printed = report("root||700", " lab||700", "  lab|ann|700")
    assert compare(printed, job(1, 0, 10)).unexplained[0].unexplained_s == 100
    reserved = compare(printed, job(1, 0, 10), reserved=True)
    assert causes(reserved)["lab", "ann"] == {"reserved for users": 100}
    assert "warning" in {symptom.severity for symptom in symptoms_of(reserved)}


def test_hours_that_slurmdbd_has_not_summed_up_are_found_by_the_figures():
    printed = report("root||1200", " lab||1200", "  lab|ann|1200")
    comparison = compare(printed, job(1, 50, 70), job(2, 0, 10), job(3, 80, 90, user="bob"))
    assert comparison.summed_until == moment(60)
    assert comparison.unexplained == ()
    assert causes(comparison)["lab", "ann"] == {"not summed up yet": -600}
    assert causes(comparison)["lab", "bob"] == {"not summed up yet": -600}


def test_jobs_still_running_when_last_seen():
    printed = report("root||900", " lab||900", "  lab|ann|900")
    comparison = compare(printed, job(1, 0, None, held_until=moment(10)))
    assert causes(comparison)["lab", "ann"] == {"still running": 300}
    beyond = report("root||9000", " lab||9000", "  lab|ann|9000")
    assert compare(beyond, job(1, 0, None, held_until=moment(10))).unexplained


def test_hours_without_a_log_and_gpus_unknown_are_possible_causes():
    printed = report("root||900", " lab||900", "  lab|ann|900")
    blind = compare(printed, job(1, 0, 10), observed=[(moment(30), moment(120))])
    assert causes(blind)["lab", "ann"] == {"not observed": 300}
    untold = compare(printed, job(1, 0, 10), job(2, 20, 25, gpus=None))
    assert causes(untold)["lab", "ann"] == {"GPUs unknown": 300}


def test_more_in_the_store_than_in_sreport_is_unexplained():
    printed = report("root||600", " lab||600", "  lab|ann|600")
    comparison = compare(printed, job(1, 0, 10), job(2, 0, 1, user="gone"))
    assert [(line.user, line.unexplained_s) for line in comparison.unexplained] == [("gone", -60)]
    told = [symptom for symptom in symptoms_of(comparison) if symptom.severity == "error"]
    assert "60 less than the records" in told[1].what
    assert "sacct -a -D" in told[1].remedy


def test_slurm_that_leaves_suspended_time_out():
    printed = report("root||540", " lab||540", "  lab|ann|540")
    comparison = compare(printed, job(1, 0, 10, suspended_s=60))
    assert (comparison.elapsed_s, comparison.held_s) == (540, 600)
    assert comparison.unexplained == ()
    assert ("lab", "ann") not in causes(comparison)


def test_suspended_time_is_the_last_of_a_job_that_reaches_beyond_the_window():
    """Held for an hour on either side of the report's end, suspended for the last half of it."""
    printed = report("root||3600", " lab||3600", "  lab|ann|3600", hours=1)
    comparison = compare(printed, job(1, 0, 120, suspended_s=1800))
    assert (comparison.elapsed_s, comparison.held_s) == (3600, 3600)
    assert comparison.unexplained == ()
    assert ("lab", "ann") not in causes(comparison)


def test_tree_by_depth_and_by_sums_is_the_same():
    rows = [
        AccountRow("root", 0, 100, 0),
        AccountRow("a", 1, 70, 20),
        AccountRow("b", 2, 50, 10),
        AccountRow("c", 3, 40, 40),
        AccountRow("d", 1, 0, 0),
        AccountRow("e", 1, 30, 30),
    ]
    assert parents_by_depth(rows) == {"a": "root", "b": "a", "c": "b", "d": "root", "e": "root"}
    assert parents_by_sums(rows) == parents_by_depth(rows)
    reserved = [AccountRow("root", 0, 110, 0), *rows[1:]]
    assert parents_by_sums(reserved) is None


def test_cut_off_report_is_refused_by_line():
    whole = REPORT.format(
        begin=NOON, last=NOON, seconds=3600, unit="Seconds", rows="c|root|||gres/gpu|7"
    ).strip()
    readings = []
    for end in range(len(whole)):
        try:
            readings.append(parse_sreport(whole[:end], timezone="UTC").rows["gpu_s"].to_list())
        except InputError as fault:
            readings.append(str(fault).partition(" Hint")[0])
    assert [7] not in readings
    assert any("cut off" in str(reading) for reading in readings)
