"""`scontrol show node` text as node configurations."""

import re
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.formats.scontrol_nodes import read_nodes
from ingest.gres import GresError, gpus_of_gres, gpus_of_tres
from ingest.nodes import ingest_nodes
from model.errors import InputError
from model.schemas import NODES
from store import Cluster, Store, open_store

NODE = """\
NodeName={name} Arch=x86_64 CoresPerSocket=16
   CPUAlloc=0 CPUEfctv=30 CPUTot=32 CPULoad=3.63
   AvailableFeatures=nvlink,a100
   ActiveFeatures=a100
   Gres={gres}
   NodeAddr=127.0.0.1 NodeHostName={name} Port=16830 Version=22.05.8
   OS=Linux 6.1.0 #1 SMP PREEMPT_DYNAMIC
   RealMemory=256000 AllocMem=0 FreeMem=15488 Sockets=2 Boards=1
   State=IDLE+DRAIN ThreadsPerCore=1 TmpDisk=0 Weight=1 Owner=N/A MCS_label=N/A
   Partitions=gpu,debug
   BootTime=2026-07-01T08:00:00 SlurmdStartTime={started}
   LastBusyTime={busy}
   CfgTRES={tres}
   AllocTRES=
   Reason=disk Gres=gpu:9 State=UP [root@2026-07-02T10:00:00]
"""


def node(
    name: str = "n1",
    gres: str = "gpu:a100:4(S:0-3)",
    tres: str = "cpu=32,mem=250G,gres/gpu=4",
    started: str = "None",
    busy: str = "2026-07-02T09:00:00",
) -> str:
    return NODE.format(name=name, gres=gres, tres=tres, started=started, busy=busy)


@pytest.fixture
def store(tmp_path: Path):
    with open_store(tmp_path / "store", create=True) as opened:
        yield opened


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "nodes.txt"
    path.write_text(text)
    return path


def rows(store: Store) -> list[dict[str, object]]:
    return store.scan(NODES).collect().sort(NODES.key).to_dicts()


@pytest.mark.parametrize(
    ("gres", "count", "types"),
    [
        ("gpu:a100:4(S:0-3)", 4, "a100:4"),
        ("gpu:a100:4", 4, "a100:4"),
        ("gpu:4", 4, ""),
        ("gpu", 1, ""),
        ("gpu:a100", 1, "a100:1"),
        ("gpu:(null):8(IDX:0-7)", 8, ""),
        ("gpu:a100:2(IDX:0,3),gpu:t4:1(IDX:N/A)", 3, "a100:2,t4:1"),
        ("gpu:a100:2(S:0),gpu:a100:2(S:1)", 4, "a100:4"),
        ("gpu:nvidia_a100_1g.5gb:21,gpu:a100:1", 22, "a100:1,nvidia_a100_1g.5gb:21"),
        ("gpu:a100:no_consume:4", 4, "a100:4"),
        ("gpu:no_consume:4", 4, ""),
        ("pfsdir:scratch:1,gpu:v100:2(S:0),nsight:no_consume:1", 2, "v100:2"),
        ("gpu:h100:8,shard:h100:80(S:0-1)", 8, "h100:8"),
        ("gpu:0", 0, ""),
    ],
)
def test_gres(gres, count, types):
    gpus = gpus_of_gres(gres)
    assert gpus is not None
    assert (gpus.count, gpus.types_text) == (count, types)


@pytest.mark.parametrize(
    "gres", ["(null)", "", "shard:h10", "mps:100", "justarandomfield", "gpux:2"]
)
def test_gres_without_gpus(gres):
    assert gpus_of_gres(gres) is None


@pytest.mark.parametrize("gres", ["gpu:a100:four", "gpu:a:b:2", "gpu:a100:-1"])
def test_gres_that_cannot_be_read(gres):
    with pytest.raises(GresError):
        gpus_of_gres(gres)


@given(st.text(max_size=60))
def test_any_gres_text_is_read_or_refused(text):
    try:
        gpus = gpus_of_gres(text)
    except GresError:
        return
    assert gpus is None or gpus.count >= sum(gpus.types.values()) >= 0


def test_tres_is_the_untyped_total_with_typed_detail():
    gpus = gpus_of_tres("cpu=32,gres/gpu:a100=2,gres/gpu=3,gres/gpu:t4=1,gres/tmp=9")
    assert gpus is not None
    assert (gpus.count, gpus.types_text) == (3, "a100:2,t4:1")
    typed_only = gpus_of_tres("gres/gpu:a100=2")
    assert typed_only is not None
    assert typed_only.count == 2
    assert gpus_of_tres("cpu=32") is None


