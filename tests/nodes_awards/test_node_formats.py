"""Node inventories in every format: what each source tells, and what is refused."""

import json
import re
from datetime import UTC, datetime

import polars as pl
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ingest.formats.node_formats import node_format
from ingest.formats.sinfo_text import SinfoText
from ingest.nodes import ingest_nodes
from model.errors import InputError
from model.schemas import NODES
from store import open_store

AT = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "store", create=True) as opened:
        yield opened


def read(text):
    return SinfoText().read(text.encode())


SAME_NODES = {
    "slurmrestd-v0.0.36-nodes.json": {"partitions"},
    "slurmrestd-v0.0.37-nodes.json": set(),
    "slurmrestd-v0.0.38-nodes.json": set(),
    "sinfo.json": set(),
    "sinfo.yaml": set(),
    "pyslurm-old-node.json": set(),
    "pyslurm-old-node.yaml": set(),
    "pyslurm-new-Nodes.json": set(),
    "pyslurm-new-Nodes.yaml": set(),
    "sinfo-O.txt": {"memory_mb", "features", "slurm_version"},
}


@pytest.mark.parametrize("name", SAME_NODES)
def test_every_format_of_one_cluster_gives_the_same_nodes(shared, tmp_path, name):
    captures = shared / "slurm" / "captures"
    frames = []
    for each in ("scontrol-show-node.txt", name):
        with open_store(tmp_path / each, create=True) as store:
            report = ingest_nodes(store, [captures / each], cluster="testbed", at=AT)
            assert (report.rows_read, report.rows_accepted) == (6, 6)
            frame = store.scan(NODES).sort("node").collect()
            frames.append(frame.with_columns(pl.col("state").str.to_uppercase()))
    lost = SAME_NODES[name]
    assert frames[0].drop(lost).equals(frames[1].drop(lost))
    assert all(frames[1][column].null_count() == 6 for column in lost)


@pytest.mark.parametrize(
    "name",
    [
        "data/slurmweb_slurmrestd/25.11/0.0.44/slurm-nodes.json",
        "slurm/captures/slurmrestd-v0.0.38-nodes.json",
        "slurm/captures/pyslurm-new-Nodes.yaml",
    ],
)
def test_the_moment_of_a_document_needs_no_zone(store, shared, name):
    said = max(map(int, re.findall(r"\b1[67]\d{8}\b", (shared / name).read_text())))
    ingest_nodes(store, [shared / name], cluster="here", timezone="America/New_York")
    taken = store.scan(NODES).collect()["valid_from"].unique().to_list()
    assert taken == [datetime.fromtimestamp(said, UTC)]


def test_every_node_answer_of_slurmrestd_is_read(shared):
    answers = sorted((shared / "data" / "slurmweb_slurmrestd").glob("*/*/slurm-node*.json"))
    for path in (each for each in answers if "unfound" not in each.name):
        given_nodes = json.loads(path.read_bytes())["nodes"]
        gres = re.findall(r"gpu:(?:\w+:)?(\d+)", ",".join(node["gres"] for node in given_nodes))
        text = node_format(path.read_bytes()).read(path.read_bytes())
        assert [node.node for node in text.nodes] == [node["name"] for node in given_nodes]
        assert sum(node.gpus.count for node in text.nodes) == sum(map(int, gres)), path
        assert text.rejects == []
    assert len(answers) > 100


SINFO = {
    "data/ood_core_osc/sinfo_gres.txt": (2348, 298, 664),
    "data/ood_core_osc/sinfo_gres_long_hostnames.txt": (3, 3, 24),
    "data/seraph_fixtures/sinfo.txt": (93, 23, 182),
    "data/sckyzo_exporter/slurm-24.11.7/node_detail.txt": (25, 20, 40),
    "data/sckyzo_exporter/slurm-26.05.2/node_detail.txt": (25, 20, 40),
    "data/sckyzo_exporter/slurm-25.05/node_detail_gres.txt": (None, None, None),
    "data/sckyzo_exporter/slurm-25.11.2/node_detail_gres_multitype.txt": (1, 1, 4),
    "data/fb_gcm/sample-sinfo-output.txt": (4, 3, 18),
    "data/fb_gcm/sinfo-output-for-structured.txt": (10, 10, 80),
    "data/clockwork/sinfo_1": (2, 2, 1),
    "data/clockwork/sinfo_2": (2, 2, 1),
    "data/rivos_exporter/sinfo_out.json": (4, 4, 0),
}


