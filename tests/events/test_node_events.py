"""Node events and reservations: what is read from each source, and what the tables then show."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.events import ingest_events
from ingest.formats.event_formats import event_format
from ingest.formats.event_record import kind_of_state
from model.errors import InputError
from model.schemas import NODE_EVENTS
from store import Cluster, open_store

HEADER = "Cluster|NodeName|TimeStart|TimeEnd|State|Reason|User"
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "store", create=True) as opened:
        yield opened


@pytest.fixture
def write(tmp_path):
    def writer(text, name="events.txt"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return writer


def rows(store):
    return store.scan(NODE_EVENTS).collect().sort(NODE_EVENTS.key).to_dicts()


def spans(store):
    return [(row["node"], row["kind"], row["start"], row["end"]) for row in rows(store)]


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("DOWN*", "down"),
        ("DOWN", "down"),
        ("DOWN+DRAIN", "down"),
        ("DRAIN", "drain"),
        ("IDLE+DRAIN", "drain"),
        ("MIXED+DRAIN$", "drain"),
        ("DRAINED*", "drain"),
        ("MAINT", "maintenance"),
        ("DOWN+MAINT", "maintenance"),
        ("FAIL", "down"),
        ("IDLE", None),
        ("POWERED_DOWN", None),
        ("", None),
    ],
)
def test_states_as_kinds(state, kind):
    assert kind_of_state(state) == kind


@pytest.mark.parametrize("name", ["sacctmgr-show-event.txt", "sacctmgr-show-event-all.txt"])
def test_the_events_of_the_testbed(store, shared, name):
    path = shared / "slurm" / "captures" / name
    report = ingest_events(store, [path], cluster="testbed")
    assert (report.rows_read, report.rows_accepted, report.rows_steps) == (3, 2, 1)
    assert spans(store) == [
        (
            "cpu02",
            "drain",
            datetime(2026, 11, 20, 16, 16, 29, tzinfo=UTC),
            datetime(2026, 11, 20, 16, 16, 31, tzinfo=UTC),
        ),
        ("gpu04", "down", *[datetime(2026, 11, 20, 16, 16, 26, tzinfo=UTC)] * 2),
    ]
    assert rows(store)[1]["reason"] == 'power | "cut'


@pytest.mark.parametrize("delimiter", ["|", "\x1f", ";", "|#"])
@pytest.mark.parametrize("trailing", [False, True])
def test_any_columns_and_delimiter(store, write, delimiter, trailing):
    cells = [["State", "TimeStart", "Node Name"], ["DOWN*", "1777636800", "n[1-2]"]]
    end = delimiter if trailing else ""
    path = write("\n".join(delimiter.join(row) + end for row in cells) + "\n")
    report = ingest_events(store, [path], cluster="here")
    assert report.rows_accepted == 1
    assert spans(store) == [("n1", "down", NOON, None), ("n2", "down", NOON, None)]


def test_a_later_record_closes_an_open_event_and_not_the_reverse(store, write):
    row = "here|n1|2026-05-01T12:00:00|{end}|DOWN|disk|root(0)\n"
    opened = write(f"{HEADER}\n" + row.format(end="Unknown"), "open.txt")
    closed = write(f"{HEADER}\n" + row.format(end="2026-05-01T14:00:00"), "closed.txt")
    ingest_events(store, [opened], cluster="here")
    assert spans(store) == [("n1", "down", NOON, None)]
    report = ingest_events(store, [closed], cluster="here")
    assert (report.files[0].inserted, report.files[0].updated) == (0, 1)
    for again in (opened, closed, opened):
        ingest_events(store, [again], cluster="here")
        assert spans(store) == [("n1", "down", NOON, NOON + timedelta(hours=2))]


def test_naive_times_are_in_the_zone_of_the_cluster(store, write):
    store.catalogue.save_cluster(Cluster("here", timezone="America/New_York"))
    path = write(f"{HEADER}\nhere|n1|2026-05-01T08:00:00|Unknown|DOWN||\n")
    ingest_events(store, [path], cluster="here")
    assert spans(store) == [("n1", "down", NOON, None)]


def test_rows_that_cannot_be_read_are_set_aside_with_their_line(store, write):
    good = "here|n1|1777636800|Unknown|DOWN|a|b|c|root(0)"
    bad = [
        "here|n1|yesterday|Unknown|DOWN||",
        "here|n1|1777636800|tomorrow|DOWN||",
        "here|n1|1777636800|1777636000|DOWN||",
        "here|n1|Unknown|Unknown|DOWN||",
        "here|n[1-|1777636800|Unknown|DOWN||",
        "here|n1|1777636800|Unknown|IDLE||",
        "here|n1|1777636800",
    ]
    report = ingest_events(store, [write("\n".join([HEADER, good, *bad]))], cluster="here")
    assert (report.rows_read, report.rows_accepted) == (8, 1)
    assert dict(report.reasons) == {
        "bad_time": 2,
        "end_before_start": 1,
        "no_start": 1,
        "bad_node_list": 1,
        "unknown_state": 1,
        "too_few_cells": 1,
    }
    assert rows(store)[0]["reason"] == "a|b|c"


def test_events_of_other_clusters_are_left_out_or_refused(store, write):
    row = "{}|n1|1777636800|Unknown|DOWN||\n"
    path = write(f"{HEADER}\n" + row.format("here") + row.format("there"))
    report = ingest_events(store, [path], cluster="here")
    assert (report.rows_accepted, report.rows_steps) == (1, 1)
    with pytest.raises(InputError, match="events of cluster here"):
        ingest_events(store, [path], cluster="elsewhere")


SAME = [
    "scontrol-show-reservation.txt",
    "scontrol-show-reservation-oneline.txt",
    "slurmrestd-v0.0.37-reservations.json",
    "slurmrestd-v0.0.38-reservations.json",
]


@pytest.mark.parametrize("name", SAME)
def test_one_reservation_in_every_form(store, shared, name):
    report = ingest_events(store, [shared / "slurm" / "captures" / name], cluster="testbed")
    assert (report.rows_read, report.rows_accepted) == (1, 1)
    start = datetime(2027, 1, 19, 16, 16, 31, tzinfo=UTC)
    nodes = ["cpu01", "cpu02", "gpu01", "gpu02", "gpu03", "gpu04"]
    assert spans(store) == [
        (node, "maintenance", start, start + timedelta(hours=1)) for node in nodes
    ]
    assert rows(store)[0]["reason"] == "maint"
    assert rows(store)[0]["state"] == "MAINT,SPEC_NODES,ALL_NODES"


def test_every_reservation_of_slurmrestd(store, shared):
    paths = sorted((shared / "data" / "slurmweb_slurmrestd").glob("*/*/slurm-reservations.json"))
    listed = [each for path in paths for each in json.loads(path.read_bytes())["reservations"]]
    report = ingest_events(store, paths, cluster="hpc")
    assert report.rows_read == report.rows_accepted == len(listed) == 5
    by_start = {row["start"].timestamp(): row for row in rows(store)}
    assert set(by_start) == {each["start_time"]["number"] for each in listed}
    for each in listed:
        row = by_start[each["start_time"]["number"]]
        assert row["end"].timestamp() == each["end_time"]["number"]
        assert row["kind"] == "reserved"


TEXTS = {
    "data/sckyzo_exporter/reservations.txt": (1, 1, 102, {}),
    "data/sckyzo_exporter/reservations_relative_time.txt": (1, 0, 0, {"bad_time": 1}),
    "data/sckyzo_exporter/reservations_empty.txt": (0, 0, 0, {}),
    "data/sckyzo_exporter/slurm-24.11.7/reservations.txt": (0, 0, 0, {}),
    "data/sckyzo_exporter/slurm-26.05.2/reservations.txt": (0, 0, 0, {}),
}


@pytest.mark.parametrize("path", TEXTS)
def test_real_reservation_text(store, shared, path):
    report = ingest_events(store, [shared / path], cluster="real")
    said = (report.rows_read, report.rows_accepted, len(rows(store)), dict(report.reasons))
    assert said == TEXTS[path]


REFUSED = {
    "slurm/captures/sacctmgr-show-reservation.txt": "no column NodeNames",
    "slurm/captures/slurmrestd-v0.0.36-reservations.json": "neither events nor reservations",
    "slurm/captures/scontrol-show-reservation.json": "empty",
    "slurm/captures/sacctmgr-show-assoc.txt": "neither events nor reservations",
    "slurm/captures/sacctmgr-show-transactions.txt": "neither events nor reservations",
    "slurm/captures/slurmrestd-v0.0.38-nodes.json": "no list of reservations",
    "data/slurmweb_slurmrestd/25.11/0.0.44/slurm-jwt-expired-token.json": "answered with an error",
}


@pytest.mark.parametrize("path", REFUSED)
def test_what_tells_no_events_is_refused_with_the_line_to_run(store, shared, path):
    with pytest.raises(InputError, match=REFUSED[path]) as refused:
        ingest_events(store, [shared / path], cluster="testbed")
    assert "run s" in (refused.value.hint or "")
    assert store.version() == "empty"


def test_columns_of_a_fixed_width_are_refused(store, write):
    path = write("   Cluster   NodeName   TimeStart   State\n here  n1  2026-05-01T12:00:00 DOWN\n")
    with pytest.raises(InputError, match="fixed width") as refused:
        ingest_events(store, [path], cluster="here")
    assert "sacctmgr -P show event" in (refused.value.hint or "")


def test_reservations_of_sacctmgr_with_their_nodes(store, write):
    head = "Cluster|Name|NodeNames|Flags|TimeStart|TimeEnd\n"
    text = (
        head
        + "here|class|n[1-2]|SPEC_NODES|1777636800|1777640400\n"
        + "here|works|n1|MAINT,SPEC_NODES|1777636800|1777640400\n"
        + "here|licences||LICENSE|1777636800|1777640400\n"
    )
    report = ingest_events(store, [write(text)], cluster="here")
    assert dict(report.reasons) == {"no_nodes": 1}
    end = NOON + timedelta(hours=1)
    assert spans(store) == [
        ("n1", "maintenance", NOON, end),
        ("n1", "reserved", NOON, end),
        ("n2", "reserved", NOON, end),
    ]


@pytest.mark.parametrize(
    ("addition", "reason"),
    [
        ("\n     NodeName=n1 CoreIDs=0-3", "part_of_nodes"),
        ("", "moving_start"),
    ],
)
def test_reservations_that_are_no_span_of_whole_nodes(store, write, addition, reason):
    flags = "SPEC_NODES" if addition else "TIME_FLOAT"
    text = (
        "ReservationName=r StartTime=2026-05-01T12:00:00 EndTime=2026-05-01T14:00:00\n"
        f"   Nodes=n1 NodeCnt=1 CoreCnt=4 Flags={flags}{addition}\n"
    )
    report = ingest_events(store, [write(text)], cluster="here")
    assert dict(report.reasons) == {reason: 1}
    assert rows(store) == []


def test_reservations_that_begin_together_last_as_long_as_the_longest(store, write):
    one = "ReservationName={} StartTime=1777636800 EndTime={}\n   Nodes=n1 Flags=SPEC_NODES\n"
    text = one.format("long", 1777644000) + "\n" + one.format("short", 1777640400)
    ingest_events(store, [write(text)], cluster="here")
    assert spans(store) == [("n1", "reserved", NOON, NOON + timedelta(hours=2))]


@given(st.text(max_size=200))
def test_any_text_is_events_rejects_or_refused(text):
    try:
        read = event_format(text.encode()).read(text.encode())
    except InputError:
        return
    assert all(event.nodes for event in read.events)