def test_a_node_as_a_row(store, tmp_path):
    path = write(tmp_path, node())
    report = ingest_nodes(store, [path], cluster="here", timezone="Europe/London")
    assert rows(store) == [
        {
            "cluster": "here",
            "node": "n1",
            "valid_from": datetime(2026, 7, 2, 9, tzinfo=UTC),
            "gpus": 4,
            "gpu_types": "a100:4",
            "cpus": 32,
            "memory_mb": 256000,
            "partitions": "debug,gpu",
            "features": "a100,nvlink",
            "state": "IDLE+DRAIN",
            "slurm_version": "22.05.8",
        }
    ]
    assert "2026-07-02T09:00:00+00:00" in next(iter(report.assumptions))
    assert (report.rows_read, report.rows_accepted) == (1, 1)


def test_the_stated_moment_is_taken_and_nothing_assumed(store, tmp_path):
    at = datetime(2026, 8, 1, 12, tzinfo=UTC)
    report = ingest_nodes(store, [write(tmp_path, node())], cluster="here", at=at)
    assert rows(store)[0]["valid_from"] == at
    assert not report.assumptions


def test_epochs_need_no_zone(store, tmp_path):
    text = node(started="1790000000", busy="1780000000").replace("2026-07-02T10:00:00", "Unknown")
    ingest_nodes(store, [write(tmp_path, text)], cluster="here")
    assert rows(store)[0]["valid_from"] == datetime.fromtimestamp(1790000000, UTC)


def test_gres_null_falls_back_on_tres(store, tmp_path):
    text = node(gres="(null)", tres="cpu=32,gres/gpu=8,gres/gpu:h100=8") + node(
        "n2", "(null)", "cpu=2"
    )
    ingest_nodes(store, [write(tmp_path, text)], cluster="here")
    assert [(row["gpus"], row["gpu_types"]) for row in rows(store)] == [(8, "h100:8"), (0, "")]


def test_a_difference_between_gres_and_tres_is_told(store, tmp_path):
    report = ingest_nodes(store, [write(tmp_path, node(tres="gres/gpu=3"))], cluster="here")
    assert rows(store)[0]["gpus"] == 4
    assert any("Gres" in said and count == 1 for said, count in report.assumptions.items())


def test_broken_blocks_are_set_aside_with_their_line(store, tmp_path):
    text = "\n".join(
        [
            node("n1"),
            node("n2", gres="gpu:a100:four"),
            node("n3").replace("State=IDLE+DRAIN ", "").replace("State=UP", ""),
            node("n4").replace("CPUTot=32", "CPUTot=many"),
            node("n1"),
            node("n5"),
        ]
    )
    report = ingest_nodes(store, [write(tmp_path, text)], cluster="here")
    assert [row["node"] for row in rows(store)] == ["n1", "n5"]
    assert report.reasons == {"bad_gres": 1, "no_State": 1, "bad_number": 1, "duplicate_node": 1}
    assert report.rows_read == 6
    (entry,) = store.catalogue.files()
    set_aside = store.catalogue.quarantine(entry.file_id)
    assert set_aside[0].line == 17
    assert set_aside[0].text.startswith("NodeName=n2")


@pytest.mark.parametrize("oneline", [False, True])
def test_a_cut_off_text_loses_its_last_node_only(oneline):
    blocks = [node("n1"), node("n2")]
    text = "\n".join(" ".join(block.split()) if oneline else block for block in blocks)
    begin = text.index("NodeName=n2") + len("NodeName=n2")
    end = text.index("AllocTRES=", begin)
    for length in range(begin, end + len("AllocTRES")):
        read = read_nodes(text[:length])
        assert [each.node for each in read.nodes] == ["n1"], text[length - 20 : length]
        assert [reject.reason for reject in read.rejects] == ["cut_off"]
    assert len(read_nodes(text).nodes) == 2


@given(st.text(alphabet="NodeName=\n Gres:gpu4,CPUTotState(", max_size=300))
def test_any_text_is_nodes_or_rejects(text):
    read = read_nodes(text)
    assert not read.nodes or "NodeName=" in text


def test_no_moment_at_all_asks_for_at(store, tmp_path):
    text = node(busy="Unknown").replace("2026-07-0", "Unknown")
    with pytest.raises(InputError, match="--at"):
        ingest_nodes(store, [write(tmp_path, text)], cluster="here")