@pytest.mark.parametrize("path", SINFO)
def test_real_sinfo(store, shared, path):
    rows, nodes, gpus = SINFO[path]
    report = ingest_nodes(store, [shared / path], cluster="real", at=AT)
    frame = store.scan(NODES).collect()
    assert report.rows_quarantined == 0
    if rows is None:
        table = [line.split() for line in (shared / path).read_text().splitlines()]
        rows, nodes = len(table), len({row[0] for row in table})
        gpus = 4 * len({row[0] for row in table if row[6] != "(null)"})
    assert (report.rows_accepted, frame.height, frame["gpus"].sum()) == (rows, nodes, gpus)


NO_NODES = {
    "slurm/captures/sinfo.txt": "without GRES",
    "slurm/captures/sinfo-N-long.txt": "without GRES",
    "data/sckyzo_exporter/node_detail.txt": "without GRES",
    "data/sckyzo_exporter/gpus_snapshot.txt": "without node names",
    "data/sckyzo_exporter/slurm-23.11.10-2/sinfo_gpus_total.txt": "without node names",
    "data/sckyzo_exporter/slurm-25.11.1-1/partitions_gpu.txt": "without node names",
    "data/ood_core_osc/sinfo_fc.txt": "no node",
    "data/rivos_exporter/sinfo_fallback.txt": "cannot be read",
    "data/rivos_exporter/squeue_out.json": "a job log",
    "slurm/captures/slurmrestd-v0.0.38-partitions.json": "partitions",
    "slurm/captures/slurmrestd-v0.0.38-reservations.json": "reservations",
    "data/slurmweb_slurmrestd/25.11/0.0.44/slurm-node-unfound.json": "Failure to query node",
    "data/slurmweb_slurmrestd/25.11/0.0.44/slurm-jwt-invalid-token.json": "answered with an error",
    "data/slurmweb_slurmrestd/25.11/0.0.44/slurm-not-found.txt": "no node",
}


@pytest.mark.parametrize("path", NO_NODES)
def test_what_tells_no_nodes_is_refused_with_the_line_to_run(store, shared, path):
    with pytest.raises(InputError, match=NO_NODES[path]) as refused:
        ingest_nodes(store, [shared / path], cluster="here", at=AT)
    assert refused.value.hint
    assert store.version() == "empty"


@pytest.mark.parametrize(
    ("gres", "delimiter"),
    [
        ("gpu:h100:1,shard:h10", "|"),
        ("gpu:h100:1,shard:h10", " "),
        ("gpu:nvidia_gb200:4(S", " "),
        ("gpu:a_very_long_na:1", " "),
        ("gpu:a100:", "|"),
    ],
)
def test_gres_that_may_be_cut_off_is_set_aside(gres, delimiter):
    rows = [["n1", "gpu", "idle", gres], ["n2", "gpu", "idle", "gpu:t4:2"]]
    text = read("\n".join(delimiter.join(row) for row in rows))
    assert [reject.reason for reject in text.rejects] == ["gres_cut_off"]
    assert [(node.node, node.gpus.count) for node in text.nodes] == [("n2", 2)]


def test_a_node_in_several_partitions_counts_once():
    text = read("n1|a|idle|gpu:t4:2|0/8/0/8\nn1|b*|idle|gpu:t4:2|0/8/0/8\n")
    [node] = text.nodes
    assert (node.partitions, node.cpus, node.rows) == ("a,b", 8, 2)


