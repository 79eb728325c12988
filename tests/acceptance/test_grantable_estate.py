"""What may be granted next, of a small estate reckoned by hand, as a person asks for it."""

from datetime import datetime, timedelta

import pytest

NODE = """\
NodeName={name} CPUTot=64
   Gres=gpu:a100:4
   RealMemory=256000
   State=IDLE
   Partitions=gpu
   BootTime=2025-09-01T00:00:00
   CfgTRES=cpu=64,mem=250G,gres/gpu=4
   AllocTRES=

"""
EVENTS = """\
Cluster|NodeName|TimeStart|TimeEnd|State|Reason|User
mini|n1|2026-01-01T00:00:00|2026-03-15T00:00:00|DOWN|disk|root(0)
mini|n1|2026-04-01T00:00:00|2026-04-11T00:00:00|MAINT|works|root(0)
"""
RESERVATIONS = """\
ReservationName=works StartTime=2026-11-02T00:00:00 EndTime=2026-11-04T00:00:00
   Nodes=n[1-2] NodeCnt=2 Flags=MAINT,SPEC_NODES

ReservationName=course StartTime=2026-12-01T00:00:00 EndTime=2026-12-11T00:00:00
   Nodes=n1 NodeCnt=1 Flags=SPEC_NODES
"""
HOURS = {"e1": 125, "e2": 200, "e3": 225, "e4": 250, "l1": 310}
AWARDS = """\
call,round,application_id,project,pool,resource,unit,requested,granted,status,start,end,accounts
c,1,e1,e1,national,mini,GPU-hours,5000,1000,decided,2025-10-01,2026-07-01,mini:e1
c,1,e2,e2,national,mini,GPU-hours,5000,1000,decided,2025-10-01,2026-07-01,mini:e2
c,1,e3,e3,national,mini,GPU-hours,5000,1000,decided,2025-10-01,2026-07-01,mini:e3
c,1,e4,e4,host,mini,GPU-hours,5000,1000,decided,2025-10-01,2026-07-01,mini:e4
c,2,l1,l1,national,mini,GPU-hours,9000,3000,decided,2026-07-01,2027-01-01,mini:l1
c,2,l2,l2,host,mini,node-hours,400,182,decided,2026-10-01,2027-04-01,mini:l2
c,2,l3,l3,national,mini,GPU-hours,400,0,decided,2026-10-01,2027-04-01,
c,2,l4,l4,national,mini,GPU-hours,400,,undecided,2026-10-01,2027-04-01,
"""


def job_lines():
    """Jobs of 4 GPUs on n2, one after the other; l1's begins with its award."""
    lines = ["JobIDRaw|User|Account|Partition|Submit|Start|End|State|NodeList|AllocTRES|ElapsedRaw"]
    begin = datetime(2025, 10, 2)  # noqa: DTZ001
    for number, (account, hours) in enumerate(HOURS.items(), 1):
        if account == "l1":
            begin = datetime(2026, 7, 2)  # noqa: DTZ001
        end = begin + timedelta(hours=hours)
        tres = "billing=8,cpu=64,gres/gpu=4,node=1"
        lines.append(
            f"{number}|u|{account}|gpu|{begin.isoformat()}|{begin.isoformat()}|{end.isoformat()}|"
            f"COMPLETED|n2|{tres}|{hours * 3600}"
        )
        begin = end
    return "\n".join(lines) + "\n"