def test_the_zone_of_a_known_cluster_is_its_own(store, tmp_path):
    store.catalogue.save_cluster(Cluster("here", timezone="America/New_York"))
    ingest_nodes(store, [write(tmp_path, node())], cluster="here")
    assert rows(store)[0]["valid_from"] == datetime(2026, 7, 2, 14, tzinfo=UTC)
    with pytest.raises(InputError, match="one cluster has one time zone"):
        ingest_nodes(store, [write(tmp_path, node())], cluster="here", timezone="UTC")


def test_repeating_a_snapshot_changes_nothing(store, tmp_path):
    path = write(tmp_path, node())
    ingest_nodes(store, [path], cluster="here")
    before = rows(store)
    again = ingest_nodes(store, [path, path], cluster="here")
    assert rows(store) == before
    assert [(file.inserted, file.unchanged) for file in again.files] == [(0, 1), (0, 1)]


def test_a_bad_second_file_leaves_the_store_as_it_was(store, tmp_path):
    good, bad = write(tmp_path, node()), tmp_path / "bad.txt"
    bad.write_text("JobID|State\n1|COMPLETED\n")
    with pytest.raises(InputError, match="job log"):
        ingest_nodes(store, [good, bad], cluster="here")
    assert store.version() == "empty"
    assert store.catalogue.files() == []


def test_snapshots_pile_up_by_their_moment(store, tmp_path):
    first = write(tmp_path, node())
    ingest_nodes(store, [first], cluster="here", at=datetime(2026, 7, 1, tzinfo=UTC))
    second = write(tmp_path, node(gres="gpu:a100:3"))
    ingest_nodes(store, [second], cluster="here", at=datetime(2026, 8, 1, tzinfo=UTC))
    assert [row["gpus"] for row in rows(store)] == [4, 3]


REAL = {
    "slurm/captures/scontrol-show-node.txt": (6, 12),
    "slurm/captures/scontrol-show-node-oneline.txt": (6, 12),
    "data/sckyzo_exporter/scontrol_nodes.txt": (7, 0),
    "data/sckyzo_exporter/slurm-24.11.7/scontrol_nodes.txt": (20, None),
    "data/sckyzo_exporter/slurm-26.05.2/scontrol_nodes.txt": (20, None),
    "data/clockwork/scontrol_node_2": (2, 16),
    "data/clockwork/scontrol_node_3": (5, 40),
    "data/clockwork/small_scontrol_node": (1, 8),
}


@pytest.mark.parametrize("path", REAL)
def test_real_node_text(store, shared, path):
    nodes, gpus = REAL[path]
    report = ingest_nodes(store, [shared / path], cluster="real")
    frame = store.scan(NODES).collect()
    assert (report.rows_accepted, report.rows_quarantined, frame.height) == (nodes, 0, nodes)
    if gpus is None:
        gpus = sum(map(int, re.findall(r"\bmodel_[ab]:(\d+)", (shared / path).read_text())))
        assert gpus > 0
    assert frame["gpus"].sum() == gpus


def test_both_forms_of_one_capture_are_equal(shared, tmp_path):
    frames = []
    for name in ("scontrol-show-node.txt", "scontrol-show-node-oneline.txt"):
        with open_store(tmp_path / name, create=True) as store:
            ingest_nodes(store, [shared / "slurm" / "captures" / name], cluster="testbed")
            frames.append(store.scan(NODES).sort("node").collect())
    assert frames[0].equals(frames[1])
    assert frames[0].filter(pl.col("gpus") > 0)["gpu_types"].to_list() == [
        "a100:4",
        "a100:4",
        "t4:2",
        "t4:2",
    ]


NOT_NODES = {
    "slurm/captures/scontrol-show-job.txt": "scontrol show job",
    "slurm/captures/scontrol-show-partition.txt": "scontrol show partition",
    "slurm/captures/scontrol-show-reservation.txt": "scontrol show reservation",
    "slurm/captures/sacct-P-usage.txt": "a job log",
    "slurm/captures/sacct.json": "a job log in JSON",
    "slurm/captures/sinfo.txt": "sinfo",
    "slurm/captures/sinfo-N-long.txt": "sinfo",
    "slurm/captures/scontrol-show-node.json": "empty",
    "data/ood_core_osc/owens_nodes.txt": "no node begins",
    "data/xdmod_phillips/phillips.log": "no node begins",
    "slurm/captures": "director|folder",
    "slurm/nowhere": "no such file|No such file|cannot be read",
}


@pytest.mark.parametrize("path", NOT_NODES)
def test_what_is_no_node_text_is_refused_with_a_hint(store, shared, path):
    with pytest.raises(InputError, match=NOT_NODES[path]) as refused:
        ingest_nodes(store, [shared / path], cluster="here")
    assert refused.value.hint
    assert "\n" not in str(refused.value)
    assert store.version() == "empty"
