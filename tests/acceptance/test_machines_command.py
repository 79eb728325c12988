"""`plimsoll machines`: the registry's records, its checks, and lists to import."""

import json

import polars as pl
import pytest

from model.registry import load_registry

RECORDS = len(load_registry().machines)

WRONG = """machines:
  - id: one
    name: One
    operator: x
    country: GB
    sector: academic
    tier: x
    gpus: 5
    components: [{gpu: t4, count: 4}]
    in_service: 2024
    cpu_cores: 3
    sources: [{covers: [gpus, in_service, components], title: x, date: 2024, grade: C-press}]
"""


def test_the_registry_is_clean(plimsoll):
    done = plimsoll("machines", "check")
    assert done.code == 0
    assert done.out == f"{RECORDS} records, no fault\n"


def test_wrong_yaml_is_told_by_file_and_line(plimsoll, tmp_path):
    path = tmp_path / "one.yaml"
    path.write_text(WRONG)
    done = plimsoll("machines", "check", path)
    assert done.code == 2
    assert [line.strip().split(": ")[0] for line in done.err.splitlines()[1:]] == [
        f"{path}:8",
        f"{path}:11",
    ]


def epoch_file(shared):
    return shared / "registry/upstream/epoch_gpu_clusters_2026-03-06_full.csv"


def test_import_of_the_full_list_of_epoch(plimsoll, shared, tmp_path):
    written = tmp_path / "epoch.yaml"
    done = plimsoll("machines", "import", "epoch", epoch_file(shared), "--write", written)
    assert done.code == 0, done.err
    assert done.out.startswith("786 rows: ")
    assert sum(int(each.split()[0]) for each in done.out.splitlines()[0][10:].split(", ")) == 786
    assert "CC BY 4.0" in done.err
    checked = plimsoll("machines", "check", written)
    assert (checked.code, checked.err) == (0, "")
    text = written.read_text()
    assert "grade: C-epoch" in text
    assert "CC BY 4.0" in text
    again = plimsoll("machines", "import", "epoch", epoch_file(shared), "--write", written)
    assert again.code == 2
    assert "there is a file already" in again.err


def test_import_as_data_has_every_row_with_its_reason(plimsoll, shared):
    rows = plimsoll("machines", "import", "epoch", epoch_file(shared), "--format", "csv").frame()
    assert rows.height == 786
    assert rows["verdict"].null_count() == rows["reason"].null_count() == 0
    found = json.loads(
        plimsoll("machines", "import", "epoch", epoch_file(shared), "--format", "json").out
    )
    assert [row["verdict"] for row in found] == rows["verdict"].to_list()


def test_import_of_a_top500_list(plimsoll, shared, tmp_path):
    upstream = shared / "registry" / "upstream"
    written = tmp_path / "top500.yaml"
    done = plimsoll(
        "machines", "import", "top500", upstream / "top500_202506_sample.csv",
        "--format", "csv", "--write", written,
    )  # fmt: skip
    assert done.code == 0, done.err
    derived = dict(
        pl.read_csv(upstream / "top500_202506_derived_gpu_counts.csv")
        .select("system_id", "derived_devices")
        .rows()
    )
    rows = done.frame().filter(pl.col("derived_devices").is_not_null())
    assert rows.height == 20
    for system, devices, gpus in rows.select("system_id", "derived_devices", "gpus").rows():
        assert derived[system] == devices == gpus
    assert plimsoll("machines", "check", written).code == 0
    assert "grade: B-top500" in written.read_text()


@pytest.mark.parametrize("kind", ["epoch", "top500"])
@pytest.mark.parametrize("content", [None, b"", b"\x89PNG\r\n\x1a\n\x00\x00", b"a,b\n1,2\n"])
def test_a_file_that_is_no_list_gets_one_line(plimsoll, tmp_path, kind, content):
    path = tmp_path / "list.csv"
    if content is not None:
        path.write_bytes(content)
    done = plimsoll("machines", "import", kind, path)
    assert done.code == 2
    assert len(done.err.splitlines()) == 1
    assert "list.csv" in done.err


def test_a_wrong_date_gets_one_line(plimsoll, shared):
    done = plimsoll("machines", "import", "epoch", epoch_file(shared), "--date", "March")
    assert (done.code, len(done.err.splitlines())) == (2, 1)


def test_list_and_show_as_data(plimsoll):
    rows = plimsoll("machines", "list", "--format", "csv").frame()
    assert rows.height == RECORDS
    unverified = rows.filter(pl.col("grade") == "E-unverified", pl.col("gpus").is_not_null())
    lines = plimsoll("machines", "list").out.splitlines()
    assert len(lines) == RECORDS
    assert sum(line.endswith("unverified") for line in lines) >= unverified.height > 0
    assert len(json.loads(plimsoll("machines", "list", "--format", "json").out)) == RECORDS
    shown = json.loads(plimsoll("machines", "show", "uk-dawn", "--format", "json").out)
    assert (shown["id"], shown["gpus"]) == ("uk-dawn", 1024)
    text = plimsoll("machines", "show", "us-summit").out
    assert "corrected: components, from V100 SXM2 of 32 GB to V100 SXM2 of 16 GB" in text