@pytest.fixture
def estate(plimsoll, tmp_path):
    files = {
        "nodes": "".join(NODE.format(name=name) for name in ("n1", "n2")),
        "jobs": job_lines(),
        "events": EVENTS,
        "reservations": RESERVATIONS,
        "awards": AWARDS,
    }
    for name, text in files.items():
        (tmp_path / f"{name}.txt").write_text(text)
    (tmp_path / "awards.txt").rename(tmp_path / "awards.csv")
    (tmp_path / "plimsoll.yaml").write_text(
        "timezone: UTC\nclusters:\n- name: mini\n  timezone: UTC\n"
    )
    cluster = ("--cluster", "mini")
    calls = [
        ("ingest", "nodes", "nodes.txt", *cluster),
        ("ingest", "jobs", "jobs.txt", *cluster, "--window", "2025-10-01/2026-10-01"),
        ("ingest", "events", "events.txt", *cluster),
        ("ingest", "events", "reservations.txt", *cluster),
        ("ingest", "awards", "awards.csv"),
    ]
    for call in calls:
        done = plimsoll(*call)
        assert done.code == 0, done.err
    return plimsoll


def shown(estate, *extra: str, table="grantable"):
    done = estate("show", table, "--format", "csv", *extra)
    assert done.code == 0, done.err
    return done.frame()


def test_the_coming_quarter_by_hand(estate):
    """2 nodes of 4 GPUs; data until 1 October 2026, so October to December: 92 x 24 = 2208 h.

    Installed 8 x 2208 = 17664. Maintenance ahead 2 x 4 x 48 = 384, the course 4 x 240 = 960.
    Seen: 365 days x 8 GPUs = 2920 GPU-days, of which maintenance 4 x 10 = 40; down 4 x 73 = 292.
    Available 2920 - 40 - 292 = 2588 of 2880: 0.898611.
    Expected (17664 - 384 - 960) x 0.898611 = 14665.33.
    Ended awards used 500, 800, 900, 1000 of 1000: quartiles 0.725, 0.85, 0.925.
    l1: 3000 - 1240 = 1760 left, all of its time within the quarter.
    l2: 182 node-hours, not begun, 92 of its 182 days: 92 node-hours x 4 GPUs = 368.
    Committed 2128; expected use 1808.8 (1542.8 to 1968.4). l3 got nothing, l4 is undecided.
    """
    row = shown(estate).row(0, named=True)
    assert (row["resource"], row["unit"]) == ("mini", "GPU-hours")
    assert (str(row["period_start"]), str(row["period_end"])) == ("2026-10-01", "2027-01-01")
    expected = {
        "installed": 17664,
        "planned_maintenance": 384,
        "planned_reservations": 960,
        "availability": 2588 / 2880,
        "availability_days": 365,
        "expected_available": 16320 * 2588 / 2880,
        "committed": 2128,
        "expected_use_of_commitments": 1808.8,
        "expected_use_low": 1542.8,
        "expected_use_high": 1968.4,
        "grantable_low": 16320 * 2588 / 2880 - 1968.4,
        "grantable_high": 16320 * 2588 / 2880 - 1542.8,
        "used_share_low": 0.725,
        "used_share_median": 0.85,
        "used_share_high": 0.925,
        "awards_live": 2,
        "awards_ended": 4,
        "awards_uncertain": 0,
    }
    assert {name: row[name] for name in expected} == pytest.approx(expected)
    assert row["used_share_basis"] == "this cluster"
    assert row["conversion"] == "node-hours x 4 (4 GPUs a node)"


def test_months_add_up_to_the_quarter(estate):
    whole, months = shown(estate).row(0, named=True), shown(estate, "--period", "month")
    assert [str(day) for day in months["period_start"]] == [
        "2026-10-01",
        "2026-11-01",
        "2026-12-01",
    ]
    for name in ("expected_available", "committed", "grantable_low", "grantable_high"):
        assert months[name].sum() == pytest.approx(whole[name]), name