def test_rows_that_contradict_each_other_are_set_aside():
    text = read("n1|a|idle|gpu:t4:2|0/8/0/8\nn1|b|idle|gpu:t4:4|0/8/0/8\n")
    assert [reject.reason for reject in text.rejects] == ["contradicts_other_row"]
    assert text.nodes[0].gpus.count == 2


def test_a_header_names_the_columns_and_groups_are_expanded():
    text = read(
        "GRES NODELIST CPUS MEMORY PARTITION STATE\ngpu:a100:4 n[01-03] 64 512000+ gpu* mix\n"
    )
    assert [node.node for node in text.nodes] == ["n01", "n02", "n03"]
    first = text.nodes[0]
    assert (first.cpus, first.memory_mb, first.partitions) == (64, None, "gpu")
    assert sum(node.rows for node in text.nodes) == 1


def test_grouped_sinfo_json_is_a_node_each(store, tmp_path):
    group = {
        "nodes": {"nodes": ["n1", "n2"]},
        "cpus": {"minimum": 64, "maximum": 64},
        "memory": {"minimum": 512000, "maximum": 515000},
        "gres": {"total": "gpu:h100:4(S:0-1)", "used": "gpu:h100:0(IDX:N/A)"},
        "partition": {"name": "gpu"},
        "features": {"total": "ib"},
        "node": {"state": ["IDLE", "DRAIN"]},
    }
    other = {**group, "partition": {"name": "all"}}
    path = tmp_path / "sinfo.json"
    path.write_text(json.dumps({"sinfo": [group, other]}))
    report = ingest_nodes(store, [path], cluster="here", at=AT)
    rows = store.scan(NODES).sort("node").collect().to_dicts()
    assert (report.rows_read, len(rows)) == (4, 2)
    assert rows[0]["gpu_types"] == "h100:4"
    assert (rows[0]["partitions"], rows[0]["state"]) == ("all,gpu", "IDLE+DRAIN")
    assert (rows[0]["cpus"], rows[0]["memory_mb"]) == (64, None)


@pytest.mark.parametrize(
    "damage", [b'{"nodes": [{"name": "n1"', b"nodes:\n - {name: [\n", b"a:\n - &x 1\n - *x\n"]
)
def test_damaged_documents_are_refused_in_one_line(store, tmp_path, damage):
    path = tmp_path / "nodes"
    path.write_bytes(damage)
    with pytest.raises(InputError) as refused:
        ingest_nodes(store, [path], cluster="here", at=AT)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["sacct.json", "sacct.yaml"])
def test_a_large_job_log_is_refused_before_it_is_parsed(store, shared, tmp_path, name, monkeypatch):
    path = tmp_path / name
    path.write_bytes((shared / "slurm" / "captures" / name).read_bytes() + b" " * (1 << 22))
    monkeypatch.setattr("ingest.formats.node_documents.read_document", None)
    with pytest.raises(InputError, match="this is a job log"):
        ingest_nodes(store, [path], cluster="here", at=AT)


def test_records_that_are_no_nodes_are_set_aside(store, tmp_path):
    path = tmp_path / "nodes.yaml"
    nodes = [{"name": "n1", "state": "IDLE", "gres": "gpu:x:y:z", "real_memory": 1}, {}, 7]
    good = {"name": "n2", "state": ["IDLE"], "gres": "gpu:2", "real_memory": 1, "cpus": 4}
    path.write_text(yaml.safe_dump({"nodes": [*nodes, good]}))
    report = ingest_nodes(store, [path], cluster="here", at=AT)
    assert (report.rows_read, report.rows_accepted) == (4, 1)
    assert dict(report.reasons) == {"not_a_node": 2, "bad_gres": 1}


@given(st.text(alphabet="n1 |:,gpu(S)0-[]idle/\n", max_size=80))
def test_any_text_is_nodes_rejects_or_refused(text):
    try:
        found = read(text)
    except InputError:
        return
    lines = [line for line in text.splitlines() if line.strip()]
    assert sum(node.rows for node in found.nodes) + len(found.rejects) <= len(lines)
