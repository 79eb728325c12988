"""What a person sees in `show utilisation` once node events were ingested."""

import pytest

NODE = """\
NodeName=n1 CPUTot=32
   Gres=gpu:a100:4
   RealMemory=256000
   State=IDLE
   Partitions=gpu
   BootTime=2026-04-01T00:00:00
   CfgTRES=cpu=32,mem=250G,gres/gpu=4
   AllocTRES=
"""
JOBS = (
    "JobIDRaw|User|Account|Partition|Submit|Start|End|State|NodeList|AllocTRES|ElapsedRaw\n"
    "1|a|x|gpu|2026-05-01T00:00:00|2026-05-01T12:00:00|2026-05-01T13:00:00|COMPLETED|n1|"
    "cpu=4,gres/gpu=1,node=1|3600\n"
)
EVENTS = "Cluster|NodeName|TimeStart|TimeEnd|State|Reason|User\n"
DOWN = EVENTS + "here|n1|2026-05-01T12:00:00|2026-05-01T14:00:00|{state}|disk|root(0)\n"
RESERVATION = (
    "ReservationName=r StartTime=2026-05-01T12:00:00 EndTime=2026-05-01T14:00:00\n"
    "   Nodes=n1 NodeCnt=1 Flags={flags}\n"
)


@pytest.fixture
def shown(plimsoll, tmp_path):
    """The one row of `show utilisation` for a day of a node of 4 GPUs, after some events."""
    (tmp_path / "nodes.txt").write_text(NODE)
    (tmp_path / "jobs.txt").write_text(JOBS)
    window = ("--window", "2026-05-01/2026-05-02")
    for what, extra in (("nodes", ()), ("jobs", window)):
        done = plimsoll("ingest", what, tmp_path / f"{what}.txt", "--cluster", "here", *extra)
        assert done.code == 0, done.err

    def show(text):
        (tmp_path / "events.txt").write_text(text)
        done = plimsoll("ingest", "events", tmp_path / "events.txt", "--cluster", "here")
        assert done.code == 0, done.err
        table = plimsoll("show", "utilisation", "--format", "csv")
        assert table.code == 0, table.err
        assert "No node events were ingested" not in table.err
        return table.frame().row(0, named=True)

    return show


@pytest.mark.parametrize(
    "text",
    [
        DOWN.format(state="DOWN*"),
        DOWN.format(state="DRAIN"),
        DOWN.format(state="MAINT"),
        RESERVATION.format(flags="MAINT,SPEC_NODES"),
    ],
    ids=["down", "drain", "maintenance", "maintenance reservation"],
)
def test_two_hours_down_less_what_a_job_still_held(shown, text):
    row = shown(text)
    assert row["installed_gpu_hours"] == pytest.approx(96)
    assert row["down_gpu_hours"] == pytest.approx(2 * 4 - 1)
    assert row["reservation_gpu_hours"] == 0
    assert row["available_gpu_hours"] == pytest.approx(96 - 7)
    assert row["allocated_gpu_hours"] == pytest.approx(1)


def test_unused_time_of_a_reservation_is_apart(shown):
    row = shown(RESERVATION.format(flags="SPEC_NODES"))
    assert row["down_gpu_hours"] == 0
    assert row["reservation_gpu_hours"] == pytest.approx(7)
    assert row["available_gpu_hours"] == pytest.approx(96)


def test_a_node_that_is_still_down_is_down_to_the_end_of_the_day(shown):
    row = shown(EVENTS + "here|n1|2026-05-01T20:00:00|Unknown|DOWN|disk|root(0)\n")
    assert row["down_gpu_hours"] == pytest.approx(4 * 4)


def test_the_ledger_tells_what_was_left_out(plimsoll, shown):
    shown(
        EVENTS + "here||2026-05-01T00:00:00|Unknown||Cluster Registered TRES|\n"
        "here|n1|2026-05-01T20:00:00|Unknown|DOWN|disk|root(0)\n"
    )
    assert "read 2, accepted 1, left out 1" in plimsoll("ingest", "status").out