def test_pools_have_lines_and_what_is_left_one_of_its_own(estate, tmp_path):
    (tmp_path / "plimsoll.yaml").write_text(
        "timezone: UTC\nclusters:\n- name: mini\n  timezone: UTC\n"
        "  pools: {national: 0.5, host: 0.25}\n"
    )
    frame = shown(estate)
    rows = {row["pool"]: row for row in frame.iter_rows(named=True)}
    assert {pool: row["committed"] for pool, row in rows.items()} == pytest.approx(
        {"host": 368, "national": 1760, None: 0}
    )
    assert {pool: row["pool_share"] for pool, row in rows.items()} == {
        "host": 0.25, "national": 0.5, None: 0.25
    }  # fmt: skip
    assert frame["expected_available"].sum() == pytest.approx(16320 * 2588 / 2880)
    pools = shown(estate, "--where", "unit=GPU-hours", table="pools")
    national = pools.filter(pools["pool"] == "national").row(0, named=True)
    assert (national["granted"], national["used"]) == (6000, 500 + 800 + 900 + 1240)
    assert national["share_of_granted"] == pytest.approx(6000 / 7000)
    assert national["share_of_used"] == pytest.approx(3440 / 4440)
    assert national["pool_share"] == 0.5


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        (("--from", "2026-09-01"), "grantable looks ahead"),
        (("--from", "2027-01-01", "--to", "2027-01-01"), "is not before"),
        (("--by", "route"), "takes no --by"),
    ],
)
def test_a_period_that_makes_no_sense_is_refused(estate, extra, said):
    done = estate("show", "grantable", *extra)
    assert done.code == 2
    assert said in done.err


def test_without_jobs_nothing_can_be_said_of_what_may_be_granted(plimsoll, tmp_path):
    (tmp_path / "awards.csv").write_text(AWARDS)
    assert plimsoll("ingest", "awards", "awards.csv").code == 0
    done = plimsoll("show", "grantable")
    assert done.code == 2
    assert "nothing is known of the use" in done.err


UNITS = """\
call,round,application_id,resource,unit,requested,granted,status,start,end,accounts
c,SU,x,mini,SU,,100,decided,2026-07-01,2027-01-01,mini:l1
c,core,x,mini,core-hours,,20000,decided,2026-07-01,2027-01-01,mini:l1
c,billing,x,mini,billing-hours,,5000,decided,2025-10-01,2026-07-01,mini:e1
"""
CHARGED = """\
timezone: UTC
clusters:
- name: mini
  timezone: UTC
  threads_per_core: 2
  charge_by: billing
  billing_per_unit: 80
"""


def test_billing_and_core_hours_count_as_the_settings_say(estate, tmp_path):
    """l1's job held 64 threads and 8 billing units for 310 h, e1's for 125 h.

    l1: 2480 billing-hours or 31 SU of 80, 64 / 2 x 310 = 9920 core-hours; e1: 1000 billing-hours.
    In Slurm's own billing-hours nothing needs to be told; in the others the settings must.
    Of the SU 69 are left, which are of no known worth in GPU-hours; 10080 core-hours are, of 32
    cores and 4 GPUs a node: 1260 GPU-hours. The fifth ended award used 0.2: lower quartile 0.5.
    """
    (tmp_path / "units.csv").write_text(UNITS)
    assert estate("ingest", "awards", "units.csv").code == 0

    def used():
        frame = shown(estate, "--where", "application_id=x", table="applications")
        return {row["unit"]: row["used"] for row in frame.iter_rows(named=True)}

    assert used() == {"SU": None, "billing-hours": 1000, "core-hours": None}
    (tmp_path / "plimsoll.yaml").write_text(CHARGED)
    assert used() == pytest.approx({"SU": 31, "billing-hours": 1000, "core-hours": 9920})
    beside = shown(estate, "--where", "application_id=l1", table="applications")
    assert beside["billing_hours"].to_list() == pytest.approx([2480])
    units = {row["unit"]: row for row in shown(estate).iter_rows(named=True)}
    assert set(units) == {"GPU-hours", "SU"}
    assert units["SU"]["committed"] == pytest.approx(69)
    assert units["SU"]["grantable_high"] is None
    gpu_hours = units["GPU-hours"]
    assert (gpu_hours["committed"], gpu_hours["grantable_low"]) == (None, None)
    assert gpu_hours["expected_use_low"] == pytest.approx(0.5 * (2128 + 1260))
    assert gpu_hours["grantable_high"] is not None
