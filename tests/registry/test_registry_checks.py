"""Wrong YAML: every fault of every file in one report, each with its line."""

from pathlib import Path

import pytest

from model.errors import ConfigError
from model.registry import check_files, check_registry, load_registry
from model.resources import config_path

SOURCE = "sources: [{covers: [gpus, in_service, components, gpu_nodes, gpus_per_node, rpeak_pflops, retired], title: x, date: 2025, grade: C-press}]"
WHERE = "operator: x, country: GB, sector: academic, tier: x"


def record(machine_id: str, *, name: str = "", sources: str = SOURCE, **fields: object) -> str:
    """One record, one line."""
    fields = {"gpus": 4, "in_service": "2020-01", **fields}
    told = ", ".join(f"{key}: {value}" for key, value in fields.items())
    sources = f", {sources}" if sources else ""
    return f"  - {{id: {machine_id}, name: {name or machine_id}, {WHERE}, {told}{sources}}}"


def write(path: Path, *records: str) -> Path:
    path.write_text("\n".join(["machines:", *records]) + "\n")
    return path


def faults(*paths: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        check_files(paths)
    return caught.value.faults


def test_the_packaged_registry_is_clean():
    assert check_files(()) == len(load_registry().machines) >= 105
    assert check_registry(load_registry()) == []


def test_all_faults_come_in_one_report_with_file_and_line(tmp_path: Path):
    path = write(
        tmp_path / "wrong.yaml",
        record("no-source", sources=""),
        record("first", superseded_by="second", retired="2021-06"),
        record("second", in_service="2021-01"),
        record("odd-card", components="[{gpu: a100-sxm-4, count: 4}]"),
        record(
            "gcds",
            gpus=80,
            components="[{gpu: mi250x, count: 80}]",
            gpus_per_node=8,
            gpu_nodes=10,
        ),
        record("sourceless-figure", cpu_cores=64),
    )
    found = faults(path)
    assert [fault.removeprefix(f"{path}:").split(":")[0] for fault in found] == list("23567")
    for fault, said in zip(
        found,
        (
            "'sources' is missing",
            "first: in service until 2021-06, while second, which holds its cards, begins 2021-01",
            "odd-card: unknown GPU id 'a100-sxm-4'. Did you mean 'a100-sxm-40'?",
            "gcds: 8 a node: nodes of Instinct MI250X",
            "sourceless-figure: cpu_cores has no source",
        ),
        strict=True,
    ):
        assert said in fault


def test_faults_of_shape_do_not_hide_faults_of_content(tmp_path: Path):
    path = write(
        tmp_path / "wrong.yaml",
        record("shape", gpus="many", cpu_cores=3, components="[{gpu: h1000, count: 4}]"),
        record("origin", cpu_cores=3),
    )
    other = tmp_path / "other.yaml"
    other.write_text("machines: [\n")
    found = faults(path, other, tmp_path / "absent.yaml")
    assert len(found) == 6
    text = "\n".join(found)
    for said in (
        "machines.0.gpus",
        "h1000",
        "shape: cpu_cores",
        "origin: cpu_cores",
        "not valid YAML",
        "no such file",
    ):
        assert said in text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        # gpus_per_node x gpu_nodes cards, counted by their dies
        ({"gpus": 80, "components": "[{gpu: mi250x, count: 80}]", "gpus_per_node": 4, "gpu_nodes": 10}, "dies, not cards. 10 nodes of 4 hold 40 cards"),
        ({"gpus": 24, "components": "[{gpu: pvc-max-1550, count: 24}]", "gpus_per_node": 12, "gpu_nodes": 2}, "12 a node"),
        ({"gpus": 80, "components": "[{gpu: a100-sxm-40, count: 80}]", "gpus_per_node": 4, "gpu_nodes": 10}, "gpus says 80, 10 nodes of 4 hold 40"),
        # LUMI's benchmark over twice its cards
        ({"gpus": 23824, "components": "[{gpu: mi250x, count: 23824}]", "rpeak_pflops": 531.51}, "22.3 TFLOP/s to each of 23824"),
        ({"gpus": 4, "components": "[{gpu: gb200, count: 4}]", "count_unit": "superchip"}, "holds two"),
        ({"gpus": 4, "components": "[{gpu: h100-sxm, count: 3}]"}, "components sum to 3, gpus says 4"),
        ({"retired": "2019"}, "retired (2019) before it began"),
        ({"superseded_by": "nobody"}, "superseded_by 'nobody' is no record"),
        ({"superseded_by": "one"}, "takes over from itself"),
        ({"part_of": "uk-isambard"}, "part_of 'uk-isambard' is no record. Did you mean 'uk-isambard-ai'?"),
        ({"part_of": "uk-dawn"}, "both of the record and its whole"),
        ({"kind": "rollup"}, "4 cards, its parts hold 0"),
        ({"kind": "component", "gpus": 0, "part_of": "uk-isambard-ai"}, "neither of the record and its whole"),
    ],
)  # fmt: skip
def test_what_is_refused(tmp_path: Path, fields: dict[str, object], said: str):
    found = faults(write(tmp_path / "one.yaml", record("one", **fields)))
    assert len(found) == 1
    assert found[0].startswith(f"{tmp_path / 'one.yaml'}:2: one: ")
    assert said in found[0]


def test_a_benchmark_on_a_part_is_no_count_of_dies(tmp_path: Path):
    half = record(
        "half",
        gpus=63744,
        components="[{gpu: pvc-max-1550, count: 63744}]",
        rpeak_pflops=1059.33,
        other_counts="[{count: 32634, basis: cards in the run}]",
    )
    assert check_files([write(tmp_path / "half.yaml", half)]) == 1


def test_slices_of_one_machine_that_nothing_relates(tmp_path: Path):
    path = write(
        tmp_path / "slices.yaml",
        record("one", name="Ursa (as built)"),
        record("two", name="Ursa (grown)", in_service="2022-01"),
        record("three", name="Ursa", in_service="2022-01", partition="inference"),
    )
    assert [fault.split(": ", 1)[1] for fault in faults(path)] == [
        (
            "two: 'one' bears the same name and is in service then: two slices overlap. "
            "Relate them (superseded_by, part_of), or name what sets them apart (partition)."
        )
    ]


def test_a_source_needs_a_date_or_when_it_was_read(tmp_path: Path):
    undated = "sources: [{covers: [gpus, in_service], title: Page, grade: A-operator}]"
    (found,) = faults(write(tmp_path / "one.yaml", record("one", sources=undated)))
    assert "source 'Page' has no date" in found
    read = undated.replace("title", "read: 2026-11, title")
    assert check_files([write(tmp_path / "two.yaml", record("one", sources=read))]) == 1


def test_a_file_stands_in_for_the_record_of_the_same_id(tmp_path: Path):
    edited = tmp_path / "canada.yaml"
    text = config_path("machines", "canada.yaml").read_text()
    edited.write_text(text)
    assert check_files([edited]) == 5
    edited.write_text(text.replace("gpus: 324\n", "gpus: 325\n"))
    found = faults(edited)
    assert [fault.split(":")[0] for fault in found] == [str(edited)] * len(found)
    assert "components sum to 324, gpus says 325" in found[0]


def test_doubled_ids_in_a_file(tmp_path: Path):
    (found,) = faults(write(tmp_path / "two.yaml", record("one"), record("one", name="Other")))
    assert ":3: one: machine id 'one' again" in found
