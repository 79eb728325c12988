"""Lists beside the registry: each row one verdict, and proposals that the checks accept."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from analytics.listed_machines import Judged, judge, judged_frame
from analytics.listed_proposals import proposals
from ingest.machine_lists.epoch import read_epoch
from ingest.machine_lists.top500 import read_top500
from model.listings import Listed, SetAside, epoch_key, top500_key
from model.machine_yaml import machines_yaml
from model.machines import Component, Machine, MachineFile, MachineSource
from model.registry import Registry, check_files, load_registry
from model.yaml_source import read_model

REGISTRY = load_registry()
EPOCH = MachineSource(
    covers=("gpus", "components", "in_service"),
    title="Data on GPU Clusters, row 'Ursa'",
    publisher="Epoch AI",
    date="2026-03-06",
    grade="C-epoch",
)
RUN = MachineSource(
    covers=("gpus", "components"),
    title="TOP500 list of 2025-06, system 9",
    url="https://www.top500.org/system/9/",
    date="2025-06",
    grade="B-top500",
)


def listed(name: str, *, source: MachineSource = EPOCH, **fields: object) -> Listed:
    base = Listed(row=2, name=name, keys=frozenset(), source=source, country="GB", gpus=100)
    return replace(base, **fields)


def one(row: Listed) -> Judged:
    (found,) = judge([row], REGISTRY)
    return found


def record(machine_id: str) -> Machine:
    machine = REGISTRY.machine(machine_id)
    assert machine is not None
    return machine


def test_what_the_registry_does_not_have_is_new():
    found = one(listed("Ursa"))
    assert (found.verdict, found.match) == ("new", None)
    assert "100 cards" in found.reason


def test_what_the_list_itself_sets_aside():
    aside = SetAside("superseded", "contained in Ursa Phase 2")
    found = one(listed("Ursa Phase 1", set_aside=aside))
    assert (found.verdict, found.reason) == ("superseded", "contained in Ursa Phase 2")


def test_a_record_that_cites_the_row_is_compared_whatever_the_list_sets_aside():
    row = listed(
        "xAI Colossus Memphis Phase 1",
        keys=frozenset({epoch_key("xAI Colossus Memphis Phase 1")}),
        set_aside=SetAside("superseded", "contained in Phase 2"),
        gpus=100000,
        country="US",
    )
    found = one(row)
    assert found.match is not None
    assert (found.verdict, found.match.machine.id) == ("known", "co-xai-colossus-p1")
    assert found.match.how == "cites the row"


def test_a_better_source_of_the_registry_makes_a_conflict():
    row = listed("JADE2", gpus=500, keys=frozenset({top500_key(179867)}))
    found = one(row)
    assert found.verdict == "conflict"
    assert [each.told for each in found.conflicts] == ["gpus 504 (A-operator), the list has 500"]


def test_a_weaker_source_of_the_registry_may_change():
    row = listed("Sulis", gpus=96, in_service="2021-05-01")
    found = one(row)
    assert (found.verdict, found.conflicts) == ("known", ())
    assert [each.told for each in found.changes] == ["gpus 90 (E-unverified), the list has 96"]
    (amended,) = proposals([found], REGISTRY)
    assert (amended.id, amended.gpus, amended.grade) == ("uk-sulis", 96, "C-epoch")


def test_an_unknown_count_is_filled_in():
    found = one(
        listed("CSF3", gpus=68, cards=(Component(gpu="a100", count=68),), in_service="2024")
    )
    assert found.verdict == "known"
    assert {each.figure for each in found.changes} == {"gpus", "in_service"}
    (amended,) = proposals([found], REGISTRY)
    assert (amended.gpus, amended.in_service, amended.origin("gpus")) == (68, "2024", "C-epoch")


@pytest.mark.parametrize(
    ("listed_as", "same"),
    [("a100", True), ("a100-sxm-80", True), ("a100-sxm-40", False), ("h100-sxm", False)],
)
def test_cards_agree_where_the_list_says_less(listed_as: str, *, same: bool):
    row = listed(
        "DiRAC Tursa", gpus=712, cards=(Component(gpu=listed_as, count=712),), in_service="2023"
    )
    machine = record("uk-tursa")
    components = (Component(gpu="a100-sxm-80", count=712),)
    registry = replace(REGISTRY, machines=(machine.model_copy(update={"components": components}),))
    (found,) = judge([row], registry)
    assert found.verdict == ("known" if same else "conflict")


@pytest.mark.parametrize(
    ("here", "there", "same"),
    [
        ("2021-10", "2021-10-25", True),
        ("2021", "2021-06-01", True),
        ("2018..2022", "2020-01-01", True),
        ("2021-10", "2021-06-01", False),
    ],
)
def test_begins_agree_as_far_as_both_are_precise(here: str, there: str, *, same: bool):
    machine = record("uk-jade2").model_copy(update={"in_service": here})
    registry = replace(REGISTRY, machines=(machine,))
    (found,) = judge([listed("JADE2", gpus=504, in_service=there)], registry)
    assert (not found.changes and not found.conflicts) == same


def test_a_benchmark_on_a_part_is_one_more_count_and_no_other_size():
    row = listed("Baskerville", source=RUN, gpus=150)
    found = one(row)
    assert (found.verdict, found.conflicts) == ("known", ())
    (amended,) = proposals([found], REGISTRY)
    assert amended.gpus == 184
    assert amended.other_counts[-1].count == 150
    assert amended.sources[-1].covers == ("other_counts",)
    named = one(replace(row, gpus=208))  # `other_counts` of the record has it
    assert (named.verdict, named.changes) == ("known", ())


@pytest.mark.parametrize(
    ("name", "country", "machine"),
    [
        ("University of Cambridge Wilkes3", "GB", None),
        ("JADE2", "GB", "uk-jade2"),
        ("Sulis", "GB", "uk-sulis"),
        ("Sulis", "US", None),
        ("Snellius Phase 1 GPU", "NL", "nl-snellius"),
        ("Leonardo SpA davinci-1", "IT", None),
        ("xAI Colossus 2 Memphis Phase 1", "US", None),
    ],
)
def test_names(name: str, country: str, machine: str | None):
    found = one(listed(name, country=country))
    assert (found.match.machine.id if found.match else None) == machine


def test_a_planned_phase_is_not_the_machine_in_service():
    row = listed("Tesla Cortex Phase 2", country="US", kind="planned", gpus=70000)
    assert one(row).verdict == "new"


def test_proposals_read_back_and_pass_the_checks(tmp_path: Path):
    rows = [
        listed("Ursa: the 'big' one", gpus=8, cards=(Component(gpu="h100-sxm", count=8),)),
        listed("Ursa: the 'big' one", gpus=9, country="US", gpu_model="NVIDIA Tesla K20X"),
        listed("no", gpus=None, in_service=None, kind="planned", sector="academic"),
    ]
    proposed = proposals(judge(rows, REGISTRY), REGISTRY)
    assert [each.id for each in proposed] == [
        "uk-ursa-the-big-one", "co-ursa-the-big-one", "uk-no",
    ]  # fmt: skip
    path = tmp_path / "proposals.yaml"
    path.write_text(machines_yaml(proposed, attribution=["Epoch AI"], comments=["Review."]))
    assert list(read_model(path, MachineFile).machines) == proposed
    assert check_files([path]) == 3


@pytest.mark.parametrize("machine", REGISTRY.machines, ids=lambda machine: machine.id)
def test_every_record_of_the_registry_is_written_as_it_is_read(tmp_path: Path, machine: Machine):
    path = tmp_path / "one.yaml"
    path.write_text(machines_yaml([machine], attribution=["x"], comments=[]))
    assert read_model(path, MachineFile).machines == (machine,)


def test_no_record_to_propose_is_an_empty_file_of_its_form(tmp_path: Path):
    path = tmp_path / "none.yaml"
    path.write_text(machines_yaml([], attribution=["x"], comments=["None."]))
    assert read_model(path, MachineFile).machines == ()


def accounted(judged: list[Judged]) -> Counter[str]:
    frame = judged_frame(judged)
    assert frame["verdict"].null_count() == 0
    assert frame.filter(frame["reason"].is_null() | (frame["reason"] == "")).is_empty()
    return Counter(frame["verdict"].to_list())


def test_the_full_list_of_epoch_is_accounted_for(shared: Path, tmp_path: Path):
    path = shared / "registry/upstream/epoch_gpu_clusters_2026-03-06_full.csv"
    listing = read_epoch(path, REGISTRY.gpus)
    judged = judge(listing.rows, REGISTRY)
    counts = accounted(judged)
    assert sum(counts.values()) == 786
    assert counts == {
        "excluded": 359, "new": 245, "duplicate": 94, "known": 50, "superseded": 33, "conflict": 5,
    }  # fmt: skip
    conflicting = {
        each.match.machine.id for each in judged if each.verdict == "conflict" and each.match
    }
    assert conflicting == {
        "es-mn5-acc", "it-leonardo", "jp-tsubame4", "nl-snellius", "uk-csd3-wilkes3-2021",
    }  # fmt: skip
    cited = cited_rows(REGISTRY)
    assert {each.listed.name for each in judged if each.match} >= cited
    proposed = proposals(judged, REGISTRY)
    out = tmp_path / "epoch.yaml"
    out.write_text(machines_yaml(proposed, attribution=[listing.attribution], comments=[]))
    assert check_files([out]) == len(proposed) == 245 + 5
    assert {each.sources[-1].grade for each in proposed} == {"C-epoch"}


def cited_rows(registry: Registry) -> set[str]:
    """The rows that sources of the registry name."""
    marker = "Data on GPU Clusters, row '"
    return {
        source.title.removeprefix(marker).removesuffix("'")
        for machine in registry.machines
        for source in machine.sources
        if source.title.startswith(marker)
    }


def test_the_samples_of_the_top500_are_accounted_for(shared: Path, tmp_path: Path):
    for name in (
        "top500_202506_sample.csv",
        "top500_202011_sample_from_xlsx.csv",
        "top500_202311_sample_from_xlsx.csv",
        "top500_202411_sample_from_xlsx.csv",
    ):
        listing = read_top500(shared / "registry/upstream" / name, REGISTRY.gpus)
        judged = judge(listing.rows, REGISTRY)
        assert sum(accounted(judged).values()) == len(listing.rows)
        proposed = proposals(judged, REGISTRY)
        out = tmp_path / f"{name}.yaml"
        out.write_text(machines_yaml(proposed, attribution=[listing.attribution], comments=[]))
        assert check_files([out]) == len(proposed)
